"""Which learnt weights are in use: the packaged ones, or those that a person adopted."""

from __future__ import annotations

import logging
from functools import cache

from inference import calibration
from inference.calibration import Artefact, ArtefactError
from inference.engine import GENERATION, Engine
from inference.models import Adoption

logger = logging.getLogger(__name__)

PACKAGED = "packaged"


@cache
def packaged() -> Artefact:
    """The artefact of this release."""
    return calibration.load()


def name() -> str:
    """What the artefact in use is called."""
    last = Adoption.objects.order_by("-pk").values_list("name", flat=True).first()
    return last or PACKAGED


def in_use() -> Artefact:
    """The artefact adopted last, else the packaged one; also where a newer release cannot read the adopted one."""
    last = Adoption.objects.order_by("-pk").first()
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
    last = Adoption.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    if engine.adoption != last:
        engine.use(in_use())
        engine.adoption = last
