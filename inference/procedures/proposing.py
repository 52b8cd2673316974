"""Chart in, procedures out: read once, claimed by system, checked against the release, given a cautious confidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils import timezone

from inference.calibration import Calibration
from inference.grounding import MOST_SPANS, UNKNOWN
from inference.procedures import building, drugs, integral, services
from inference.procedures.books import Book
from inference.procedures.claims import Claim, merged
from inference.procedures.drugs import Drugs
from inference.procedures.parts import Parts
from inference.procedures.parts import names as names_of_actions
from inference.procedures.phrases import FOLDER
from inference.procedures.reading import Act, Line, acts, lines
from inference.schema import ChartText, NoteText, Proposal, Setting
from medcode.codebook.lexicon import tables
from medcode.codebook.models import CodeSystem

GENERATION = "procedures-1"  # raise with every change of rules that may change what is proposed
SHORT = 6  # characters of the tables' digest in a version
IMPROBABLE = "improbable"
WARM_UP = "PROCEDURE: Biopsy of the left kidney.\nPLAN\nEKG performed and ketorolac 30 mg IM given in office.\n"
# No gold of procedures that US coders assigned is at hand, so these maps are set, not fitted, and end below the
# threshold of HIGH: nothing is HIGH without a measured precision (docs/builtin-coder.md).
CALIBRATIONS = {
    CodeSystem.ICD10PCS: Calibration((0.0, 0.5, 0.95), (0.0, 0.35, 0.7), high=0.9, medium=0.5, floor=0.15, most_low=8),
    CodeSystem.CPT: Calibration((0.0, 0.5, 0.95), (0.0, 0.35, 0.7), high=0.9, medium=0.5, floor=0.12, most_low=6),
    CodeSystem.HCPCS: Calibration((0.0, 0.5, 0.95), (0.0, 0.35, 0.7), high=0.9, medium=0.5, floor=0.12, most_low=6),
}
SHOT_SURE = 0.9


class Procedures:
    """The loaded procedure releases of a day. Holds no chart."""

    def __init__(self, books: Iterable[Book]) -> None:
        self.books = {book.code_system: book for book in books}
        # The generation, and a short name of the tables: what decides what is proposed, beside the releases.
        self.version = f"{GENERATION}.{tables.digest(sorted(FOLDER.glob('*.tsv')))[:SHORT]}"
        pcs, hcpcs = self.books.get(CodeSystem.ICD10PCS), self.books.get(CodeSystem.HCPCS)
        self._parts = Parts(pcs) if pcs else None
        self._drugs = Drugs(hcpcs) if hcpcs else None

    def warm_up(self) -> None:
        """Read the tables that would otherwise be read at the first chart."""
        for setting in Setting:
            self.propose(ChartText((NoteText("warm-up", WARM_UP),), setting=setting), {})

    def propose(self, chart: ChartText, dropped: dict[str, int]) -> tuple[Proposal, ...]:
        """Proposals by system, the best first. What the checks refuse is added to `dropped`, by reason."""
        inpatient = chart.setting is Setting.INPATIENT
        wanted = {CodeSystem.ICD10PCS} if inpatient else {CodeSystem.CPT, CodeSystem.HCPCS}
        if wanted.isdisjoint(self.books):
            return ()
        read = lines(chart)
        found = (
            self._inpatient(read)
            if inpatient
            else self._outpatient(read, chart.date_of_service or timezone.localdate())
        )
        proposals: list[Proposal] = []
        for system, claims in sorted(found.items()):
            proposals += self._checked(self.books[system], merged(claims), dropped)
        return tuple(proposals)

    def _inpatient(self, read: Sequence[Line]) -> dict[str, list[Claim]]:
        book, parts = self.books[CodeSystem.ICD10PCS], self._parts
        named = acts(read, building.names())
        claims = building.claims(named, book)
        if parts:
            others = acts(read, names_of_actions())
            claims += parts.claims([act for act in others if not any(_covers(each, act) for each in named)])
        return {CodeSystem.ICD10PCS: integral.without(claims)}

    def _outpatient(self, read: Sequence[Line], on: date) -> dict[str, list[Claim]]:
        found: dict[str, list[Claim]] = {}
        for system, claim in services.claims(acts(read, services.names()), self.books, on):
            found.setdefault(system, []).append(claim)
        if self._drugs:
            given = list(self._drugs.claims(acts(read, self._drugs.names)))
            found.setdefault(CodeSystem.HCPCS, []).extend(given)
            shots = [claim.acts[0] for claim in given if drugs.is_shot(claim.acts[0])]
            if shots and CodeSystem.CPT in self.books and self.books[CodeSystem.CPT].has(drugs.SHOT):
                found.setdefault(CodeSystem.CPT, []).append(Claim(drugs.SHOT, shots[0].sure * SHOT_SURE, shots))
        return found

    def _checked(self, book: Book, claims: list[Claim], dropped: dict[str, int]) -> list[Proposal]:
        calibrated = CALIBRATIONS[CodeSystem(book.code_system)]
        proposals: list[Proposal] = []
        for claim in sorted(claims, key=lambda each: (-each.score, each.code)):
            confidence = calibrated.probability(claim.score)
            if not book.has(claim.code):
                dropped[UNKNOWN] = dropped.get(UNKNOWN, 0) + 1
            elif confidence < calibrated.floor or len(proposals) >= calibrated.most_low + MOST_SPANS:
                dropped[IMPROBABLE] = dropped.get(IMPROBABLE, 0) + 1
            else:
                proposals.append(_proposal(book, claim, confidence, calibrated))
        return proposals


def _covers(named: Act, act: Act) -> bool:
    return named.line.note is act.line.note and named.begin < act.end and act.begin < named.end


def _proposal(book: Book, claim: Claim, confidence: float, calibrated: Calibration) -> Proposal:
    return Proposal(
        code_system=book.code_system,
        code=claim.code,
        description=book.title(claim.code),
        confidence=confidence,
        band=calibrated.band(confidence),
        evidence=building.evidence(claim.acts, MOST_SPANS),
        reason=claim.reason,
    )
