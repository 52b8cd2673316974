"""Charts from files on the person's own computer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from review.actions.bringing_in import Brought, bring_in, describe
from review.actions.receiving import Received
from review.intake import files
from review.models import Encounter, User
from review.views.decorators import PersonRequest, allow

SOURCE = "upload"
MAX_FILES = 20
SHOWN = 200


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; the value is a list."""

    widget = FilesInput(attrs={"multiple": True, "accept": ".jsonl,.ndjson,.json,.txt"})

    def clean(self, data: Any, initial: Any = None) -> Any:
        chosen = data or [None]
        if len(chosen) > MAX_FILES:
            raise forms.ValidationError(f"Choose at most {MAX_FILES} files at once.")
        return [super(FilesField, self).clean(each, initial) for each in chosen]


class UploadForm(forms.Form):
    """The files, and what holds where a chart says nothing itself."""

    chosen = FilesField(allow_empty_file=True, error_messages={"required": "Choose at least one file."})
    specialty = forms.CharField(required=False, max_length=60)
    patient_class = forms.ChoiceField(choices=[("", "Not said"), *Encounter.PatientClass.choices], required=False)


@dataclass(slots=True)
class Line:
    """One line of a file that came in, or was refused."""

    where: str
    received: Received | None = None
    field: str = ""
    reason: str = ""


@dataclass(slots=True)
class FileResult:
    """What became of one file. `lines` and `refusals` hold the first few; the counts tell all."""

    name: str
    counts: Counter[str] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)
    refusals: list[Line] = field(default_factory=list)
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)

    def add(self, brought: Brought) -> None:
        where = brought.item.where
        self.unread.update(brought.item.unread)
        for skipped in brought.item.skipped:
            self.skipped[skipped.kind, skipped.reason] += skipped.count
        for received in brought.received:
            self.counts[received.outcome] += 1
            self.lines.append(Line(where, received))
        if brought.error:
            self.counts["refused"] += 1
            self.refusals.append(Line(where, None, *describe(brought.error)))
        del self.lines[SHOWN:], self.refusals[SHOWN:]

    @property
    def tallies(self) -> Iterator[tuple[str, int]]:
        return ((name, self.counts[name]) for name in ("created", "amended", "unchanged", "refused"))

    @property
    def not_shown(self) -> int:
        return sum(self.counts.values()) - len(self.lines) - len(self.refusals)

    @property
    def left_out(self) -> list[tuple[int, str, str]]:
        return [(count, kind, reason) for (kind, reason), count in self.skipped.most_common()]

    @property
    def fields_not_read(self) -> list[tuple[str, int]]:
        return self.unread.most_common()


@require_http_methods(["GET", "POST"])
@allow("bring_in_charts")
def upload(request: PersonRequest) -> HttpResponse:
    """The form, and below it what became of the files that were just sent."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    results = [_bring_in(each, form, request.user) for each in form.cleaned_data["chosen"]] if form.is_valid() else []
    status = 400 if form.errors else 200
    return render(request, "upload/show.html", {"form": form, "results": results}, status=status)


def _bring_in(file: UploadedFile[Any], form: UploadForm, by: User) -> FileResult:
    defaults = files.Defaults(
        source=SOURCE,
        specialty=form.cleaned_data["specialty"].strip(),
        patient_class=form.cleaned_data["patient_class"],
    )
    name = file.name or ""
    result = FileResult(name)
    for brought in bring_in(files.read(name, file, defaults), by=by):
        result.add(brought)
    return result
