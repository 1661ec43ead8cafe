"""Boundaries of grids are exactly the union of their units, whatever the units look like and whatever the order they come in."""

from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridmap.coverage import planar, tiling_flaws
from gridmap.planning.boundaries import GridsDoNotTile, UnitBorders, grids_of_units, simplified
from gridmap.planning.errors import EmptyCommunity
from gridmap.planning.labels import NotALabel, UnequalLabels
from gridmap.planning.outlines import NotAUnit, UnitsOverlap
from gridmap.planning.rim import RimApart

SIDE = 6


def cells(side: int = SIDE) -> list[Any]:
    return [shapely.box(x, y, x + 1, y + 1) for y in range(side) for x in range(side)]


def turned(shapes: Any) -> Any:
    """The shapes somewhere in the plane of Hohhot, turned, so that no coordinate is a round number."""
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    return shapely.transform(np.array(shapes, dtype=object), lambda at: at * 37.7 @ turn.T + (559_123.4, 4_519_876.5))


def drawn(text: str) -> tuple[list[Any], list[int]]:
    """Units of one square, and labels as digits; a dot is a unit in no grid. The first row is the northern one."""
    rows = text.split()
    units = [
        shapely.box(x, len(rows) - 1 - y, x + 1, len(rows) - y) for y, row in enumerate(rows) for x in range(len(row))
    ]
    return units, [-1 if sign == "." else int(sign) for row in rows for sign in row]


def test_two_grids_share_every_corner() -> None:
    grids = grids_of_units(*drawn("0011 0011"))
    assert grids.labels.tolist() == [0, 1]
    assert [shape.bounds for shape in grids.shapes] == [(0, 0, 2, 2), (2, 0, 4, 2)]
    # The corner in the middle of a straight border stays: a neighbour has it.
    assert (2.0, 1.0) in grids.shapes[0].exterior.coords
    assert grids.parts.tolist() == [1, 1]


def test_a_hole_and_what_lies_in_it() -> None:
    grids = grids_of_units(*drawn("00000 01110 01210 01110 00000"))
    assert [len(shape.interiors) for shape in grids.shapes] == [1, 1, 0]
    assert shapely.area(grids.shapes).tolist() == [16, 8, 1]


def test_an_island_of_the_same_grid_in_its_own_hole() -> None:
    grids = grids_of_units(*drawn("00000 01110 01010 01110 00000"))
    assert grids.parts.tolist() == [2, 1]
    assert grids.disconnected.tolist() == [0]
    assert shapely.is_valid(grids.shapes).all()
    assert grids.shapes[0].area == 17


@pytest.mark.parametrize(
    ("text", "parts", "holes"),
    [
        ("01 10", 2, 0),  # two squares that touch in a corner
        ("000 010 .00", 1, 1),  # a hole away from the rim
        ("0000 0100 0010 0000", 1, 2),  # two holes that touch in a corner
        ("100 000 000", 1, 0),
        ("0000 0110 0101 0000", 1, 1),  # a hole that touches the outside in a corner
        ("00100 01010 00100", 3, 0),  # a ring of the other grid that cuts the middle off
    ],
)
def test_corners_that_touch(text: str, parts: int, holes: int) -> None:
    units, labels = drawn(text)
    grids = grids_of_units(units, labels)
    shape = grids.shapes[0]
    assert shapely.is_valid(shape), shapely.is_valid_reason(shape)
    assert grids.parts[0] == parts == shapely.get_num_geometries(shape)
    assert sum(len(part.interiors) for part in shapely.get_parts(shape)) == holes
    assert shape.equals(shapely.union_all(np.array(units)[np.array(labels) == 0]))


labellings = st.lists(st.integers(-1, 3), min_size=SIDE * SIDE, max_size=SIDE * SIDE)


@given(labellings)
def test_grids_are_the_union_of_their_units(labels: list[int]) -> None:
    units = turned(cells())
    grids = grids_of_units(units, labels)
    assert grids.labels.tolist() == sorted(set(labels) - {-1})
    assert shapely.is_valid(grids.shapes).all()
    for label, shape in zip(grids.labels, grids.shapes, strict=True):
        members = units[np.array(labels) == label]
        assert shape.equals(shapely.union_all(members))
        assert shape.area == pytest.approx(shapely.area(members).sum(), rel=1e-9)
    assert grids.unlabelled.tolist() == [unit for unit, label in enumerate(labels) if label == -1]


