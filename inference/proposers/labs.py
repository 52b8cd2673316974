"""Laboratory results that speak for a documented condition.

A result alone proposes nothing: the provider has to state the diagnosis (Guidelines III.B). Beside a documented
condition it is what a coder looks for as clinical support.
"""

from __future__ import annotations

from collections.abc import Iterable

from inference.schema import LabFact
from inference.text.tokens import norms
from inference.text.wordlists import word_set

HIGH, LOW, ANY = frozenset({"H", "HH"}), frozenset({"L", "LL"}), frozenset({"H", "HH", "L", "LL", "A"})

# Words that all stand in the result's name, the flags that count, stored prefixes of the conditions it supports.
SUPPORTING: tuple[tuple[frozenset[str], frozenset[str], tuple[str, ...]], ...] = (
    (word_set("creatinine"), HIGH, ("N17", "N18", "E1122", "E1022", "I12", "I13")),
    (word_set("egfr"), ANY, ("N17", "N18", "E1122", "E1022", "I12", "I13")),
    (word_set("hemoglobin"), LOW, ("D5", "D60", "D61", "D62", "D63", "D64", "O990", "O908")),
    (word_set("ferritin"), LOW, ("D50",)),
    (word_set("mcv"), ANY, ("D50", "D51", "D52", "D53")),
    (word_set("wbc"), HIGH, ("A4", "D72", "J1", "K35", "K81", "K57", "N10", "L03")),
    (word_set("wbc"), LOW, ("D70", "D72")),
    (word_set("neutrophil"), LOW, ("D70",)),
    (word_set("platelets"), LOW, ("D69", "D61", "K7")),
    (word_set("potassium"), LOW, ("E876",)),
    (word_set("potassium"), HIGH, ("E875",)),
    (word_set("sodium"), LOW, ("E871", "E222")),
    (word_set("sodium"), HIGH, ("E870",)),
    (word_set("magnesium"), LOW, ("E8342",)),
    (word_set("phosphorus"), ANY, ("E833",)),
    (word_set("calcium"), ANY, ("E835", "E21", "E20")),
    (word_set("a1c"), ANY, ("E08", "E09", "E1", "R73", "O24")),
    (word_set("glucose"), ANY, ("E08", "E09", "E1", "R73", "O24", "E16")),
    (word_set("tsh"), ANY, ("E0",)),
    (word_set("ldl"), HIGH, ("E78",)),
    (word_set("triglycerides"), HIGH, ("E78", "K85")),
    (word_set("lipase"), HIGH, ("K85", "K86")),
    (word_set("troponin"), ANY, ("I21", "I20", "I24", "I5A", "I40")),
    (word_set("bnp"), HIGH, ("I50", "I11", "I13")),
    (word_set("probnp"), HIGH, ("I50", "I11", "I13")),
    (word_set("lactate"), HIGH, ("A41", "R65", "E872")),
    (word_set("bicarbonate"), LOW, ("E872", "E101", "E111", "E131")),
    (word_set("uric"), HIGH, ("M10", "M1A", "E79")),
    (word_set("vitamin d"), LOW, ("E55",)),
    (word_set("b12"), LOW, ("D51", "E53")),
    (word_set("culture"), ANY, ("A4", "B95", "B96", "N39", "N10", "R78")),
    (word_set("inr"), HIGH, ("D68", "Z7901", "K7", "R791")),
    (word_set("dimer"), HIGH, ("I26", "I82")),
    (word_set("alt"), HIGH, ("K7", "R74", "B1")),
    (word_set("bilirubin"), HIGH, ("K7", "K80", "K83", "E80", "P59", "R17")),
    (word_set("albumin"), LOW, ("E4", "E88", "R64")),
)


def supported(labs: Iterable[LabFact]) -> tuple[str, ...]:
    """Stored prefixes of the conditions that the flagged results of a chart speak for."""
    found: dict[str, None] = {}
    for fact in labs:
        words = frozenset(norms(fact.name)) if fact.flag else frozenset()
        for named, flags, prefixes in SUPPORTING:
            if fact.flag in flags and named <= words:
                found.update(dict.fromkeys(prefixes))
    return tuple(found)
