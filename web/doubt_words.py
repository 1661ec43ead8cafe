"""Owners in doubt in words: the grids to choose from with their shares, and what the map shows of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import Connection, Row

from geodata.doubts import shapes_asked
from geodata.owners.asking import MOST_KEPT
from web.map_words import percent, place_name, thousands

STATE = {
    "open": lazy_pgettext("doubt", "Open"),
    "confirmed": lazy_pgettext("doubt", "Confirmed"),
    "transferred": lazy_pgettext("doubt", "Transferred"),
}
EMPTY = {
    "open": _l("No owner is in doubt."),
    "confirmed": _l("Nobody confirmed an owner in this period."),
    "transferred": _l("Nobody transferred a report in this period."),
}
#: The map shows so many accuracies around the place; without one, so many metres.
_AROUND, _LEAST_M = 1.8, 60.0
#: Fewer grids than this are no choice; a grid with less than this is not likelier than the others together.
_LEAST_CHOICES, _LIKELY = 4, 0.5
#: So many grids are told; less than this elsewhere goes without saying.
_MOST, _MOST_IN_WORDS, _LEAST_REST, _LEAST_SHARE = 6, 4, 0.005, 0.01


@dataclass(frozen=True, slots=True)
class Choice:
    """A grid that may hold the place: its number on page and map, share (None: nobody counted), whether it owns the report now."""

    number: int
    code: str
    name: str
    community: str
    share: float | None
    owns: bool

    @property
    def percent(self) -> str:
        """The share in words, "" without one."""
        return percent(self.share)


def choices_of(row: Row[Any], named: Mapping[str, Row[Any]]) -> list[Choice]:
    """The grids of a question that are worth telling: the likeliest first, the owner among them."""
    found = []
    likely = [pair for pair in row.alternatives if pair[1] is None or pair[1] >= _LEAST_SHARE][:_MOST]
    if len(likely) < _LEAST_CHOICES:  # so wide a position that hardly any grid has a share worth the name
        likely = row.alternatives[:_LEAST_CHOICES]
    told = [pair for pair in row.alternatives if pair in likely or pair[0] == row.grid_code]
    for number, (code, share) in enumerate(told, 1):
        grid = named.get(code)
        name, community = (place_name(grid), grid.community or "") if grid else (code, "")
        found.append(Choice(number, code, name, community, share, code == row.grid_code))
    return found


def shares_in_words(row: Row[Any], choices: list[Choice]) -> str:
    """How sure the owner is: a sentence."""
    if row.doubt_kind == "published":
        return str(_("New boundaries are in force: the place lies in another grid than before, and work is under way."))
    told = [each for each in choices if each.share is not None][:_MOST_IN_WORDS]
    words = [_("%(share)s in %(grid)s", share=each.percent, grid=each.name) for each in told]
    if _is_wide(row):
        metres, count, shares = thousands(round(row.accuracy_m)), len(row.alternatives), str(_(", ")).join(words)
        facts = {"metres": metres, "count": count, "shares": shares}
        if count < MOST_KEPT:
            return str(
                _("Accurate to %(metres)s m: it may lie in %(count)s grids. The likeliest: %(shares)s.", **facts)
            )
        return str(
            _("Accurate to %(metres)s m: it may lie in %(count)s grids or more. The likeliest: %(shares)s.", **facts)
        )
    rest = 1.0 - sum(each.share or 0.0 for each in told)
    if told and rest >= _LEAST_REST:
        elsewhere = _("%(share)s elsewhere") if len(row.alternatives) > len(told) else _("%(share)s in no grid")
        words.append(elsewhere % {"share": percent(rest)})
    listed = str(_(", ")).join(words)
    if row.accuracy_m is None:
        return listed
    return str(_("Accurate to %(metres)s m: %(shares)s.", metres=thousands(round(row.accuracy_m)), shares=listed))


def _is_wide(row: Row[Any]) -> bool:
    """Whether the position says only that the place is somewhere in a neighbourhood: no grid is likelier than all others together."""
    likeliest = max((share or 0.0 for _code, share in row.alternatives), default=0.0)
    return row.accuracy_m is not None and len(row.alternatives) > _MOST_IN_WORDS and likeliest < _LIKELY


def map_data(conn: Connection, row: Row[Any], choices: list[Choice], at: Any) -> dict[str, Any]:
    """What the map draws: the place, the circle of its accuracy, the grids with their words at the places of ``label``."""
    if row.lon is None:
        return {}
    around = max(_LEAST_M, _AROUND * (row.accuracy_m or 0.0))
    shapes = shapes_asked(conn, [each.code for each in choices], at, row.lon, row.lat, around)
    return {
        "lon": row.lon,
        "lat": row.lat,
        "accuracy": row.accuracy_m,
        "around": around,
        "grids": [
            {
                "words": f"{each.number} · {each.percent or each.name}",
                "owns": each.owns,
                "shape": json.loads(shape.geojson),
                "label": [shape.label_lat, shape.label_lon] if shape.label_lat is not None else None,
            }
            for each in choices
            if (shape := shapes.get(each.code)) is not None
        ],
    }
