"""Where reports can come from, in metres."""

from dataclasses import dataclass

import numpy as np
import shapely

from geodata.demo.blocks import ROADS, GroundPlan
from geodata.demo.houses import Built, House
from geodata.demo.local_frame import LocalFrame
from geodata.demo.scenery import river_course
from geodata.demo.tiling import Tiling


@dataclass(frozen=True, slots=True)
class Places:
    """Homes, shops, roads, green and river bank of a city; ``corners`` are exact corners of grids (degrees)."""

    frame: LocalFrame
    homes: list[House]
    shops: list[House]
    roads: list[tuple[str, shapely.LineString]]
    greens: list[tuple[str, shapely.Polygon]]
    river: shapely.LineString | None
    mall: shapely.Polygon | None
    corners: np.ndarray

    @property
    def street(self) -> str:
        """Code of the street that all lie on."""
        return self.homes[0].community[:9]

    @classmethod
    def of(cls, plan: GroundPlan, built: Built, tiling: Tiling, frame: LocalFrame) -> "Places":
        """The places of a built city."""
        greens = [(name, piece) for kind, name, piece in built.cover if kind == "green" and name]
        course = river_course(plan)
        quads = {piece.use: piece.quad.polygon for piece in plan.pieces}
        strips = shapely.union_all([piece.quad.polygon for piece in plan.pieces if piece.use == "river"])
        return cls(
            frame=frame,
            homes=[house for house in built.houses if house.footprint.stairs],
            shops=[house for house in built.houses if house.footprint.use == "商业"],
            roads=[(line.name, line.geometry) for line in [*plan.arterials, *plan.streets] if line.kind in ROADS],
            greens=greens,
            river=None if course is None else course.intersection(strips.envelope),
            mall=quads.get("mall"),
            corners=np.unique(shapely.get_coordinates(tiling.grids), axis=0),
        )
