"""Two periods side by side, in numbers and in words that are honest about small ones."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection

from geodata.selections import choose
from geodata.snapshots import Snapshot
from gridmap.hotspot.change import SAME, TOO_FEW, change_classes
from web.heat_address import HeatAddress
from web.map_words import thousands
from web.scope import scope

#: Shares of the number before that are said as "half": of 0.5 and 1.5.
_ABOUT_HALF = 0.05
_ABOUT_DOUBLE = 1.95


@dataclass(frozen=True, slots=True)
class Change:
    """What was counted ``now`` and ``before``, the class of the change (``gridmap.hotspot.change``), and where it leads."""

    name: str
    now: int
    before: int
    number: int
    words: str
    url: str

    @property
    def difference(self) -> str:
        """The difference with its sign."""
        found = self.now - self.before
        return f"{'+' if found > 0 else '−' if found < 0 else '±'}{thousands(abs(found))}"

    @property
    def arrow(self) -> str:
        """An icon's name: up or down where the change is clear, level else."""
        if self.number in (SAME, TOO_FEW):
            return "arrow-right"
        return "arrow-up" if self.number > SAME else "arrow-down"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All reports of both periods, then those of each category, most of both periods first."""

    total: Change
    categories: list[Change]
    period_words: str


def compare(conn: Connection, snapshot: Snapshot, asked: HeatAddress) -> Comparison | None:
    """The periods that an address compares; None where it compares none."""
    if (both := asked.compared) is None:
        return None
    now, before = (choose(conn, scope(), snapshot, part) for part in both)
    words = period_words(asked)
    new, old = dict(now.by_category()), dict(before.by_category())
    names = sorted({*new, *old}, key=lambda name: (-new.get(name, 0) - old.get(name, 0), name))
    categories = [
        _change(name, new.get(name, 0), old.get(name, 0), words, asked.url(categories=(name,))) for name in names
    ]
    return Comparison(_change(_("All"), now.total, before.total, words, asked.url()), categories, words)


def period_words(asked: HeatAddress) -> str:
    """The earlier period in words: "the 4 weeks before"."""
    both = asked.compared
    assert both is not None
    if asked.compare == "year":
        return str(_("the same weeks a year before"))
    first, after = both[1].from_day, both[1].to_day
    assert first
    assert after
    days = (after - first) // timedelta(days=1)
    if days % 7:
        return str(_("the %(days)s days before", days=days))
    return str(_("the week before") if days == 7 else _("the %(weeks)s weeks before", weeks=days // 7))


def change_words(now: int, before: int, period: str) -> str:
    """A change in words. What chance alone would often bring is not called a change."""
    return str(_words(now, before, period))


def _words(now: int, before: int, period: str) -> Any:
    [number] = change_classes([now], [before])
    if number == TOO_FEW:
        return _("too few to compare")
    if number == SAME:
        return _("no clear difference from %(period)s", period=period)
    if before == 0:
        return _("none in %(period)s", period=period)
    share = now / before
    if share >= _ABOUT_DOUBLE:
        return _("%(times)s times as many as in %(period)s", times=f"{share:.1f}".removesuffix(".0"), period=period)
    if abs(share - 1.5) <= _ABOUT_HALF:
        return _("half as many again as in %(period)s", period=period)
    if abs(share - 0.5) <= _ABOUT_HALF:
        return _("half as many as in %(period)s", period=period)
    percent = max(1, round(100 * abs(share - 1)))
    if share > 1:
        return _("%(percent)s%% more than in %(period)s", percent=percent, period=period)
    return _("%(percent)s%% fewer than in %(period)s", percent=percent, period=period)


def _change(name: str, now: int, before: int, period: str, url: str) -> Change:
    [number] = change_classes([now], [before])
    return Change(name, now, before, int(number), change_words(now, before, period), url)
