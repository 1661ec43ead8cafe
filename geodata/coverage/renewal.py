"""Derive anew which grid in force holds each building, and what is wrong with the grids: as a whole, in one transaction."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, func, null, select
from sqlalchemy.dialects.postgresql import insert

from geodata.copying import copy_in
from geodata.coverage.freshness import FACT, LAYERS, fact_of
from geodata.days import today, valid_on
from geodata.indexes.city import grid_index
from geodata.settings import Settings
from geodata.tables import building, building_grid, division_in_time, fact, finding, grid, household
from geodata.versions import layer_versions
from gridmap.assignment import GridIndex
from gridmap.coverage import Holding, hold_buildings, tiling_flaws

Shapes = NDArray[np.object_]
#: Other days whose findings are kept.
DAYS_KEPT = 12


@dataclass(frozen=True, slots=True)
class RenewalSummary:
    """What was derived: buildings with their grids, findings by kind."""

    grids: int
    buildings: int
    households: int
    findings: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Layer:
    """Rows of a layer, aligned: keys, codes, shapes; ``above`` is the community's code of a grid."""

    ids: NDArray[np.int64]
    codes: list[str]
    shapes: Shapes
    above: list[str | None]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What lies in which grid of a day; ``homes`` and ``held`` are aligned with the buildings."""

    day: date
    versions: dict[str, int]
    grids: _Layer
    communities: _Layer
    buildings: _Layer
    homes: NDArray[np.int64]
    held: Holding

    def findings(self) -> pd.DataFrame:
        """What is wrong with the grids: rows of ``finding``."""
        ground = _ground_rows(self.grids, self.communities, self.buildings, self.homes)
        houses = _house_rows(self.buildings, self.grids, self.communities, self.held, self.homes)
        return pd.concat([ground, houses], ignore_index=True)

    def summary(self, findings: pd.DataFrame) -> RenewalSummary:
        """In numbers."""
        kinds = {str(kind): int(count) for kind, count in findings["kind"].value_counts().items()}
        return RenewalSummary(len(self.grids.ids), len(self.buildings.ids), int(self.homes.sum()), kinds)


def renew_coverage(conn: Connection, settings: Settings) -> RenewalSummary:
    """Replace ``building_grid`` and ``finding`` by what the layers of today say, and note of which versions that is.

    All in the caller's transaction; a second renewal at the same time waits for the first.
    """
    seen = _look(conn, settings, today(settings.zone))
    conn.execute(delete(finding).where(finding.c.on_day.is_(None)))
    conn.execute(delete(building_grid))
    copy_in(conn, "building_grid", _building_rows(seen.buildings, seen.grids, seen.held, seen.homes))
    found = seen.findings()
    copy_in(conn, "finding", found)
    _note(conn, seen, FACT)
    return seen.summary(found)


def renew_findings(conn: Connection, settings: Settings, day: date) -> RenewalSummary:
    """Replace the findings of another day by what its grids and divisions, and the buildings of now, say.

    Those of a few days are kept, the ones derived last. In the caller's transaction, one renewal after the other.
    """
    seen = _look(conn, settings, day)
    conn.execute(delete(finding).where(finding.c.on_day == day))
    found = seen.findings()
    copy_in(conn, "finding", found.assign(on_day=day))
    _note(conn, seen, fact_of(day))
    _forget(conn)
    return seen.summary(found)


def _look(conn: Connection, settings: Settings, day: date) -> "_Seen":
    conn.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("gridmap coverage", 0))))
    # Versions come first: a layer that changes while the rest is read is derived again.
    versions = layer_versions(conn)
    grids, communities, buildings = _grids(conn, day), _communities(conn, day), _buildings(conn)
    homes = _households(conn, buildings.ids)
    held = hold_buildings(buildings.shapes, grids.shapes, index=_index_of(conn, settings, grids, versions, day))
    return _Seen(day, versions, grids, communities, buildings, homes, held)


def _index_of(
    conn: Connection, settings: Settings, grids: _Layer, versions: dict[str, int], day: date
) -> GridIndex | None:
    """The index that everybody asks, when it holds the very grids that were read: they have not changed since the versions were."""
    city = grid_index(conn, settings, day)
    same = city.version == versions.get("grid", 0) and np.array_equal(city.grid_ids, grids.ids)
    return city.index if same else None


def _grids(conn: Connection, day: date) -> _Layer:
    columns = (grid.c.id, grid.c.code, func.ST_AsBinary(grid.c.geom).label("wkb"), grid.c.community_code.label("above"))
    return _layer(conn, select(*columns).where(valid_on(grid, day)).order_by(grid.c.code))


def _communities(conn: Connection, day: date) -> _Layer:
    then = division_in_time.c
    columns = (then.id, then.code, func.ST_AsBinary(then.geom).label("wkb"), null())
    there = (then.level == "community") & valid_on(division_in_time, day)
    return _layer(conn, select(*columns).where(there).order_by(then.code))


def _buildings(conn: Connection) -> _Layer:
    columns = (building.c.id, building.c.code, func.ST_AsBinary(building.c.geom).label("wkb"), null())
    return _layer(conn, select(*columns).order_by(building.c.id))


def _layer(conn: Connection, query: Any) -> _Layer:
    rows = conn.execute(query).all()
    return _Layer(
        np.array([row[0] for row in rows], dtype=np.int64),
        [row[1] for row in rows],
        shapely.from_wkb(np.array([None if row[2] is None else bytes(row[2]) for row in rows], dtype=object)),
        [row[3] for row in rows],
    )


def _households(conn: Connection, buildings: NDArray[np.int64]) -> NDArray[np.int64]:
    """Households of each building, by key in rising order."""
    found = np.zeros(len(buildings), dtype=np.int64)
    counted = select(household.c.building_id, func.count()).group_by(household.c.building_id)
    rows = np.array([tuple(row) for row in conn.execute(counted)], dtype=np.int64).reshape(-1, 2)
    rows = rows[np.isin(rows[:, 0], buildings)]
    found[np.searchsorted(buildings, rows[:, 0])] = rows[:, 1]
    return found


def _building_rows(buildings: _Layer, grids: _Layer, held: Holding, homes: NDArray[np.int64]) -> pd.DataFrame:
    keys = pd.array(np.append(grids.ids, -1)[held.grid], dtype="Int64")
    keys[held.grid < 0] = pd.NA
    return pd.DataFrame(
        {"building_id": buildings.ids, "grid_id": keys, "grids": held.grids, "households": homes}
    )  # fmt: skip


def _ground_rows(grids: _Layer, communities: _Layer, buildings: _Layer, homes: NDArray[np.int64]) -> pd.DataFrame:
    """Gaps, overlaps and parts outside, with the households of the buildings that stand there."""
    place = {code: at for at, code in enumerate(communities.codes)}
    owner = [place.get(code or "", -1) for code in grids.above]
    flaws = tiling_flaws(grids.shapes, communities.shapes, owner)
    standing = shapely.STRtree(shapely.point_on_surface(buildings.shapes))
    flaw, house = standing.query([each.shape for each in flaws], predicate="intersects") if flaws else ([], [])
    codes = [[grids.codes[at] for at in each.grids] for each in flaws]
    return _findings(
        kind=[each.kind for each in flaws],
        area_code=[communities.codes[each.community] if each.community >= 0 else None for each in flaws],
        grid_a=[names[0] if names else None for names in codes],
        grid_b=[names[1] if len(names) > 1 else None for names in codes],
        building_id=pd.array([pd.NA] * len(flaws), dtype="Int64"),
        area_m2=[round(each.area_m2, 3) for each in flaws],
        households=np.bincount(flaw, weights=homes[house], minlength=len(flaws)) if flaws else [],
        shapes=np.array([each.shape for each in flaws], dtype=object),
    )


def _house_rows(
    buildings: _Layer, grids: _Layer, communities: _Layer, held: Holding, homes: NDArray[np.int64]
) -> pd.DataFrame:
    """Buildings that no grid holds, and those that several do."""
    chosen = np.flatnonzero(held.grids != 1)
    shapes = buildings.shapes[chosen]
    around = np.full(len(chosen), -1, dtype=np.int64)
    if len(chosen):
        house, area = shapely.STRtree(communities.shapes).query(
            shapely.point_on_surface(shapes), predicate="intersects"
        )
        around[house[::-1]] = area[::-1]  # on a border: the first
    names = [*grids.codes, None]
    areas = [*communities.codes, None]
    above = [*grids.above, None]
    return _findings(
        kind=["building_in_none" if held.grids[at] == 0 else "building_in_several" for at in chosen],
        area_code=[areas[area] or above[held.grid[at]] for at, area in zip(chosen, around, strict=True)],
        grid_a=[names[held.grid[at]] for at in chosen],
        grid_b=[None] * len(chosen),
        building_id=pd.array(buildings.ids[chosen], dtype="Int64"),
        area_m2=[None] * len(chosen),
        households=homes[chosen],
        shapes=shapes,
    )


def _findings(shapes: Shapes, **columns: Any) -> pd.DataFrame:
    geom = shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True) if len(shapes) else []
    frame = pd.DataFrame({**columns, "geom": geom})
    texts = dict.fromkeys(("kind", "area_code", "grid_a", "grid_b"), "object")
    return frame.astype({**texts, "area_m2": "float64", "households": "int64"})


def _note(conn: Connection, seen: _Seen, name: str) -> None:
    at: datetime = conn.scalars(select(func.now())).one()
    versions = {layer: seen.versions.get(layer, 0) for layer in LAYERS}
    value = {"versions": versions, "day": seen.day.isoformat(), "at": at.isoformat()}
    noted = insert(fact).values(name=name, value=value)
    conn.execute(noted.on_conflict_do_update(index_elements=["name"], set_={"value": noted.excluded.value}))


def _forget(conn: Connection) -> None:
    """Let go of the findings of other days, but for those that were derived last."""
    noted = select(fact.c.name, fact.c.value["day"].astext.label("day")).where(fact.c.name.startswith(f"{FACT} of "))
    for row in conn.execute(noted.order_by(fact.c.value["at"].astext.desc()).offset(DAYS_KEPT)).all():
        conn.execute(delete(finding).where(finding.c.on_day == date.fromisoformat(row.day)))
        conn.execute(delete(fact).where(fact.c.name == row.name))
