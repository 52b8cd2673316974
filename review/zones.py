"""Time zones of people. What the hospital counts by (weeks, dates of service) stays on the hospital's own clock."""

from __future__ import annotations

from datetime import tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from review.models import User, Workbench


@lru_cache(maxsize=1)
def known() -> dict[str, list[str]]:
    """Continent → its zones by IANA name, in order; "UTC" stands alone. Aliases and offsets are left out."""
    found: dict[str, list[str]] = {"UTC": ["UTC"]}
    for name in sorted(available_timezones()):
        continent, _, place = name.partition("/")
        if place and continent not in ("Etc", "SystemV", "posix", "right"):
            found.setdefault(continent, []).append(name)
    return found


def is_known(name: str) -> bool:
    return name in known().get(name.partition("/")[0], ())


def zone_of(person: User | AnonymousUser) -> tzinfo:
    """The zone that a person has chosen; the hospital's for everybody else, and where a zone exists no longer."""
    chosen = ""
    if person.is_authenticated:
        found = Workbench.objects.filter(person_id=person.pk).values_list("time_zone", flat=True)
        chosen = found.first() or ""
    return ZoneInfo(chosen) if is_known(chosen) else timezone.get_default_timezone()
