"""What a replay says in words."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from geodata.actions.planning.replaying import Replayed
from geodata.actions.planning.year import DAYS

TOTAL_WORDS: Final = {
    "events": _l("Cases, hotline orders and finds on patrol in the year"),
    "without_grid": _l("of these in no grid"),
    "work": _l("in a grid"),
    "largest_work_per_worker": _l("The busiest worker in the year"),
    "mean_work_per_worker": _l("A worker on average in the year"),
    "mean_bad_day_work": _l("A bad day of the average grid (no more on 95 of 100 days)"),
    "walking_km": _l("Walking in the year, all workers (km, straight lines)"),
    "gini": _l("Unevenness of the work (Gini, 0: all have the same)"),
    "max_to_mean": _l("The busiest worker, times the average"),
}
#: Columns of the table of grids.
GRID_COLUMNS: Final = (
    ("events", _l("Cases in the year")),
    ("peak_work", _l("Cases on the peak day")),
    ("peak_day", _l("Peak day")),
    ("bad_day_work", _l("Cases on a bad day")),
    ("walking_km", _l("Walking in the year (km)")),
    ("walking_km_day", _l("Walking on a day out (km)")),
)
WEEKDAYS: Final = (
    _l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"), _l("Sunday"),
)  # fmt: skip
#: A difference of the ways below this share is none that anybody would notice.
_SAME: Final = 0.02


@dataclass(frozen=True, slots=True)
class Said:
    """A figure in words: title, before, after, a sentence; ``verdict``: ``better``, ``worse``, ``same``, "" for none."""

    title: str
    before: str
    after: str
    words: str
    verdict: str


def said(found: Replayed) -> list[Said]:
    """The figures of a replay that matter, each in a sentence. A figure that there is none of is left out."""
    totals = {row["what"]: row for row in found.both.totals.to_dict("records")}
    figures = []
    for name, make in (
        ("max_to_mean", _evenness), ("mean_work_per_worker", _load), ("mean_bad_day_work", _bad_day), ("walking_km", _walking),
    ):  # fmt: skip
        before, after = float(totals[name]["before"]), float(totals[name]["after"])
        if not (np.isnan(before) or np.isnan(after)):
            figures.append(make(before, after))
    return figures


def _evenness(before: float, after: float) -> Said:
    one, other = f"{before:.1f}", f"{after:.1f}"
    words = _(
        "The busiest worker had %(before)s times the average; with this version it would be %(after)s times.",
        before=one,
        after=other,
    )
    title = _("How evenly the work is spread")
    return Said(title, _("%(times)s times", times=one), _("%(times)s times", times=other), words, _verdict(one, other))


def _load(before: float, after: float) -> Said:
    week = 7 / DAYS
    one, other = f"{before * week:.1f}", f"{after * week:.1f}"
    words = _("A worker had %(before)s cases a week on average; it would be %(after)s.", before=one, after=other)
    # Fewer only because there would be more workers: neither better nor worse.
    return Said(_("Cases a week for a worker"), one, other, words, "")


def _bad_day(before: float, after: float) -> Said:
    one, other = f"{before:.1f}", f"{after:.1f}"
    words = _(
        "On the worst 18 days of the year the average grid had more than %(before)s cases; it would be %(after)s.",
        before=one,
        after=other,
    )
    return Said(_("A bad day"), one, other, words, _verdict(one, other))


def _walking(before: float, after: float) -> Said:
    one, other = f"{before:,.0f}", f"{after:,.0f}"
    share = abs(after / before - 1) if before else 0.0
    if share < _SAME:
        words = _("The ways would be about as long as they were.")
    elif after < before:
        words = _("All workers together would walk %(share)s less.", share=f"{share:.0%}")
    else:
        words = _("All workers together would walk %(share)s more.", share=f"{share:.0%}")
    verdict = "same" if share < _SAME else _verdict(one, other)
    return Said(_("Walking in the year"), _("%(km)s km", km=one), _("%(km)s km", km=other), words, verdict)


def _verdict(before: str, after: str) -> str:
    """Less is better; figures that are written alike are the same."""
    one, other = (float(each.replace(",", "")) for each in (before, after))
    return "same" if one == other else "better" if other < one else "worse"
