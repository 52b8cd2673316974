"""Load the ICD-10-CM release that ships with `simple-icd-10-cm`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from medcode.codebook.loaders import icd10cm
from medcode.codebook.loaders.store import store
from medcode.codebook.models import Release


class Command(BaseCommand):
    help = "Load the ICD-10-CM April 2026 release into PostgreSQL. Running it again changes nothing."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        say = self.stdout.write if verbosity else lambda message: None
        known = Release.objects.filter(code_system=icd10cm.CODE_SYSTEM, name=icd10cm.PACKAGED_RELEASE).first()
        if known:
            say(f"{known}: {known.code_count:,} billable codes, was loaded before; nothing changed.")
            return
        say("Reading the tabular list …")
        release, _ = store(
            icd10cm.read(*icd10cm.packaged_files()),
            code_system=icd10cm.CODE_SYSTEM,
            name=icd10cm.PACKAGED_RELEASE,
            valid_from=icd10cm.PACKAGED_VALID_FROM,
            valid_to=icd10cm.PACKAGED_VALID_TO,
            source="CDC/NCHS tabular list and code list, as packaged by simple-icd-10-cm 1.5.0",
            progress=lambda message: say(f"{message} …"),
        )
        say(self.style.SUCCESS(f"{release}: {release.code_count:,} billable codes loaded."))
