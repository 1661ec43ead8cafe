"""Open ground shared out: what lies between compounds without a road goes to the nearest of them.

Otherwise the ground of a block would be one unit around all compounds in it, and none of them had any other neighbour.
"""

from dataclasses import dataclass, replace

import numpy as np
import shapely

from gridmap.planning.units.arrangement import faces_of, joined, node, within
from gridmap.planning.units.borders import Borders, borders_of, pairs_of
from gridmap.planning.units.cells import Parts, shared
from gridmap.planning.units.cleaning import polygons_only
from gridmap.planning.units.dividing import located, unions
from gridmap.planning.units.ground import Bools, Ints, Rules, Shapes
from gridmap.planning.units.lattice import STEPS
from gridmap.planning.units.patchwork import Patchwork
from gridmap.planning.units.result import Adjustment
from gridmap.planning.units.skeleton import LAND, Skeleton

#: Less ground than this that a compound gains is not listed, in square metres.
_ROUNDING_M2 = 1.0


def with_shared_ground(skeleton: Skeleton, rules: Rules, listed: list[Adjustment]) -> Skeleton:
    """The skeleton with each piece of ground shared out among the compounds that take part in it and its own buildings.

    What a compound is given becomes one face with it. Homes on the ground keep what is nearest to them, as faces of their own.
    """
    takers, enclosed = _takers(skeleton, rules)
    if not takers:
        return skeleton
    owners = _Owners(np.arange(len(skeleton.faces)), takers)
    shares = [_share(skeleton, ground, enclosed, owners, rules) for ground in takers]
    sides = skeleton.borders.lines(np.ones(len(skeleton.borders.face), dtype=bool))
    faces = faces_of(node(np.concatenate([sides, *(share.parts.lines for share in shares if share.parts)])))
    middle = shapely.point_on_surface(faces)
    base = within(middle, skeleton.faces)
    faces, middle, base = faces[base >= 0], middle[base >= 0], base[base >= 0]
    owner, owner_of = base.copy(), skeleton.face_of.copy()
    for share in shares:
        mine = np.flatnonzero(base == share.ground)
        owner[mine] = share.at(middle[mine])
        owner_of[share.rows] = share.owner_of_building
    return _assembled(skeleton, faces, base, owner, owner_of, owners, listed)


class _Owners:
    """Who owns ground: a face of the skeleton by its number, or a part of shared ground by a further one. ``face`` is that of each."""

    def __init__(self, face: Ints, takers: dict[int, Ints]) -> None:
        self.face = face
        self.takers = takers

    def added(self, ground: int, count: int) -> Ints:
        """New owners of parts of ``ground``."""
        self.face = np.append(self.face, np.full(count, ground))
        return np.arange(len(self.face) - count, len(self.face))

    def in_ground(self, ground: int, owner: int) -> bool:
        """Whether an owner has part in shared ground."""
        face = int(self.face[owner])
        return face == ground or face in self.takers[ground]


@dataclass(frozen=True, slots=True)
class _Share:
    """How ``ground`` is shared: the owner of each part, its buildings' rows and the owner of each. Without ``parts`` the first has all."""

    ground: int
    owners: Ints
    parts: Parts | None
    rows: Ints
    owner_of_building: Ints

    def at(self, points: Shapes) -> Ints:
        """The owner of the ground at each point."""
        if self.parts is None:
            return np.full(len(points), self.owners[0])
        found: Ints = self.owners[self.parts.at(shapely.get_coordinates(points))]
        return found


def _takers(skeleton: Skeleton, rules: Rules) -> tuple[dict[int, Ints], Bools]:
    """For each face of open ground the faces of the compounds that take part in it; and which faces are enclosed in one other.

    These are those that it encloses and those whose border with it has no class: over a street no ground is given.
    """
    land = skeleton.kind == LAND
    compound, ground = land & (skeleton.compound >= 0), land & (skeleton.compound < 0)
    borders = skeleton.borders
    inner = np.flatnonzero(~borders.outer)
    enclosed = _enclosed(borders, inner, len(skeleton.faces))
    one, other = borders.face[inner], borders.beyond[inner]
    meets = (ground[one] & compound[other]) | (compound[one] & ground[other])
    inner, one, other = inner[meets], one[meets], other[meets]
    length = borders.length[inner] / STEPS
    free = np.where(skeleton.lines.at(borders.ends[inner]) == 0, length, 0.0)
    pairs, (border_m, free_m) = pairs_of(one, other, length, free)
    swap = compound[pairs[:, 0]]
    pairs[swap] = pairs[swap][:, ::-1]
    takes = (border_m >= rules.border_m) & ((2 * free_m > border_m) | enclosed[pairs[:, 1]])
    found: dict[int, list[int]] = {}
    for open_face, taker in pairs[takes].tolist():
        found.setdefault(open_face, []).append(taker)
    rows = {face: np.array(each, dtype=np.int64) for face, each in sorted(found.items())}
    return {face: each[_by_place(skeleton.faces[each])] for face, each in rows.items()}, enclosed


