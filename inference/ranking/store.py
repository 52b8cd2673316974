"""Artefacts as files. The packaged one is never written here."""

from __future__ import annotations

import json
from pathlib import Path

from inference import calibration
from inference.calibration import Artefact, ArtefactError

LARGEST = 5 * 1024 * 1024  # bytes; weights of general features need a hundredth of it
PREFIX = "builtin"


def name_of(artefact: Artefact) -> str:
    """The name under which an artefact is kept: whose it is, its date and its content."""
    return f"{artefact.card.get('engine', PREFIX)}-{artefact.card['date']}-{artefact.digest}"


def write(artefact: Artefact, folder: Path) -> Path:
    """Write into the folder and return the file. The same content always gets the same name.

    Raises `ArtefactError` in the folder of the packaged artefact, which belongs to the release.
    """
    if folder.resolve() == calibration.BUILTIN.parent.resolve():
        raise ArtefactError(f"{folder} belongs to the release: write elsewhere.")
    content = json.dumps(calibration.dump(artefact), indent=1) + "\n"
    if len(content) > LARGEST:
        raise ArtefactError(f"The artefact has {len(content):,} bytes, more than {LARGEST:,}.")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name_of(artefact)}.json"
    part = file.with_suffix(".part")
    part.write_text(content, encoding="utf-8")
    part.replace(file)
    return file


def read(file: Path) -> Artefact:
    """The artefact of a file. Raises `ArtefactError`, also where the file is missing or far too large."""
    try:
        if file.stat().st_size > LARGEST:
            raise ArtefactError(f"{file.name} is larger than any artefact.")
        return calibration.load(file)
    except OSError as error:
        raise ArtefactError(f"{file}: {error.strerror}") from None
