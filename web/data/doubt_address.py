"""What an address of the queue of owners in doubt asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import url_for

from geodata.doubts import STATES_SHOWN, DoubtChoice
from geodata.report_filter import midnight

#: Days up to today whose decisions are counted, to choose from.
PERIODS = (7, 30, 90, 365)
_USUAL = 30
_LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class AskedDoubts:
    """A state of the queue, a period for what was decided, the border that it is about, and the report that is open."""

    state: str = "open"
    days: int = _USUAL
    between: tuple[str, str] | None = None
    report: UUID | None = None

    @classmethod
    def parse(cls, query: Mapping[str, Any]) -> "AskedDoubts":
        """Read a query string or a form; what is none of the choices is the first of them."""
        state, days = query.get("state", ""), query.get("days", "")
        codes = sorted({code.strip()[:_LONGEST_CODE] for code in query.get("between", "").split(",") if code.strip()})
        return cls(
            state if state in STATES_SHOWN else STATES_SHOWN[0],
            int(days) if days in map(str, PERIODS) else _USUAL,
            (codes[0], codes[1]) if len(codes) == 2 else None,
            _reference(query.get("report", "")),
        )

    def query(self) -> dict[str, Any]:
        """The address's parts: ``parse`` of them gives the same."""
        found = {"state": self.state} if self.state != STATES_SHOWN[0] else {}
        if self.days != _USUAL:
            found["days"] = str(self.days)
        if self.between:
            found["between"] = ",".join(self.between)
        return found | ({"report": str(self.report)} if self.report else {})

    def url(self, **changes: Any) -> str:
        """The queue with some parts changed; another list opens with its first report."""
        return url_for("data.doubts", **replace(self, **{"report": None, **changes}).query())

    def since(self, today: date, zone: ZoneInfo) -> datetime:
        """When the period starts."""
        return midnight(today - timedelta(days=self.days - 1), zone)

    def chosen(self, since: datetime, state: str | None = None) -> DoubtChoice:
        """The questions of the list, or of another state."""
        return DoubtChoice(state or self.state, since, self.between)


def _reference(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
