"""Neoplasms: where they spread, whether they are still treated, and what they or their treatment cause.

Source: Guidelines I.C.2 (primary and secondary sites), I.C.2.c.1 and c.2 (anaemia of a neoplasm, of chemotherapy),
I.C.2.m and I.C.21.c.4 (history only when excised, without further treatment and without evidence of disease),
tabular D61.81, D70 ("use additional code" for fever R50.81 and for the drug T45.1X5).
"""

from __future__ import annotations

import re
from dataclasses import replace

from inference.candidates import Candidate, Case, resolve
from inference.coding.around import Around, Clause
from inference.coding.history import history_of
from inference.text.tokens import norms
from inference.text.wordlists import word_set

SPREAD = re.compile(
    r"\b(?:metasta(?:ses|sis|tic|sized|sizing|ses)|mets|spread|secondaries)\s+(?:disease\s+|cancer\s+)?"
    r"(?:to|in|into|involving|of)\s+([^.;\n]{2,70})",
    re.IGNORECASE,
)
SITED = re.compile(r"\b([a-z]+(?:(?:,| and|, and) [a-z]+){0,3}) (?:metastases|metastasis|mets)\b", re.IGNORECASE)
STOP = re.compile(
    r"\b(?:from|with|who|which|status|on|of|s/p|treated|receiving|diagnosed|without|no|due)\b", re.IGNORECASE
)
ORIGIN = re.compile(
    r"\b(?:cancer|carcinoma|adenocarcinoma|melanoma|tumou?r|sarcoma|lymphoma|primary)\b", re.IGNORECASE
)
# What a secondary growth is called by → its category.
SITES = {
    "brain": "C7931", "cerebral": "C7931", "liver": "C787", "hepatic": "C787", "lung": "C780", "pulmonary": "C780",
    "bone": "C7951", "bony": "C7951", "osseous": "C7951", "spine": "C7951", "vertebra": "C7951", "vertebral": "C7951",
    "rib": "C7951", "femur": "C7951", "skull": "C7951", "node": "C779", "nodal": "C779", "peritoneum": "C786",
    "peritoneal": "C786", "omentum": "C786", "omental": "C786", "pleura": "C782", "pleural": "C782",
    "adrenal": "C797", "skin": "C792", "kidney": "C790", "renal": "C790", "ovary": "C796", "ovarian": "C796",
    "mediastinum": "C781", "bladder": "C7911", "spleen": "C7889", "pancrea": "C7889", "pancreas": "C7889",
    "breast": "C7981", "meninge": "C7932", "leptomeningeal": "C7932", "leptomeninge": "C7932",
    "retroperitoneum": "C786",
    "marrow": "C7952",
}  # fmt: skip
TREATED = word_set(
    "chemotherapy immunotherapy radiotherapy tamoxifen anastrozole letrozole exemestane leuprolide lupron adjuvant "
    "active ongoing trastuzumab herceptin pembrolizumab bicalutamide enzalutamide analogue chemoradiation"
)
NOW = word_set("currently current receiving undergoing ongoing continue continues active on treated underway started")
OVER = word_set("completed finished ended prior previous former remission cured after stopped past ago")
GONE = re.compile(
    r"\b(?:no evidence of (?:disease|recurrence|recurrent disease)|NED|disease[- ]free|without (?:evidence of )?"
    r"(?:disease|recurrence)|no recurrence|cancer[- ]free)\b",
    re.IGNORECASE,
)
REMOVED = word_set("resection mastectomy prostatectomy colectomy nephrectomy lobectomy lumpectomy hysterectomy "
                   "thyroidectomy orchiectomy excision gastrectomy removed resected excised cystectomy surgery "
                   "treatment completed")  # fmt: skip
BLAMED = re.compile(r"\ban(?:a)?emia (?:\w+ ){0,2}(?:due to|secondary to|from|in|of|related to)\b", re.IGNORECASE)
SECONDARY = ("C77", "C78", "C79", "C7B")
HISTORY = ("Z85",)
FEVER = word_set("fever febrile")
BY_DRUG = ("D6481", "D701", "D6181", "D61810", "D611")
CHEMOTHERAPY = "T451X5A"


def apply(case: Case, around: Around) -> None:
    """Add sites of spread, and tell present from past disease."""
    _spread(case, around)
    for candidate in case.matching(*HISTORY):
        _treated_still(case, around, candidate)
    for candidate in case.matching("C"):
        if not candidate.code.startswith(SECONDARY):
            _gone(case, around, candidate)
    _blood(case, around)


def _spread(case: Case, around: Around) -> None:
    if not case.matching("C", "D3", "D4", "Z85"):
        return
    for clause, match in [*around.clauses(SPREAD), *around.clauses(SITED)]:
        listed = STOP.split(match[1])[0]
        # "Metastasis of a renal carcinoma" names where it comes from.
        for word in [] if ORIGIN.search(listed) else norms(listed):
            if word in SITES:
                _add_site(case, clause, match, SITES[word])


def _add_site(case: Case, clause: Clause, match: re.Match[str], target: str) -> None:
    mention = replace(clause.mention(match.start(), match.end(), "metastasis"), target=target)
    if not case.matching(target):
        for code in resolve(case, mention):
            case.add(code, [mention])


def _treated_still(case: Case, around: Around, candidate: Candidate) -> None:
    """A cancer called past that is being treated is present (I.C.2.m)."""
    for mention in candidate.mentions:
        clause = around.clause(mention)
        if clause is None or not mention.target.startswith("C"):
            continue
        if clause.affirmed & TREATED and clause.affirmed & NOW and not clause.affirmed & OVER:
            for code in resolve(case, mention):
                case.replace(candidate, code)
            return


def _gone(case: Case, around: Around, candidate: Candidate) -> None:
    """Removed, and no evidence of disease: every mention that says so is history."""
    clauses = [around.clause(mention) for mention in candidate.mentions]
    gone = [bool(c and GONE.search(c.text) and c.affirmed & REMOVED) for c in clauses]
    past = history_of(candidate.code)
    if past and gone and all(gone):
        case.replace(candidate, past, "history")


def _anemia(case: Case, around: Around) -> None:
    """Anaemia that one sentence blames on a malignancy (I.C.2.c.1)."""
    for candidate in case.matching("D649", "D638"):
        for mention in candidate.mentions:
            clause = around.clause(mention)
            blamed = clause is not None and BLAMED.search(clause.text)
            if blamed and any(around.clause(m) is clause for c in case.matching("C") for m in c.mentions):
                case.replace(candidate, "D630", "combined")
                break


def _blood(case: Case, around: Around) -> None:
    _anemia(case, around)
    for candidate in case.matching("D70"):
        if around.words(candidate) & FEVER:
            case.add("R5081", candidate.mentions, "combined")
            for fever in case.matching("R509"):
                case.drop(fever)
    for candidate in case.matching(*BY_DRUG):
        if "chemotherapy" in around.words(candidate):
            case.add(CHEMOTHERAPY, candidate.mentions, "combined")
