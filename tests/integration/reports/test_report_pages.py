"""The report pages: every number leads to exactly as many rows, and nothing is empty without saying so."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from review.actions import reporting
from review.models import Chart, Role, WeeklyReport
from review.reports import drilldown
from review.reports.weeks import this_week
from tests.factories import World
from tests.integration.reports.deciding_at_random import final_chart

NUMBER_LINK = re.compile(r'<a [^>]*href="([^"]+/charts/[^"]*)"[^>]*>(\d+)</a>')
TITLE = re.compile(r'<h1>\s*[A-Za-z ]+ <span class="count">([\d,]+)</span>')


def signed_in(world: World, role: Role) -> Client:
    client = Client()
    client.force_login(world.users[role])
    return client


@pytest.fixture
def busy(world: World) -> World:
    rng = random.Random(7)
    for specialty in ("Cardiology", "Cardiology", "Urology"):
        final_chart(rng, world.coder, specialty)
    return world


def test_every_number_opens_as_many_rows_as_it_says(busy: World) -> None:
    client = signed_in(busy, Role.AUDITOR)
    page = client.get(reverse("report", args=[this_week()])).content.decode()
    links = {(unescape(url), int(number)) for url, number in NUMBER_LINK.findall(page)}
    assert len(links) > 30
    for url, number in links:
        rows = client.get(url).content.decode()
        found = TITLE.search(rows)
        assert found, url
        assert int(found[1]) == number, url
        assert rows.count("<tr>") - 1 == number or number == 0, url


def test_the_index_links_each_week_and_its_numbers(busy: World) -> None:
    client = signed_in(busy, Role.SUPERVISOR)
    page = client.get(reverse("reports")).content.decode()
    assert reverse("report", args=[this_week()]) in page
    assert (reverse("report_charts", args=[this_week()]), "3") in NUMBER_LINK.findall(page)
    assert "Simulated" not in page


def test_simulated_charts_are_named_as_such_on_every_page_that_counts_them(busy: World) -> None:
    simulated = Chart.objects.filter(status="final").earliest("pk")
    Chart.objects.filter(pk=simulated.pk).update(simulated=True)
    client = signed_in(busy, Role.ADMIN)
    for page in (reverse("reports"), reverse("report", args=[this_week()])):
        content = client.get(page).content.decode()
        assert "Simulated demo history." in content
        assert "1 of 3 charts" in content
    rows = client.get(reverse("report_charts", args=[this_week()])).content.decode()
    assert rows.count(">simulated<") == 1


def test_rows_lead_to_charts_only_for_roles_that_read_charts(busy: World) -> None:
    chart = Chart.objects.filter(status="final").earliest("pk")
    url, link = reverse("report_charts", args=[this_week()]), reverse("chart", args=[chart.public_id])
    assert link in signed_in(busy, Role.SUPERVISOR).get(url).content.decode()
    seen_by_admin = signed_in(busy, Role.ADMIN).get(url).content.decode()
    assert link not in seen_by_admin
    assert str(chart.public_id)[:8] in seen_by_admin


def test_lists_come_in_pages_that_miss_and_repeat_nothing(busy: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drilldown, "PAGE", 2)
    client = signed_in(busy, Role.AUDITOR)
    url: str | None = reverse("report_charts", args=[this_week()])
    seen: list[str] = []
    while url:
        page = client.get(url).content.decode()
        seen += re.findall(r'<a href="/charts/([0-9a-f-]+)/">', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        url = unescape(following[1]) if following else None
    final = Chart.objects.filter(status="final").order_by("pk").values_list("public_id", flat=True)
    assert seen == [str(each) for each in final]


@pytest.mark.parametrize(
    "query", ["act=delete", "band=HUGE", "code_system=X", "reason=none", "percent_from=abc", "percent_to=101",
              "specialty=" + "x" * 300, "model=%00", "after=abc", "after=-1", "after=" + "9" * 30],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_named_in_a_400(query: str, busy: World) -> None:
    response = signed_in(busy, Role.AUDITOR).get(f"{reverse('report_charts', args=[this_week()])}?{query}")
    assert response.status_code == 400
    assert query.split("=")[0] in response.content.decode()


def test_a_filter_without_an_act_lists_what_was_suggested(busy: World) -> None:
    scope = drilldown.Scope.parse({"band": "HIGH"})
    assert (scope.act, scope.lists_charts) == ("suggested", False)
    assert drilldown.Scope.parse({"specialty": "Cardiology"}).lists_charts


def test_before_the_first_final_chart_the_pages_say_so(world: World) -> None:
    client = signed_in(world, Role.ADMIN)
    assert "Nothing to report yet" in client.get(reverse("reports")).content.decode()
    assert "No chart became final" in client.get(reverse("report", args=[this_week()])).content.decode()
    assert "Nothing in this week matches" in client.get(reverse("report_charts", args=[this_week()])).content.decode()


def test_a_past_week_without_a_report_offers_to_make_it_to_those_who_may(world: World) -> None:
    url = reverse("report", args=[this_week() - timedelta(days=70)])
    assert "Make report" in signed_in(world, Role.SUPERVISOR).get(url).content.decode()
    seen_by_auditor = signed_in(world, Role.AUDITOR).get(url).content.decode()
    assert "Not made yet" in seen_by_auditor
    assert reverse("report_make") not in seen_by_auditor


def test_a_report_made_while_its_week_ran_is_counted_again(busy: World) -> None:
    reporting.make_weekly_report(this_week())
    final_chart(random.Random(8), busy.coder, "Urology")
    page = signed_in(busy, Role.AUDITOR).get(reverse("report", args=[this_week()])).content.decode()
    assert (reverse("report_charts", args=[this_week()]), "4") in NUMBER_LINK.findall(page)


def test_the_button_makes_the_report_and_shows_it(busy: World) -> None:
    response = signed_in(busy, Role.SUPERVISOR).post(reverse("report_make"), {"week": this_week().isoformat()})
    assert response.headers["Location"] == reverse("report", args=[this_week()])
    assert WeeklyReport.objects.get().made_by == busy.users[Role.SUPERVISOR]


@pytest.mark.parametrize("week", ["soon", "2026-02-30", "2999-01-07", "2026-06-02"])
def test_the_button_refuses_a_week_that_is_none(week: str, world: World) -> None:
    response = signed_in(world, Role.ADMIN).post(reverse("report_make"), {"week": week})
    assert response.status_code == 400
    assert not WeeklyReport.objects.exists()


@pytest.mark.parametrize("week", ["0001-01-01", "1999-12-27", "2999-01-07", "9999-12-31"])
def test_weeks_outside_the_calendar_of_the_product_do_not_exist(week: str, world: World) -> None:
    client = signed_in(world, Role.AUDITOR)
    assert client.get(f"/reports/{week}/").status_code == 404
    assert client.get(f"/reports/{week}/charts/").status_code == 404


def test_any_day_leads_to_its_week(world: World) -> None:
    client = signed_in(world, Role.AUDITOR)
    assert client.get("/reports/2026-06-03/").headers["Location"] == "/reports/2026-06-01/"
    assert client.get("/reports/2026-06-03/charts/").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_charts(
    busy: World, django_assert_max_num_queries: object
) -> None:
    client = signed_in(busy, Role.AUDITOR)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        client.get(reverse("report", args=[this_week()]))
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        client.get(f"{reverse('report_charts', args=[this_week()])}?act=suggested")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPERVISOR, Role.ADMIN])
def test_the_reports_lead_to_the_challengers(client: Client, world: World, role: Role) -> None:
    client.force_login(world.users[role])
    link = reverse("model_challenger")
    assert f'href="{link}"' in client.get(reverse("reports")).content.decode()
    assert client.get(link).status_code == 200
