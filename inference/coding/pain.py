"""Chronic pain of a site.

Source: Guidelines I.C.6.b.1.b.ii: a code of G89 is added to the code of the site where it says something
more, such as that the pain is chronic; the site's code comes first.
"""

from __future__ import annotations

from inference.candidates import Case

SITE_PAIN = ("M545", "M549", "M546", "M542", "M255", "M796", "M5489")
OTHER_CHRONIC_PAIN = "G8929"


def apply(case: Case) -> None:
    """Add "other chronic pain" where a listed problem is the chronic pain of a site."""
    for candidate in case.matching(*SITE_PAIN):
        told = [mention for mention in candidate.mentions if mention.problem and "chronic" in mention.words]
        if told:
            case.add(OTHER_CHRONIC_PAIN, told, "combined")
