"""The last steps: enclosed units merged, the community's outline put back, kinds, borders and bridges."""

from dataclasses import dataclass

import numpy as np
import shapely

from gridmap.planning.units.borders import borders_of
from gridmap.planning.units.dividing import Layout, unions
from gridmap.planning.units.enclosed import merged_enclosed
from gridmap.planning.units.graph import bridged, edges_of
from gridmap.planning.units.ground import Bools, Ints, Progress, Rules, Shapes
from gridmap.planning.units.outline import with_outline
from gridmap.planning.units.result import Adjustment, Units
from gridmap.planning.units.skeleton import RAIL, WATER, Skeleton


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks (b) of the skeleton's faces: the block of each face, and the kind and compound (-1 none) of each block."""

    of: Ints
    kind: Ints
    compound: Ints


def finished(
    skeleton: Skeleton, blocks: Blocks, layout: Layout, rules: Rules, listed: list[Adjustment], tell: Progress
) -> Units:
    """The units of a layout. ``listed`` takes what is adjusted here."""
    tell(0.8, "enclosed")
    unit_of = _without_enclosed(skeleton, layout, rules, listed)
    face_unit = unit_of[layout.unit]
    inside = layout.unit_of_building >= 0
    building_unit = np.where(inside, unit_of[np.maximum(layout.unit_of_building, 0)], -1)
    tell(0.85, "outline")
    shapes = _with_outline(skeleton, unions(layout.faces, face_unit), listed)
    households = _sums(skeleton, building_unit, len(shapes))
    block = layout.block_of_unit[_leaders(unit_of, _sums(skeleton, layout.unit_of_building, len(unit_of)))]
    compound = blocks.compound[block]
    built = np.bincount(building_unit[inside], minlength=len(shapes)) > 0
    kind = _kinds(blocks.kind[block], compound, layout.divided[block], built)
    tell(0.92, "borders")
    edges, border_m, barrier = edges_of(borders_of(shapes), kind, skeleton.lines, rules)
    metres = skeleton.lattice.metres(shapes)
    edges, border_m, barrier = _with_bridges(metres, edges, border_m, barrier, listed)
    _list_sizes(metres, households, kind, compound, rules, listed)
    return Units(
        shapes=metres,
        households=households,
        kind=kind,
        compound=compound,
        area_m2=shapely.area(metres),
        perimeter_m=shapely.length(metres),
        xy=shapely.get_coordinates(shapely.point_on_surface(metres)),
        edges=edges,
        border_m=border_m,
        barrier=barrier,
        building_unit=building_unit,
        community=np.zeros(len(metres), dtype=np.int64),
        adjustments=tuple(listed),
    )


def _without_enclosed(skeleton: Skeleton, layout: Layout, rules: Rules, listed: list[Adjustment]) -> Ints:
    """The final number of each unit of the layout: from west to east, then south to north, by their western edges."""
    households = _sums(skeleton, layout.unit_of_building, len(layout.block_of_unit))
    into, gone, kept = merged_enclosed(layout.unit, households, layout.borders, rules)
    for kind, units in (("enclosed_merged", gone), ("enclosed_kept", kept)):
        for unit in units:
            ground = shapely.coverage_union_all(layout.faces[layout.unit == unit])
            shape = skeleton.lattice.metres(np.array([ground], dtype=object))[0]
            listed.append(Adjustment(kind, area_m2=float(shape.area), households=int(households[unit]), shape=shape))
    root, number = np.unique(into, return_inverse=True)
    corner = np.full((len(root), 2), np.inf)
    np.minimum.at(corner, number.reshape(-1)[layout.unit], shapely.bounds(layout.faces)[:, :2])
    place = np.empty(len(root), dtype=np.int64)
    place[np.lexsort((corner[:, 1], corner[:, 0]))] = np.arange(len(root))
    found: Ints = place[number.reshape(-1)]
    return found


def _with_outline(skeleton: Skeleton, units: Shapes, listed: list[Adjustment]) -> Shapes:
    found = with_outline(units, skeleton.boundary)
    if found is None:
        off = (float(shapely.area(units).sum()) - skeleton.boundary.area) / 1e4
        listed.append(Adjustment("outline_rounded", "boundary", area_m2=abs(off)))
        return units
    return found


def _sums(skeleton: Skeleton, unit_of_building: Ints, count: int) -> Ints:
    inside = unit_of_building >= 0
    sums = np.bincount(unit_of_building[inside], skeleton.households[inside], minlength=count)
    return np.round(sums).astype(np.int64)


def _leaders(unit_of: Ints, households: Ints) -> Ints:
    """Of the units that became each final one, that with most households: it names the whole."""
    order = np.lexsort((-households, unit_of))
    found: Ints = order[np.unique(unit_of[order], return_index=True)[1]]
    return found


def _kinds(block_kind: Ints, compound: Ints, divided: Bools, built: Bools) -> np.ndarray:
    kind = np.where(divided, "block_part", np.where(built, "block", "open")).astype(object)
    kind[compound >= 0] = "compound"
    kind[(compound >= 0) & divided] = "compound_part"
    kind[block_kind == WATER] = "water"
    kind[block_kind == RAIL] = "rail"
    return kind


def _with_bridges(
    shapes: Shapes, edges: Ints, border_m: np.ndarray, barrier: np.ndarray, listed: list[Adjustment]
) -> tuple[Ints, np.ndarray, np.ndarray]:
    touching = len(edges)
    edges, border_m, barrier, gaps = bridged(shapes, edges, border_m, barrier)
    for (one, other), gap in zip(edges[touching:].tolist(), gaps.tolist(), strict=True):
        line = shapely.shortest_line(shapes[one], shapes[other])
        listed.append(Adjustment("island_bridged", unit=one, other=other, detail=f"{gap:.1f} m", shape=line))
    order = np.lexsort((edges[:, 1], edges[:, 0]))
    return edges[order], border_m[order], barrier[order]


def _list_sizes(
    shapes: Shapes, households: Ints, kind: np.ndarray, compound: Ints, rules: Rules, listed: list[Adjustment]
) -> None:
    """Units above the upper bound, compounds in several pieces, and compounds that were divided."""
    large = np.flatnonzero(households > rules.upper).tolist()
    listed.extend(_of_unit("above_upper", unit, shapes, households, int(compound[unit])) for unit in large)
    for name, kinds in (("compound_divided", "compound_part"), ("compound_in_pieces", "compound")):
        of_kind = kind == kinds
        for row in np.unique(compound[of_kind]).tolist():
            members = np.flatnonzero(of_kind & (compound == row))
            if len(members) > 1:
                ground = shapely.union_all(shapes[members])
                total = int(households[members].sum())
                listed.append(Adjustment(name, "compounds", row, -1, ground.area, total, f"{len(members)}", ground))


def _of_unit(kind: str, unit: int, shapes: Shapes, households: Ints, compound: int) -> Adjustment:
    shape = shapes[unit]
    layer = "compounds" if compound >= 0 else ""
    return Adjustment(kind, layer, compound, unit, shape.area, int(households[unit]), shape=shape)
