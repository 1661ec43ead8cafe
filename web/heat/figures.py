"""The figures beside the heatmap, each with the filter that it leads to."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from geodata.grids import by_edition_of, other_editions
from geodata.places import grid_facts
from geodata.selections import Selection
from web.days import asked_day
from web.heat_address import HeatAddress

#: More weeks than this are told by month.
MOST_WEEKS = 60
TOP = 10


@dataclass(frozen=True, slots=True)
class Bar:
    """A number with its words, its share of the largest (0 to 100) and where it leads."""

    words: str
    count: int
    share: float
    url: str


@dataclass(frozen=True, slots=True)
class TimeBar:
    """Reports of a week or month: first and last day, height 0 to 100, where it leads; not ``whole`` where the filter or the end of the data cuts it; ``current`` is the slider's week."""

    first: date
    last: date
    count: int
    share: float
    url: str
    whole: bool
    current: bool


@dataclass(frozen=True, slots=True)
class GridBar:
    """Reports of one grid."""

    facts: Row[Any]
    count: int
    share: float


def category_bars(selection: Selection, asked: HeatAddress) -> list[Bar]:
    """Reports per category, most first."""
    return _bars(selection.by_category(), lambda word: asked.url(categories=(word,)))


def source_bars(selection: Selection, asked: HeatAddress, words: Any) -> list[Bar]:
    """Reports per channel, most first; ``words`` turns its code into words."""
    bars = _bars(selection.by_source(), lambda code: asked.url(sources=(code,)))
    return [replace(bar, words=words(bar.words)) for bar in bars]


def time_bars(selection: Selection, asked: HeatAddress) -> tuple[str, list[TimeBar]]:
    """Reports of the period by week, or by month when there are many weeks: the unit and the bars, oldest first.

    A bar leads to its time alone; while the slider is shown, a week's bar leads to its step.
    """
    weeks, chosen = selection.by_week(), asked.chosen
    unit, parts = ("week", weeks) if len(weeks) <= MOST_WEEKS else ("month", selection.by_month())
    most = max((count for _, count in parts), default=0)
    bars = []
    for first, after, count in _periods(unit, parts):
        start = max(first, chosen.from_day or first)
        end = min(after, chosen.to_day or after, asked.last_day + timedelta(days=1) if asked.last_day else after)
        steps = asked.week is not None and unit == "week"
        url = asked.url(week=first) if steps else asked.url(from_day=start, to_day=end)
        share = 100 * count / most if most else 0.0
        whole, current = (start, end) == (first, after), asked.week is not None and first <= asked.week < after
        bars.append(TimeBar(start, end - timedelta(days=1), count, share, url, whole, current))
    return unit, bars


def grid_bars(conn: Connection, selection: Selection) -> list[GridBar]:
    """The grids with most reports, ties by key."""
    counts = by_edition_of(selection.by_grid(), other_editions(conn, asked_day()))
    top = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:TOP]
    facts = grid_facts(conn, [key for key, _ in top])
    return [GridBar(facts[key], count, 100 * count / top[0][1]) for key, count in top if key in facts]


def _bars(pairs: list[tuple[str, int]], url: Any) -> list[Bar]:
    most = pairs[0][1] if pairs else 1
    return [Bar(word, count, 100 * count / most, url(word)) for word, count in pairs]


def _periods(unit: str, parts: list[tuple[date, int]]) -> Iterator[tuple[date, date, int]]:
    for first, count in parts:
        week = first + timedelta(days=7)
        month = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield first, (week if unit == "week" else month), count
