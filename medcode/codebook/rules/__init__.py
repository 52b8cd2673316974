"""The rules between codes: pure functions over a case and the facts about its codes.

Rules live in files named by the section of the guideline, or by the CMS file, that they come from.
"""

from medcode.codebook.rules.case import Case, Coded, Finding, Fix, Rule
from medcode.codebook.rules.checking import check

__all__ = ["Case", "Coded", "Finding", "Fix", "Rule", "check"]
