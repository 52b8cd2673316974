"""The shapes of questions to the code book and of its answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

MOST_CODES = 200
CODE = serializers.CharField


class CheckSerializer(serializers.Serializer[Any]):
    codes = serializers.ListField(
        child=CODE(max_length=40),
        min_length=1,
        max_length=MOST_CODES,
        help_text="In sequence, the first one principal: `E11.22`, `E11.22:Y` (POA), `74300-59x2` (modifier, units).",
    )
    date = serializers.DateField(required=False, allow_null=True, default=None, help_text="Default: today.")
    setting = serializers.ChoiceField(["inpatient", "outpatient"], default="outpatient")
    sex = serializers.ChoiceField(["F", "M", ""], default="")
    age = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0, max_value=124)
    uncertain = serializers.ListField(
        child=CODE(max_length=40), default=list, max_length=MOST_CODES,
        help_text="Codes of diagnoses documented only as probable or suspected.",
    )  # fmt: skip


class FixSerializer(serializers.Serializer[Any]):
    action = serializers.ChoiceField(["add", "remove", "replace", "move_before", "set_poa", "add_modifier"])
    code = CODE()
    value = CODE()
    sentence = CODE()


class FindingSerializer(serializers.Serializer[Any]):
    rule = CODE()
    severity = serializers.ChoiceField(["error", "warning", "info"])
    codes = serializers.ListField(child=CODE())
    sentence = CODE()
    source = CODE(help_text="Guideline section, place in the tabular, or CMS file.")  # type: ignore[assignment]
    fix = FixSerializer(allow_null=True)


class GroupSerializer(serializers.Serializer[Any]):
    principal = CODE(max_length=40)
    codes = serializers.ListField(
        child=CODE(max_length=40), default=list, max_length=MOST_CODES, help_text="Secondary diagnoses, procedures."
    )
    sex = serializers.ChoiceField(["F", "M"])
    age = serializers.IntegerField(min_value=0, max_value=124)
    date = serializers.DateField(required=False, allow_null=True, default=None, help_text="Discharge. Default: today.")
    disposition = serializers.RegexField(r"^\d{2}$", default="01", help_text="Patient discharge status (UB-04 FL 17).")


class EffectSerializer(serializers.Serializer[Any]):
    code = CODE()
    level = serializers.ChoiceField(["MCC", "CC", ""])
    counted = serializers.BooleanField()
    excluded_by = CODE()
    reason = CODE()


class HccSerializer(serializers.Serializer[Any]):
    hcc = CODE()
    label = CODE()  # type: ignore[assignment]
    codes = serializers.ListField(child=CODE())


class GroupingSerializer(serializers.Serializer[Any]):
    drg = CODE()
    title = CODE()
    mdc = CODE()
    type = serializers.ChoiceField(["medical", "surgical", ""])
    weight = CODE(allow_null=True)
    geometric_mean_stay = CODE(allow_null=True)
    arithmetic_mean_stay = CODE(allow_null=True)
    version = CODE()
    problem = CODE(help_text="Why the case cannot be grouped.")
    stand_in = CODE(help_text="Said when the grouper or weights of another date stood in.")
    codes = EffectSerializer(many=True)
    hcc = HccSerializer(many=True)


class LineSerializer(serializers.Serializer[Any]):
    code = CODE()
    title = CODE()
    kind = serializers.ChoiceField(["chapter", "block", "category", "code"])
    billable = serializers.BooleanField()


class NoteSerializer(serializers.Serializer[Any]):
    kind = CODE()
    at = CODE(help_text="Where in the hierarchy the instruction stands.")
    text = CODE()


class ExtensionSerializer(serializers.Serializer[Any]):
    character = CODE()
    meaning = CODE()
    code = CODE()


class EntrySerializer(serializers.Serializer[Any]):
    """Fields after `instead` are absent for a code that the day's release does not have."""

    code = CODE()
    code_system = CODE()
    title = CODE()
    standing = serializers.ChoiceField(["billable", "header", "retired", "future", "unknown"])
    sentence = CODE()
    instead = serializers.ListField(child=CODE())
    release = CODE(required=False)
    billable = serializers.BooleanField(required=False)
    level = serializers.ChoiceField(["MCC", "CC", ""], required=False)
    hcc = CODE(required=False)
    poa_exempt = serializers.BooleanField(required=False, allow_null=True)
    ancestors = LineSerializer(many=True, required=False)
    children = LineSerializer(many=True, required=False)
    notes = NoteSerializer(many=True, required=False)
    seventh_characters = ExtensionSerializer(many=True, required=False)
    predecessors = serializers.ListField(child=CODE(), required=False)


class HitSerializer(serializers.Serializer[Any]):
    code = CODE()
    code_system = CODE()
    title = CODE()
    billable = serializers.BooleanField()
    why = CODE(help_text="What was understood, when the words themselves are not in the title.")
    marked = serializers.ListField(child=CODE())


class ChangeSerializer(serializers.Serializer[Any]):
    code = CODE()
    before = CODE()
    after = CODE()
    instead = serializers.ListField(child=CODE())


class ComparisonSerializer(serializers.Serializer[Any]):
    code_system = CODE()
    old = CODE()
    new = CODE()
    new_codes = ChangeSerializer(many=True)
    retired = ChangeSerializer(many=True)
    retitled = ChangeSerializer(many=True)
    revised = ChangeSerializer(many=True)
