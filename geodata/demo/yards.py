"""Compounds (小区): the plots that people live on, with their names."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from shapely import Polygon
from shapely.ops import unary_union

from geodata.demo.blocks import GroundPlan, Piece, Quad

SHOP_DEPTH_M = 11.0
#: What shops must leave of a plot, so that houses find room.
_LEAST_PLOT_M = 70.0


@dataclass(frozen=True, slots=True)
class Plot:
    """The part of a compound that lies in one piece: its ground in metres, and the sides where shops stand in front."""

    piece: Piece
    quad: Quad
    shops: tuple[str, ...]
    target: int
    old: bool = False


@dataclass(frozen=True, slots=True)
class Yard:
    """A compound with its plots (one, or two in two grids)."""

    number: int
    name: str
    community: str
    plots: tuple[Plot, ...]

    @property
    def polygon(self) -> Polygon:
        """The compound's ground in metres."""
        if len(self.plots) == 1:
            return self.plots[0].quad.polygon
        # Plots that are set back by different depths meet along a part of their sides: hair-thin notches would not survive rounding.
        joined = unary_union([plot.quad.polygon.buffer(0.2, join_style="mitre") for plot in self.plots])
        return joined.buffer(-0.2, join_style="mitre")


def lay_yards(
    plan: GroundPlan, targets: dict[int, int], old: tuple[str, ...], rng: np.random.Generator, names: Iterator[str]
) -> list[Yard]:
    """The compounds of all pieces with homes.

    ``targets`` are dwellings by grid, shared by its pieces in proportion to their ground; ``old`` are communities of slab blocks.
    """
    homes = [piece for piece in plan.pieces if piece.use == "homes"]
    ground: dict[int, float] = {}
    for piece in homes:
        ground[piece.grid] = ground.get(piece.grid, 0.0) + piece.quad.polygon.area
    yards: dict[int, list[Plot]] = {}
    for piece in homes:
        target = round(targets[piece.grid] * piece.quad.polygon.area / ground[piece.grid])
        shops = _shop_sides(piece, rng)
        quad = piece.quad.inset(dict.fromkeys(shops, SHOP_DEPTH_M + 1.5))
        yards.setdefault(piece.yard, []).append(Plot(piece, quad, shops, target, piece.community in old))
    return [Yard(number, next(names), plots[0].piece.community, tuple(plots)) for number, plots in yards.items()]


def _shop_sides(piece: Piece, rng: np.random.Generator) -> tuple[str, ...]:
    chance = {"primary": 0.55, "secondary": 0.7, "tertiary": 0.5, "residential": 0.12}
    # Gables face east and west, where shops do not take the homes' sun; on the south side they are rare.
    factor = {"w": 1.0, "e": 1.0, "n": 0.5, "s": 0.3}
    width, height = piece.quad.inset().size()
    left = {"w": width, "e": width, "s": height, "n": height}
    sides: list[str] = []
    for side, kind in piece.quad.sides.items():
        wanted = rng.random() < chance.get(kind, 0.0) * factor[side]
        taken = SHOP_DEPTH_M * sum(left[each] == left[side] for each in (*sides, side))
        if wanted and len(sides) < 2 and left[side] - taken > _LEAST_PLOT_M:
            sides.append(side)
    return tuple(sides)
