"""Charts come in, and what became of them can be asked."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any, cast

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiRequest, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from review.actions import receiving
from review.actions.errors import InvalidInputError
from review.actions.receiving import Received
from review.api.parsers import FhirJSONParser, StrictJSONParser
from review.api.serializers import (
    ChartDetailSerializer,
    ChartPageSerializer,
    ChartSerializer,
    ErrorsSerializer,
    ReceivedBundleSerializer,
    ReceivedChartSerializer,
    SentChartSerializer,
    SkippedSerializer,
)
from review.intake import chart_json, fhir
from review.models import Chart, Suggestion, User

SOURCE = "api"
PAGE = 50
REFUSALS = {400: ErrorsSerializer, 401: ErrorsSerializer, 403: ErrorsSerializer}
SENDING_REFUSALS = {**REFUSALS, 409: ErrorsSerializer, 413: ErrorsSerializer, 415: ErrorsSerializer}


class ChartsView(APIView):
    """`POST` one chart; `GET` the latest ones."""

    parser_classes = [StrictJSONParser]

    @extend_schema(
        operation_id="send_chart",
        request=SentChartSerializer,
        responses={200: ReceivedChartSerializer, 201: ReceivedChartSerializer, **SENDING_REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """Send a chart. 201 when it is new; 200 when it was amended or nothing changed; 409 when it is final."""
        found = chart_json.read(request.data, source=SOURCE)
        received = receiving.receive(found.chart, by=_sender(request))
        data = {**_answer(received, request), "unread_fields": list(found.unread)}
        return Response(data, status=201 if received.created else 200)

    @extend_schema(
        operation_id="list_charts",
        parameters=[
            OpenApiParameter("status", enum=Chart.Status.values, description="Only charts in this status."),
            OpenApiParameter("after", OpenApiTypes.UUID, description="Only charts older than this one."),
        ],
        responses={200: ChartPageSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """The newest charts first, 50 at a time."""
        charts = list(_wanted(request)[: PAGE + 1])
        following = None
        if len(charts) > PAGE:
            following = f"{reverse('api_charts', request=request)}?after={charts[PAGE - 1].public_id}"
            if status := request.query_params.get("status"):
                following += f"&status={status}"
        page = ChartSerializer(charts[:PAGE], many=True, context={"request": request})
        return Response({"charts": page.data, "next": following})


def _wanted(request: Request) -> QuerySet[Chart]:
    charts = Chart.objects.select_related("encounter", "release").order_by("-pk")
    if status := request.query_params.get("status"):
        if status not in Chart.Status.values:
            raise InvalidInputError(f"must be one of {', '.join(Chart.Status.values)}", field="status")
        charts = charts.filter(status=status)
    if after := request.query_params.get("after"):
        charts = charts.filter(pk__lt=_key_of(after))
    return charts


def _key_of(public_id: str) -> int:
    try:
        found = Chart.objects.filter(public_id=uuid.UUID(public_id)).values_list("pk", flat=True).first()
    except ValueError:
        found = None
    if found is None:
        raise InvalidInputError("names no chart", field="after")
    return found


class ChartView(APIView):
    """One chart."""

    @extend_schema(
        operation_id="read_chart", responses={200: ChartDetailSerializer, **REFUSALS, 404: ErrorsSerializer}
    )
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """Status, suggestions with their evidence and, once the chart is final, the assigned codes.

        The suggestions of a blind control chart are left out until its coder has seen them.
        """
        live = Suggestion.objects.exclude(state=Suggestion.State.WITHDRAWN)
        # Nobody learns by this way what the coder of a blind chart may not see yet.
        live = live.exclude(chart__blind=True, chart__blind_shown_at=None).prefetch_related("evidence__note")
        charts = Chart.objects.select_related("encounter", "release").prefetch_related(Prefetch("suggestions", live))
        chart = get_object_or_404(charts, public_id=public_id)
        return Response(ChartDetailSerializer(chart, context={"request": request}).data)


class FhirView(APIView):
    """FHIR R4 in: a Bundle of encounters and documents, or one document."""

    parser_classes = [StrictJSONParser, FhirJSONParser]

    @extend_schema(
        operation_id="send_fhir",
        parameters=[OpenApiParameter("source", description="Names the sending system. Default: `fhir`.")],
        request={
            "application/fhir+json": OpenApiRequest(OpenApiTypes.OBJECT),
            "application/json": OpenApiRequest(OpenApiTypes.OBJECT),
        },
        responses={200: ReceivedBundleSerializer, 201: ReceivedBundleSerializer, **SENDING_REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """Send a Bundle, a DocumentReference or a DiagnosticReport with inline text. Stored whole or not at all.

        One chart is made per Encounter that has a document with text. The answer lists what was left out and why.
        """
        reading = fhir.read(request.data, source=request.query_params.get("source") or fhir.SOURCE)
        received = [each for each in receiving.receive_all(reading.charts, by=_sender(request)) if each]
        counts = Counter(each.outcome for each in received)
        data = {
            **{outcome: counts[outcome] for outcome in ("created", "amended", "unchanged")},
            "charts": [_answer(each, request) for each in received],
            "skipped": SkippedSerializer(reading.skipped, many=True).data,
        }
        return Response(data, status=201 if counts["created"] else 200)


def _sender(request: Request) -> User:
    """Whose token it is; `MaySendCharts` lets nobody else get here."""
    return cast(User, request.user)


def _answer(received: Received, request: Request) -> dict[str, Any]:
    chart = ChartSerializer(received.chart, context={"request": request})
    return {**chart.data, "outcome": received.outcome, "older_notes": list(received.older)}
