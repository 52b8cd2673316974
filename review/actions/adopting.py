"""Put a retrained coder to use, or go back. Explicit, by a person, on record; nothing here happens by itself."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from inference import adopted, calibration
from inference.calibration import Artefact, ArtefactError
from inference.models import Adoption
from inference.ranking import store
from review.actions.base import audit
from review.actions.errors import ConflictError, InvalidInputError
from review.models import User
from review.permissions import check_can_adopt


def adopt_file(file: Path, *, by: User, force: bool = False) -> Adoption:
    """Use the artefact of a file that `train_builtin` wrote. Raises `InvalidInputError` for anything else."""
    try:
        return adopt(store.read(file), by=by, force=force)
    except ArtefactError as error:
        raise InvalidInputError(str(error)) from None


@transaction.atomic
def adopt(artefact: Artefact, *, by: User, force: bool = False) -> Adoption:
    """Use these weights for every chart from now on. Suggestions made before stay as they are.

    An artefact whose card does not say that it is better than the one it was compared with is refused unless forced.
    """
    check_can_adopt(by)
    if artefact.card.get("better") is not True and not force:
        raise InvalidInputError("Its card does not say that it is better than the one in use. Force it if you must.")
    if artefact.digest == adopted.in_use().digest:
        raise ConflictError("This artefact is in use already.")
    return _use(store.name_of(artefact), artefact, by=by, forced=force)


@transaction.atomic
def go_back(*, by: User) -> Adoption:
    """Use again what was used before the last adoption; before the first one, the packaged artefact.

    Going back twice returns to where one was.
    """
    check_can_adopt(by)
    rows = list(Adoption.objects.order_by("-pk")[:2])
    if not rows:
        raise ConflictError("The packaged artefact is in use; there is nothing to go back to.")
    before = rows[1] if len(rows) > 1 else None
    if before is None or before.content is None:
        return _use(adopted.PACKAGED, None, by=by, back=True)
    return _use(before.name, calibration.parse(before.content), by=by, back=True)


def _use(name: str, artefact: Artefact | None, *, by: User, forced: bool = False, back: bool = False) -> Adoption:
    replaced = adopted.name()
    row = Adoption.objects.create(
        name=name,
        digest=(artefact or adopted.packaged()).digest,
        content=calibration.dump(artefact) if artefact else None,
    )
    audit("model.adopted", by=by, name=name, digest=row.digest, replaced=replaced, forced=forced, back=back)
    return row
