"""The champion-challenger report counts what a recount by hand counts, and each number opens its charts."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inference.models import InferenceRun, ModelVersion
from inference.schema import Band
from review.actions import deciding, finalizing
from review.models import AssignedCode, Chart, Role, ShadowRun, ShadowSuggestion, Suggestion
from review.reports import challenger, comparing
from tests.factories import World, ready

LINK = re.compile(r'<a [^>]*href="([^"]+/challenger/charts/[^"]*)"[^>]*>(\d+)</a>')
TITLE = re.compile(r'<h1>[A-Za-z ]+ <span class="count">([\d,]+)</span>')


def compared(world: World, specialty: str, challenger_codes: str, final_codes: str, *, version: str = "v-1") -> Chart:
    """A final chart: the built-in coder is its champion; the rest is as said. Decided straight in the database."""
    chart = ready(specialty=specialty)
    assert chart.run is not None
    model, _ = ModelVersion.objects.get_or_create(engine="vllm", version=version)
    run = InferenceRun.objects.create(
        model_version=model,
        release=chart.run.release,
        input_sha256="0" * 64,
        started_at=timezone.now(),
        duration_ms=1,
        suggestion_count=1,
        shadow=True,
    )
    shadow = ShadowRun.objects.create(chart=chart, champion=chart.run, engine="vllm", run=run)
    ShadowSuggestion.objects.create(
        shadow=shadow, code_system="ICD-10-CM", code="Z999", confidence=0.1, band=Band.LOW.value
    )
    for code in challenger_codes.split():
        ShadowSuggestion.objects.create(
            shadow=shadow, code_system="ICD-10-CM", code=code, confidence=0.95, band=Band.HIGH.value
        )
    finish(world, chart, final_codes)
    return chart


def finish(world: World, chart: Chart, final_codes: str) -> None:
    for suggestion in chart.suggestions.all():
        if suggestion.code in final_codes.split():
            deciding.accept(suggestion, by=world.coder)
        else:
            deciding.reject(suggestion, by=world.coder, reason="unsupported")
    had = set(chart.assigned_codes.values_list("code", flat=True))
    for code in final_codes.split():
        if code not in had:
            deciding.add(chart, by=world.coder, code=code)
    chart.refresh_from_db()
    finalizing.finalize(chart, by=world.coder, version=chart.version, acknowledged=True)


@pytest.fixture
def busy(world: World) -> World:
    compared(world, "Cardiology", "I10 E1140", "I10 E1140 K219")
    compared(world, "Cardiology", "I10 R079", "I10")
    compared(world, "Urology", "", "I10 N390")
    return world


@pytest.fixture
def auditor(busy: World) -> Client:
    client = Client()
    client.force_login(busy.users[Role.AUDITOR])
    return client


def hits(codes: dict[int, set[str]], final: dict[int, set[str]]) -> int:
    return sum(len(codes[key] & final[key]) for key in final)


def test_the_numbers_equal_a_count_by_hand(busy: World) -> None:
    (pair,) = challenger.pairs()
    total = comparing.compare(challenger.compared(pair)).total
    assert total is not None
    charts = [shadow.chart for shadow in ShadowRun.objects.select_related("chart")]
    final = {each.pk: {code.code for code in AssignedCode.objects.filter(chart=each)} for each in charts}
    champion = {
        each.pk: {row.code for row in Suggestion.objects.filter(chart=each) if row.band in ("HIGH", "MEDIUM")}
        for each in charts
    }
    theirs = {
        each.pk: {row.code for row in ShadowSuggestion.objects.filter(shadow__chart=each) if row.band != "LOW"}
        for each in charts
    }
    for scores, codes in ((total.champion, champion), (total.challenger, theirs)):
        proposed, wanted = sum(map(len, codes.values())), sum(map(len, final.values()))
        assert scores.precision.value == pytest.approx(hits(codes, final) / proposed)
        assert scores.recall.value == pytest.approx(hits(codes, final) / wanted)
        assert scores.f1.value == pytest.approx(2 * hits(codes, final) / (proposed + wanted))
    # The challenger by plain arithmetic: 3 of its 4 codes are final, of 6 final codes.
    assert total.challenger.precision.value == pytest.approx(3 / 4)
    assert total.challenger.recall.value == pytest.approx(3 / 6)


def test_every_number_opens_as_many_charts_as_it_says(auditor: Client) -> None:
    page = auditor.get(reverse("model_challenger")).content.decode()
    links = {(unescape(url), int(number)) for url, number in LINK.findall(page)}
    assert len(links) > 6
    for url, number in links:
        rows = auditor.get(url).content.decode()
        found = TITLE.search(rows)
        assert found and int(found[1]) == number, url
        assert rows.count("<tr>") - 1 == number, url


def test_a_small_sample_is_marked(auditor: Client) -> None:
    page = auditor.get(reverse("model_challenger")).content.decode()
    assert page.count("too few to tell") == 3
    assert "Cardiology" in page and "Urology" in page


def test_only_final_charts_are_compared_and_only_on_the_reading_that_counted(busy: World) -> None:
    (pair,) = challenger.pairs()
    first, second, third = Chart.objects.filter(status="final").order_by("pk")
    Chart.objects.filter(pk=first.pk).update(run=None)
    Chart.objects.filter(pk=second.pk).update(status="ready", finalized_at=None, finalized_by=None)
    assert [each.chart_id for each in challenger.compared(pair)] == [third.pk]


def test_two_challengers_are_never_mixed(busy: World, auditor: Client) -> None:
    compared(busy, "Urology", "I10", "I10", version="v-2")
    newest, oldest = challenger.pairs()
    assert (newest.challenger.version, oldest.challenger.version) == ("v-2", "v-1")
    assert len(challenger.compared(newest)) == 1
    page = auditor.get(reverse("model_challenger"), {"pair": oldest.key}).content.decode()
    assert 'class="tile-value"><a href="/model/challenger/charts/?' in page
    assert ">3</a>" in page


@pytest.mark.parametrize(
    "query",
    ["pair=9-9", "pair=x", "which=best", "final=no", "specialty=" + "x" * 61, "from=-1", "from=x"],
)
def test_a_query_that_makes_no_sense_is_refused(auditor: Client, query: str) -> None:
    assert auditor.get(f"{reverse('model_challenger_charts')}?{query}").status_code == 400


def downloaded(client: Client) -> str:
    response = client.get(reverse("model_challenger_csv"))
    assert response.headers["Content-Type"].startswith("text/csv")
    return response.getvalue().decode()


def test_without_a_comparison_it_says_what_to_do(world: World) -> None:
    client = Client()
    client.force_login(world.admin)
    for name in ("model_challenger", "model_challenger_charts"):
        assert client.get(reverse(name)).status_code == 200
    assert "No challenger is chosen" in client.get(reverse("model_challenger")).content.decode()
    assert len(downloaded(client).splitlines()) == 1


def test_the_csv_holds_the_same_numbers(auditor: Client) -> None:
    rows = list(csv.DictReader(io.StringIO(downloaded(auditor))))
    assert [row["over"] for row in rows] == ["All charts", "Cardiology", "Urology"]
    assert rows[0]["challenger_precision"] == "0.75"
    assert rows[2]["challenger_f1_low"] == ""


def test_coders_do_not_see_it(busy: World) -> None:
    client = Client()
    client.force_login(busy.coder)
    for name in ("model_challenger", "model_challenger_charts", "model_challenger_csv"):
        assert client.get(reverse(name)).status_code == 403