def _by_place(shapes: Shapes) -> Ints:
    """An order of shapes that is not the file's: of equal borders the first counts."""
    order: Ints = np.lexsort(shapely.bounds(shapes).T)
    return order


def _enclosed(borders: Borders, inner: Ints, count: int) -> Bools:
    """Which faces (n) have one neighbour alone and no side of the community's outline."""
    pairs, _ = pairs_of(borders.face[inner], borders.beyond[inner])
    alone: Bools = np.bincount(pairs.ravel(), minlength=count) == 1
    alone[borders.face[borders.outer]] = False
    return alone


def _share(skeleton: Skeleton, ground: int, enclosed: Bools, known: _Owners, rules: Rules) -> _Share:
    compounds = known.takers[ground]
    rows = np.flatnonzero(skeleton.face_of == ground)
    rows = rows[_by_place(skeleton.buildings[rows])]
    households = skeleton.households[rows]
    if len(compounds) == 1 and not households.any():
        return _Share(ground, compounds, None, rows, np.full(len(rows), compounds[0]))
    shape = skeleton.faces[ground]
    # A building that reaches into a compound is a neighbour of it with what stands on the ground alone.
    standing = np.array([polygons_only(each) for each in shapely.intersection(skeleton.buildings[rows], shape)], object)
    standing = np.where(shapely.is_missing(standing), skeleton.anchor[rows], standing)
    parts, of_building = shared(shape, skeleton.faces[compounds], enclosed[compounds], standing, households, rules)
    owners = np.append(compounds, known.added(ground, int(parts.part.max()) + 1 - len(compounds)))
    return _Share(ground, owners, parts, rows, owners[of_building])


def _assembled(
    skeleton: Skeleton,
    faces: Shapes,
    base: Ints,
    owner: Ints,
    owner_of: Ints,
    owners: _Owners,
    listed: list[Adjustment],
) -> Skeleton:
    """``faces`` (f) with the face of the skeleton that each was cut from and its owner; ``owner_of`` each building (-1 outside)."""
    borders = borders_of(faces)
    piece = joined(owner, ~borders.outer, borders.face, np.maximum(borders.beyond, 0))
    rows = np.flatnonzero(owner_of >= 0)
    place = located(skeleton.anchor[rows], owner_of[rows], faces, owner)
    was_open = np.isin(base, list(owners.takers))
    seats = np.concatenate([piece[~was_open], piece[place[owners.face[owner[place]] == base[place]]]])
    into = _seated(piece, seats, base, owner, owners, borders, shapely.area(faces))
    root, group = np.unique(into, return_inverse=True)
    group = group.reshape(-1)
    of_piece = np.empty(int(piece.max()) + 1, dtype=np.int64)
    of_piece[piece] = owner
    known = owners.face[of_piece[root]]
    face_of = np.full(len(owner_of), -1, dtype=np.int64)
    face_of[rows] = group[place]
    _list_gains(skeleton, faces, np.where(was_open, skeleton.compound[known[group]], -1), listed)
    whole = unions(faces, group)
    return replace(
        skeleton,
        faces=whole,
        borders=borders_of(whole),
        kind=skeleton.kind[known],
        compound=skeleton.compound[known],
        face_of=face_of,
    )


def _seated(
    piece: Ints, seats: Ints, base: Ints, owner: Ints, owners: _Owners, borders: Borders, area: np.ndarray
) -> Ints:
    """The piece that each face (f) is of when pieces without a seat have gone to a neighbour.

    Ground that a river or a bend cuts off from the compound or the building that it is nearest to goes to the neighbour in the same
    ground with the longest border.
    """
    count = int(piece.max()) + 1
    areas = np.bincount(piece, area, minlength=count)
    owner_of, base_of = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    owner_of[piece], base_of[piece] = owner, base
    inner = ~borders.outer
    pairs, (length,) = pairs_of(piece[borders.face[inner]], piece[borders.beyond[inner]], borders.length[inner])
    apart = pairs[:, 0] != pairs[:, 1]
    patches = Patchwork(count, pairs[apart], length[apart])
    lost = np.setdiff1d(np.arange(count), seats)
    for scrap in lost[np.argsort(areas[lost], kind="stable")].tolist():
        beside, ground = patches.beside[scrap], int(base_of[scrap])
        if beside:
            away = {other: not owners.in_ground(ground, int(owner_of[other])) for other in beside}
            target = min(beside, key=lambda other: (away[other], -beside[other], other))
            patches.merge(scrap, target)
    return np.array([patches.of(each) for each in range(count)], dtype=np.int64)[piece]


def _list_gains(skeleton: Skeleton, faces: Shapes, gained: Ints, listed: list[Adjustment]) -> None:
    """``gained`` (f): the compound that was given each face, -1 for none."""
    for row in np.unique(gained[gained >= 0]).tolist():
        ground = shapely.coverage_union_all(faces[gained == row])
        shape = skeleton.lattice.metres(np.array([ground], dtype=object))[0]
        if shape.area > _ROUNDING_M2:
            listed.append(Adjustment("open_shared", "compounds", row, area_m2=float(shape.area), shape=shape))
