"""Pregnancy by weeks, delivery, newborns."""

from __future__ import annotations

import pytest

from inference.engine import Engine
from tests.unit.inference.snippets import Snippet, cases, check, stay, visit


@pytest.mark.parametrize(
    "snippet",
    cases(
        visit("1. Pregnancy at 28 weeks with gestational diabetes, diet controlled.", "O24410 Z3A28", sex="F"),
        visit("1. Intrauterine pregnancy at 34 weeks with gestational hypertension.", "O133 Z3A34", "I10", sex="F"),
        visit("1. Severe preeclampsia at 33 weeks gestation.", "O1413 Z3A33", sex="F"),
        visit("1. Mild preeclampsia, 36 weeks gestation.", "O1403 Z3A36", sex="F"),
        visit("1. Pregnancy at 20 weeks.\n2. Iron deficiency anemia.", "O99012 D509 Z3A20", sex="F"),
        visit("1. Pregnancy at 30 weeks.\n2. Asthma.", "O99513 J45909 Z3A30", sex="F"),
        visit("1. Pregnancy at 12 weeks.\n2. Hypothyroidism.", "O99281 E039 Z3A12", sex="F"),
        visit("1. Hyperemesis gravidarum at 9 weeks gestation.", "O210 Z3A09", sex="F"),
        visit("1. UTI in pregnancy at 16 weeks gestation.", "O2342 Z3A16", "N390", sex="F"),
        visit("1. Pregnancy at 22 weeks with chronic hypertension.", "O10012 Z3A22", "I10", sex="F"),
        visit("1. Pregnancy at 26 weeks with pre-existing type 2 diabetes.", "O24112 E119 Z3A26", sex="F"),
        visit("1. Twin pregnancy, dichorionic diamniotic, 24 weeks gestation.", "O30042 Z3A24", sex="F"),
        visit("1. Placenta previa without bleeding at 32 weeks gestation.", "O4403 Z3A32", sex="F"),
        stay(
            "1. Spontaneous vaginal delivery at 39 weeks of a liveborn infant, Apgars 8 and 9.",
            "O80 Z370 Z3A39",
            sex="F",
        ),
        stay(
            "1. Term pregnancy at 40 weeks, vaginal delivery of a live infant, Apgars 9 and 9, "
            "with second degree perineal laceration.",
            "O701 Z370 Z3A40",
            "O80",
            sex="F",
        ),
        stay("1. Preterm newborn, 34 weeks gestation, birth weight 2100 grams.", "P0718 P0737"),
        stay("1. Term newborn with neonatal jaundice.", "P599", "R17"),
        stay("1. Transient tachypnea of the newborn.", "P221"),
        stay("1. Newborn with respiratory distress syndrome.", "P220"),
        visit("1. Gestational thrombocytopenia at 35 weeks gestation.", "O99113 Z3A35", sex="F"),
        visit("1. Pregnancy at 18 weeks with tobacco use disorder.", "O99332 Z3A18 F17200", sex="F"),
        visit("1. Preterm labor at 31 weeks gestation.", "O6003 Z3A31", sex="F"),
        visit("1. Cholestasis of pregnancy at 36 weeks.", "O26643 Z3A36", sex="F"),
        visit("1. Missed abortion at 9 weeks.", "O021", sex="F"),
        stay(
            "1. Preterm newborn at 27 weeks with birth weight of 980 g.\n2. Respiratory distress syndrome of newborn.",
            "P0703 P0726 P220",
        ),
        stay("1. Neonatal hypoglycemia.", "P704", "E162"),
    ),
)
def test_weeks_decide_trimester_and_maturity(builtin: Engine, snippet: Snippet) -> None:
    check(builtin, snippet)
