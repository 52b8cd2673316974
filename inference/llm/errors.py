"""What can go wrong with a model server, and whose fault it is. Messages never quote a prompt or an answer."""

from __future__ import annotations


class ModelServerError(Exception):
    """Base of all."""


class ServerAwayError(ModelServerError):
    """No server answers: unreachable, overloaded or failing beyond every retry, or the breaker is open.

    Not the chart's fault: it waits, or the built-in coder answers in its place.
    """


class RequestRefusedError(ModelServerError):
    """The server refused this request (4xx) and will refuse it again: too long, bad schema, unknown model."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class UnknownModelError(RequestRefusedError):
    """The server does not serve the model or adapter that was asked for."""


class BadAnswerError(ModelServerError):
    """The server answered with something that cannot be read, also when asked again."""
