from dataclasses import dataclass

from flask import render_template, url_for

from geodata.coverage.figures import (
    GridSize,
    area_households_told,
    grid_sizes,
    households_shown,
    totals_by_area,
    totals_of,
)
from geodata.coverage.findings import finding_counts
from gridmap.access import Permission
from gridmap.coverage import BOUNDS, Size, bounds_of
from gridmap.privacy import protected
from web import db
from web.access import requires
from web.areas import area_choice, asked_area
from web.coverage.blueprint import STEP, blueprint
from web.coverage.state import renewal_state
from web.days import asked_day, other_day
from web.scope import scope

#: The histogram's last bar takes everything from here on.
_LAST = 1000
#: Grids of a community are listed on the page itself.
_MOST_GRIDS = 60


@dataclass(frozen=True, slots=True)
class SizeBar:
    """Grids with so many households (``low`` to ``high``, None without end): how many, height 0 to 100, where it leads."""

    low: int
    high: int | None
    count: int
    share: float
    size: Size
    url: str


@blueprint.get("")
@requires(Permission.VIEW_COVERAGE)
def index() -> str:
    """Figures of coverage for an area, each with its list and its map."""
    conn, area, at = db.connection(), asked_area(), asked_day()
    grids, everything = grid_sizes(conn, scope(), at, area), grid_sizes(conn, scope(), at)
    parts = totals_by_area(conn, grids, area, at)
    listed = grids if len(grids) <= _MOST_GRIDS and len(parts) <= 1 else []
    return render_template(
        "coverage/index.html",
        **area_choice(area),
        area_code=area,
        state=renewal_state(conn),
        ground=renewal_state(conn, other_day()),
        totals=totals_of(grids),
        bounds=BOUNDS["general"],
        bars=size_bars(grids, area),
        counts=finding_counts(conn, scope(), area, on_day=other_day()),
        parts=parts if len(parts) > 1 else [],
        parts_told=protected([part.totals.households for part in parts]),
        grids=listed,
        told=households_shown(everything, listed),
        total_told=area_households_told(everything, area),
        at=at,
    )


def size_bars(grids: list[GridSize], area: str | None) -> list[SizeBar]:
    """How many general grids have how many households."""
    general = [each.households for each in grids if each.kind == "general"]
    if not general:
        return []
    last = min(max(general) // STEP * STEP, _LAST)
    counts = [sum(min(count // STEP * STEP, last) == low for count in general) for low in range(0, last + 1, STEP)]
    bars = []
    for place, count in enumerate(counts):
        low = place * STEP
        high = None if low == _LAST else low + STEP - 1
        url = url_for("coverage.grids", area=area, kind="general", low=low, high=high)
        bars.append(SizeBar(low, high, count, 100 * count / max(counts), bounds_of("general").size(low), url))
    return bars
