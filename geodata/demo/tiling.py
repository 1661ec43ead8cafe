"""From lines in metres to areas in degrees that tile exactly."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from geodata.demo.blocks import GroundPlan
from geodata.demo.local_frame import STEP_DEG, LocalFrame


@dataclass(frozen=True, slots=True)
class Tiling:
    """Areas in degrees: ``grids[number]`` by the pieces' grid number, communities by code, and all of it."""

    grids: list[shapely.Geometry]
    communities: dict[str, shapely.Geometry]
    street: shapely.Geometry


def tile(plan: GroundPlan, frame: LocalFrame) -> Tiling:
    """Areas whose shared borders have the very same vertices.

    The lines are turned into degrees and noded on the grid of stored coordinates (snap rounding), so that every crossing and every end
    on another line is a vertex of both; the faces between them are owned by the piece that holds their inner point, and larger areas
    are unions of faces that keep all vertices. No area is ever rounded after that.
    """
    lines = [shapely.transform(line, frame.degrees) for line in plan.lines()]
    noded = shapely.union_all(lines, grid_size=STEP_DEG)
    faces = np.array(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))
    owners = _owners(plan, frame, faces)
    by_piece = pd.Series(faces).groupby(owners).agg(list)
    assert len(by_piece) == len(plan.pieces), "a piece of the ground plan lost its ground"
    grids: dict[int, list[shapely.Geometry]] = {}
    for number, piece in enumerate(plan.pieces):
        grids.setdefault(piece.grid, []).extend(by_piece[number])
    areas = [_joined(grids[number]) for number in range(plan.grids)]
    community_of = {piece.grid: piece.community for piece in plan.pieces}
    communities: dict[str, list[shapely.Geometry]] = {}
    for number, area in enumerate(areas):
        communities.setdefault(community_of[number], []).extend(shapely.get_parts(area))
    whole = {code: _joined(parts) for code, parts in sorted(communities.items())}
    street = _joined([part for area in whole.values() for part in shapely.get_parts(area)])
    return Tiling(areas, whole, street)


def _owners(plan: GroundPlan, frame: LocalFrame, faces: np.ndarray) -> np.ndarray:
    inner = shapely.point_on_surface(faces)
    inner = shapely.transform(inner, frame.metres)
    tree = shapely.STRtree([piece.quad.polygon for piece in plan.pieces])
    face, piece = tree.query(inner, predicate="within")
    owners = np.full(len(faces), -1)
    owners[face] = piece
    assert (owners >= 0).all(), "a face lies in no piece of the ground plan"
    return owners


def _joined(faces: list[shapely.Geometry]) -> shapely.Geometry:
    joined = shapely.coverage_union_all(faces)
    return joined if joined.geom_type == "MultiPolygon" else shapely.MultiPolygon([joined])