@given(labellings, st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter(labels: list[int], random: Any) -> None:
    units, order = turned(cells()), list(range(SIDE * SIDE))
    random.shuffle(order)
    one, other = grids_of_units(units, labels), grids_of_units(units[order], np.array(labels)[order])
    assert shapely.to_wkb(one.shapes).tolist() == shapely.to_wkb(other.shapes).tolist()


@given(st.lists(st.integers(0, 3), min_size=30, max_size=30), st.integers(0, 10_000))
def test_grids_tile_the_community_to_the_last_digit(labels: list[int], seed: int) -> None:
    units, community = honeycomb(30, seed)
    grids = grids_of_units(units, labels)
    assert tiling_flaws(grids.shapes, [community], [0] * len(grids.labels), measure=planar) == []
    assert shapely.coverage_is_valid(grids.shapes)
    assert shapely.area(grids.shapes).sum() == pytest.approx(community.area, rel=1e-12)


def honeycomb(count: int, seed: int) -> tuple[Any, Any]:
    """Irregular units that share their corners, and the ground that they cover."""
    points = np.random.default_rng(seed).random((count, 2)) * 1000
    around = shapely.box(0, 0, 1000, 1000)
    units = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=around))
    units = shapely.get_parts(turned(units))
    return units, shapely.union_all(units)


@given(labellings, st.lists(st.booleans(), min_size=SIDE * SIDE, max_size=SIDE * SIDE))
def test_a_corner_on_the_edge_of_another_unit(labels: list[int], halved: list[bool]) -> None:
    """Every second square comes as two halves, whose corners its neighbours do not have; turned, they miss the edges by a hair."""
    units, label_of = [], []
    for cell, label, half in zip(cells(), labels, halved, strict=True):
        x, y, *_ = cell.bounds
        pieces = [shapely.box(x, y, x + 1 / 3, y + 1), shapely.box(x + 1 / 3, y, x + 1, y + 1)] if half else [cell]
        units += pieces
        label_of += [label] * len(pieces)
    shapes = turned(units)
    grids = grids_of_units(shapes, label_of)
    assert shapely.is_valid(grids.shapes).all()
    assert shapely.coverage_is_valid(grids.shapes)
    whole = grids_of_units(shapes, np.zeros(len(shapes), dtype=int)).shapes[0]
    assert (whole.geom_type, len(whole.interiors)) == ("Polygon", 0)
    held = shapes[np.array(label_of) >= 0]
    assert shapely.area(grids.shapes).sum() == pytest.approx(shapely.area(held).sum(), rel=1e-9)


def test_corners_that_differ_in_their_last_digits_are_one() -> None:
    x = 559_123.123456789
    west, east = shapely.box(x - 10, 0, x, 10), shapely.box(np.nextafter(x, np.inf), 0, x + 10, 10)
    (shape,) = grids_of_units([west, east], [0, 0]).shapes
    assert (shape.geom_type, len(shape.interiors)) == ("Polygon", 0)
    two = grids_of_units([west, east], [0, 1]).shapes
    assert shapely.intersection(*two).length == 10


def test_a_draft_after_a_click_needs_no_new_preparation() -> None:
    units = turned(cells())
    borders = UnitBorders(units)
    for label in range(3):
        labels = np.arange(SIDE * SIDE) % 3 == label
        (shape,) = borders.grids(np.where(labels, 0, -1)).shapes
        assert shape.equals(shapely.union_all(units[labels]))


def test_units_in_several_parts_with_holes_or_without_ground() -> None:
    ring = shapely.Polygon(shapely.box(0, 0, 3, 3).exterior, [shapely.box(1, 1, 2, 2).exterior])
    apart = shapely.MultiPolygon([shapely.box(1, 1, 2, 2), shapely.box(5, 0, 6, 1)])
    grids = grids_of_units([ring, apart, None, shapely.Polygon()], [0, 0, 0, 7])
    assert grids.labels.tolist() == [0]
    assert grids.shapes[0].equals(shapely.union_all([shapely.box(0, 0, 3, 3), shapely.box(5, 0, 6, 1)]))


def test_one_unit_and_none_labelled() -> None:
    one = shapely.box(0, 0, 1, 1)
    assert grids_of_units([one], [5]).labels.tolist() == [5]
    nothing = grids_of_units([one, shapely.box(1, 0, 2, 1)], [-1, -1])
    assert (len(nothing.shapes), nothing.unlabelled.tolist()) == (0, [0, 1])


def test_labels_may_be_codes() -> None:
    units, code = cells(), 150_105_001_018_001
    grids = grids_of_units(units, np.where(np.arange(len(units)) % 2, code, code + 1))
    assert grids.labels.tolist() == [code, code + 1]
    assert shapely.area(grids.shapes).tolist() == [18, 18]


