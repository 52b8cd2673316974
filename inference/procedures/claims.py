"""What the procedure rules claim, before it is checked against the release."""

from __future__ import annotations

from dataclasses import dataclass, field

from inference.procedures.reading import Act


@dataclass(slots=True)
class Claim:
    """A code with its raw score, 0 to 1, the acts that speak for it, and what a coder should know."""

    code: str
    score: float
    acts: list[Act]
    remarks: list[str] = field(default_factory=list)

    @property
    def reason(self) -> str:
        """One sentence: where it stands, and what was assumed."""
        first = self.acts[0]
        dated = next((f"dated {act.date}" for act in self.acts if act.date), "")
        parts = [f"performed, by {first.line.kind.value}", dated, *dict.fromkeys(self.remarks)]
        return ", ".join(filter(None, parts))


def merged(claims: list[Claim]) -> list[Claim]:
    """One claim for each code: the best score, all acts, its remarks."""
    best: dict[str, Claim] = {}
    for claim in sorted(claims, key=lambda each: -each.score):
        kept = best.setdefault(claim.code, claim)
        if kept is not claim:
            kept.acts += [act for act in claim.acts if act not in kept.acts]
    return list(best.values())
