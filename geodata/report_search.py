"""A search in the list of reports: the filter, words, a period that moves with the day, and what somebody filed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, or_

from geodata.doubts import STATES_SHOWN, UnknownDoubtState, in_doubt
from geodata.hotline import report_id_of_order
from geodata.report_filter import ReportFilter, first_value
from geodata.tables import report

MAX_WORDS = 100
MAX_DAYS = 3660
_NUMBER = re.compile(r"[0-9a-fA-F]{8}")
#: Without a letter that has two cases LIKE finds what ILIKE finds, in a third of the time.
_CASED = re.compile(r"[^\W\d_\u2e80-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class ReportSearch:
    """A choice of reports as the page of cases holds it in its address.

    ``words`` stand in the text or the address, or are a case's number (the first eight digits of its ``ref``) or that of an order of
    the hotline; ``days`` is a period
    that ends today and is already in ``chosen``; ``filed_by`` an account's key; ``doubt`` the state of a question about the owner, one of ``doubts.STATES_SHOWN``.
    """

    chosen: ReportFilter = field(default_factory=ReportFilter)
    words: str = ""
    days: int | None = None
    filed_by: int | None = None
    doubt: str | None = None

    @classmethod
    def parse(cls, query: Mapping[str, Any], account_id: int, at: date) -> "ReportSearch":
        """Read a query string. ``at`` is today. Errors: those of ``ReportFilter.parse``, ``UnknownDoubtState``."""
        chosen = ReportFilter.parse(query)
        days = _days(first_value(query, "days"))
        if chosen.from_day or chosen.to_day:
            days = None
        if days:
            chosen = replace(chosen, from_day=at - timedelta(days=days - 1))
        words = first_value(query, "q")[:MAX_WORDS]
        return cls(chosen, words, days, account_id if first_value(query, "mine") == "1" else None, parse_doubt(query))

    def query(self) -> dict[str, list[str]]:
        """The search as an address holds it: ``parse`` of it gives the same search."""
        found = self.chosen.query()
        if self.days:
            found.pop("from", None)
            found["days"] = [str(self.days)]
        if self.words:
            found["q"] = [self.words]
        if self.filed_by is not None:
            found["mine"] = ["1"]
        if self.doubt:
            found["doubt"] = [self.doubt]
        return found

    def changed(self, **changes: Any) -> "ReportSearch":
        """The search with some parts of it or of its filter changed; another period is no longer the one of ``days``."""
        own = {name: changes.pop(name) for name in ("words", "days", "filed_by", "doubt") if name in changes}
        if {"from_day", "to_day"} & set(changes):
            own.setdefault("days", None)
        return replace(self, chosen=replace(self.chosen, **changes), **own)

    def conditions(self, conn: Connection, zone: ZoneInfo) -> list[ColumnElement[bool]]:
        """Conditions on ``report``."""
        found = self.chosen.conditions(conn, zone)
        if self.words:
            found.append(_holds(conn, self.words))
        if self.filed_by is not None:
            found.append(report.c.account_id == self.filed_by)
        if self.doubt:
            found += in_doubt(self.doubt)
        return found


def parse_doubt(query: Mapping[str, Any]) -> str | None:
    """Which questions about owners a query asks for, None for no choice. Errors: ``UnknownDoubtState``."""
    state = first_value(query, "doubt")
    if state and state not in STATES_SHOWN:
        raise UnknownDoubtState(field="doubt", value=state, allowed=", ".join(STATES_SHOWN))
    return state or None


def _holds(conn: Connection, words: str) -> ColumnElement[bool]:
    if (order := report_id_of_order(conn, words)) is not None:
        return report.c.id == order
    if _NUMBER.fullmatch(words):
        first, last = UUID(hex=words + "0" * 24), UUID(hex=words + "f" * 24)
        return report.c.ref.between(first, last)
    if _CASED.search(words):
        return or_(*(column.icontains(words, autoescape=True) for column in (report.c.text, report.c.address_text)))
    return or_(*(column.contains(words, autoescape=True) for column in (report.c.text, report.c.address_text)))


def _days(value: str) -> int | None:
    """A number of days; what is none is no choice: the address may be typed."""
    return (
        int(value) if value.isascii() and value.isdigit() and len(value) < 6 and 1 <= int(value) <= MAX_DAYS else None
    )
