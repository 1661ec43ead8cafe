"""What is new among the reports that somebody sees, against what is usual: counts without statistics."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import Connection, func, select

from geodata.days import day_number
from geodata.scope import Scope
from geodata.selections import Selection
from geodata.tables import report
from gridmap.report import STATES

#: "More than usual" is said of so many at least, and of so many times the usual at least.
FEWEST = 5
TIMES = 2.0
#: Weeks before the last seven days that say what is usual; with fewer of them nothing is compared.
USUAL_WEEKS = 8
FEWEST_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Growth:
    """Reports of the last seven days (today included), and how many are usual in seven days (None: too little is known).

    ``category`` None is all of them together.
    """

    category: str | None
    count: int
    usual: float | None

    @property
    def grew(self) -> bool:
        """Whether there are more than usual: at least ``FEWEST`` and ``TIMES`` as many."""
        return self.usual is not None and self.count >= FEWEST and self.count >= TIMES * self.usual


@dataclass(frozen=True, slots=True)
class News:
    """Reports of yesterday and today, the last seven days, and the categories that grew, most above the usual first."""

    two_days: int
    week: Growth
    grown: list[Growth]


def news(selection: Selection, today: date) -> News:
    """What is new in a selection without a period."""
    day = day_number(today)
    days, kinds = selection.column("day"), selection.column("category")
    recent = days > day - 7 * (USUAL_WEEKS + 1)
    days, kinds = days[recent], kinds[recent]
    weeks = _weeks_known(selection, day)
    words = selection.snapshot.header.categories
    now = (days > day - 7) & (days <= day)
    before = (days <= day - 7) & (days > day - 7 * (weeks + 1))
    counts, usual = (np.bincount(kinds[part], minlength=len(words)) for part in (now, before))
    by_kind = [_growth(word, int(counts[i]), int(usual[i]), weeks) for i, word in enumerate(words)]
    grown = sorted((one for one in by_kind if one.grew), key=lambda one: (one.usual or 0) - one.count)
    two_days = int(np.count_nonzero((days > day - 2) & (days <= day)))
    return News(two_days, _growth(None, int(counts.sum()), int(usual.sum()), weeks), grown)


def by_state(selection: Selection) -> dict[str, int]:
    """Reports of a selection per state, states without any left out."""
    counts = np.bincount(selection.column("status"), minlength=len(STATES))
    return {state: int(n) for state, n in zip(STATES, counts, strict=True) if n}


def by_state_in_scope(conn: Connection, scope: Scope) -> dict[str, int]:
    """The same asked of the database, for scopes that a snapshot cannot tell: one's own reports, those of compounds."""
    query = select(report.c.status, func.count()).where(*scope.report_conditions(conn)).group_by(report.c.status)
    found = Counter({state: int(n) for state, n in conn.execute(query)})
    return {state: found[state] for state in STATES if found[state]}


def _weeks_known(selection: Selection, day: int) -> int:
    """Whole weeks before the last seven days since there are reports at all, ``USUAL_WEEKS`` at most."""
    days = selection.snapshot.columns["day"]
    return min(USUAL_WEEKS, max(0, (day - 6 - int(days.min())) // 7)) if len(days) else 0


def _growth(category: str | None, count: int, before: int, weeks: int) -> Growth:
    return Growth(category, count, before / weeks if weeks >= FEWEST_WEEKS else None)
