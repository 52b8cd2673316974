"""What a chart's codes weigh: the MS-DRG of the stay, what each suggestion would change, marks of single codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from medcode.codebook import grouping, hcc
from medcode.codebook.editions import table_for
from medcode.codebook.grouping import Grouping, GroupingCase
from medcode.codebook.grouping.weights import weighed
from medcode.codebook.models import CodeSystem, HccMapping, PoaExempt, Table
from review.models import AssignedCode, Chart, Suggestion

# Patient discharge status (UB-04, form locator 17) by the words that sources use; the first that fits counts.
DISPOSITIONS = (
    ("expired", "20"),
    ("deceased", "20"),
    ("hospice", "50"),
    ("against medical advice", "07"),
    ("home health", "06"),
    ("skilled nursing", "03"),
    ("rehabilitation", "62"),
    ("long term", "63"),
    ("short term", "02"),
    ("another hospital", "02"),
)
HOME = "01"


@dataclass(frozen=True, slots=True)
class Effect:
    """What one more code would make of the stay. `weight`: the difference, None where a weight is not known."""

    before: str
    after: str
    title: str
    weight: Decimal | None


@dataclass(frozen=True, slots=True)
class Stay:
    """The DRG of an inpatient chart as it stands. `days` is the length of stay, `case` what was grouped."""

    case: GroupingCase
    drg: Grouping
    days: int | None
    carriers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """What a diagnosis counts for by itself. `poa_exempt` is no matter of money, the others are."""

    severity: str = ""
    hcc: str = ""
    poa_exempt: bool = False


def stay(chart: Chart, assigned: Sequence[AssignedCode]) -> Stay | None:
    """The stay grouped by its assigned codes; None for outpatients. Without a principal diagnosis: ungroupable."""
    if not chart.encounter.is_inpatient:
        return None
    diagnoses = [each for each in assigned if each.is_diagnosis]
    case = case_of(
        chart,
        [each.code for each in diagnoses],
        [each.code for each in assigned if each.code_system == CodeSystem.ICD10PCS],
        poa={each.code: each.poa for each in diagnoses if each.poa},
    )
    carriers = tuple(each.code for each in grouping.carriers(case)) if diagnoses else ()
    return Stay(case, grouping.grouped(case), chart.encounter.length_of_stay, carriers)


def case_of(
    chart: Chart, diagnoses: Sequence[str], procedures: Sequence[str], *, poa: Mapping[str, str] | None = None
) -> GroupingCase:
    """The chart's stay with these codes, the principal diagnosis first."""
    encounter = chart.encounter
    return grouping.case_of(
        diagnoses[0] if diagnoses else "",
        diagnoses[1:],
        procedures,
        discharged=chart.coding_date,
        sex=encounter.patient.sex if encounter.patient.sex in ("F", "M") else "",
        age=encounter.age or 0,
        disposition=disposition(encounter.disposition),
        poa=poa,
    )


def effects(stay: Stay, suggestions: Iterable[Suggestion]) -> dict[int, Effect]:
    """By primary key: the suggestions that would change the DRG if they were added now. Two queries."""
    systems = (CodeSystem.ICD10CM, CodeSystem.ICD10PCS)
    asked = [each for each in suggestions if each.state == Suggestion.State.PENDING and each.code_system in systems]
    after = [grouping.group(_with(stay.case, each)) for each in asked]
    found = {}
    for each, then in zip(asked, weighed(after, stay.case.discharged), strict=True):
        if then.drg != stay.drg.drg:
            known = then.weight is not None and stay.drg.weight is not None
            difference = then.weight - stay.drg.weight if known else None  # type: ignore[operator]
            found[each.pk] = Effect(stay.drg.drg if stay.drg.groupable else "", then.drg, then.title, difference)
    return found


def _with(case: GroupingCase, suggestion: Suggestion) -> GroupingCase:
    """The stay with one more code; the first diagnosis of all is the principal one."""
    if not case.principal and suggestion.code_system == CodeSystem.ICD10CM:
        return replace(case, principal=suggestion.code)
    return case.changed(add=[suggestion.code])


def marks(codes: Iterable[str], on: date) -> Mapping[str, Marks]:
    """The marks of stored ICD-10-CM codes, in four queries however many."""
    wanted = set(codes)
    categories: dict[str, str] = {}
    if choice := table_for(Table.HCC, on, hcc.MODEL):
        rows = HccMapping.objects.filter(edition=choice.edition, code__in=wanted).order_by("-hcc")
        categories = dict(rows.values_list("code", "hcc"))
    exempt: set[str] = set()
    if listed := table_for(Table.POA_EXEMPT, on):
        rows_exempt = PoaExempt.objects.filter(edition=listed.edition, code__in=wanted)
        exempt = set(rows_exempt.values_list("code", flat=True))
    return {code: Marks(grouping.severity(code, on), categories.get(code, ""), code in exempt) for code in wanted}


def disposition(written: str) -> str:
    """The two-character discharge status that a source's words mean; "01", home, when they say nothing else."""
    words = written.strip().lower()
    if words[:2].isdigit():
        return words[:2]
    return next((status for phrase, status in DISPOSITIONS if phrase in words), HOME)
