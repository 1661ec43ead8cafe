"""One community to units, step by step."""

from dataclasses import replace

import numpy as np

from gridmap.planning.units.cleaning import clean_polygons
from gridmap.planning.units.dividing import laid_parts
from gridmap.planning.units.errors import BoundaryEmpty, NoBuildings, NoHouseholds
from gridmap.planning.units.finishing import Blocks, finished
from gridmap.planning.units.ground import Ground, Ints, Progress, Rules
from gridmap.planning.units.members import community_of
from gridmap.planning.units.result import Adjustment, Units
from gridmap.planning.units.sharing import with_shared_ground
from gridmap.planning.units.skeleton import LAND, RAIL, Skeleton, laid_skeleton
from gridmap.planning.units.slivers import merged_slivers, rail_land


def make_units(ground: Ground, rules: Rules | None = None, progress: Progress | None = None) -> Units:
    """Cut a community into units that tile it, each building in exactly one, with the graph of their borders.

    All in the plane of ``ground``, in metres. ``progress`` hears of each step and may raise to end the work. The same input gives the
    same units. Errors: ``BoundaryEmpty``, ``NoBuildings``, ``NoHouseholds``.

    >>> import shapely
    >>> box = shapely.box(0, 0, 400, 200)
    >>> road = shapely.LineString([(200, -10), (200, 210)])
    >>> houses = [shapely.box(50, 50, 70, 70), shapely.box(250, 50, 270, 70)]
    >>> units = make_units(Ground.of(box, houses, [40, 60], roads=[road], road_class=["primary"]))
    >>> units.households.tolist(), units.edges.tolist(), units.border_m.tolist(), units.barrier.tolist()
    ([40, 60], [[0, 1]], [200.0], ['primary'])
    """
    whole = clean_polygons(np.array([ground.boundary], dtype=object), "boundary", [])
    if whole[0] is None:
        raise BoundaryEmpty()
    check_homes(ground.households, community_of(ground.buildings, whole))
    return cut(ground, rules or Rules(), progress or silent)


def check_homes(households: Ints, community: Ints) -> None:
    """``community`` (n) of each building, -1 outside. Errors: ``NoBuildings``, ``NoHouseholds``."""
    inside = community >= 0
    if not inside.any():
        raise NoBuildings(count=len(inside))
    if not households[inside].any():
        raise NoHouseholds(count=int(inside.sum()))


def cut(ground: Ground, rules: Rules, tell: Progress) -> Units:
    """As ``make_units``, also where nobody lives. Errors: ``BoundaryEmpty``."""
    listed: list[Adjustment] = []
    tell(0.0, "noding")
    skeleton = with_shared_ground(laid_skeleton(ground, rules, listed), rules, listed)
    tell(0.2, "slivers")
    blocks = _merged_blocks(skeleton, rules, listed)
    tell(0.25, "dividing")
    layout = laid_parts(skeleton, blocks.of, blocks.compound, rules, tell)
    return finished(skeleton, blocks, layout, rules, listed, tell)


def silent(_done: float, _step: str) -> None:
    """Progress that nobody hears."""


def _merged_blocks(skeleton: Skeleton, rules: Rules, listed: list[Adjustment]) -> Blocks:
    faces, borders, names = skeleton.known, skeleton.borders, skeleton.lines.names
    classes = skeleton.lines.at(borders.ends)
    rails = rail_land(faces, borders, classes, names, rules) | (skeleton.kind == RAIL)
    kind = np.where(rails, RAIL, skeleton.kind)
    faces = replace(faces, barrier=kind != LAND)
    # Rail land is one barrier however many tracks cut it; what is small as a whole goes as a sliver.
    named, gone = merged_slivers(faces, borders, classes, names, np.where(rails, 0, -1), rules)
    for face in gone:
        shape = skeleton.lattice.metres(skeleton.faces[face : face + 1])[0]
        listed.append(Adjustment("sliver_merged", area_m2=float(shape.area), shape=shape))
    roots, of = np.unique(named, return_inverse=True)
    of = of.reshape(-1).astype(np.int64)
    compound = np.full(len(roots), -1, dtype=np.int64)
    held = np.flatnonzero(skeleton.compound >= 0)
    held = held[np.argsort(faces.area_m2[held], kind="stable")]  # the largest is written last
    compound[of[held]] = skeleton.compound[held]
    return Blocks(of, kind[roots], compound)