def test_bad_input_is_answered() -> None:
    one, two = shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)
    with pytest.raises(EmptyCommunity):
        grids_of_units([], [])
    with pytest.raises(UnequalLabels) as wrong:
        grids_of_units([one, two], [0])
    assert wrong.value.values == {"labels": 1, "units": 2}
    for label in (-2, 0.5, np.nan):
        with pytest.raises(NotALabel) as bad:
            grids_of_units([one, two], [0, label])
        assert bad.value.row == 1
    with pytest.raises(NotALabel):
        grids_of_units([one], ["A"])
    with pytest.raises(NotAUnit) as point:
        grids_of_units([one, shapely.Point(0, 0)], [0, 0])
    assert point.value.row == 1
    with pytest.raises(NotAUnit):
        grids_of_units([shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])], [0])


@pytest.mark.parametrize("other", [shapely.box(1, 1, 3, 3), shapely.box(0.5, 0.5, 1, 1), shapely.box(0, 0, 2, 2)])
def test_units_on_top_of_each_other_are_named(other: Any) -> None:
    far = shapely.box(9, 9, 10, 10)
    with pytest.raises(UnitsOverlap) as found:
        grids_of_units([far, shapely.box(0, 0, 2, 2), other], [0, 0, 0])
    assert (found.value.values["unit"], found.value.values["other"]) == (1, 2)


def test_a_small_picture_keeps_common_borders_and_the_rim() -> None:
    units, community = honeycomb(60, 3)
    east = shapely.get_x(shapely.centroid(units))
    grids = grids_of_units(units, np.digitize(east, np.quantile(east, [0.25, 0.5, 0.75]))).shapes
    small = simplified(grids, 5000.0)
    assert shapely.get_num_coordinates(small).sum() < 0.8 * shapely.get_num_coordinates(grids).sum()
    assert shapely.coverage_is_valid(small)
    assert shapely.union_all(small).equals(community)
    assert len(simplified(np.empty(0, dtype=object), 1.0)) == 0
    with pytest.raises(GridsDoNotTile):
        simplified(np.array([shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)]), 1.0)


TO_DEGREES = pyproj.Transformer.from_crs("EPSG:4546", "EPSG:4326", always_xy=True)


def in_degrees(shapes: Any) -> Any:
    return shapely.transform(shapes, lambda x, y: TO_DEGREES.transform(x, y), interleaved=False)


def village(seed: int) -> tuple[Any, Any]:
    """Units in the plane of Hohhot of a community of 4 km with long sides, and its outline in degrees."""
    around = shapely.box(526_000.25, 4_517_000.5, 530_000.75, 4_520_500.125)
    inner = np.random.default_rng(seed).uniform(around.bounds[:2], around.bounds[2:], (40, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(inner), extend_to=around))
    units = shapely.get_parts(shapely.intersection(cells, around))
    return shapely.orient_polygons(units), in_degrees(around)


@pytest.mark.parametrize("seed", range(4))
def test_units_from_a_plane_end_where_their_community_does(seed: int) -> None:
    units, community = village(seed)
    labels = np.arange(len(units)) % 5
    bent = grids_of_units(in_degrees(units), labels)
    assert tiling_flaws(bent.shapes, [community], [0] * 5) != []  # sides are bent by up to 28 cm
    grids = grids_of_units(in_degrees(units), labels, [community])
    assert tiling_flaws(grids.shapes, [community], [0] * 5) == []
    assert shapely.coverage_is_valid(grids.shapes)
    assert shapely.area(grids.shapes).sum() == pytest.approx(community.area, rel=1e-9)
    corners = {tuple(at) for at in shapely.get_coordinates(grids.shapes)}
    assert {tuple(at) for at in shapely.get_coordinates(community)} <= corners


def test_neighbouring_communities_meet_on_their_common_side() -> None:
    units, _ = village(0)
    west, south, east, north = 526_000.25, 4_517_000.5, 530_000.75, 4_520_500.125
    sides = [shapely.box(west, south, 528_000, north), shapely.box(528_000, south, east, north)]
    parts = [shapely.get_parts(shapely.intersection(units, side)) for side in sides]
    cut = [part[shapely.area(part) > 0] for part in parts]
    halves = in_degrees(np.array(sides))
    grids = grids_of_units(in_degrees(np.concatenate(cut)), np.repeat([0, 1], [len(part) for part in cut]), halves)
    assert tiling_flaws(grids.shapes, halves, [0, 1]) == []
    assert shapely.coverage_is_valid(grids.shapes)


def test_units_of_another_community_are_refused() -> None:
    units = turned(cells())
    with pytest.raises(RimApart):
        grids_of_units(units, np.zeros(len(units)), [shapely.box(559_000, 4_519_000, 560_000, 4_521_000)])
    whole = shapely.union_all(units)
    with pytest.raises(RimApart):
        grids_of_units(units[1:], np.zeros(len(units) - 1), [whole])
    assert grids_of_units(units, np.zeros(len(units)), [whole]).shapes[0].equals(whole)
