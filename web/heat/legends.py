"""Titles, units and classes of the heatmap's legends."""

import math
from dataclasses import dataclass

from flask_babel import gettext as _

from gridmap.hotspot.change import FEWER, MORE, MUCH_FEWER, MUCH_MORE, SAME
from web.heat.changes import period_words
from web.heat.shading import LEAST_HOUSEHOLDS, Shading, is_whole
from web.heat_address import HeatAddress
from web.map_words import thousands
from web.maps import LegendRow
from web.tiles.picture import COLOURS

#: ColorBrewer's PuOr in five classes: from fewer (purple) over no change (almost white) to more (orange).
CHANGE_COLOURS = ("#5e3c99", "#b2abd2", "#f7f7f7", "#fdb863", "#e66101")
#: What the list behind hatched grids is asked for by.
FEW = "few"


@dataclass(frozen=True, slots=True)
class LegendText:
    """What a legend says; rows from the highest class down."""

    title: str
    unit: str
    rows: list[LegendRow]
    note: str


def density_legend(asked: HeatAddress, breaks: tuple[float, ...], bandwidth_m: float) -> LegendText:
    """That of the smoothed reports; its classes have no list, since they are no grids."""
    unit = _("reports per km², smoothed over %(metres)d m", metres=round(bandwidth_m))
    if asked.week:
        unit = _("reports per km² in the week, smoothed over %(metres)d m", metres=round(bandwidth_m))
    rows = [LegendRow(COLOURS[i], words) for i, words in _ranges(breaks)]
    return LegendText(_("Density of reports"), unit, rows or [_no_reports()], _note(asked))


def grid_legend(asked: HeatAddress, shading: Shading) -> LegendText:
    """That of coloured grids: counts, rates or change; each class leads to its list."""
    if asked.compare:
        return _change_legend(asked)
    ranges = _ranges(shading.breaks) if asked.measure == "rate" else _whole_ranges(shading.breaks)
    rows = [LegendRow(COLOURS[i], words, str(i)) for i, words in ranges]
    if asked.measure == "rate":
        unit = _("reports per 1,000 households in the week") if asked.week else _("reports per 1,000 households")
        few = LegendRow("hatched", _("fewer than %(least)s households, or not counted", least=LEAST_HOUSEHOLDS), FEW)
        return LegendText(_("Reports per 1,000 households"), unit, [*(rows or [_no_reports()]), few], _note(asked))
    unit = _("reports in the week") if asked.week else _("reports")
    return LegendText(_("Reports per grid"), unit, rows or [_no_reports()], _note(asked))


def _change_legend(asked: HeatAddress) -> LegendText:
    words = {
        MUCH_MORE: _("clearly more: twice as many or above"),
        MORE: _("clearly more"),
        SAME: _("no clear difference"),
        FEWER: _("clearly fewer"),
        MUCH_FEWER: _("clearly fewer: half or below"),
    }
    rows = [LegendRow(CHANGE_COLOURS[number], said, str(number)) for number, said in words.items()]
    rows.append(LegendRow("hatched", _("too few to compare"), FEW))
    if asked.compared is None:
        return LegendText(_("Change per grid"), _("Choose a period to compare."), rows, "")
    unit = _("compared with %(period)s", period=period_words(asked))
    note = _("About one unchanged grid in a hundred is coloured by chance.")
    if not is_whole(asked):
        note = _("There are data only from %(day)s on: nothing to compare with.", day=asked.first_day)
    return LegendText(_("Change per grid"), unit, rows, note)


def _ranges(breaks: tuple[float, ...]) -> list[tuple[int, str]]:
    """Number and range of each class, from the highest down; the next class starts where one ends."""
    rows = []
    for i in reversed(range(len(breaks))):
        low = _number(breaks[i])
        if i == len(breaks) - 1:
            words = f"≥ {low}" if breaks[i] else "> 0"
        else:
            words = f"{low} – {_number(breaks[i + 1])}" if breaks[i] else f"< {_number(breaks[i + 1])}"
        rows.append((i, words))
    return rows


def _whole_ranges(breaks: tuple[float, ...]) -> list[tuple[int, str]]:
    """The same of whole numbers: first and last number of each class."""
    rows = []
    for i in reversed(range(len(breaks))):
        first = max(1, math.ceil(breaks[i]))
        last = math.ceil(breaks[i + 1]) - 1 if i + 1 < len(breaks) else None
        words = f"≥ {thousands(first)}" if last is None else f"{thousands(first)} – {thousands(last)}"
        rows.append((i, thousands(first) if last == first else words))
    return rows


def _no_reports() -> LegendRow:
    return LegendRow("none", _("no reports"))


def _note(asked: HeatAddress) -> str:
    if asked.last_day is None:
        return ""
    note = str(_("Data to %(day)s", day=asked.last_day.isoformat()))
    if asked.week:
        note += " · " + _("the same classes for every week, from the weeks of the last year")
    return note


def _number(value: float) -> str:
    return thousands(int(value)) if value >= 1 else f"{value:g}"
