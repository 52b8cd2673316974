"""What of the decision log is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from medcode.codebook.snapshot import undotted
from review.actions.errors import InvalidInputError
from review.models import Decision, User
from review.reports.weeks import midnight

Act = Decision.Act
SCOPES = {"overrides": "Overrides: modified and rejected", "all": "The whole decision log, undos too"}
LONGEST = 60
EARLIEST, LATEST = date(1990, 1, 1), date(9990, 1, 1)


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """Days are whole days in the hospital's time zone, both ends included. `code` is in stored form."""

    scope: str = "overrides"
    first: date | None = None
    last: date | None = None
    specialty: str = ""
    coder: str = ""
    code: str = ""

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> DecisionFilter:
        """Read a query string. Raises `InvalidInputError` naming the first filter that makes no sense."""
        scope = query.get("scope", "").strip() or "overrides"
        if scope not in SCOPES:
            raise InvalidInputError(f"must be one of {', '.join(SCOPES)}.", field="scope")
        first, last = _day(query, "from"), _day(query, "to")
        if first and last and first > last:
            raise InvalidInputError("must not lie after the last day.", field="from")
        return cls(scope, first, last, _word(query, "specialty"), _coder(query), _code(query))

    def as_dict(self) -> dict[str, str]:
        """The filter in the words of the query string; what is not filtered is left out."""
        values = {
            "scope": self.scope,
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "specialty": self.specialty,
            "coder": self.coder,
            "code": self.code,
        }
        return {name: value for name, value in values.items() if value}


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError("must be a day, written YYYY-MM-DD.", field=name) from None
    if not EARLIEST <= day <= LATEST:
        raise InvalidInputError(f"must lie between {EARLIEST} and {LATEST}.", field=name)
    return day


def _word(query: Mapping[str, str], name: str) -> str:
    text = query.get(name, "").strip()
    if len(text) > LONGEST or not text.isprintable():
        raise InvalidInputError(f"must be at most {LONGEST} printable characters.", field=name)
    return text


def _coder(query: Mapping[str, str]) -> str:
    name = _word(query, "coder")
    if name and not User.objects.filter(username=name).exists():
        raise InvalidInputError("there is no account of this name.", field="coder")
    return name


def _code(query: Mapping[str, str]) -> str:
    code = undotted(_word(query, "code"))
    if code and (len(code) > 10 or not (code.isalnum() and code.isascii())):
        raise InvalidInputError("must be one code, such as E11.65.", field="code")
    return code


def decisions(asked: DecisionFilter) -> QuerySet[Decision]:
    """The decisions that the filter lets through. A code matches as suggested and as final code."""
    found = Decision.objects.all()
    if asked.scope == "overrides":
        found = found.filter(act__in=[Act.MODIFY, Act.REJECT])
    if asked.first:
        found = found.filter(decided_at__gte=midnight(asked.first))
    if asked.last:
        found = found.filter(decided_at__lt=midnight(asked.last + timedelta(days=1)))
    if asked.specialty:
        found = found.filter(specialty=asked.specialty)
    if asked.coder:
        found = found.filter(coder__username=asked.coder)
    if asked.code:
        found = found.filter(Q(suggested_code=asked.code) | Q(final_code=asked.code))
    return found
