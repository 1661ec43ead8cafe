"""The ground plan in metres: a lattice of arterial roads, the big blocks between, cut into pieces by streets and walls."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from shapely import LineString, Polygon

from geodata.demo.layouts import RURAL_USES, Layout

#: Half of what lies between the plots on both sides of a line, in metres: lanes and pavement, or nothing inside a compound.
HALF_WIDTH_M = {"primary": 23.0, "secondary": 17.0, "tertiary": 11.0, "residential": 7.5, "wall": 0.6, "inner": 0.0}
ROADS = ("primary", "secondary", "tertiary", "residential")
SIDES = ("w", "e", "s", "n")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the ground plan: a road's centre line, or a wall between two compounds."""

    name: str
    kind: str
    points: tuple[tuple[float, float], ...]

    @property
    def geometry(self) -> LineString:
        """The line in metres."""
        return LineString(self.points)


@dataclass(frozen=True, slots=True)
class Quad:
    """A four-sided piece of ground: corners sw, se, ne, nw in metres, and what bounds each side."""

    corners: np.ndarray
    sides: dict[str, str]

    def at(self, u: float, v: float) -> np.ndarray:
        """The point at shares u (west to east) and v (south to north)."""
        sw, se, ne, nw = self.corners
        point: np.ndarray = (1 - u) * (1 - v) * sw + u * (1 - v) * se + u * v * ne + (1 - u) * v * nw
        return point

    def split(self, share: float, *, upright: bool, kind: str) -> tuple["Quad", "Quad"]:
        """West and east parts (``upright``), or south and north parts; ``kind`` bounds the new side of both."""
        sw, se, ne, nw = self.corners
        if upright:
            low, high = self.at(share, 0), self.at(share, 1)
            first, second = np.array([sw, low, high, nw]), np.array([low, se, ne, high])
            return Quad(first, {**self.sides, "e": kind}), Quad(second, {**self.sides, "w": kind})
        left, right = self.at(0, share), self.at(1, share)
        first, second = np.array([sw, se, right, left]), np.array([left, right, ne, nw])
        return Quad(first, {**self.sides, "n": kind}), Quad(second, {**self.sides, "s": kind})

    def size(self) -> tuple[float, float]:
        """Mean width and height in metres."""
        sw, se, ne, nw = self.corners
        return (
            float(np.linalg.norm(se - sw) + np.linalg.norm(ne - nw)) / 2,
            float(np.linalg.norm(nw - sw) + np.linalg.norm(ne - se)) / 2,
        )

    def inset(self, extra: dict[str, float] | float = 0.0) -> "Quad":
        """The plot that is left inside the half widths of the sides, less ``extra`` metres (for all sides, or by side)."""
        margins = {side: HALF_WIDTH_M[kind] for side, kind in self.sides.items()}
        for side in SIDES:
            margins[side] += extra if isinstance(extra, float) else extra.get(side, 0.0)
        sw, se, ne, nw = self.corners
        lines = {"s": (sw, se), "e": (se, ne), "n": (ne, nw), "w": (nw, sw)}
        moved = {side: _moved_left(*ends, margins[side]) for side, ends in lines.items()}
        pairs = (("w", "s"), ("s", "e"), ("e", "n"), ("n", "w"))
        return Quad(np.array([_crossing(moved[a], moved[b]) for a, b in pairs]), dict.fromkeys(SIDES, "inner"))

    @property
    def polygon(self) -> Polygon:
        """The outline in metres."""
        return Polygon(self.corners)

    @property
    def turn_deg(self) -> float:
        """The mean direction of its south and north sides, counter-clockwise from the frame's east."""
        along = self.corners[1] - self.corners[0] + self.corners[2] - self.corners[3]
        return float(np.degrees(np.arctan2(along[1], along[0])))


def _moved_left(start: np.ndarray, end: np.ndarray, distance: float) -> tuple[np.ndarray, np.ndarray]:
    along = (end - start) / np.linalg.norm(end - start)
    return start + distance * np.array([-along[1], along[0]]), along


