"""Digestive combinations: stones, ulcers, hernias, bowel inflammation."""

from __future__ import annotations

import pytest

from inference.engine import Engine
from tests.unit.inference.snippets import Snippet, cases, check, stay, visit


@pytest.mark.parametrize(
    "snippet",
    cases(
        stay("1. Acute cholecystitis with cholelithiasis.", "K8000", "K8020 K810"),
        stay("1. Cholelithiasis with chronic cholecystitis.", "K8010", "K8020 K811"),
        stay("1. Choledocholithiasis with cholangitis.", "K8030", "K8050"),
        stay("1. Choledocholithiasis with obstruction.", "K8051", "K8050"),
        stay("1. Cholelithiasis with choledocholithiasis.", "K8070", "K8020 K8050"),
        stay("1. Acute acalculous cholecystitis.", "K810", "K8000"),
        stay("1. Acute gangrenous cholecystitis with gallstones.", "K8000 K82A1"),
        stay("1. Acute appendicitis with perforation and localized peritonitis.", "K3532", "K3580"),
        stay("1. Acute appendicitis with generalized peritonitis and abscess.", "K35219", "K3580"),
        stay("1. Perforated appendicitis with periappendiceal abscess.", "K3533", "K3580"),
        stay("1. Acute gangrenous appendicitis.", "K35891", "K3580"),
        stay("1. Acute appendicitis.", "K3580"),
        stay("1. Acute gallstone pancreatitis.", "K8510", "K8590"),
        stay("1. Acute alcoholic pancreatitis with infected necrosis.", "K8522", "K8590"),
        stay("1. Acute necrotizing pancreatitis.", "K8591", "K8590"),
        stay("1. Drug-induced acute pancreatitis.", "K8530", "K8590"),
        stay("1. Alcoholic chronic pancreatitis.", "K860", "K861"),
        stay("1. Sigmoid diverticulitis with perforation and abscess.", "K5720", "K5732"),
        stay("1. Diverticulosis of the colon with bleeding.", "K5731", "K5730 K922"),
        stay("1. Colonic diverticulitis without perforation.", "K5732", "K5720"),
        stay("1. Acute duodenal ulcer with hemorrhage.", "K260", "K269"),
        stay("1. Perforated gastric ulcer.", "K255", "K259"),
        stay("1. Bleeding peptic ulcer.", "K274", "K279"),
        stay("1. Chronic duodenal ulcer with hemorrhage and perforation.", "K266", "K269"),
        stay("1. Incarcerated right inguinal hernia.", "K4030", "K4090"),
        stay("1. Strangulated umbilical hernia with gangrene.", "K421", "K429"),
        stay("1. Incarcerated incisional hernia with obstruction.", "K430", "K432"),
        stay("1. Recurrent left inguinal hernia.", "K4091", "K4090"),
        stay("1. Bilateral inguinal hernia.", "K4020", "K4090"),
        stay("1. Crohn's disease of the small intestine with obstruction.", "K50012", "K5090"),
        stay("1. Crohn's disease of the colon with rectal bleeding.", "K50111", "K5090"),
        stay("1. Ulcerative pancolitis with rectal bleeding.", "K51011", "K5190"),
        stay("1. Alcoholic cirrhosis with ascites.", "K7031", "K7030"),
        stay("1. Cirrhosis with bleeding esophageal varices.", "I8511 K7460", "I8500"),
        stay("1. Acute gastritis with bleeding.", "K2901", "K2970"),
        stay("1. Calculus of gallbladder and bile duct with acute cholecystitis.", "K8062", "K8020 K8050"),
        stay("1. Hypertriglyceridemia-induced acute pancreatitis.", "K8580"),
        stay("1. Perforated sigmoid diverticulitis with bleeding.", "K5721", "K5732"),
        stay("1. Acute gastric ulcer with both hemorrhage and perforation.", "K252", "K259"),
        stay("1. Incarcerated ventral hernia with bowel obstruction.", "K436", "K439"),
        stay("1. Left-sided ulcerative colitis with rectal bleeding.", "K51511", "K5190"),
        stay("1. Crohn's disease of small and large intestine with fistula.", "K50813", "K5090"),
        visit("1. H. pylori gastritis.", "B9681"),
    ),
)
def test_digestive_diseases_join_cause_site_and_complication(builtin: Engine, snippet: Snippet) -> None:
    check(builtin, snippet)
