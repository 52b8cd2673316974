"""The pages of the second look, without scripts and with htmx, for each role."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from review.actions import second_look as acts
from review.actions import worksheet
from review.actions.second_look import Said
from review.models import AuditEvent, AuditSample, ChartAudit, DoubleCoding, Role, SampleMethod
from tests import factories
from tests.factories import World
from tests.integration.second_look import begun, drawn, final, inpatient


def signed_in(world: World, role: Role, **headers: str) -> Client:
    client = Client(headers=headers)
    client.force_login(world.users[role])
    return client


@pytest.fixture
def auditor(world: World) -> Client:
    return signed_in(world, Role.AUDITOR)


@pytest.fixture
def audit(world: World) -> ChartAudit:
    return begun(world)


def returned(world: World, audit: ChartAudit) -> ChartAudit:
    by = world.users[Role.AUDITOR]
    worksheet.add(audit, by=by, code="K21.9", kind="missed", comment="Plan, item 3")
    audit.refresh_from_db()
    return acts.return_to_coder(audit, by=by, version=audit.version)


def test_empty_pages_say_what_to_do(world: World, auditor: Client, coder: Client) -> None:
    assert "Draw a sample" in auditor.get(reverse("second_look")).content.decode()
    assert "No plan yet" in auditor.get(reverse("second_look_samples")).content.decode()
    assert "No chart was coded twice" in auditor.get(reverse("agreement")).content.decode()
    assert "Nothing to answer" in coder.get(reverse("my_audits")).content.decode()
    assert "No second look at your charts" in coder.get(reverse("my_audits_card")).content.decode()


def test_a_sample_is_drawn_once_however_often_the_form_is_sent(world: World, auditor: Client) -> None:
    final(world.outpatient, world.coder, "I10")
    today = timezone.localdate()
    form = {
        "key": str(uuid.uuid4()),
        "first_day": (today - timedelta(days=1)).isoformat(),
        "last_day": today.isoformat(),
        "rule": "any",
        "method": "review",
        "size": "2",
        "unit": "count",
        "specialty": "",
        "payer": "",
        "patient_class": "",
    }
    first, second = (auditor.post(reverse("second_look_draw"), form) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    page = auditor.get(first.headers["Location"]).content.decode()
    assert "Example, Mary" in page
    assert "1 of 1 charts" in page


@pytest.mark.parametrize(
    "wrong", [{"key": "x"}, {"first_day": "yesterday"}, {"size": "many"}, {"last_day": "2999-01-01"}], ids=str
)
def test_nonsense_in_the_form_is_refused_with_a_sentence(auditor: Client, wrong: dict[str, str]) -> None:
    form = {"key": str(uuid.uuid4()), "first_day": "2026-06-01", "last_day": "2026-06-02", "size": "2"} | wrong
    assert auditor.post(reverse("second_look_draw"), form).status_code == 400
    assert not AuditSample.objects.exists()


def test_a_plan_draws_last_week_at_once(auditor: Client) -> None:
    response = auditor.post(reverse("second_look_plan"), {"name": "Weekly", "size": "3"}, follow=True)
    assert "No chart was drawn" in response.content.decode()
    plans = auditor.get(reverse("second_look_samples")).content.decode()
    assert "3 charts of each coder" in plans


def test_the_worksheet_works_without_scripts(audit: ChartAudit, auditor: Client) -> None:
    row = audit.codes.get(code="I10")
    response = auditor.post(reverse("line_remove", args=[row.pk]), {"kind": "unsupported", "comment": "<b>No</b>"})
    assert response.headers["Location"] == reverse("audit", args=[audit.pk])
    page = auditor.get(response.headers["Location"]).content.decode()
    assert "Return 1 finding" in page
    assert "&lt;b&gt;No&lt;/b&gt;" in page


def test_with_htmx_the_sheet_comes_back_with_its_new_score(world: World, audit: ChartAudit) -> None:
    htmx = signed_in(world, Role.AUDITOR, **{"HX-Request": "true"})
    page = htmx.post(reverse("audit_add", args=[audit.pk]), {"code": "K21.9", "kind": "missed"}).content.decode()
    assert page.startswith('<div id="sheet">')
    assert "2 of 3" in page
    refused = htmx.post(reverse("audit_add", args=[audit.pk]), {"code": "K21.9", "kind": "missed"})
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (409, "#notices")


def test_every_line_act_has_its_door(world: World, auditor: Client) -> None:
    inpatient(world.coder, "J18.9", "I10")
    audit = acts.take(drawn(world).audits.get(), by=world.users[Role.AUDITOR])
    row = audit.codes.get(code="I10")
    change = {"code": "I11.9", "kind": "wrong", "comment": ""}
    for name, data in (
        ("line_poa", {"poa": "N"}),
        ("line_move", {"to": "1"}),
        ("line_change", change),
        ("line_explain", {"comment": "See ECG"}),
    ):
        assert auditor.post(reverse(name, args=[row.pk]), data).status_code == 302
    row.refresh_from_db()
    assert (row.code, row.poa, row.sequence, row.comment) == ("I119", "N", 1, "See ECG")
    page = auditor.get(reverse("audit", args=[audit.pk])).content.decode()
    assert "principal counts 2" in page
    assert "DRG" in page
    auditor.post(reverse("line_restore", args=[row.pk]))
    row.refresh_from_db()
    assert (row.code, row.poa) == ("I10", "Y")


def test_a_coder_sees_their_own_from_the_moment_it_is_returned(world: World, audit: ChartAudit, coder: Client) -> None:
    url = reverse("audit", args=[audit.pk])
    assert coder.get(url).status_code == 404
    returned(world, audit)
    assert "Agree" in coder.get(url).content.decode()
    other = Client()
    other.force_login(factories.user())
    assert other.get(url).status_code == 404
    assert other.post(reverse("audit_answer", args=[audit.pk])).status_code == 404


def test_from_the_answer_to_the_learning_card(world: World, audit: ChartAudit, auditor: Client, coder: Client) -> None:
    audit = returned(world, audit)
    row = audit.codes.get(code="K219")
    assert "Example, Mary" in coder.get(reverse("my_audits")).content.decode()
    coder.post(reverse("audit_answer", args=[audit.pk]), {f"answer-{row.pk}": "rebut", f"comment-{row.pk}": "No."})
    assert "Coder rebuts" in auditor.get(reverse("second_look")).content.decode()
    auditor.post(reverse("audit_escalate", args=[audit.pk]))
    supervisor = signed_in(world, Role.SUPERVISOR)
    assert "With the supervisor" in supervisor.get(reverse("second_look")).content.decode()
    supervisor.post(reverse("audit_decide", args=[audit.pk]), {f"ruling-{row.pk}": "upheld"})
    audit.refresh_from_db()
    assert audit.status == ChartAudit.Status.DECIDED
    card = coder.get(reverse("my_audits_card")).content.decode()
    assert "K21.9" in card
    assert "Section III" in card
    assert "0 of your 1 rebuttal held" in card


def test_the_learning_card_is_open_to_the_coder_alone(world: World, auditor: Client) -> None:
    for client in (auditor, signed_in(world, Role.SUPERVISOR), signed_in(world, Role.ADMIN)):
        assert client.get(reverse("my_audits_card")).status_code == 403
    assert "user" not in reverse("my_audits_card")


def test_the_numbers_lead_to_their_charts_and_to_csv(world: World, audit: ChartAudit, auditor: Client) -> None:
    audit = returned(world, audit)
    row = audit.codes.get(code="K219")
    acts.answer(audit, by=world.coder, said={row.pk: Said("agree")})
    acts.finish(audit, by=world.users[Role.AUDITOR])
    page = auditor.get(reverse("second_look")).content.decode()
    assert "66.7%" in page
    assert world.coder.display_name not in page
    behind = auditor.get(reverse("second_look_charts"), {"kind": "missed"}).content.decode()
    assert reverse("audit", args=[audit.pk]) in behind
    assert "Nothing matches" in auditor.get(reverse("second_look_charts"), {"kind": "poa"}).content.decode()
    response = auditor.get(reverse("second_look_csv"))
    lines = list(csv.DictReader(io.StringIO(b"".join(response).decode())))
    assert [(line["right"], line["auditor_codes"], line["errors"]) for line in lines] == [("2", "3", "1")]
    assert AuditEvent.objects.filter(event="export.second_looks").count() == 1


@pytest.mark.parametrize(
    "query",
    [{"first": "x"}, {"status": "x"}, {"kind": "x"}, {"sample": "²"}, {"first": "2026-06-02", "last": "2026-06-01"}],
    ids=str,
)
def test_nonsense_in_the_address_is_refused(auditor: Client, query: dict[str, str]) -> None:
    for name in ("second_look", "second_look_charts", "second_look_csv"):
        assert auditor.get(reverse(name), query).status_code == 400


def test_the_blind_page_shows_no_code_of_the_first_coder(world: World) -> None:
    final(world.outpatient, world.coder, "E11.40", "I10")
    double = drawn(world, method=SampleMethod.DOUBLE).double_codings.get()
    second = factories.user()
    client = Client()
    client.force_login(second)
    url = reverse("double", args=[double.pk])
    assert client.get(url).status_code == 404
    client.post(reverse("double_take", args=[double.pk]))
    page = client.get(url).content.decode()
    assert "neuropathy" in page
    assert "E11.40" not in page
    assert "<mark" not in page
    client.post(reverse("double_add", args=[double.pk]), {"code": "I10", "code_system": "ICD-10-CM"})
    client.post(reverse("double_add", args=[double.pk]), {"code": "K21.9", "code_system": "ICD-10-CM"})
    row = double.codes.get(code="K219")
    client.post(reverse("twice_edit", args=[row.pk]), {"act": "first"})
    client.post(reverse("double_submit", args=[double.pk]))
    assert "E11.40" in client.get(url).content.decode()
    assert client.post(reverse("double_adjudicate", args=[double.pk])).status_code == 403
    auditor = signed_in(world, Role.AUDITOR)
    picks = {f"kept-{each.pk}": "yes" for each in double.codes.all()}
    auditor.post(reverse("double_adjudicate", args=[double.pk]), picks)
    double.refresh_from_db()
    assert double.status == DoubleCoding.Status.ADJUDICATED
    page = auditor.get(reverse("agreement")).content.decode()
    assert "Cohen’s κ" in page
    assert b"E11" not in b"".join(auditor.get(reverse("agreement_csv")))


def test_next_opens_the_unfinished_one_then_what_waits(world: World, audit: ChartAudit, auditor: Client) -> None:
    url = reverse("second_look_next")
    assert auditor.post(url).headers["Location"] == reverse("audit", args=[audit.pk])
    acts.return_to_coder(audit, by=world.users[Role.AUDITOR], version=audit.version)
    assert auditor.post(url).headers["Location"] == reverse("second_look_samples")
