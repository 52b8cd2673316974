"""The code book over the API: the same answers that `manage.py codebook … --json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from medcode.codebook import asking, compare, entry, lookup, plain, search, shapes
from medcode.codebook.lookup import CodebookEmptyError
from medcode.codebook.models import CodeSystem
from review.actions.errors import InvalidInputError
from review.api import codebook_shapes as shown
from review.api.parsers import StrictJSONParser
from review.api.permissions import MayAskCodebook
from review.api.serializers import ErrorsSerializer

REFUSALS = {400: ErrorsSerializer, 401: ErrorsSerializer, 403: ErrorsSerializer}
ON = OpenApiParameter("date", OpenApiTypes.DATE, description="Date of service or discharge. Default: today.")
SYSTEM = OpenApiParameter("system", enum=CodeSystem.values, description="Code system.")


class CodebookView(APIView):
    """What all questions to the code book share."""

    parser_classes = [StrictJSONParser]
    permission_classes = [MayAskCodebook]

    def handle_exception(self, exc: Exception) -> Response:
        """Refusals of the code book are refusals of the request."""
        if isinstance(exc, CodebookEmptyError | shapes.UnreadableCodeError | compare.NoSuchReleaseError):
            exc = InvalidInputError(str(exc))
        return super().handle_exception(exc)


class CodeView(CodebookView):
    """One code."""

    @extend_schema(
        operation_id="read_code", parameters=[ON, SYSTEM], responses={200: shown.EntrySerializer, **REFUSALS}
    )
    def get(self, request: Request, code: str) -> Response:
        """Standing on the date, title, inherited notes, children, 7th characters. A code that is none is told so."""
        system = _choice(request.query_params, "system", CodeSystem.values) or shapes.system_of(code)
        return Response(plain.of_entry(entry.entry(code[:20], on=_day(request.query_params), code_system=system)))


class SearchView(CodebookView):
    """Type-ahead."""

    @extend_schema(
        operation_id="search_codes",
        parameters=[OpenApiParameter("q", required=True), ON, SYSTEM],
        responses={200: shown.HitSerializer(many=True), **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """By the beginning of a code, or by words in any order, abbreviations and synonyms. Best first, 20 at most."""
        system = _choice(request.query_params, "system", CodeSystem.values)
        systems = [system] if system else lookup.loaded_systems()
        hits = search.search(
            request.query_params.get("q", "")[:200], on=_day(request.query_params), code_systems=systems
        )
        return Response(plain.of_hits(hits))


class CheckView(CodebookView):
    """The rules between codes."""

    @extend_schema(
        operation_id="check_codes",
        request=shown.CheckSerializer,
        responses={200: shown.FindingSerializer(many=True), **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """What the guidelines, the tabular and the CMS edits say about these codes together, errors first."""
        asked = valid(shown.CheckSerializer, request.data)
        on = asked.pop("date") or timezone.localdate()
        return Response(plain.of_findings(asking.check_typed(asked.pop("codes"), on=on, **asked)))


class GroupView(CodebookView):
    """MS-DRG and HCCs."""

    @extend_schema(
        operation_id="group_codes",
        request=shown.GroupSerializer,
        responses={200: shown.GroupingSerializer, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """The MS-DRG of an inpatient stay by the grouper of its discharge date, and the HCCs of its diagnoses."""
        asked = valid(shown.GroupSerializer, request.data)
        on = asked.pop("date") or timezone.localdate()
        return Response(
            plain.of_grouping(*asking.group_typed(asked.pop("principal"), asked.pop("codes"), on=on, **asked))
        )


class CompareView(CodebookView):
    """What changes from one release to another."""

    @extend_schema(
        operation_id="compare_releases",
        parameters=[OpenApiParameter("old", required=True), OpenApiParameter("new", required=True), SYSTEM],
        responses={200: shown.ComparisonSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """New, retired and retitled codes, and codes whose instructions were revised."""
        asked = request.query_params
        system = _choice(asked, "system", CodeSystem.values) or CodeSystem.ICD10CM
        old, new = (compare.release_named(asked.get(name, ""), system) for name in ("old", "new"))
        return Response(plain.of_comparison(compare.compare(old, new)))


def valid(kind: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """The checked body of a request. Raises `InvalidInputError` naming the first field that makes no sense."""
    serializer = kind(data=data)
    if not serializer.is_valid():
        field, reasons = next(iter(serializer.errors.items()))
        raise InvalidInputError(_first(reasons), field="" if field == "non_field_errors" else str(field))
    return dict(serializer.validated_data)


def _first(reasons: Any) -> str:
    while isinstance(reasons, list | dict):
        reasons = next(iter(reasons.values() if isinstance(reasons, dict) else reasons))
    return str(reasons)


def _day(asked: Mapping[str, str]) -> date:
    if not (written := asked.get("date")):
        return timezone.localdate()
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise InvalidInputError("must be a date such as 2026-04-30", field="date") from None


def _choice(asked: Mapping[str, str], name: str, allowed: list[str]) -> str:
    written = asked.get(name, "")
    if written and written not in allowed:
        raise InvalidInputError(f"must be one of {', '.join(allowed)}", field=name)
    return written
