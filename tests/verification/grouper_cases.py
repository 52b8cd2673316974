"""Seeded inpatient stays for comparing two groupers: every MDC, medical and surgical, tiers and exclusions.

The stays are not epidemiology. They are drawn so that every branch of the Definitions Manual is walked
through: principal diagnoses evenly over the MDCs, procedures that the MDC lists and procedures that it
does not, secondary diagnoses that count, that are excluded by the principal, and that a rule names.
"""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date
from typing import Any

from medcode.codebook.grouping import GroupingCase, case_of

DISPOSITIONS = ("01", "01", "01", "01", "02", "03", "05", "06", "07", "20", "62", "65")
POA = ("Y", "Y", "Y", "Y", "Y", "N", "U", "W")
MDCS = [f"{number:02}" for number in range(1, 26)]


class Stays:
    """Draws stays for one grouper version from its own tables. The same seed draws the same stays."""

    def __init__(self, engine: Any, discharged: date, seed: int) -> None:
        self.engine = engine
        self.discharged = discharged
        self.random = random.Random(seed)
        self.principals = self._principals()
        self.procedures = self._procedures()
        self.diagnoses = sorted(engine.dxmap)
        self.severe: list[str] = sorted(engine.ccmap)
        self.named = sorted(code for code, labels in engine.dxmap.items() if any("SDX" in label for label in labels))
        self.operations = sorted(engine.prmap)
        self.collections = sorted(engine.exmap)
        self.by_collection: dict[str, list[str]] = defaultdict(list)
        for code in self.severe:
            self.by_collection[engine.ccmap[code]["pdx"]].append(code)

    def _principals(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for code, labels in sorted(self.engine.dxmap.items()):
            for label in labels:
                if label.startswith("_MDC"):
                    found[label[4:6]].append(code)
        return found

    def _procedures(self) -> dict[str, list[str]]:
        mdc_of = {drg: row["mdc"].zfill(2) for drg, row in self.engine.drgmap.items()}
        found: dict[str, list[str]] = defaultdict(list)
        for code, labels in sorted(self.engine.prmap.items()):
            for mdc in {mdc_of.get(label[:3], "") for label in labels}:
                found[mdc].append(code)
        return found

    def stay(self, number: int) -> GroupingCase:
        mdc = MDCS[number % len(MDCS)]
        principal = self.random.choice(self.principals.get(mdc) or self.diagnoses)
        secondary = self._secondary(principal, mdc)
        newborn = mdc == "15" or principal.startswith("P")
        age_days = self.random.randrange(0, 29) if newborn else None
        sex = {"12": "M", "13": "F", "14": "F"}.get(mdc) or self.random.choice("FM")
        return case_of(
            principal,
            secondary,
            self._operations(mdc),
            discharged=self.discharged,
            sex=sex if self.random.random() > 0.02 else self.random.choice("FM"),
            age=0 if newborn else self.random.choice((1, 9, 17, 30, 52, 66, 74, 81, 95)),
            age_days=age_days,
            disposition=self.random.choice(DISPOSITIONS),
            poa={code: self.random.choice(POA) for code in (principal, *secondary)},
        )

    def _secondary(self, principal: str, mdc: str) -> list[str]:
        draw, found = self.random, []
        for _ in range(draw.choice((0, 0, 1, 1, 2, 3, 4, 6, 9, 14))):
            kind = draw.random()
            if kind < 0.30:
                found.append(draw.choice(self.severe))
            elif kind < 0.45:
                found.append(self._excluded_by(principal))
            elif kind < 0.60:
                found.append(draw.choice(self.named))
            elif kind < 0.72:
                found.append(draw.choice(self.principals.get(mdc) or self.diagnoses))
            else:
                found.append(draw.choice(self.diagnoses))
        return found

    def _excluded_by(self, principal: str) -> str:
        start = self.random.randrange(len(self.collections))
        for name in self.collections[start:] + self.collections[:start]:
            codes = self.by_collection[name]
            if codes and principal in self.engine.exmap[name]:
                return self.random.choice(codes)
        return self.random.choice(self.severe)

    def _operations(self, mdc: str) -> list[str]:
        draw = self.random
        if draw.random() < 0.4:
            return []
        found = []
        for _ in range(draw.choice((1, 1, 1, 2, 3, 5))):
            kind = draw.random()
            pool = self.procedures.get(mdc) or self.operations
            if kind > 0.9:
                pool = self.procedures[""] or self.operations  # before any MDC: transplants, tracheostomy
            elif kind > 0.75:
                pool = self.operations
            found.append(draw.choice(pool))
        partner = self.engine.prmap[found[0]]
        clusters = [label.split("|")[2:] for label in partner if label.count("|") > 1]
        return found + (draw.choice(clusters) if clusters and draw.random() < 0.5 else [])
