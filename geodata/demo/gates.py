"""Gates of compounds (大门), and the lanes inside that lead to them."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, MultiLineString, Point, Polygon, affinity

from geodata.demo.blocks import ROADS, Quad
from geodata.demo.local_frame import LocalFrame
from geodata.demo.yards import Plot, Yard

_NAMES = {"n": "北门", "e": "东门", "s": "南门", "w": "西门"}
#: Where gates are liked best: quiet streets first.
_LIKED = {"residential": 0, "tertiary": 1, "secondary": 2, "primary": 3}


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate of a compound: its compass side, vehicle or pedestrian, its place on the outline, the way out to the street (metres)."""

    yard: int
    side: str
    kind: str
    place: Point
    way: LineString


@dataclass(frozen=True, slots=True)
class Ways:
    """Lanes and gates of one compound, in metres."""

    lanes: MultiLineString | None
    gates: tuple[Gate, ...]


def lay_ways(yard: Yard, houses: Sequence[Sequence[Polygon]], rng: np.random.Generator) -> Ways:
    """Lanes between the rows of ``houses`` (by plot), and gates on up to three sides that lie on a street, each side once."""
    chosen = _gate_sides(yard, rng)
    outline = yard.polygon.exterior
    lanes: list[LineString] = []
    gates: list[Gate] = []
    for plot, own in zip(yard.plots, houses, strict=True):
        sides = [side for at, side in chosen if at is plot]
        inner, ways = _plot_ways(plot, own, sides)
        lanes.extend([*inner, *ways.values()])
        for side, way in ways.items():
            # Seen from the street the gate is where the way out leaves the compound.
            place = outline.interpolate(outline.project(_crossing(way, plot.quad.polygon)))
            gates.append(Gate(yard.number, side, "pedestrian", place, way))
    order = {side: number for number, (_, side) in enumerate(chosen)}
    gates.sort(key=lambda gate: order[gate.side])
    main = 1 if len(yard.plots) < 3 else 2
    with_kinds = tuple(
        Gate(gate.yard, gate.side, "vehicle" if number < main else "pedestrian", gate.place, gate.way)
        for number, gate in enumerate(gates)
    )
    return Ways(MultiLineString(lanes) if lanes else None, with_kinds)


def gate_frame(gates: Sequence[Gate], frame: LocalFrame, codes: dict[int, str]) -> gpd.GeoDataFrame:
    """Gates as rows: code, compound_code, name, name_en, kind, geom."""
    return gpd.GeoDataFrame(
        {
            "code": [f"{codes[gate.yard]}{gate.side.upper()}" for gate in gates],
            "compound_code": [codes[gate.yard] for gate in gates],
            "name": [_NAMES[gate.side] for gate in gates],
            "name_en": None,
            "kind": [gate.kind for gate in gates],
        },
        geometry=gpd.GeoSeries(frame.on_earth(np.array([gate.place for gate in gates])), crs="EPSG:4326"),
        crs="EPSG:4326",
    ).rename_geometry("geom")


def _gate_sides(yard: Yard, rng: np.random.Generator) -> list[tuple[Plot, str]]:
    """Plot and side of each gate, the main one first."""
    open_sides = [(plot, side) for plot in yard.plots for side, kind in plot.piece.quad.sides.items() if kind in ROADS]
    luck = rng.random(len(open_sides))
    liking = [_LIKED[plot.piece.quad.sides[side]] + 1.5 * luck[i] for i, (plot, side) in enumerate(open_sides)]
    wanted = int(rng.integers(1, 4)) + (len(yard.plots) > 1)
    chosen: dict[str, Plot] = {}
    for at in np.argsort(liking):
        plot, side = open_sides[at]
        if len(chosen) < wanted:
            chosen.setdefault(side, plot)
    return [(plot, side) for side, plot in chosen.items()]


def _plot_ways(
    plot: Plot, houses: Sequence[Polygon], sides: Sequence[str]
) -> tuple[list[LineString], dict[str, LineString]]:
    """Lanes of a plot, and the way out by side; all is done with the plot's rows level."""
    turn = plot.quad.turn_deg
    level = [affinity.rotate(house, -turn, origin=(0, 0)) for house in houses]
    piece = Quad(_rotated(plot.piece.quad.corners, -turn), plot.piece.quad.sides)
    ground = Polygon(_rotated(plot.quad.inset(2.5).corners, -turn))
    rows = _rows(ground, level)
    ends = {"w": [min(row.coords) for row in rows], "e": [max(row.coords) for row in rows]}
    spine = "e" if "e" in sides and "w" not in sides else "w"
    lanes = [*rows, LineString(ends[spine])] if len(rows) > 1 else list(rows)
    ways = {side: _way_out(side, ends, spine, piece) for side in sides} if rows else {}
    return (
        [affinity.rotate(lane, turn, origin=(0, 0)) for lane in lanes],
        {side: affinity.rotate(way, turn, origin=(0, 0)) for side, way in ways.items()},
    )


def _rows(ground: Polygon, houses: Sequence[Polygon]) -> list[LineString]:
    """One lane north of each row of houses, from the south; none where it would run along the slanting border."""
    west, _, east, _ = ground.bounds
    tops = sorted({round(house.bounds[3], 1) for house in houses})
    lanes = [ground.intersection(LineString([(west, top + 3.0), (east, top + 3.0)])) for top in tops]
    straight = [lane for lane in lanes if lane.geom_type == "LineString"]
    longest = max((lane.length for lane in straight), default=0.0)
    return [lane for lane in straight if lane.length > 0.8 * longest]


def _way_out(side: str, ends: dict[str, list[tuple[float, ...]]], spine: str, piece: Quad) -> LineString:
    """From the lanes' end to the middle of the street on that side."""
    if side in ("w", "e"):
        start = ends[side][len(ends[side]) // 2]
        low, high = (piece.at(0, 0), piece.at(0, 1)) if side == "w" else (piece.at(1, 0), piece.at(1, 1))
        share = (start[1] - low[1]) / (high[1] - low[1])
    else:
        start = ends[spine][0 if side == "s" else -1]
        # The way runs beside the houses' gables.
        start = (start[0] + (1.0 if spine == "w" else -1.0), start[1])
        low, high = (piece.at(0, 0), piece.at(1, 0)) if side == "s" else (piece.at(0, 1), piece.at(1, 1))
        share = (start[0] - low[0]) / (high[0] - low[0])
    return LineString([start, low + float(np.clip(share, 0.02, 0.98)) * (high - low)])


def _crossing(way: LineString, ground: Polygon) -> Point:
    """Where the way leaves the ground."""
    outside = way.difference(ground)
    return Point(way.coords[0]) if outside.is_empty else Point(shapely.get_parts(outside)[-1].coords[0])


def _rotated(points: np.ndarray, turn_deg: float) -> np.ndarray:
    turn = np.radians(turn_deg)
    turned: np.ndarray = points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return turned
