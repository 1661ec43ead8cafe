"""The owner rule in exact rationals: an oracle that shares no code and no method with what it judges."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import shapely

from gridmap.assignment import GridIndex

Point = tuple[Fraction, Fraction]
Edge = tuple[Point, Point]

STEP = Fraction(1, 2**3000)  # the oracle really moves the point; far smaller than any distance between these numbers


def edges_of(grid: shapely.Geometry) -> list[Edge]:
    found = []
    for part in shapely.get_parts(grid):
        for ring in shapely.get_rings(part):
            corners = [(Fraction(x), Fraction(y)) for x, y in ring.coords]
            found += list(pairwise(corners))
    return found


def on_edge(edges: list[Edge], x: Fraction, y: Fraction) -> bool:
    return any(
        (bx - ax) * (y - ay) == (by - ay) * (x - ax)
        for (ax, ay), (bx, by) in edges
        if min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by)
    )


def holds(edges: list[Edge], x: Fraction, y: Fraction) -> bool:
    """Even-odd along a ray to the north, for a point on no edge."""
    crossings = 0
    for (ax, ay), (bx, by) in edges:
        if (ax > x) != (bx > x) and ay + (by - ay) * (x - ax) / (bx - ax) > y:
            crossings += 1
    return crossings % 2 == 1


def area(grid: shapely.Geometry) -> Fraction:
    total = Fraction(0)
    for part in shapely.get_parts(grid):
        for number, ring in enumerate(shapely.get_rings(part)):
            corners = [(Fraction(x), Fraction(y)) for x, y in ring.coords]
            trapezia = sum(((bx - ax) * (ay + by) / 2 for (ax, ay), (bx, by) in pairwise(corners)), Fraction(0))
            total += abs(trapezia) if number == 0 else -abs(trapezia)
    return total


class Oracle:
    """What the rule says of points among grids with codes that are all different."""

    def __init__(self, grids: Sequence[shapely.Geometry], codes: Sequence[str]) -> None:
        self.outlines = dict(zip(codes, map(edges_of, grids), strict=True))
        self.sizes = dict(zip(codes, map(area, grids), strict=True))
        self.boxes = dict(zip(codes, shapely.bounds(list(grids)).tolist(), strict=True))

    def __call__(self, lon: float, lat: float) -> tuple[str | None, str]:
        x, y = Fraction(lon), Fraction(lat)
        near = {
            code: self.outlines[code]
            for code, (west, south, east, north) in self.boxes.items()
            if west <= lon <= east and south <= lat <= north
        }
        edge = {code for code, outline in near.items() if on_edge(outline, x, y)}
        inside = {code for code, outline in near.items() if code not in edge and holds(outline, x, y)}
        if inside:
            return self.smallest(inside), "inside" if len(inside) == 1 else "overlap"
        if len(edge) == 1:
            return edge.pop(), "edge"
        if edge:
            moved = {code for code in edge if holds(near[code], x + STEP, y + STEP**2)}
            return self.smallest(moved) if moved else min(edge), "edge_tie"
        return None, "none"

    def smallest(self, codes: set[str]) -> str:
        return min(codes, key=lambda code: (self.sizes[code], code))


def agree(grids: Sequence[shapely.Geometry], points: Sequence[tuple[float, float]], order: Sequence[int]) -> GridIndex:
    """Hold an index of these grids against the oracle at these points, all at once and one by one; the index."""
    codes = [f"g{order[position]}" for position in range(len(grids))]
    index = GridIndex(grids, codes=codes)
    located = index.locate_explained(*zip(*points, strict=True))
    oracle = Oracle(grids, codes)
    for (lon, lat), position, reason in zip(points, located.position, located.reason_names, strict=True):
        found = codes[position] if position >= 0 else None
        assert (found, str(reason)) == oracle(lon, lat), (lon, lat)
        assert index.locate_one(lon, lat) == position
    return index
