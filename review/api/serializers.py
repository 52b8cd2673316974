"""The shapes of the API. Requests are read by `review.intake`; their classes here only document them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.reverse import reverse

from review.intake.incoming import limit
from review.models import AssignedCode, Chart, Encounter, LabResult, Medication, Note, Patient, Suggestion


class ErrorSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Where, in the sender's terms: `notes[2].text`; empty for the whole.")
    reason = serializers.CharField()


class ErrorsSerializer(serializers.Serializer[Any]):
    errors = ErrorSerializer(many=True)  # type: ignore[assignment]  # a field, not the errors of validation


# --- What is sent ---------------------------------------------------------------------------------


class SentPatientSerializer(serializers.Serializer[Any]):
    mrn = serializers.CharField(required=False, max_length=limit(Patient, "mrn"))
    name = serializers.CharField(required=False, max_length=limit(Patient, "name"), help_text="Family, Given")
    sex = serializers.CharField(required=False, help_text="F, M, U, female, male, other or unknown.")
    birth_date = serializers.DateField(required=False)


class SentNoteSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(max_length=limit(Note, "source_id"), help_text="Names the document for ever.")
    text = serializers.CharField(help_text="Line ends are stored as \\n; evidence offsets count code points of that.")
    kind = serializers.CharField(required=False, max_length=limit(Note, "kind"))
    title = serializers.CharField(required=False, max_length=limit(Note, "title"))
    author = serializers.CharField(required=False, max_length=limit(Note, "author"))
    written_at = serializers.DateTimeField(required=False)


class SentMedicationSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=limit(Medication, "name"))
    dose = serializers.CharField(required=False, max_length=limit(Medication, "dose"))
    route = serializers.CharField(required=False, max_length=limit(Medication, "route"))
    frequency = serializers.CharField(required=False, max_length=limit(Medication, "frequency"))
    started_on = serializers.DateField(required=False)


class SentLabSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=limit(LabResult, "name"))
    value = serializers.CharField(max_length=limit(LabResult, "value"), help_text="A string or a number.")
    unit = serializers.CharField(required=False, max_length=limit(LabResult, "unit"))
    reference = serializers.CharField(required=False, max_length=limit(LabResult, "reference"))
    flag = serializers.CharField(required=False, max_length=limit(LabResult, "flag"), help_text="H, L, HH, LL, A …")
    taken_at = serializers.DateTimeField(required=False)


class SentChartSerializer(serializers.Serializer[Any]):
    """One encounter. Sending it again changes nothing; what differs amends the chart until it is final."""

    id = serializers.CharField(max_length=limit(Encounter, "source_id"), help_text="The encounter at the source.")
    source = serializers.CharField(  # type: ignore[assignment]  # a field of that name
        required=False, max_length=limit(Encounter, "source"), help_text="Default: `api`."
    )
    text = serializers.CharField(required=False, help_text="In place of `notes`, for a chart of one document.")
    notes = SentNoteSerializer(many=True, required=False)
    patient = SentPatientSerializer(required=False)
    age = serializers.IntegerField(required=False, min_value=0, max_value=130, help_text="Years on admission.")
    patient_class = serializers.ChoiceField(Encounter.PatientClass.choices, required=False)
    specialty = serializers.CharField(required=False, max_length=limit(Encounter, "specialty"))
    admitted_on = serializers.DateField(required=False)
    discharged_on = serializers.DateField(required=False)
    date_of_service = serializers.DateField(required=False, help_text="Stands for a missing `admitted_on`.")
    account = serializers.CharField(required=False, max_length=limit(Encounter, "account"))
    facility = serializers.CharField(required=False, max_length=limit(Encounter, "facility"))
    payer = serializers.CharField(required=False, max_length=limit(Encounter, "payer"))
    attending = serializers.CharField(required=False, max_length=limit(Encounter, "attending"))
    disposition = serializers.CharField(required=False, max_length=limit(Encounter, "disposition"))
    medications = SentMedicationSerializer(many=True, required=False, help_text="All of them; replaces earlier ones.")
    labs = SentLabSerializer(many=True, required=False, help_text="All of them; replaces earlier ones.")
    retracted = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Ids of notes withdrawn at the source."
    )


# --- What is answered -----------------------------------------------------------------------------


class ChartSerializer(serializers.Serializer[Any]):
    """A chart without its contents."""

    id = serializers.UUIDField(source="public_id")
    url = serializers.SerializerMethodField()
    source = serializers.CharField(source="encounter.source")  # type: ignore[assignment]  # a field of that name
    source_id = serializers.CharField(source="encounter.source_id")
    status = serializers.ChoiceField(Chart.Status.choices)
    coding_date = serializers.DateField(help_text="The date that chose the release.")
    coding_date_assumed = serializers.BooleanField(help_text="The source gave no date; that of arrival was taken.")
    release = serializers.CharField(help_text="The code set's edition.", allow_null=True)
    release_is_stand_in = serializers.BooleanField(help_text="No loaded release is valid on the coding date.")
    release_sentence = serializers.SerializerMethodField()

    def get_url(self, chart: Chart) -> str:
        return reverse("api_chart", [chart.public_id], request=self.context.get("request"))

    def get_release_sentence(self, chart: Chart) -> str:
        if chart.release is None:
            return "No ICD-10-CM release is loaded yet; suggestions wait for one."
        return chart.release_sentence


class ReceivedSerializer(ChartSerializer):
    """A chart, and what sending it did."""

    outcome = serializers.ChoiceField(["created", "amended", "unchanged"])
    older_notes = serializers.ListField(
        child=serializers.CharField(), help_text="Notes left out because a newer state of them is stored."
    )


class ReceivedChartSerializer(ReceivedSerializer):
    unread_fields = serializers.ListField(
        child=serializers.CharField(), help_text="Names in the body that mean nothing here."
    )


class SkippedSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="The resource type.")
    reason = serializers.CharField()
    count = serializers.IntegerField()
    entries = serializers.ListField(child=serializers.CharField(), help_text="The first few, such as `entry[3]`.")


class ReceivedBundleSerializer(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    amended = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    charts = ReceivedSerializer(many=True)
    skipped = SkippedSerializer(many=True)


class EvidenceSerializer(serializers.Serializer[Any]):
    """`text == note.text[begin:end]` in Unicode code points of the stored note."""

    note = serializers.CharField(source="note.source_id")
    note_version = serializers.IntegerField(source="note.version")
    begin = serializers.IntegerField()
    end = serializers.IntegerField()
    text = serializers.CharField()


class SuggestionSerializer(serializers.Serializer[Any]):
    code_system = serializers.CharField()
    code = serializers.CharField(source="display", help_text="With its dot.")
    description = serializers.CharField()
    confidence = serializers.FloatField(help_text="Probability that a coder keeps it.")
    band = serializers.ChoiceField(Chart.Bands.choices)
    state = serializers.ChoiceField(Suggestion.State.choices)
    evidence = EvidenceSerializer(many=True)


class AssignedCodeSerializer(serializers.Serializer[Any]):
    sequence = serializers.IntegerField(
        help_text="Among the codes of its kind; 1 is the principal or first-listed diagnosis."
    )
    code_system = serializers.CharField()
    code = serializers.CharField(source="display", help_text="With its dot.")
    description = serializers.CharField()
    kind = serializers.ChoiceField(AssignedCode.Kind.choices)
    poa = serializers.CharField(help_text="Present on admission: Y, N, U, W, 1 or empty.")
    modifiers = serializers.ListField(child=serializers.CharField(), source="modifier_list", help_text="At most four.")
    units = serializers.IntegerField()
    pointers = serializers.SerializerMethodField(help_text="Sequence numbers of the diagnoses of a service, in order.")
    performed_on = serializers.DateField(allow_null=True, help_text="Empty: on the coding date.")
    performed_by = serializers.CharField()

    def get_pointers(self, row: AssignedCode) -> list[int]:
        return [each.diagnosis.sequence for each in row.pointers.all()]


class ChartDetailSerializer(ChartSerializer):
    """A chart with the model's suggestions and, once it is final, the codes that a coder assigned."""

    finalized_at = serializers.DateTimeField(allow_null=True)
    suggestions = SuggestionSerializer(many=True)
    suggestions_hidden = serializers.BooleanField(
        source="hides_suggestions", help_text="A blind control chart whose coder has not seen the suggestions yet."
    )
    assigned_codes = serializers.SerializerMethodField()

    def get_assigned_codes(self, chart: Chart) -> list[dict[str, Any]]:
        assigned = chart.assigned_codes.prefetch_related("pointers__diagnosis")
        rows = assigned if chart.status == Chart.Status.FINAL else []
        return [dict(AssignedCodeSerializer(row).data) for row in rows]


class ChartPageSerializer(serializers.Serializer[Any]):
    charts = ChartSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next, older charts.")
