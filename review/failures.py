"""Why no suggestion came, in words: charts keep the class name of the last error, for its message may hold PHI."""

from __future__ import annotations

BAD_ANSWER = "The model’s answer could not be read."
SENTENCES = {
    "": "The worker died while reading it.",
    "ArtefactError": "The coder’s own files could not be read.",
    "BadAnswerError": BAD_ANSWER,
    "ChartTooLongError": "The chart is longer than the model can read.",
    "CodebookEmptyError": "No code set is loaded for the chart’s date.",
    "InterfaceError": "The database was away.",
    "MemoryError": "The worker ran out of memory.",
    "NotJsonError": BAD_ANSWER,
    "OperationalError": "The database was away.",
    "RequestRefusedError": "The model server refused the request.",
    "ServerAwayError": "The model server could not be reached.",
    "SoftTimeLimitExceeded": "The coder took too long.",
    "TimeLimitExceeded": "The coder took too long.",
    "TimeoutError": "The model server took too long.",
    "UnknownModelError": "The model server does not have the model or adapter that is asked for.",
}


def sentence(name: str) -> str:
    """What people read in the place of a class name; one that has no sentence yet is named."""
    return SENTENCES.get(name) or f"The coder failed ({name})."
