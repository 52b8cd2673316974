"""Procedures that are part of another one and not coded beside it.

Source: ICD-10-PCS Guidelines B3.1b (components of a procedure, and the approach to it) and B3.11a (inspection of a
body part on which something more was done). Intubation, lines and catheters of anesthesia belong to the operation.
"""

from __future__ import annotations

from inference.procedures.claims import Claim
from inference.text.sections import Kind

# Beginning of an inspection → beginnings of what takes it in.
INSPECTED = {
    "0DJ": ("0D", "06L3"), "0FJ": ("0F",), "0TJ": ("0T", "0VB0"), "0BJ": ("0B", "07D7"), "0UJ": ("0U",),
    "0SJ": ("0S", "0M"), "0RJ": ("0R", "0L"), "0WJG": ("0D", "0F", "0U", "0T", "07T", "0WQ", "0WU", "10T"),
}  # fmt: skip
PART, DEVICE = 4, 5  # characters up to the body part; place of the device, from 0
SURGICAL = "0"
AIRWAY = "0BH1"
OPEN = "not documented"
ANESTHESIA = ("0BH17EZ", "5A19", "0T9B70Z", "0DH67UZ", "0DH67", "BW03ZZZ", "4A02X4Z")
OPERATIONS = ("0", "10D", "10T")
COMPONENTS = {"0YQ": "0YU", "0WQF": "0WUF", "10E0": "10D0"}  # a repair with mesh is the supplement alone


def without(claims: list[Claim]) -> list[Claim]:
    """The claims that stand for themselves."""
    return [claim for claim in claims if not _taken_in(claim, claims) and not _told_better(claim, claims)]


def _told_better(claim: Claim, claims: list[Claim]) -> bool:
    """Whether another note settles what this one leaves open ("TKA today", then the report with its cement)."""
    rivals = [other for other in claims if other.code != claim.code and other.code[:PART] == claim.code[:PART]]
    if claim.code[0] == SURGICAL and any(OPEN in remark for remark in claim.remarks):
        return any(not other.remarks and _done(other) for other in rivals)
    # A nail is an internal fixation, said more exactly.
    nailed = claim.code[1:3] in ("QS", "PS") and claim.code[DEVICE] == "4"
    return nailed and any(other.code[DEVICE] == "6" for other in rivals)


def _taken_in(claim: Claim, claims: list[Claim]) -> bool:
    others = [other for other in claims if other is not claim and other.code != claim.code]
    for begins, takers in INSPECTED.items():
        if claim.code.startswith(begins):
            return any(
                other.code.startswith(takers)
                and other.code[2] != "J"
                and _done(other)
                and not other.code.startswith(AIRWAY)
                for other in others
            )
    for part, whole in COMPONENTS.items():
        if claim.code.startswith(part):
            return any(other.code.startswith(whole) for other in others)
    if claim.code.startswith(ANESTHESIA):
        operated = any(other.code.startswith(OPERATIONS) and not other.code.startswith(ANESTHESIA) for other in others)
        return operated and all(act.line.operative and act.line.kind is not Kind.COURSE for act in claim.acts)
    return False


def _done(claim: Claim) -> bool:
    return any(act.sure >= 0.5 for act in claim.acts)
