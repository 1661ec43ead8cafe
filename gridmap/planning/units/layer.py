"""A layer of communities to units, each community for itself."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from gridmap.planning.units.cleaning import clean_buildings, clean_polygons
from gridmap.planning.units.errors import BoundaryEmpty
from gridmap.planning.units.ground import Ground, Ints, Progress, Rules, Shapes
from gridmap.planning.units.making import check_homes, cut, silent
from gridmap.planning.units.members import community_of
from gridmap.planning.units.result import Adjustment, Units

#: Around a community, in metres, lines are taken along.
_AROUND_M = 50.0


def make_layer(
    communities: Sequence[Any] | Shapes, ground: Ground, rules: Rules | None = None, progress: Progress | None = None
) -> Units:
    """Units of all communities (m polygons), numbered through; edges never lead from one community into another.

    ``ground`` has the layers of them all; its boundary is not read. ``community`` of the result says whose a unit is. Each building belongs to the
    community with most of its ground (``members``). A community without buildings or households is cut too and listed.
    Errors: ``BoundaryEmpty`` names the community without ground; ``NoBuildings`` and ``NoHouseholds`` for all of them together.
    """
    rules, tell = rules or Rules(), progress or silent
    listed: list[Adjustment] = []
    areas = clean_polygons(_array(communities), "boundary", listed)
    for row in np.flatnonzero(shapely.is_missing(areas)).tolist():
        raise BoundaryEmpty(row=row)
    buildings = clean_buildings(ground.buildings, ground.households, listed)
    whose = community_of(buildings, areas)
    check_homes(ground.households, whose)
    listed.extend(
        Adjustment("building_outside", "buildings", row, households=int(ground.households[row]), shape=buildings[row])
        for row in np.flatnonzero((whose < 0) & ~shapely.is_missing(buildings)).tolist()
    )
    whole = replace(ground, buildings=buildings, compounds=clean_polygons(ground.compounds, "compounds", listed))
    layers = _Layers(whole)
    share = np.bincount(whose[whose >= 0], minlength=len(areas)) + 1.0
    done = np.r_[0.0, np.cumsum(share / share.sum())]
    parts = []
    for place, area in enumerate(areas):
        rows = {"buildings": np.flatnonzero(whose == place), **layers.around(area)}
        near = layers.taken(area, rows)
        if len(ground.roads) and not len(near.roads):
            listed.append(Adjustment("roads_outside", "boundary", place, community=place))

        def told(
            part: float, step: str, start: float = done[place], width: float = done[place + 1] - done[place]
        ) -> None:
            tell(float(start + width * part), step)

        units = cut(near, rules, told)
        parts.append(_renumbered(units, place, rows, len(buildings), near))
    return _joined(parts, tuple(listed), whose)


def _array(shapes: Sequence[Any] | Shapes) -> Shapes:
    found = np.empty(len(shapes), dtype=object)
    found[:] = list(shapes)
    flat: Shapes = shapely.force_2d(found)
    return flat


class _Layers:
    """The layers of a city, asked for what lies around a community."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._shapes = {name: getattr(ground, name) for name in ("roads", "rail", "water", "compounds")}
        self._trees = {name: shapely.STRtree(shapes) for name, shapes in self._shapes.items()}

    def around(self, area: shapely.Geometry) -> dict[str, Ints]:
        """Rows of each layer that may matter to a community."""
        box = shapely.box(*np.add(area.bounds, (-_AROUND_M, -_AROUND_M, _AROUND_M, _AROUND_M)))
        return {name: np.sort(tree.query(box)).astype(np.int64) for name, tree in self._trees.items()}

    def taken(self, area: shapely.Geometry, rows: dict[str, Ints]) -> Ground:
        """The community's own part of the layers."""
        shapes = {name: layer[rows[name]] for name, layer in self._shapes.items()}
        names = [*self.ground.road_class] + [""] * (len(self.ground.roads) - len(self.ground.road_class))
        houses = rows["buildings"]
        return Ground(
            area, self.ground.buildings[houses], self.ground.households[houses],
            road_class=[names[row] for row in rows["roads"].tolist()], **shapes,
        )  # fmt: skip


def _renumbered(units: Units, place: int, rows: dict[str, Ints], buildings: int, ground: Ground) -> Units:
    """Units of one community with the rows of the whole layers."""
    of_building = np.full(buildings, -1, dtype=np.int64)
    of_building[rows["buildings"]] = units.building_unit
    named = units.compound >= 0
    compound = np.where(named, np.append(rows["compounds"], -1)[units.compound], -1)
    listed = []
    for each in units.adjustments:
        known = rows.get(each.layer)
        row = (
            int(known[each.row])
            if known is not None and each.row >= 0
            else place
            if each.layer == "boundary"
            else each.row
        )
        other = int(known[each.other]) if known is not None and each.other >= 0 else each.other
        listed.append(replace(each, row=row, other=other, community=place))
    if not ground.households.any():
        kind = "no_households" if len(ground.buildings) else "no_buildings"
        listed.append(Adjustment(kind, "boundary", place, community=place, area_m2=float(ground.boundary.area)))
    community = np.full(len(units), place, dtype=np.int64)
    return replace(units, building_unit=of_building, compound=compound, adjustments=tuple(listed), community=community)


def _joined(parts: list[Units], listed: tuple[Adjustment, ...], whose: Ints) -> Units:
    starts = np.cumsum([0, *(len(part) for part in parts)])
    of_building = np.full(len(whose), -1, dtype=np.int64)
    moved: list[Adjustment] = []
    for start, part in zip(starts.tolist(), parts, strict=False):
        of_building = np.where(part.building_unit >= 0, part.building_unit + start, of_building)
        moved.extend(_moved(each, start) for each in part.adjustments)

    def all_of(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts])

    edges = np.concatenate([part.edges + start for start, part in zip(starts.tolist(), parts, strict=False)])
    plain = (
        "shapes",
        "households",
        "kind",
        "compound",
        "area_m2",
        "perimeter_m",
        "xy",
        "border_m",
        "barrier",
        "community",
    )
    return Units(
        **{name: all_of(name) for name in plain},
        edges=edges, building_unit=of_building, adjustments=(*listed, *moved),
    )  # fmt: skip


def _moved(each: Adjustment, start: int) -> Adjustment:
    between_units = each.kind == "island_bridged"
    unit = each.unit + start if each.unit >= 0 else -1
    return replace(each, unit=unit, other=each.other + start if between_units else each.other)
