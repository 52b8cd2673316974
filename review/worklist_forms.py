"""What the worklist's forms may say, checked against allow-lists before anything else sees it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms

from review.actions.moving import ACTS
from review.models import FLAGS, AssignmentRule, Chart, Encounter, Role, SavedFilter, User
from review.worklist import ANY_FLAG, ME, NOBODY, SORTS, STATUSES, Choices, WorklistFilter

# Generic for the type checker alone.
if TYPE_CHECKING:
    Base = forms.ModelForm[AssignmentRule]
else:
    Base = forms.ModelForm

STATUS_LABELS = {
    "ready": "Ready to code",
    "waiting": "Waiting for suggestions",
    "on_hold": "On hold",
    "failed": "Suggestions failed",
    "final": "Final",
}
SORT_LABELS = {
    "confidence": "Most certain first",
    "age": "Oldest first",
    "specialty": "Specialty",
    "payer": "Payer",
    "patient_class": "Class",
    "facility": "Facility",
    "assigned": "Assigned to me first",
    "flags": "Flagged first",
    "weight": "Heaviest DRG first",
}
FLAG_LABELS = {
    "query_open": "Query open",
    "edit_failed": "Edit failed",
    "missing_document": "Missing document",
    "needs_manual_review": "Manual review",
    "by_fallback": "Answered by fallback",
    "for_audit": "For audit",
}
HOLD_REASONS = [
    "Operative report missing",
    "Discharge summary missing",
    "Pathology pending",
    "Query to the provider open",
]
CLASSES = [("", "All classes"), *Encounter.PatientClass.choices]


def _any(label: str, values: Iterable[str]) -> list[tuple[str, str]]:
    return [("", label), *((each, each) for each in values)]


class WorklistForm(forms.Form):
    """The filters above the worklist. Unknown values are dropped one by one, never an error page."""

    status = forms.ChoiceField(choices=[(key, STATUS_LABELS[key]) for key in STATUSES], required=False)
    sort = forms.ChoiceField(choices=[(key, SORT_LABELS[key]) for key in SORTS], required=False)
    specialty = forms.ChoiceField(required=False)
    patient_class = forms.ChoiceField(label="Class", choices=CLASSES, required=False)
    payer = forms.ChoiceField(required=False)
    facility = forms.ChoiceField(required=False)
    band = forms.ChoiceField(choices=[("", "All bands"), *Chart.Bands.choices], required=False)
    flag = forms.ChoiceField(
        choices=[("", "All charts"), (ANY_FLAG, "Any flag"), *((each, FLAG_LABELS[each]) for each in FLAGS)],
        required=False,
    )
    assigned = forms.ChoiceField(label="Assigned to", required=False)
    mine = forms.BooleanField(label="Mine", required=False)

    def __init__(self, data: Any, *, choices: Choices, people: Iterable[User] = (), money: bool = True) -> None:
        """`money`: whether this person may be shown what charts weigh, and so their order by it."""
        super().__init__(data)
        to = [("", "Anybody"), (ME, "Me"), (NOBODY, "Nobody"), *((str(each.pk), each.display_name) for each in people)]
        offered = {
            "specialty": _any("All specialties", choices.specialties),
            "payer": _any("All payers", choices.payers),
            "facility": _any("All facilities", choices.facilities),
            "assigned": to,
            "sort": [(key, SORT_LABELS[key]) for key in SORTS if money or key != "weight"],
        }
        for name, field in self.fields.items():
            if name in offered:
                field.choices = offered[name]  # type: ignore[attr-defined]
            # The page asks again when one of these changes, not while a name for them is typed beside them.
            field.widget.attrs |= {"id": f"filter-{name}", "class": "filter"}

    def values(self) -> dict[str, Any]:
        """The valid part of the input, less what says "any"."""
        self.is_valid()
        return {key: value for key, value in self.cleaned_data.items() if value}

    def chosen(self) -> WorklistFilter:
        """The filter that the valid part of the input describes."""
        return WorklistFilter(**self.values())


def query_of(kept: SavedFilter) -> str:
    """A kept filter as the worklist's query. What it says is checked again there, against today's choices."""
    fields = WorklistForm.base_fields
    return urlencode({key: "on" if value is True else value for key, value in kept.values.items() if key in fields})


class MoveForm(forms.Form):
    """Selected charts, and what is to be done with them."""

    act = forms.ChoiceField(choices=list(ACTS.items()), required=False)
    to = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Choose a coder")
    reason = forms.CharField(max_length=200, required=False)

    def __init__(self, data: Any, *, people: Any) -> None:
        super().__init__(data)
        self.fields["to"].queryset = people  # type: ignore[attr-defined]
        self.fields["to"].label_from_instance = lambda person: person.display_name  # type: ignore[attr-defined]


def public_ids(texts: Iterable[str]) -> list[UUID]:
    """The identifiers among the texts; what is none is left out."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


class RuleForm(Base):
    """A new rule of assignment."""

    class Meta:
        model = AssignmentRule
        fields = ["name", "priority", *AssignmentRule.CRITERIA, "person", "team", "audit_new_coders"]
        labels = {"patient_class": "Class", "person": "To a coder", "team": "or to a team"}

    def __init__(self, data: Any, *, choices: Choices, people: Any) -> None:
        super().__init__(data)
        for name, label, values in (
            ("specialty", "Any specialty", choices.specialties),
            ("payer", "Any payer", choices.payers),
            ("facility", "Any facility", choices.facilities),
        ):
            self.fields[name] = forms.ChoiceField(choices=_any(label, values), required=False)
        self.fields["patient_class"].choices = [("", "Any class"), *Encounter.PatientClass.choices]  # type: ignore[attr-defined]
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["person"].label_from_instance = lambda person: person.display_name  # type: ignore[attr-defined]
        self.fields["person"].empty_label = "Choose a coder"  # type: ignore[attr-defined]
        self.fields["team"].empty_label = "Choose a team"  # type: ignore[attr-defined]
        self.fields["audit_new_coders"].label = "Second look at new coders’ charts"


class TeamForm(forms.Form):
    """A team and who is in it."""

    name = forms.CharField(max_length=80)
    members = forms.ModelMultipleChoiceField(User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["members"].queryset = User.objects.filter(is_active=True, role=Role.CODER).order_by("first_name")  # type: ignore[attr-defined]
        self.fields["members"].label_from_instance = lambda person: person.display_name  # type: ignore[attr-defined]
