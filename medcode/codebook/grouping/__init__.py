"""MS-DRG grouping, CC and MCC: one seam in front of the grouper library.

    ms_drg("J18.9", ["J96.01"], sex="F", age=71, discharged=date(2026, 5, 1)).drg == "193"

Files: `case` (values), `versions` (CMS versions and their tables), `corrections` (what the library
lacks), `grouper` (the questions), `weights` (Table 5). What is not modelled: docs/grouping.md.
"""

from medcode.codebook.grouping.case import Carrier, CodeEffect, Grouping, GroupingCase, WhatIf, case_of
from medcode.codebook.grouping.grouper import carriers, group, grouped, ms_drg, severity, what_if

__all__ = [
    "Carrier",
    "CodeEffect",
    "Grouping",
    "GroupingCase",
    "WhatIf",
    "carriers",
    "case_of",
    "group",
    "grouped",
    "ms_drg",
    "severity",
    "what_if",
]
