"""Which learnt weights are in use: the packaged ones, or those that a person adopted."""

from __future__ import annotations

import logging
from functools import cache

from inference import calibration
from inference.calibration import Artefact, ArtefactError
from inference.engine import GENERATION, Engine
from inference.llm_engine import LlmEngine
from inference.models import Adoption

logger = logging.getLogger(__name__)

PACKAGED = "packaged"
BUILTIN = "builtin"  # the subject of the built-in coder's adoptions; any other is a language model's calibration


@cache
def packaged() -> Artefact:
    """The artefact of this release."""
    return calibration.load()


def name(subject: str = BUILTIN) -> str:
    """What the artefact in use is called; "" where none is, as for a model that nobody has measured."""
    last = Adoption.objects.filter(subject=subject).order_by("-pk").values_list("name", flat=True).first()
    return last or (PACKAGED if subject == BUILTIN else "")


def in_use() -> Artefact:
    """The artefact adopted last, else the packaged one; also where a newer release cannot read the adopted one."""
    last = Adoption.objects.filter(subject=BUILTIN).order_by("-pk").first()
    if last is None or last.content is None:
        return packaged()
    try:
        artefact = calibration.parse(last.content)
    except ArtefactError:
        logger.warning("The adopted artefact %s cannot be read: the packaged one is used. Retrain.", last.name)
        return packaged()
    if artefact.card.get("generation") != GENERATION:
        logger.warning("The adopted artefact %s was trained under other rules: retrain.", last.name)
    return artefact


def refresh(engine: Engine) -> None:
    """Let an engine follow an adoption that was made since it was loaded. One small query while nothing changed."""
    last = Adoption.objects.filter(subject=BUILTIN).order_by("-pk").values_list("pk", flat=True).first() or 0
    if engine.adoption != last:
        engine.use(in_use())
        engine.adoption = last


def calibration_of(subject: str) -> Artefact | None:
    """The calibration in use of a language model, named by `inference.llm.subject`; None while it has none."""
    last = Adoption.objects.filter(subject=subject).order_by("-pk").first()
    return _readable(last) if last else None


def subjects() -> list[str]:
    """The language models whose calibration was ever adopted or taken back."""
    return list(
        Adoption.objects.exclude(subject=BUILTIN).order_by("subject").distinct().values_list("subject", flat=True)
    )


def refresh_models(engine: LlmEngine) -> None:
    """Let an engine follow the adoptions of language models' calibrations. One small query while nothing changed."""
    last = Adoption.objects.exclude(subject=BUILTIN).order_by("-pk").values_list("pk", flat=True).first() or 0
    if engine.adoption != last:
        rows = Adoption.objects.exclude(subject=BUILTIN).order_by("subject", "-pk").distinct("subject")
        read = {row.subject: _readable(row) for row in rows}
        engine.adopted = {subject: artefact for subject, artefact in read.items() if artefact is not None}
        engine.adoption = last


def _readable(row: Adoption) -> Artefact | None:
    """The artefact of a row; None where it took one back, or where a newer release cannot read it."""
    if row.content is None:
        return None
    try:
        return calibration.parse(row.content)
    except ArtefactError:
        logger.warning("The adopted calibration %s cannot be read: calibrate again.", row.name)
        return None
