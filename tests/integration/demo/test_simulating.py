"""Who may have a past simulated, and what an account that people use gets of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from review import my_day
from review.actions import accounts, simulating
from review.actions.errors import NotAllowedError
from review.models import Chart, ChartAudit, Role, User
from tests.integration.demo.test_simulated_history import FEW, TODAY


def test_only_admins_simulate_a_past(db: None) -> None:
    coder = accounts.create_user("coder", role=Role.CODER, password=None, by=None)
    with pytest.raises(NotAllowedError):
        simulating.simulate_history(by=coder, today=TODAY)
    assert not Chart.objects.exists()


def test_an_account_that_people_use_has_a_past_and_a_finding_to_answer(db: None, client: Client) -> None:
    own = accounts.create_user("casey", role=Role.CODER, password="secret", full_name="Casey", by=None)
    simulating.simulate_history(by=None, today=TODAY, charts_a_week=FEW, own=own)
    assert User.objects.filter(decisions__isnull=False).distinct().count() == 4
    audit = ChartAudit.objects.filter(coder=own, status=ChartAudit.Status.RETURNED).latest("drawn_at")
    assert audit.codes.exclude(kind="").exists()
    assert not audit.codes.exclude(answer="").exists()
    client.force_login(own)
    assert str(audit.pk) in client.get(reverse("my_audits")).content.decode()
    day = my_day.of(own, now=datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert day.simulated
    assert day.baseline
    assert day.baseline.charts > 0
