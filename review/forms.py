"""What a person's GET and POST may say, checked against allow-lists before anything else sees it."""

from __future__ import annotations

from typing import Any

from django import forms

from review.models import Chart, Encounter
from review.worklist import SORTS, STATUSES, WorklistFilter

STATUS_LABELS = {
    "ready": "Ready to code",
    "waiting": "Waiting for suggestions",
    "on_hold": "On hold",
    "failed": "Suggestions failed",
    "final": "Final",
}
SORT_LABELS = {"confidence": "Most certain first", "age": "Oldest first"}
MAX_IDLE_SECONDS = 300


class WorklistForm(forms.Form):
    """The filters above the worklist. Unknown values are dropped one by one, never an error page."""

    status = forms.ChoiceField(choices=[(key, STATUS_LABELS[key]) for key in STATUSES], required=False)
    sort = forms.ChoiceField(choices=[(key, SORT_LABELS[key]) for key in SORTS], required=False)
    specialty = forms.ChoiceField(required=False)
    patient_class = forms.ChoiceField(
        label="Class", choices=[("", "All classes"), *Encounter.PatientClass.choices], required=False
    )
    band = forms.ChoiceField(choices=[("", "All bands"), *Chart.Bands.choices], required=False)
    mine = forms.BooleanField(label="Mine", required=False)
    flagged = forms.BooleanField(label="Flagged for review", required=False)

    def __init__(self, data: Any, *, specialties: list[str]) -> None:
        super().__init__(data)
        self.fields["specialty"].choices = [("", "All specialties"), *((each, each) for each in specialties)]  # type: ignore[attr-defined]
        for name in self.fields:
            self.fields[name].widget.attrs["id"] = f"filter-{name}"

    def chosen(self) -> WorklistFilter:
        """The filter that the valid part of the input describes."""
        self.is_valid()
        values = {key: value for key, value in self.cleaned_data.items() if value}
        return WorklistFilter(**values)


def seconds_spent(data: Any) -> int | None:
    """The page's own count of seconds since the last act, or None when it sent nothing usable."""
    value = str(data.get("seconds_spent", ""))
    return min(int(value), MAX_IDLE_SECONDS) if value.isascii() and value.isdigit() and len(value) < 7 else None


def whole_number(text: str | None) -> int:
    """A small whole number from a form; -1 for anything else, which every action refuses by name."""
    value = text or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else -1
