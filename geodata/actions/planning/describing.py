"""What the grids of a version are called, and which of them are the present ones: these keep code, name and worker."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from geodata.plans.ground import PlanGround
from geodata.plans.versions import PlannedGrid, PlanVersion
from geodata.tables import division, grid, road
from gridmap.lineage import lineage_of_units
from gridmap.planning.boundaries import UnitBorders
from gridmap.planning.matching import matched_grids, unchanged_grids
from gridmap.planning.naming import GridName, largest_compounds, longest_roads, name_grids

Ints = NDArray[np.int64]


def kept_grids(
    ground: PlanGround, present: PlanVersion, labels: NDArray[np.int32], count: int
) -> list[PlannedGrid | None]:
    """For each of ``count`` grids the present one that it is (with its code), None where it is another."""
    buildings = np.bincount(ground.buildings["unit"], minlength=len(ground)).astype(np.int64)
    lineage = lineage_of_units(
        present.labels.astype(np.int64),
        labels.astype(np.int64),
        households=ground.units["households"].to_numpy(dtype=np.int64),
        buildings=buildings,
        area_m2=ground.units["area_m2"].to_numpy(dtype=np.float64),
    )
    successor = matched_grids(lineage, len(present.grids), count)
    same = unchanged_grids(lineage, successor)
    return [present.grids[old] if kept else None for old, kept in zip(successor.tolist(), same.tolist(), strict=True)]


def described_grids(
    conn: Connection,
    ground: PlanGround,
    present: PlanVersion,
    labels: NDArray[np.int32],
    given: Sequence[PlannedGrid | None],
) -> tuple[PlannedGrid, ...]:
    """The grids of labels 0 to k - 1: what is ``given`` keeps its name; a present grid that goes on its code, name and kind; the others
    are named after their largest compound, longest road, or community."""
    kept = kept_grids(ground, present, labels, len(given))
    known = [
        GridName(chosen.name) if chosen is not None and chosen.name.strip() else None
        for chosen in (one or other for one, other in zip(given, kept, strict=True))
    ]
    kinds = [(one or other or PlannedGrid("")).kind for one, other in zip(given, kept, strict=True)]
    names = known if all(known) else _named(conn, ground, labels, known, kinds)
    locked = [one is not None and one.locked for one in given]
    return tuple(
        PlannedGrid(name.name if name else "", kind, was.code if was else None, lock)
        for name, kind, was, lock in zip(names, kinds, kept, locked, strict=True)
    )


def with_codes(ground: PlanGround, present: PlanVersion, made: PlanVersion) -> PlanVersion:
    """The same version with the codes that its grids keep by the rule, whatever it said of them."""
    kept = kept_grids(ground, present, made.labels, len(made.grids))
    grids = tuple(replace(grid, code=was.code if was else None) for grid, was in zip(made.grids, kept, strict=True))
    return replace(made, grids=grids)


def _named(
    conn: Connection,
    ground: PlanGround,
    labels: NDArray[np.int32],
    known: list[GridName | None],
    kinds: list[str],
) -> list[GridName | None]:
    count, label = len(known), labels.astype(np.int64)
    first = np.array([int(np.argmax(label == grid)) for grid in range(count)], dtype=np.int64)
    communities = ground.units["community_code"].to_numpy()[first].tolist()
    after = largest_compounds(label, ground.units["name"].tolist(), ground.units["households"].to_numpy(), count)
    shapes = UnitBorders(ground.shapes).grids(label).shapes
    unnamed = np.array([grid for grid in range(count) if after[grid] is None and known[grid] is None], dtype=np.int64)
    for grid_at, street in zip(unnamed.tolist(), _roads_of(conn, shapes[unnamed]), strict=True):
        after[grid_at] = street
    places = _community_names(conn, communities)
    after = [name or places.get(code) for name, code in zip(after, communities, strict=True)]
    middle = shapely.get_coordinates(shapely.point_on_surface(shapes))
    return list(
        name_grids(
            after,
            communities=communities,
            lon=middle[:, 0],
            lat=middle[:, 1],
            kept=known,
            taken=_names_ever(conn, communities),
            kinds=kinds,
        )
    )


def _roads_of(conn: Connection, shapes: NDArray[np.object_]) -> list[str | None]:
    if not len(shapes):
        return []
    here = road.c.geom.op("&&")(func.ST_MakeEnvelope(*shapely.total_bounds(shapes).tolist(), 4326))
    query = select(road.c.name, func.ST_AsBinary(road.c.geom).label("shape")).where(here, road.c.name != "")
    rows = conn.execute(query.order_by(road.c.id)).all()
    lines = shapely.from_wkb(np.array([bytes(row.shape) for row in rows], dtype=object))
    return longest_roads(shapes, lines, [row.name for row in rows])


def _community_names(conn: Connection, codes: Sequence[str]) -> dict[str, str]:
    rows = conn.execute(select(division.c.code, division.c.name).where(division.c.code.in_(set(codes))))
    return {row.code: row.name for row in rows}


def _names_ever(conn: Connection, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Names that grids of these communities have or had."""
    query = select(grid.c.community_code, grid.c.name).where(grid.c.community_code.in_(set(codes)), grid.c.name != "")
    return [(row.community_code, row.name) for row in conn.execute(query.distinct())]
