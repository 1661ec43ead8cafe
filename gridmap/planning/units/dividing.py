"""Blocks to units: which are divided, the final faces, and which face is of which unit."""

from dataclasses import dataclass

import numpy as np
import shapely

from gridmap.planning.units.arrangement import faces_of, joined, node, within
from gridmap.planning.units.borders import Borders, borders_of, pairs_of
from gridmap.planning.units.cells import Parts, divided
from gridmap.planning.units.ground import Bools, Ints, Progress, Rules, Shapes
from gridmap.planning.units.patchwork import Patchwork
from gridmap.planning.units.skeleton import Skeleton


@dataclass(frozen=True, slots=True)
class Layout:
    """Final faces (f), the unit of each (0 to u-1), the block of each unit, and the unit of each building (-1 outside)."""

    faces: Shapes
    borders: Borders
    unit: Ints
    block_of_unit: Ints
    unit_of_building: Ints
    divided: Bools


def laid_parts(skeleton: Skeleton, block: Ints, compound: Ints, rules: Rules, progress: Progress) -> Layout:
    """Divide large blocks and large compounds along buildings' cells and lay everything out anew.

    ``block`` (f) numbers the faces of the skeleton from 0; ``compound`` (b): the compound of each block, -1 none. A compound is divided
    when it has more households than the upper bound, a block when it has more than ``most_in_block``.
    """
    shapes = unions(skeleton.faces, block)
    block_of = np.where(skeleton.face_of >= 0, block[np.maximum(skeleton.face_of, 0)], -1)
    households = np.bincount(block_of[block_of >= 0], skeleton.households[block_of >= 0], minlength=len(shapes))
    most = np.where(compound >= 0, rules.upper, rules.most_in_block)
    large = np.flatnonzero(households > most)
    parts: dict[int, Parts] = {}
    for done, each in enumerate(large.tolist()):
        progress(0.25 + 0.4 * done / len(large), "divide")
        rows = np.flatnonzero(block_of == each)
        found = divided(shapes[each], skeleton.buildings[rows], skeleton.households[rows], rules.most_in_part)
        if found is not None:
            parts[each] = found
    progress(0.65, "node")
    outlines = skeleton.borders.lines(skeleton.borders.between(block))
    faces = faces_of(node(np.concatenate([outlines, *(part.lines for part in parts.values())])))
    middle = shapely.point_on_surface(faces)
    base = within(middle, skeleton.faces)
    inside = base >= 0
    return _assembled(skeleton, faces[inside], middle[inside], block[base[inside]], block_of, parts, len(shapes))


def _assembled(
    skeleton: Skeleton, faces: Shapes, middle: Shapes, block: Ints, block_of: Ints, parts: dict[int, Parts], blocks: int
) -> Layout:
    label = _labels(middle, block, parts)
    borders = borders_of(faces)
    one, other = borders.face, np.maximum(borders.beyond, 0)
    piece = joined(label, ~borders.outer, one, other)
    rows = np.flatnonzero(block_of >= 0)
    face_of = located(skeleton.anchor[rows], block_of[rows], faces, block)
    piece = _without_scraps(piece, label, block, np.unique(piece[face_of]), borders, shapely.area(faces))
    first, unit = np.unique(piece, return_index=True, return_inverse=True)[1:]
    unit = unit.reshape(-1)
    of_building = np.full(len(block_of), -1, dtype=np.int64)
    of_building[rows] = unit[face_of]
    block_of_unit = _main_block(unit, block, shapely.area(faces), len(first))
    was_divided = np.zeros(blocks, dtype=bool)
    was_divided[list(parts)] = True
    return Layout(faces, borders, unit, block_of_unit, of_building, was_divided)


def _labels(middle: Shapes, block: Ints, parts: dict[int, Parts]) -> Ints:
    """Block and part of each face as one number."""
    part = np.zeros(len(middle), dtype=np.int64)
    at = shapely.get_coordinates(middle)
    for each, found in parts.items():
        mine = np.flatnonzero(block == each)
        part[mine] = found.at(at[mine])
    return np.asarray(
        np.unique(block * (int(part.max()) + 1) + part, return_inverse=True)[1].reshape(-1), dtype=np.int64
    )


def located(anchor: Shapes, block_of: Ints, faces: Shapes, block: Ints) -> Ints:
    """The face of its own block that each building's point lies in, else the nearest; ``block`` is that of each face."""
    found = within(anchor, faces)
    for lost in np.flatnonzero((found < 0) | (block[found] != block_of)).tolist():
        own = np.flatnonzero(block == block_of[lost])
        own = own if len(own) else np.arange(len(faces))
        found[lost] = own[int(np.argmin(shapely.distance(faces[own], anchor[lost])))]
    return found


def _without_scraps(piece: Ints, label: Ints, block: Ints, lived_in: Ints, borders: Borders, area: np.ndarray) -> Ints:
    """Pieces that rounding or a bend of the block cut off from their part go to the neighbour with the longest border.

    Kept are pieces with buildings and the largest piece of a part that has none. The same block goes before others.
    """
    count = int(piece.max()) + 1
    areas = np.bincount(piece, area, minlength=count)
    label_of = np.zeros(count, dtype=np.int64)
    block_of = np.zeros(count, dtype=np.int64)
    label_of[piece], block_of[piece] = label, block
    kept = np.zeros(count, dtype=bool)
    kept[lived_in] = True
    divides = np.bincount(block_of[kept], minlength=int(block.max()) + 1) > 0
    order = np.lexsort((-areas, label_of))
    largest = order[np.unique(label_of[order], return_index=True)[1]]
    kept[largest[~divides[block_of[largest]]]] = True
    inner = ~borders.outer
    pairs, (length,) = pairs_of(piece[borders.face[inner]], piece[borders.beyond[inner]], borders.length[inner])
    apart = pairs[:, 0] != pairs[:, 1]
    patches = Patchwork(count, pairs[apart], length[apart])
    for scrap in np.flatnonzero(~kept)[np.argsort(areas[~kept], kind="stable")].tolist():
        beside = patches.beside[scrap]
        if beside:
            near = min(beside, key=lambda other: (block_of[other] != block_of[scrap], -beside[other], other))
            patches.merge(scrap, near)
    return np.array([patches.of(each) for each in range(count)], dtype=np.int64)[piece]


def _main_block(unit: Ints, block: Ints, area: np.ndarray, count: int) -> Ints:
    """The block with most of each unit's ground."""
    base = int(block.max()) + 1
    keys, place = np.unique(unit * base + block, return_inverse=True)
    ground = np.bincount(place.reshape(-1), area)
    order = np.lexsort((-ground, keys // base))
    first = np.unique(keys[order] // base, return_index=True)[1]
    found: Ints = keys[order][first] % base
    assert len(found) == count
    return found


def unions(faces: Shapes, label: Ints) -> Shapes:
    """The faces of each label (0 to n-1), which meet corner to corner, as one shape each."""
    order = np.argsort(label, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(label[order]) > 0])
    groups = np.split(faces[order], starts[1:])
    found = np.empty(len(groups), dtype=object)
    for place, group in enumerate(groups):
        found[place] = group[0] if len(group) == 1 else shapely.coverage_union_all(group)
    return found
