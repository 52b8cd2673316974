"""The DRG that a stay heads for: by its codes once there is a principal diagnosis, before that by its suggestions."""

from __future__ import annotations

from decimal import Decimal

import pytest

from review import chart_page
from review.actions import blinding, deciding, expecting, sequencing, undoing, workbench
from review.models import Chart, Suggestion, User
from tests.factories import World, ready

STAY = """HOSPITAL COURSE
Admitted with community acquired pneumonia. Acute hypoxic respiratory failure treated with high-flow oxygen.

DISCHARGE DIAGNOSES
1. Pneumonia.
2. Acute hypoxic respiratory failure.
3. Hypertension.
"""


def expected(chart: Chart) -> tuple[str, Decimal | None]:
    chart.refresh_from_db()
    return chart.expected_drg, chart.expected_weight


def of_page(chart: Chart, person: User) -> tuple[str, Decimal | None]:
    stay = chart_page.load(chart, user=person).stay
    assert stay is not None
    return stay.drg.drg, stay.drg.weight


@pytest.fixture
def stay(world: World) -> Chart:
    return ready(STAY, patient_class="inpatient", source_id="stay-2")


def suggest(chart: Chart, **bands: str) -> None:
    """Put exactly these codes in the place of what is suggested, in this order."""
    chart.suggestions.update(state=Suggestion.State.WITHDRAWN)
    run = chart.run
    assert run is not None
    for rank, (code, band) in enumerate(bands.items(), start=1):
        Suggestion.objects.create(
            chart=chart, run=run, code_system="ICD-10-CM", code=code, confidence=0.5, band=band, rank=rank
        )


def test_a_stay_with_suggestions_has_one_before_anybody_opens_it(stay: Chart) -> None:
    drg, weight = expected(stay)
    assert drg
    assert weight


def test_an_outpatient_chart_has_none(world: World) -> None:
    deciding.add(world.outpatient, by=world.coder, code="J18.9")
    assert expected(world.outpatient) == ("", None)


def test_it_follows_the_assigned_codes_as_the_chart_page_does(stay: Chart, world: World) -> None:
    deciding.add(stay, by=world.coder, code="I21.4")
    assert expected(stay) == of_page(stay, world.coder)
    deciding.add(stay, by=world.coder, code="N17.0")
    with_mcc = expected(stay)
    assert with_mcc == of_page(stay, world.coder)
    sequencing.move(stay.assigned_codes.get(code="N170"), by=world.coder, to=1)
    assert expected(stay) == of_page(stay, world.coder) != with_mcc


def test_a_condition_acquired_in_hospital_counts_less(stay: Chart, world: World) -> None:
    for code in ("J44.1", "T81.12XA"):
        deciding.add(stay, by=world.coder, code=code)
    for poa in ("Y", "N"):
        sequencing.set_poa(stay.assigned_codes.get(code="T8112XA"), by=world.coder, poa=poa)
        assert expected(stay) == of_page(stay, world.coder)


def test_without_a_principal_diagnosis_the_suggestions_count_again(stay: Chart, world: World) -> None:
    before = expected(stay)
    deciding.add(stay, by=world.coder, code="I21.4")
    assert expected(stay) != before
    undoing.undo(stay, by=world.coder)
    assert expected(stay) == before


def test_a_high_suggestion_is_principal_before_a_medium_one_and_low_ones_count_nothing(stay: Chart) -> None:
    suggest(stay, N170="LOW", J9601="MEDIUM", I10="MEDIUM", J189="HIGH")
    expecting.expect(stay)
    assert expected(stay)[0] == "193"  # simple pneumonia with MCC: respiratory failure is one, tubular necrosis is LOW


def test_what_cannot_be_principal_gives_way_to_the_next(stay: Chart) -> None:
    suggest(stay, W19XXXA="HIGH", N390="HIGH")
    expecting.expect(stay)
    assert expected(stay)[0] in ("689", "690")


def test_status_and_symptoms_are_the_reason_only_where_nothing_else_is(stay: Chart) -> None:
    suggest(stay, Z794="HIGH", R0902="HIGH", J189="MEDIUM")
    expecting.expect(stay)
    assert expected(stay)[0] in ("193", "194", "195")
    suggest(stay, Z794="HIGH", R0902="MEDIUM")
    expecting.expect(stay)
    assert expected(stay)[0] not in ("193", "194", "195", "")


def test_a_diagnosis_that_explains_the_operation_is_the_reason_rather_than_a_surer_one(stay: Chart) -> None:
    suggest(stay, I10="HIGH", M1711="HIGH", **{"0SRC0J9": "HIGH"})
    stay.suggestions.filter(code="0SRC0J9").update(code_system="ICD-10-PCS")
    expecting.expect(stay)
    assert expected(stay)[0] in ("469", "470")  # replacement of the knee, for its arthrosis


def test_what_may_only_be_first_is_first(stay: Chart) -> None:
    suggest(stay, C3490="HIGH", Z5111="HIGH")
    expecting.expect(stay)
    assert expected(stay)[0] in ("846", "847", "848")  # chemotherapy


def test_a_rejected_suggestion_counts_no_more(stay: Chart, world: World) -> None:
    suggest(stay, J189="HIGH", J9601="HIGH")
    expecting.expect(stay)
    deciding.reject(stay.suggestions.get(code="J9601", state="pending"), by=world.coder, reason="unsupported")
    assert expected(stay)[0] == "195"


def test_codes_that_make_no_drg_leave_it_empty(stay: Chart, world: World) -> None:
    deciding.add(stay, by=world.coder, code="W19.XXXA")
    assert expected(stay) == ("", None)


def test_it_is_no_change_of_its_own(stay: Chart) -> None:
    version = stay.version
    Chart.objects.filter(pk=stay.pk).update(expected_drg="001")
    stay.refresh_from_db()
    expecting.expect(stay)
    stay.refresh_from_db()
    assert stay.version == version


@pytest.fixture
def blind(world: World) -> Chart:
    workbench.set_policy(by=world.admin, blind_share=0.5, hide_money=False)
    for number in range(40):
        chart = ready(STAY, patient_class="inpatient", source_id=f"blind-{number}")
        if chart.blind:
            return chart
    raise AssertionError("Forty draws of a half took none.")


def test_a_blind_chart_gives_nothing_of_its_suggestions_away_until_they_are_shown(blind: Chart, world: World) -> None:
    assert expected(blind) == ("", None)
    assert (blind.band, blind.high_count, blind.medium_count, blind.low_count) == ("LOW", 0, 0, 0)
    deciding.add(blind, by=world.coder, code="I21.4")
    assert expected(blind) == of_page(blind, world.coder)
    blinding.show(blind, by=world.coder)
    blind.refresh_from_db()
    assert blind.high_count == blind.suggestions.filter(band="HIGH").count()
    assert blind.high_count + blind.medium_count


def test_a_blind_chart_that_is_read_again_stays_concealed(blind: Chart) -> None:
    place = blind.confidence
    Chart.objects.filter(pk=blind.pk).update(high_count=5, confidence=0.99, band="HIGH")
    blind.refresh_from_db()
    assert blinding.draw(blind)
    blind.refresh_from_db()
    assert (blind.band, blind.high_count, blind.confidence) == ("LOW", 0, place)
