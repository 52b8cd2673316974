"""Put a retrained coder to use, or go back. Explicit, by a person, on record; nothing here happens by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import transaction

from inference import adopted, calibration
from inference.calibration import Artefact, ArtefactError
from inference.models import Adoption
from inference.ranking import store
from review.actions.base import audit
from review.actions.errors import ConflictError, InvalidInputError
from review.models import User
from review.permissions import check_can_adopt

NO_CALIBRATION = "none"


def adopt_file(file: Path, *, by: User, force: bool = False) -> Adoption:
    """Use the artefact that `train_builtin` or `calibrate_coder` wrote to a file.

    Raises `InvalidInputError` for anything else.
    """
    try:
        return adopt(store.read(file), by=by, force=force)
    except ArtefactError as error:
        raise InvalidInputError(str(error)) from None


@transaction.atomic
def adopt(artefact: Artefact, *, by: User, force: bool = False) -> Adoption:
    """Use these weights for every chart from now on. Suggestions made before stay as they are.

    Its card names the subject: a language model's calibration counts only for the model, adapter and prompt that it
    was measured on. An artefact whose card does not say that it is better than the one it was compared with is refused
    unless forced.
    """
    check_can_adopt(by)
    if artefact.card.get("better") is not True and not force:
        raise InvalidInputError("Its card does not say that it is better than the one in use. Force it if you must.")
    subject = str(artefact.card.get("subject") or adopted.BUILTIN)
    if artefact.digest == _digest_in_use(subject):
        raise ConflictError("This artefact is in use already.")
    return _use(store.name_of(artefact), artefact, by=by, subject=subject, forced=force)


@transaction.atomic
def go_back(*, by: User, subject: str = adopted.BUILTIN) -> Adoption:
    """Use again what was used before the last adoption; before the first one, the packaged artefact.

    Before the first calibration of a language model there is none: its suggestions are LOW again. Going back twice
    returns to where one was.
    """
    check_can_adopt(by)
    rows = list(Adoption.objects.filter(subject=subject).order_by("-pk")[:2])
    if not rows:
        raise ConflictError("The packaged artefact is in use; there is nothing to go back to.")
    before = rows[1] if len(rows) > 1 else None
    if before is None or before.content is None:
        name = adopted.PACKAGED if subject == adopted.BUILTIN else NO_CALIBRATION
        return _use(name, None, by=by, subject=subject, back=True)
    return _use(before.name, calibration.parse(before.content), by=by, subject=subject, back=True)


def _use(
    name: str, artefact: Artefact | None, *, by: User, subject: str, forced: bool = False, back: bool = False
) -> Adoption:
    replaced = adopted.name(subject)
    unlearnt = adopted.packaged().digest if subject == adopted.BUILTIN else ""
    row = Adoption.objects.create(
        subject=subject,
        name=name,
        digest=artefact.digest if artefact else unlearnt,
        content=calibration.dump(artefact) if artefact else None,
    )
    facts: dict[str, Any] = {} if subject == adopted.BUILTIN else {"subject": subject}
    audit("model.adopted", by=by, name=name, digest=row.digest, replaced=replaced, forced=forced, back=back, **facts)
    return row


def _digest_in_use(subject: str) -> str:
    if subject == adopted.BUILTIN:
        return adopted.in_use().digest
    in_use = adopted.calibration_of(subject)
    return in_use.digest if in_use else ""
