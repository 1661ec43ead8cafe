"""What publishing a plan from a day would bring, computed before anything is written: no row is changed and none is held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, func, or_, select

from geodata.actions.planning.changing import GridChanges
from geodata.actions.planning.drafting import Draft
from geodata.actions.rerouting import with_fates
from geodata.days import valid_on
from geodata.owners.days import deciding_day
from geodata.owners.held import held_owners
from geodata.owners.moves import codes_of
from geodata.owners.reading import chosen_reports, reach_degrees, read_reports
from geodata.settings import Settings
from geodata.tables import IS_OPEN, grid, owner, report
from gridmap.assignment import GridIndex
from gridmap.report import OVER

#: Keys that stand for the draft's grids, which have none yet: this one is the first, the others follow below it.
_FIRST_NEW = -2


@dataclass(frozen=True, slots=True)
class ForeseenReports:
    """Open reports that change hands or editions (``rows``: the columns of ``with_fates``), and how many closed ones stay with grids that end."""

    rows: pd.DataFrame
    kept: int

    def count(self, fate: str) -> int:
        """How many of a fate: ``rerouted`` or ``asked``."""
        return int((self.rows["fate"] == fate).sum())


def foreseen_reports(
    conn: Connection, settings: Settings, draft: Draft, changes: GridChanges, day: date
) -> ForeseenReports:
    """What would become of reports if the draft came into force on a day."""
    going = changes.going(draft)
    begins = [number for number in range(len(draft.codes)) if number not in changes.staying]
    if not begins and not going:
        return ForeseenReports(_nothing(), 0)
    reach = reach_degrees(settings)
    ground = [draft.shapes[number] for number in begins] + [
        present.shape for present in changes.before.values() if present.key in set(going)
    ]
    box = shapely.box(*shapely.total_bounds(np.array(ground, dtype=object))).buffer(reach, join_style="mitre")
    there = or_(owner.c.grid_id.in_(going), report.c.geom.op("&&")(_envelope(box)))
    rows = read_reports(conn, chosen_reports(IS_OPEN, deciding_day(settings) < day, there))
    held = held_owners(conn, settings, rows["report_id"].tolist())
    index, keys, codes = _index(conn, draft, begins, going, box.buffer(reach, join_style="mitre"), day)
    place = index.locate(held.lon, held.lat, gap_limit_m=settings.gap_limit_m)
    rows = rows.assign(new_grid_id=np.append(keys, -1)[place], new_code=np.append(codes, "")[place])
    rows = rows[rows["grid_id"].isin(going) | (rows["new_grid_id"] <= _FIRST_NEW)].reset_index(drop=True)
    rows = rows.assign(old_code=rows["grid_id"].map(codes_of(conn, rows["grid_id"])))
    over = select(func.count()).select_from(owner.join(report, report.c.id == owner.c.report_id))
    kept = conn.scalar(over.where(owner.c.grid_id.in_(going), report.c.status.in_(OVER)))
    return ForeseenReports(with_fates(rows), kept or 0)


def _nothing() -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in ("report_id", "status", "fate", "old_code", "new_code")})


def _index(
    conn: Connection, draft: Draft, begins: Sequence[int], going: Sequence[int], box: shapely.Geometry, day: date
) -> tuple[GridIndex, np.ndarray, np.ndarray]:
    """The grids of the day around a box as they would be, their keys and codes."""
    query = select(grid.c.id, grid.c.code, func.ST_AsBinary(grid.c.geom).label("shape")).where(
        valid_on(grid, day), grid.c.id.not_in(list(going)), grid.c.geom.op("&&")(_envelope(box))
    )
    stay = conn.execute(query.order_by(grid.c.id)).all()
    shapes = [shapely.from_wkb(bytes(row.shape)) for row in stay] + [draft.shapes[number] for number in begins]
    codes = [row.code for row in stay] + [draft.codes[number] for number in begins]
    keys = [row.id for row in stay] + [_FIRST_NEW - number for number in range(len(begins))]
    return (
        GridIndex(np.array(shapes, dtype=object), codes=codes),
        np.array(keys, dtype=np.int64),
        np.array(codes, dtype=object),
    )


def _envelope(box: shapely.Geometry) -> Any:
    return func.ST_MakeEnvelope(*box.bounds, 4326)
