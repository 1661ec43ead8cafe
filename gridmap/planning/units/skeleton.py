"""The community laid out on the lattice, and the faces that its lines enclose."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gridmap.planning.units.arrangement import faces_of, node, within
from gridmap.planning.units.borders import Borders, borders_of
from gridmap.planning.units.classes import ClassedLines
from gridmap.planning.units.cleaning import areas_of, clean_buildings, clean_polygons, polygons_only
from gridmap.planning.units.compounds import laid_out
from gridmap.planning.units.errors import BoundaryEmpty
from gridmap.planning.units.ground import Bools, Ground, Ints, Rules, Shapes
from gridmap.planning.units.lattice import STEPS, Lattice
from gridmap.planning.units.members import community_of
from gridmap.planning.units.owning import anchors, owners
from gridmap.planning.units.result import Adjustment
from gridmap.planning.units.slivers import Faces
from gridmap.planning.units.streets import extended, lines_near, without_overridden

#: What a face is before anything is merged.
LAND, WATER, RAIL = 0, 1, 2
_UPON_M2: Final = 1.0


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Faces (f) with what lies in them, buildings (n) with their face (-1 outside) and a point on it. All in steps of the lattice."""

    lattice: Lattice
    boundary: shapely.Geometry
    faces: Shapes
    borders: Borders
    kind: Ints
    compound: Ints
    buildings: Shapes
    households: Ints
    face_of: Ints
    anchor: Shapes
    lines: ClassedLines

    @property
    def known(self) -> Faces:
        """The faces as slivers are told by."""
        held = self.face_of >= 0
        inside = self.face_of[held]
        homes = np.bincount(inside, self.households[held], minlength=len(self.faces)).astype(np.int64)
        return Faces(
            shapely.area(self.faces) / STEPS**2,
            shapely.length(self.faces) / STEPS,
            np.bincount(inside, minlength=len(self.faces)),
            homes,
            self.compound,
            self.kind != LAND,
        )


def laid_skeleton(ground: Ground, rules: Rules, listed: list[Adjustment]) -> Skeleton:
    """Lay out a community. Errors: ``BoundaryEmpty``."""
    lattice, boundary = _boundary(ground, listed)
    buildings, inside = _buildings(ground, lattice, boundary, listed)
    compounds = laid_out(ground, boundary, lattice, listed)
    water = _barrier_areas(ground.water, "water", rules, lattice, listed)
    rail = _barrier_areas(ground.rail, "rail", rules, lattice, listed)
    lines = lines_near(ground, boundary, lattice)
    if len(lines) == 0 and len(ground.roads):
        listed.append(Adjustment("roads_outside", "roads"))
    streets = without_overridden(lines, compounds, water, boundary)
    rings = [shapely.boundary(each) for each in (boundary, *compounds, *water, *rail) if each is not None]
    noded = node(np.concatenate([streets.shapes, np.array(rings, dtype=object)]))
    noded = extended(noded, buildings[inside], boundary, rules, lattice, listed)
    faces = faces_of(noded)
    middle = shapely.point_on_surface(faces)
    kept = within(middle, np.array([boundary], dtype=object)) == 0
    faces, middle = faces[kept], middle[kept]
    compound = within(middle, compounds)
    free = compound < 0
    kind = np.where(free & (within(middle, rail) >= 0), RAIL, LAND)
    kind = np.where(free & (within(middle, water) >= 0), WATER, kind)
    face_of, anchor = _owned(buildings, ground.households, inside, faces, kind, lattice, listed)
    classed = ClassedLines(lines, rules.along_m)
    return Skeleton(
        lattice,
        boundary,
        faces,
        borders_of(faces),
        kind,
        compound,
        buildings,
        ground.households,
        face_of,
        anchor,
        classed,
    )


def _boundary(ground: Ground, listed: list[Adjustment]) -> tuple[Lattice, shapely.Geometry]:
    shape = clean_polygons(np.array([ground.boundary], dtype=object), "boundary", listed)[0]
    if shape is None or not shape.area > 0:
        raise BoundaryEmpty()
    lattice = Lattice.around(shape)
    # Spikes of no width, as overlays of other programs leave them, are no ground.
    steps = shapely.set_precision(lattice.steps(np.array([shape], dtype=object))[0], 1e-6)
    return lattice, steps


def _buildings(
    ground: Ground, lattice: Lattice, boundary: shapely.Geometry, listed: list[Adjustment]
) -> tuple[Shapes, Bools]:
    """The buildings on the lattice, and which of them are the community's: those with half of their ground in it."""
    shapes = lattice.steps(clean_buildings(ground.buildings, ground.households, listed))
    inside = community_of(shapes, np.array([boundary], dtype=object)) == 0
    outside = np.flatnonzero(~inside & ~shapely.is_missing(shapes)).tolist()
    listed.extend(_of_building("building_outside", row, shapes, ground.households, lattice) for row in outside)
    return shapes, inside


def _barrier_areas(shapes: Shapes, layer: str, rules: Rules, lattice: Lattice, listed: list[Adjustment]) -> Shapes:
    """Polygons of water or rail that are barriers: their union in steps, without pieces smaller than ``water_area_m2``."""
    areas, _ = areas_of(shapes)
    clean = clean_polygons(areas, layer, listed)
    whole = polygons_only(shapely.union_all(lattice.steps(clean[~shapely.is_missing(clean)])))
    if whole is None:
        return np.zeros(0, dtype=object)
    parts = shapely.get_parts(whole)
    found: Shapes = parts[shapely.area(parts) >= rules.water_area_m2 * STEPS**2]
    return found


def _owned(
    buildings: Shapes,
    households: Ints,
    inside: Bools,
    faces: Shapes,
    kind: Ints,
    lattice: Lattice,
    listed: list[Adjustment],
) -> tuple[Ints, Shapes]:
    """The face of each building and its point there; lists those that cross borders, stand on water, or upon each other."""
    rows = np.flatnonzero(inside)
    barrier = kind != LAND
    if barrier.all():  # nothing but water: it counts as land
        barrier, kind[:] = np.zeros(len(faces), dtype=bool), LAND
    found = np.full(len(buildings), -1, dtype=np.int64)
    found[rows], crossing = owners(buildings[rows], faces, barrier)
    anchor = np.full(len(buildings), None, dtype=object)
    anchor[rows] = anchors(buildings[rows], faces, found[rows])
    crossed = rows[crossing].tolist()
    listed.extend(_of_building("building_crossing", row, buildings, households, lattice) for row in crossed)
    listed.extend(
        _of_building("buildings_overlap", row, buildings, households, lattice, other)
        for row, other in _upon_each_other(buildings, rows)
    )
    return found, anchor


def _of_building(
    kind: str, row: int, buildings: Shapes, households: Ints, lattice: Lattice, other: int = -1
) -> Adjustment:
    shape = lattice.metres(buildings[row : row + 1])[0]
    count = int(households[row])
    return Adjustment(kind, "buildings", row, area_m2=float(shape.area), households=count, shape=shape, other=other)


def _upon_each_other(buildings: Shapes, rows: Ints) -> list[tuple[int, int]]:
    """Pairs of buildings, the first row first, that share more than a square metre."""
    one, other = shapely.STRtree(buildings[rows]).query(buildings[rows], predicate="intersects")
    once = one < other
    one, other = rows[one[once]], rows[other[once]]
    common = shapely.area(shapely.intersection(buildings[one], buildings[other])) > _UPON_M2 * STEPS**2
    return list(zip(one[common].tolist(), other[common].tolist(), strict=True))
