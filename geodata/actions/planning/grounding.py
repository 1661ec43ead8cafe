"""Make the ground of a plan: the city's layers, community by community, cut into basic units (基础单元)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from geodata.plans.ground import PlanGround
from geodata.plans.layers import CommunityLayers, cases_within, communities_of, layers_of
from geodata.plans.plane import Plane
from geodata.settings import Settings
from gridmap.assignment import GridIndex
from gridmap.coverage import hold_buildings
from gridmap.planning.units import Ground, Rules, Units, make_units

Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Told the share done and the community at work. What it raises ends the work.
Progress = Callable[[float, str], None]

#: How far back cases count as a unit's work.
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Made:
    """The ground of an area, and what had to be adjusted: how many of each kind in each community."""

    ground: PlanGround
    remarks: list[dict[str, Any]]


def make_ground(
    conn: Connection, settings: Settings, area: str, rules: Rules, *, now: datetime, progress: Progress | None = None
) -> Made:
    """Units of all communities of an area, in order of their codes. Grids of special, rural and pastoral kinds become one unit each.

    Errors: ``NoCommunities``, and those of ``make_units`` where no community has anybody to share out.
    """
    communities = communities_of(conn, area)
    plane = Plane(settings.metric_crs)
    pieces, remarks = [], []
    for number, community in enumerate(communities):
        if progress:
            progress(number / len(communities), community.name)
        layers = layers_of(conn, community, now.astimezone(settings.zone).date())
        held = hold_buildings(layers.building_shapes, layers.fixed_shapes).grid
        units = _cut(plane, layers, held, rules)
        cases = cases_within(conn, layers.boundary.bounds, now - YEAR)
        pieces.append(_described(plane, layers, held, units, cases))
        remarks.append(_remarks(layers, units))
    return Made(_joined(pieces), remarks)


def _cut(plane: Plane, layers: CommunityLayers, held: Ints, rules: Rules) -> Units:
    """The units of what is left of a community beside its fixed grids, and of the buildings that stand in none of those."""
    outside = held < 0
    ground = Ground.of(
        plane.metres(np.array([_free(layers)], dtype=object))[0],
        plane.metres(layers.building_shapes[outside]),
        layers.buildings["households"][outside],
        roads=plane.metres(layers.road_shapes),
        road_class=layers.roads["class"].tolist(),
        rail=plane.metres(layers.rail),
        water=plane.metres(layers.water),
        compounds=plane.metres(layers.compound_shapes),
        compound_names=layers.compounds["name"].tolist(),
    )
    return make_units(ground, rules)


def _free(layers: CommunityLayers) -> Any:
    """The ground that a plan may divide, in degrees."""
    return shapely.difference(layers.boundary, shapely.union_all(layers.fixed_shapes))


def _described(plane: Plane, layers: CommunityLayers, held: Ints, units: Units, cases: Floats) -> PlanGround:
    """Units of a community with their facts, fixed grids after them."""
    shapes = np.concatenate([plane.degrees(units.shapes, _free(layers)), layers.fixed_shapes])
    fixed_metres = plane.metres(layers.fixed_shapes)
    middle = shapely.get_coordinates(shapely.point_on_surface(fixed_metres))
    xy = np.concatenate([units.xy, middle])
    unit_of = np.where(held < 0, -1, held + len(units))
    unit_of[held < 0] = units.building_unit
    inside = unit_of >= 0
    sums = {
        name: np.bincount(unit_of[inside], layers.buildings[name][inside], minlength=len(shapes)).astype(np.int64)
        for name in ("households", "care")
    }
    here = GridIndex(shapes).locate(cases[:, 0], cases[:, 1]) if len(cases) else np.zeros(0, dtype=np.int64)
    compound = np.append(layers.compounds["id"].to_numpy(dtype=np.int64), -1)[units.compound]
    named = np.append(layers.compounds["name"].to_numpy(dtype=object), "")[units.compound]
    fixed = len(layers.fixed)
    rows = pd.DataFrame(
        {
            "community_code": layers.code,
            "kind": np.append(units.kind, np.repeat("fixed", fixed)),
            "name": np.append(named, layers.fixed["name"].to_numpy(dtype=object)),
            "compound_id": pd.Series(np.append(compound, np.repeat(-1, fixed)), dtype="Int64").replace(-1, pd.NA),
            "fixed_code": [None] * len(units) + layers.fixed["code"].tolist(),
            **sums,
            "cases": np.bincount(here[here >= 0], minlength=len(shapes)),
            "area_m2": np.append(units.area_m2, shapely.area(fixed_metres)),
            "perimeter_m": np.append(units.perimeter_m, shapely.length(fixed_metres)),
            "x_m": xy[:, 0],
            "y_m": xy[:, 1],
        }
    )
    buildings = pd.DataFrame({"building_id": layers.buildings["id"][inside].to_numpy(), "unit": unit_of[inside]})
    return PlanGround(rows, shapes, units.edges.astype(np.int32), units.border_m, units.barrier, buildings)


def _joined(pieces: list[PlanGround]) -> PlanGround:
    """Communities one after another."""
    starts = np.cumsum([0, *(len(piece) for piece in pieces)])[:-1]
    buildings = pd.concat(
        [
            piece.buildings.assign(unit=piece.buildings["unit"] + start)
            for piece, start in zip(pieces, starts, strict=True)
        ]
    )
    return PlanGround(
        pd.concat([piece.units for piece in pieces], ignore_index=True),
        np.concatenate([piece.shapes for piece in pieces]),
        np.concatenate([piece.edges + np.int32(start) for piece, start in zip(pieces, starts, strict=True)]),
        np.concatenate([piece.border_m for piece in pieces]),
        np.concatenate([piece.barrier for piece in pieces]),
        buildings.sort_values("building_id", ignore_index=True),
    )


def _remarks(layers: CommunityLayers, units: Units) -> dict[str, Any]:
    found = Counter(each.kind for each in units.adjustments)
    return {"community": layers.code, "units": len(units), "counted": layers.counted, "adjusted": dict(found)}