def _crossing(first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    shares = np.linalg.solve(np.column_stack([first[1], -second[1]]), second[0] - first[0])
    point: np.ndarray = first[0] + shares[0] * first[1]
    return point


@dataclass(frozen=True, slots=True)
class Piece:
    """The smallest piece of the tiling. Pieces with one ``grid`` make that grid; pieces with one ``yard`` make one compound."""

    quad: Quad
    use: str
    community: str
    grid: int
    yard: int


@dataclass(slots=True)
class GroundPlan:
    """Everything that the tiling and the buildings stand on."""

    pieces: list[Piece] = field(default_factory=list)
    arterials: list[Line] = field(default_factory=list)
    streets: list[Line] = field(default_factory=list)
    rim: list[Line] = field(default_factory=list)
    grids: int = 0
    yards: int = 0

    def lines(self) -> list[LineString]:
        """All lines that bound pieces, in metres; ends meet other lines, crossings are not nodes yet."""
        return [line.geometry for line in [*self.arterials, *self.streets]]


def room_of(use: str) -> int:
    """How much ground a use takes, an ordinary grid being 1.

    >>> room_of("homes"), room_of("big4"), room_of("village")
    (1, 4, 2)
    """
    if use.startswith("big"):
        return int(use.removeprefix("big"))
    return 2 if use in RURAL_USES or use == "mall" else 1


def lay_ground(layout: Layout, rng: np.random.Generator, names: Iterator[str]) -> GroundPlan:
    """Lattice and pieces of a layout; ``names`` gives names to the streets inside the big blocks."""
    plan = GroundPlan()
    nodes = _lattice(layout, rng)
    _add_arterials(plan, layout, nodes)
    for row, plans in enumerate(layout.blocks):
        for column, block in enumerate(plans):
            corners = np.array(
                [nodes[row + 1, column], nodes[row + 1, column + 1], nodes[row, column + 1], nodes[row, column]]
            )
            sides = {
                "w": layout.column_roads[column][1], "e": layout.column_roads[column + 1][1],
                "n": layout.row_roads[row][1], "s": layout.row_roads[row + 1][1],
            }  # fmt: skip
            _Cutter(plan, block.community, rng, names).divide(Quad(corners, sides), list(block.uses))
    return plan


def _lattice(layout: Layout, rng: np.random.Generator) -> np.ndarray:
    xs = np.concatenate([[0.0], np.cumsum(layout.columns)]) - sum(layout.columns) / 2
    ys = sum(layout.rows) / 2 - np.concatenate([[0.0], np.cumsum(layout.rows)])
    nodes = np.stack(np.meshgrid(xs, ys), axis=-1)
    # Roads of a planned city: each line leans as a whole by a little, and crossings are off by a few metres.
    nodes[:, :, 0] += (
        rng.normal(0, 3, len(xs))[None, :] + np.linspace(-1, 1, len(ys))[:, None] * rng.normal(0, 7, len(xs))[None, :]
    )
    nodes[:, :, 1] += (
        rng.normal(0, 3, len(ys))[:, None] + np.linspace(-1, 1, len(xs))[None, :] * rng.normal(0, 7, len(ys))[:, None]
    )
    return nodes + rng.normal(0, 3, nodes.shape)


def _add_arterials(plan: GroundPlan, layout: Layout, nodes: np.ndarray) -> None:
    ways = [(road, nodes[:, i]) for i, road in enumerate(layout.column_roads)]
    ways += [(road, nodes[i]) for i, road in enumerate(layout.row_roads)]
    for (name, kind), points in ways:
        plan.arterials.append(Line(name, kind, tuple(map(tuple, points.tolist()))))
        # Roads do not end at the street's border: a piece beyond it on both ends, for the map only.
        beyond = 110.0 if kind == "primary" else 60.0
        for end, before in ((points[0], points[1]), (points[-1], points[-2])):
            tip = end + (end - before) / np.linalg.norm(end - before) * beyond
            plan.rim.append(Line(name, kind, (tuple(end.tolist()), tuple(tip.tolist()))))


@dataclass(slots=True)
class _Cutter:
    plan: GroundPlan
    community: str
    rng: np.random.Generator
    names: Iterator[str]

    def divide(self, quad: Quad, uses: list[str]) -> None:
        """Cut the ground until each part has one use, then lay the pieces of each."""
        if len(uses) == 1:
            self._lay(quad, uses[0])
            return
        half = (len(uses) + 1) // 2
        room = sum(map(room_of, uses))
        share = sum(map(room_of, uses[:half])) / room
        first, second = self._cut(quad, share, "tertiary" if room > 2 else "residential")
        self.divide(first, uses[:half])
        self.divide(second, uses[half:])

    def _cut(self, quad: Quad, share: float, kind: str) -> tuple[Quad, Quad]:
        width, height = quad.size()
        upright = width > height
        share += float(self.rng.uniform(-0.05, 0.05)) if kind in ROADS else 0.0
        first, second = quad.split(share, upright=upright, kind=kind)
        ends = (quad.at(share, 0), quad.at(share, 1)) if upright else (quad.at(0, share), quad.at(1, share))
        name = next(self.names) if kind in ROADS else ""
        self.plan.streets.append(Line(name, kind, tuple(tuple(end.tolist()) for end in ends)))
        return first, second

    def _lay(self, quad: Quad, use: str) -> None:
        if use.startswith("big"):
            self._lay_big(quad, room_of(use), self._next_yard())
            return
        grid = self._next_grid()
        if use == "two":
            for part in self._cut(quad, float(self.rng.uniform(0.44, 0.56)), "wall"):
                self._add(part, "homes", grid, self._next_yard())
        elif use == "garden":
            garden, homes = self._cut(quad, 0.26, "residential")
            self._add(garden, "garden", grid, self._next_yard())
            self._add(homes, "homes", grid, self._next_yard())
        else:
            self._add(quad, use, grid, self._next_yard())

    def _lay_big(self, quad: Quad, grids: int, yard: int) -> None:
        """One large compound that is several grids, split by whole buildings."""
        if grids == 1:
            self._add(quad, "homes", self._next_grid(), yard)
            return
        half = (grids + 1) // 2
        first, second = self._cut(quad, half / grids, "inner")
        self._lay_big(first, half, yard)
        self._lay_big(second, grids - half, yard)

    def _add(self, quad: Quad, use: str, grid: int, yard: int) -> None:
        self.plan.pieces.append(Piece(quad, use, self.community, grid, yard))

    def _next_grid(self) -> int:
        self.plan.grids += 1
        return self.plan.grids - 1

    def _next_yard(self) -> int:
        self.plan.yards += 1
        return self.plan.yards - 1
