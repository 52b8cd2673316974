"""Request bodies: strict JSON of a bounded size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.parsers import BaseParser

from review.intake import strictjson, text


class TooLargeError(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


class StrictJSONParser(BaseParser):
    """JSON without doubled keys, NaN, NUL or halves of surrogates; foreign formats are called by their name."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise TooLargeError(f"The body is larger than {most // 1024 // 1024} MB.")
        text.refuse_foreign(raw[:64])
        return strictjson.loads(raw)


class FhirJSONParser(StrictJSONParser):
    media_type = "application/fhir+json"
