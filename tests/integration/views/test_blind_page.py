"""What a blind chart's page shows before its own list is saved."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse

from review.models import Chart
from tests.factories import World


def test_its_findings_stay_closed_for_they_would_cover_the_field_that_adds_codes(coder: Client, world: World) -> None:
    Chart.objects.filter(pk=world.outpatient.pk).update(blind=True)
    page = coder.get(reverse("chart", args=[world.outpatient.public_id])).content.decode()
    findings = re.search(r'<details class="findings"[^>]*>', page)
    assert findings is not None
    assert " open" not in findings.group()
