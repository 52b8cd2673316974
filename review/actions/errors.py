"""Refusals that a person reads. The message is the sentence on the screen; it never carries PHI."""

from __future__ import annotations


class ActionError(Exception):
    """An action was refused. Nothing was stored."""

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInputError(ActionError):
    """What was sent is wrong. `field` names where, in the sender's own terms ("notes[2].text")."""

    status = 400

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.reason = message


class NotAllowedError(ActionError):
    """This person may not do this."""

    status = 403


class ConflictError(ActionError):
    """Somebody or something was faster, or the chart is in a state that forbids it."""

    status = 409
