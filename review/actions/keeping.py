"""Favourite codes and the codes looked at last; both are the person's own business and are not audited."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from medcode.codebook.models import Code
from review.models import KeptCode, User
from review.permissions import check

RECENT = 20  # codes remembered besides the favourites
MOST_FAVOURITES = 200


@transaction.atomic
def look_at(code: Code, *, by: User) -> None:
    """Remember that a person opened a code; the oldest beyond `RECENT` are forgotten."""
    check(by, "search_codes")
    KeptCode.objects.update_or_create(
        person=by,
        code_system=code.release.code_system,
        code=code.code,
        defaults={"title": code.title[:400], "seen_at": timezone.now()},
    )
    plain = KeptCode.objects.filter(person=by, favourite=False).order_by("-seen_at", "-pk")
    KeptCode.objects.filter(pk__in=list(plain.values_list("pk", flat=True)[RECENT:])).delete()


@transaction.atomic
def keep(code: Code, *, favourite: bool, by: User) -> KeptCode:
    """Make a code a favourite, or an ordinary one again. Twice is as good as once."""
    check(by, "search_codes")
    kept, _ = KeptCode.objects.update_or_create(
        person=by,
        code_system=code.release.code_system,
        code=code.code,
        defaults={"title": code.title[:400], "favourite": favourite},
    )
    favourites = KeptCode.objects.filter(person=by, favourite=True).order_by("-seen_at", "-pk")
    favourites.filter(pk__in=list(favourites.values_list("pk", flat=True)[MOST_FAVOURITES:])).update(favourite=False)
    return kept
