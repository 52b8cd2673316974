"""Fixes, search, blind charts, time and lease, keys and money through the browser's door."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from review import chart_search
from review.actions import claiming, deciding, workbench
from review.models import Chart, NoteRead, Role
from tests.factories import World, ready, user


def url(name: str, chart: Chart) -> str:
    return reverse(name, args=[chart.public_id])


def test_a_fix_answers_with_the_fresh_work(htmx: Client, world: World) -> None:
    response = htmx.post(url("chart_fix", world.outpatient), {"act": "add", "code": world.suggestion.code})
    page = response.content.decode()
    assert response.status_code == 200
    assert page.lstrip().startswith('<div id="work"')
    assert f'id="s{world.suggestion.pk}" data-id="{world.suggestion.pk}" data-state="accepted"' in page


def test_a_stale_fix_answers_409_beside_the_page(htmx: Client, world: World) -> None:
    response = htmx.post(url("chart_fix", world.outpatient), {"act": "add", "code": "Z794", "version": "999"})
    assert response.status_code == 409
    assert response.headers["HX-Retarget"] == "#notices"


def test_a_line_is_edited_in_place_and_shown(htmx: Client, world: World) -> None:
    htmx.post(url("chart_add", world.outpatient), {"code": "Z79.4"})
    htmx.post(url("chart_add", world.outpatient), {"code": "99213"})
    service = world.outpatient.assigned_codes.get(code="99213")
    sent = {"modifiers": "25", "units": "2", "pointers": "1", "performed_on": "2026-06-01", "performed_by": "Dr. T"}
    page = htmx.post(reverse("assigned_detail", args=[service.pk]), sent).content.decode()
    assert '<span class="chip">25</span><span class="chip">×2</span>' in page
    assert "→ 1</span>" in page
    stale = sent | {"version": "1", "modifiers": "59"}
    assert htmx.post(reverse("assigned_detail", args=[service.pk]), stale).status_code == 409
    for field, bad in (("units", "two"), ("pointers", "A"), ("performed_on", "June 1")):
        assert htmx.post(reverse("assigned_detail", args=[service.pk]), sent | {field: bad}).status_code == 400


def test_a_code_of_a_system_that_is_not_loaded_is_refused_in_words(htmx: Client, world: World) -> None:
    response = htmx.post(url("chart_add", world.outpatient), {"code": "02HV33Z", "code_system": "ICD-10-PCS"})
    assert response.status_code == 400
    assert "ICD-10-PCS" in response.content.decode()


def test_search_finds_words_across_white_space_and_never_by_get(htmx: Client, coder: Client, world: World) -> None:
    page = htmx.post(url("chart_search", world.outpatient), {"words": "diabetes  MELLITUS"}).content.decode()
    assert "2 places" in page
    assert "data-begin" in page
    assert "Not in the notes" in htmx.post(url("chart_search", world.outpatient), {"words": "zebra"}).content.decode()
    assert htmx.get(url("chart_search", world.outpatient)).status_code == 405
    plain = coder.post(url("chart_search", world.outpatient), {"words": "metformin"}).content.decode()
    assert "1 place" in plain
    assert 'id="work"' in plain


def test_places_count_as_browsers_do(world: World) -> None:
    note = ready("ASSESSMENT\r\n\U0001f600 sepsis (severe).\n").notes.get()
    (hit,) = chart_search.find([note], "sepsis (")
    assert (hit.begin, hit.end) == (14, 22)


def test_the_beat_counts_names_the_holder_and_tells_of_changes(htmx: Client, world: World) -> None:
    chart = world.outpatient
    claiming.claim(chart, by=world.coder)
    page = htmx.post(url("chart_beat", chart), {"seconds": "20", "version": chart.version}).content.decode()
    assert "Yours until" in page
    assert "has changed" not in page
    deciding.add(chart, by=world.coder, code="Z87.891")
    assert "has changed" in htmx.post(url("chart_beat", chart), {"seconds": "0", "version": "1"}).content.decode()
    Chart.objects.filter(pk=chart.pk).update(
        claimed_by=user(username="holder"), claim_expires_at=timezone.now() + timedelta(minutes=5)
    )
    assert "is coding this chart until" in htmx.post(url("chart_beat", chart), {"seconds": "x"}).content.decode()
    assert workbench.spend(chart, by=world.coder, seconds=0) == 20


def test_notes_are_bold_until_they_were_read(htmx: Client, coder: Client, world: World) -> None:
    note = world.outpatient.notes.get()
    assert 'class="is-unread"' in coder.get(url("chart", world.outpatient)).content.decode()
    for _ in range(2):
        assert htmx.post(url("chart_read", world.outpatient), {"note": note.pk}).status_code == 204
    assert NoteRead.objects.get().person == world.coder
    assert 'class="is-unread"' not in coder.get(url("chart", world.outpatient)).content.decode()
    elsewhere = world.inpatient.notes.get()
    assert htmx.post(url("chart_read", world.outpatient), {"note": elsewhere.pk}).status_code == 404


def test_a_blind_chart_is_shown_after_the_own_list(htmx: Client, coder: Client, world: World) -> None:
    Chart.objects.filter(pk=world.outpatient.pk).update(blind=True)
    page = coder.get(url("chart", world.outpatient)).content.decode()
    assert "A blind chart." in page
    assert world.suggestion.description not in page
    assert "data-s=" not in page
    assert htmx.post(url("chart_show_suggestions", world.outpatient)).status_code == 400
    htmx.post(url("chart_add", world.outpatient), {"code": "Z87.891"})
    assert htmx.post(url("chart_show_suggestions", world.outpatient)).headers["HX-Refresh"] == "true"
    assert f'id="s{world.suggestion.pk}"' in coder.get(url("chart", world.outpatient)).content.decode()


def test_money_is_switched_and_leads_back_to_our_pages_only(coder: Client, world: World) -> None:
    back = url("chart", world.inpatient)
    assert coder.post(reverse("money"), {"hide": "1", "next": back}).headers["Location"] == back
    assert "DRG hidden until you have decided" in coder.get(back).content.decode()
    away = coder.post(reverse("money"), {"hide": "0", "next": "https://example.org/"})
    assert away.headers["Location"] == reverse("worklist")
    assert "No DRG without a principal diagnosis" in coder.get(back).content.decode()


def test_changed_keys_lead_back_to_the_chart(coder: Client, world: World) -> None:
    chart = url("chart", world.outpatient)
    link = f"{reverse('keys')}?next={chart}"
    assert f'href="{link}"' in coder.get(chart).content.decode()
    assert f'name="next" value="{chart}"' in coder.get(link).content.decode()
    assert coder.post(reverse("keys"), {"key_accept": "y", "next": chart}).headers["Location"] == chart


def test_keys_are_the_persons_own_and_stand_on_the_buttons(coder: Client, world: World) -> None:
    assert coder.post(reverse("keys"), {"key_accept": "y"}).status_code == 302
    page = coder.get(url("chart", world.outpatient)).content.decode()
    assert "Accept <kbd>y</kbd>" in page
    assert '"accept": "y"' in page
    refused = coder.post(reverse("keys"), {"key_accept": "j"})
    assert refused.status_code == 400
    assert "would both" in refused.content.decode()
    coder.post(reverse("keys"), {"usual": "1"})
    assert "Accept <kbd>a</kbd>" in coder.get(url("chart", world.outpatient)).content.decode()


@pytest.mark.parametrize("percent", ["51", "-1", "x", ""])
def test_the_policy_takes_shares_up_to_a_half(client: Client, world: World, percent: str) -> None:
    client.force_login(world.admin)
    assert client.post(reverse("workbench_policy"), {"blind_percent": "5"}).status_code == 302
    assert client.post(reverse("workbench_policy"), {"blind_percent": percent}).status_code == 400
    assert 'value="5"' in client.get(reverse("workbench_policy")).content.decode()
    client.force_login(world.users[Role.SUPERVISOR])
    assert "No blind chart has been coded yet" in client.get(reverse("blind_report")).content.decode()
