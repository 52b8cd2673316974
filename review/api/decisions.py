"""Decisions by a coder's token: the same acts as on the chart page, with the same refusals."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from medcode.codebook import shapes
from medcode.codebook.models import CodeSystem
from medcode.codebook.snapshot import undotted
from review.actions import deciding, sequencing, undoing
from review.actions.base import locked
from review.actions.claiming import hold_lease
from review.actions.errors import ConflictError, InvalidInputError
from review.actions.freshness import check_version
from review.api.codebook import valid
from review.api.parsers import StrictJSONParser
from review.api.permissions import MayCode
from review.api.serializers import AssignedCodeSerializer, ErrorsSerializer
from review.models import AssignedCode, Chart, Decision, RejectReason, Suggestion, User

ACTS = ("accept", "modify", "reject", "add", "undo", "detail")
REFUSALS = dict.fromkeys((400, 401, 403, 404, 409), ErrorsSerializer)
SERVICE = ("modifiers", "units", "pointers", "performed_on", "performed_by")


class SentDecisionSerializer(serializers.Serializer[Any]):
    """One act on one code. What a claim says of it may come along with accept, modify and add, or as `detail`."""

    act = serializers.ChoiceField(ACTS, help_text="`detail` changes what an assigned code says.")
    code = serializers.CharField(
        required=False, max_length=12, help_text="The suggested code; with `add` and `detail` the assigned one."
    )
    code_system = serializers.ChoiceField(
        CodeSystem.choices, required=False, help_text="Default: told by the code's shape."
    )
    instead = serializers.CharField(required=False, max_length=12, help_text="With `modify`: the code that is right.")
    reason = serializers.ChoiceField(RejectReason.choices, required=False, help_text="With `modify` and `reject`.")
    comment = serializers.CharField(required=False, max_length=500, allow_blank=True)
    seconds_spent = serializers.IntegerField(required=False, min_value=0)
    version = serializers.IntegerField(required=False, help_text="The chart's, as read; a stale one is refused.")
    poa = serializers.CharField(required=False, max_length=1, allow_blank=True, help_text="Y, N, U, W, 1 or empty.")
    modifiers = serializers.ListField(child=serializers.CharField(max_length=2), required=False, max_length=4)
    units = serializers.IntegerField(required=False)
    pointers = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=4)
    performed_on = serializers.DateField(required=False, allow_null=True)
    performed_by = serializers.CharField(required=False, max_length=120, allow_blank=True)


class DecidedSerializer(serializers.Serializer[Any]):
    """What the act left behind."""

    decision = serializers.IntegerField(allow_null=True, help_text="Its number in the log; null for `detail`.")
    version = serializers.IntegerField(help_text="The chart's, from now on.")
    assigned = AssignedCodeSerializer(allow_null=True, help_text="The code on the chart, if the act left one.")


class DecisionsView(APIView):
    """What a coder decides."""

    parser_classes = [StrictJSONParser]
    permission_classes = [MayCode]

    @extend_schema(
        operation_id="decide", request=SentDecisionSerializer, responses={201: DecidedSerializer, **REFUSALS}
    )
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Accept, modify, reject, add, undo what was done last, or say more of a code. All of it is stored or nothing.

        Takes the chart's lease as opening it does; 409 while somebody else has it, and on a blind chart whose
        suggestions are not shown yet.
        """
        asked = valid(SentDecisionSerializer, request.data)
        chart = get_object_or_404(Chart, public_id=public_id)
        with transaction.atomic():
            decision, assigned = _Act(chart, cast(User, request.user), asked).done()
        chart.refresh_from_db(fields=["version"])
        shown = dict(AssignedCodeSerializer(assigned).data) if assigned else None
        answer = {"decision": decision.pk if decision else None, "version": chart.version, "assigned": shown}
        return Response(answer, status=201)


class _Act:
    """One act as it was sent."""

    def __init__(self, chart: Chart, by: User, asked: dict[str, Any]) -> None:
        self.asked, self.by = asked, by
        self.chart = locked(chart)
        hold_lease(self.chart, by=by)
        check_version(self.chart, asked.get("version"))
        self.code = undotted(asked.get("code", ""))
        self.system = asked.get("code_system") or shapes.system_of(self.code) if self.code else ""

    def done(self) -> tuple[Decision | None, AssignedCode | None]:
        decision = self._decided()
        assigned = self._assigned(decision)
        if assigned is not None:
            self._say_more(assigned)
            assigned = AssignedCode.objects.prefetch_related("pointers__diagnosis").get(pk=assigned.pk)
        elif {"poa", *SERVICE} & set(self.asked):
            raise InvalidInputError("This act leaves no code on the chart to say more of.", field="act")
        return decision, assigned

    def _decided(self) -> Decision | None:
        act, spent = self.asked["act"], self.asked.get("seconds_spent")
        words = {"comment": self.asked.get("comment", ""), "seconds_spent": spent}
        if act == "undo":
            return undoing.undo(self.chart, by=self.by)
        if not self.code:
            raise InvalidInputError("Name the code.", field="code")
        if act == "detail":
            return None
        if act == "add":
            return deciding.add(self.chart, by=self.by, code=self.code, code_system=self.system, **words)
        if act == "accept":
            return deciding.accept(self._suggestion(), by=self.by, seconds_spent=spent)
        reason = self.asked.get("reason", "")
        if act == "reject":
            return deciding.reject(self._suggestion(), by=self.by, reason=reason, **words)
        instead = self.asked.get("instead", "")
        system = shapes.system_of(instead) if instead else ""
        return deciding.modify(
            self._suggestion(), by=self.by, code=instead, code_system=system, reason=reason, **words
        )

    def _suggestion(self) -> Suggestion:
        if self.chart.hides_suggestions:  # the same words whether or not the code is among them
            raise ConflictError("This is a blind chart: save your own list, then decide on the suggestions.")
        found = self.chart.suggestions.filter(code_system=self.system, code=self.code)
        suggestion = found.exclude(state=Suggestion.State.WITHDRAWN).first()
        if suggestion is None:
            raise InvalidInputError("This code is not among the suggestions.", field="code")
        return suggestion

    def _assigned(self, decision: Decision | None) -> AssignedCode | None:
        if decision is not None:
            return AssignedCode.objects.filter(decision=decision).first()
        found = self.chart.assigned_codes.filter(code_system=self.system, code=self.code).first()
        if found is None:
            raise InvalidInputError("This code is not on the chart.", field="code")
        return found

    def _say_more(self, assigned: AssignedCode) -> None:
        """POA of a diagnosis; of procedures and services what was sent, the rest as it was."""
        sent = self.asked
        if "poa" in sent:
            sequencing.set_poa(assigned, by=self.by, poa=sent["poa"])
        if not set(SERVICE) & set(sent):
            return
        before = [each.diagnosis.sequence for each in assigned.pointers.select_related("diagnosis")]
        sequencing.detail(
            assigned,
            by=self.by,
            modifiers=" ".join(sent.get("modifiers", assigned.modifier_list)),
            units=sent.get("units", assigned.units),
            pointers=sent.get("pointers", before),
            performed_on=sent.get("performed_on", assigned.performed_on),
            performed_by=sent.get("performed_by", assigned.performed_by),
        )
