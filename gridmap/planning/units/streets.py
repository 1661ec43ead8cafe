"""The lines that may bound units: roads, rails, streams; what compounds override, and ends that reach no other line."""

from dataclasses import dataclass

import numpy as np
import shapely

from gridmap.planning.units.arrangement import node
from gridmap.planning.units.cleaning import lines_of
from gridmap.planning.units.ground import Ground, Rules, Shapes
from gridmap.planning.units.lattice import STEPS, Lattice
from gridmap.planning.units.result import Adjustment

#: Lines that run along the boundary this closely are the boundary.
_ALONG_STEPS = 5.0
_LONG_STEPS = 50.0
#: Beyond the boundary lines are kept this far, in steps, so that they cross it.
_BEYOND_STEPS = 5_000.0


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines in steps of the lattice and the class of each: of a road, "rail" or "water"."""

    shapes: Shapes
    kind: np.ndarray

    def __len__(self) -> int:
        return len(self.shapes)


def lines_near(ground: Ground, boundary: shapely.Geometry, lattice: Lattice) -> Lines:
    """All lines of the layers around the boundary (in steps)."""
    roads, row = lines_of(ground.roads)
    names = [*ground.road_class] + [""] * (len(ground.roads) - len(ground.road_class))
    kinds = [names[each] or "road" for each in row.tolist()]
    rails, _ = lines_of(ground.rail)
    streams, _ = lines_of(ground.water)
    kinds += ["rail"] * len(rails) + ["water"] * len(streams)
    shapes = lattice.steps(np.concatenate([roads, rails, streams]))
    west, south, east, north = boundary.bounds
    box = (west - _BEYOND_STEPS, south - _BEYOND_STEPS, east + _BEYOND_STEPS, north + _BEYOND_STEPS)
    clipped, at = shapely.get_parts(shapely.clip_by_rect(shapes, *box), return_index=True)
    good = (shapely.get_type_id(clipped) == 1) & (shapely.length(clipped) > 0)
    return Lines(clipped[good], np.array(kinds, dtype=object)[at[good]])


def without_overridden(lines: Lines, compounds: Shapes, water: Shapes, boundary: shapely.Geometry) -> Lines:
    """Lines without their parts inside compounds, without middle lines of ``water``, and without those that run along the boundary."""
    found = _minus(lines, compounds[~shapely.is_missing(compounds)], keep_crossings=False)
    stream = found.kind == "water"
    streams = _minus(Lines(found.shapes[stream], found.kind[stream]), water, keep_crossings=False)
    shapes = np.concatenate([found.shapes[~stream], streams.shapes])
    found = Lines(shapes, np.concatenate([found.kind[~stream], streams.kind]))
    edge = shapely.buffer(shapely.boundary(boundary), _ALONG_STEPS, quad_segs=2)
    return _minus(found, np.array([edge], dtype=object), keep_crossings=True)


def _minus(lines: Lines, areas: Shapes, *, keep_crossings: bool) -> Lines:
    """Lines without their parts in the areas; with ``keep_crossings`` short parts stay."""
    if not len(lines) or not len(areas):
        return lines
    line, area = shapely.STRtree(areas).query(lines.shapes, predicate="intersects")
    shapes = lines.shapes.copy()
    for each in np.unique(line).tolist():
        cut = shapely.union_all(areas[area[line == each]])
        if keep_crossings:
            inside = shapely.get_parts(shapely.intersection(shapes[each], cut))
            long = inside[shapely.length(inside) > _LONG_STEPS]
            if not len(long):
                continue
            cut = shapely.buffer(shapely.multilinestrings(long), 1.0, cap_style="flat")
        shapes[each] = shapely.difference(shapes[each], cut)
    parts, at = shapely.get_parts(shapes, return_index=True)
    good = (shapely.get_type_id(parts) == 1) & (shapely.length(parts) > 0)
    return Lines(parts[good], lines.kind[at[good]])


def extended(
    noded: Shapes,
    buildings: Shapes,
    boundary: shapely.Geometry,
    rules: Rules,
    lattice: Lattice,
    listed: list[Adjustment],
) -> Shapes:
    """Noded lines with their loose ends led on to the next line, noded anew.

    A loose end goes straight on for ``reach_m`` at most, else to a line within ``near_m`` in any direction, never over a building.
    Ends that reach nothing stay, enclose nothing, and are listed.
    """
    ends = _loose_ends(noded, boundary)
    if not len(ends):
        return noded
    tree, houses = shapely.STRtree(noded), shapely.STRtree(buildings)
    added = []
    for line, tip, before in ends:
        stub = _on_to_next(tip, before, line, noded, tree, rules)
        free = stub is not None and not len(houses.query(stub, predicate="intersects"))
        shape = stub if free else noded[line]
        if free:
            added.append(stub)
        metres = lattice.metres(np.array([shape], dtype=object))[0]
        kind = "line_extended" if free else "line_dangling"
        listed.append(Adjustment(kind, "lines", detail=f"{metres.length:.1f} m", shape=metres))
    return node(np.concatenate([noded, np.array(added, dtype=object)])) if added else noded


def _loose_ends(noded: Shapes, boundary: shapely.Geometry) -> list[tuple[int, np.ndarray, np.ndarray]]:
    """Ends inside the boundary that no other line shares: the line, the end, the corner before it."""
    at, line = shapely.get_coordinates(noded, return_index=True)
    first = np.flatnonzero(np.r_[True, line[1:] != line[:-1]])
    last = np.r_[first[1:], len(line)] - 1
    tips = np.concatenate([at[first], at[last]])
    before = np.concatenate([at[first + 1], at[last - 1]])
    owner = np.concatenate([line[first], line[last]])
    _, place, count = np.unique(tips, axis=0, return_inverse=True, return_counts=True)
    loose = np.flatnonzero(count[np.asarray(place).reshape(-1)] == 1)
    shapely.prepare(boundary)
    loose = loose[shapely.contains_xy(boundary, tips[loose, 0], tips[loose, 1])]
    return [(int(owner[each]), tips[each], before[each]) for each in loose.tolist()]


def _on_to_next(
    tip: np.ndarray, before: np.ndarray, line: int, noded: Shapes, tree: shapely.STRtree, rules: Rules
) -> shapely.LineString | None:
    onward = (tip - before) / np.hypot(*(tip - before))
    start = shapely.Point(tip)
    ray = shapely.linestrings([tip + onward, tip + onward * rules.reach_m * STEPS])
    others = tree.query(ray, predicate="intersects")
    hits = shapely.get_coordinates(shapely.intersection(noded[others[others != line]], ray))
    if len(hits):
        nearest = hits[np.argmin(np.hypot(*(hits - tip).T))]
        return shapely.linestrings([tip, nearest])
    near = tree.query(start, predicate="dwithin", distance=rules.near_m * STEPS)
    near = near[near != line]
    if not len(near):
        return None
    closest = near[np.argmin(shapely.distance(noded[near], start))]
    return shapely.shortest_line(start, noded[closest])
