"""Whatever streets, houses, compounds and rivers are thrown together: what holds for all units."""

from typing import Any

import numpy as np
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridmap.coverage import planar, tiling_flaws
from gridmap.planning.units import Ground, Rules, Units, make_units
from gridmap.planning.units.errors import NoBuildings, NoHouseholds

from .conftest import house

SIDE = 600.0
RULES = Rules(target=40, lower=30, upper=50)
place = st.floats(-50, SIDE + 50, allow_nan=False).map(lambda value: round(value, 3))
point = st.tuples(place, place)
line = st.lists(point, min_size=2, max_size=4, unique=True).map(shapely.LineString)


def boxes(low: float, high: float) -> st.SearchStrategy[Any]:
    """Rectangles, turned."""
    size = st.floats(low, high).map(lambda value: round(value, 2))
    return st.tuples(point, size, size, st.floats(0, 90)).map(
        lambda given: shapely.affinity.rotate(
            shapely.box(*given[0], given[0][0] + given[1], given[0][1] + given[2]), given[3]
        )
    )


@st.composite
def boundaries(draw: st.DrawFn) -> Any:
    corners = [(0, 0), (SIDE, 0), (SIDE + 33.333, SIDE / 2), (SIDE, SIDE), (SIDE / 3, SIDE - 41.2345), (0, SIDE)]
    moved = st.floats(-9, 9).map(lambda value: round(value, 4))
    whole = shapely.Polygon([(x + draw(moved), y + draw(moved)) for x, y in corners])
    if draw(st.booleans()):
        whole = whole.difference(draw(boxes(50, 200)))
    if draw(st.booleans()):
        whole = shapely.union(whole, shapely.box(SIDE + 100, 0, SIDE + 250, 120.005))
    assume(shapely.minimum_clearance(whole) > 0.05)  # a hairline is rounded away, which has its own test
    return whole


@st.composite
def grounds(draw: st.DrawFn) -> Ground:
    buildings = draw(st.lists(boxes(4, 60), min_size=1, max_size=25))
    if draw(st.booleans()):
        buildings.append(buildings[0])
    buildings.append(shapely.box(300, 100, 320, 120))
    households = draw(st.lists(st.integers(0, 70), min_size=len(buildings), max_size=len(buildings)))
    households[-1] += 1
    roads = draw(st.lists(line, max_size=12))
    return Ground.of(
        draw(boundaries()), buildings, households,
        roads=roads, road_class=[draw(st.sampled_from(["", "primary", "residential"])) for _ in roads],
        rail=draw(st.lists(line, max_size=2)), water=draw(st.lists(st.one_of(line, boxes(20, 200)), max_size=2)),
        compounds=draw(st.lists(boxes(40, 250), max_size=4)),
    )  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(grounds())
def test_units_tile_keep_everybody_and_hang_together(ground: Ground) -> None:
    try:
        units = make_units(ground, RULES)
    except (NoBuildings, NoHouseholds):
        assume(False)
    check_tiling(units, ground)
    check_people(units, ground)
    check_graph(units)


LATTICE = [(west, south) for west in (0, 150, 300, 450) for south in (0, 150, 300, 450)]
BESIDE = [(135, 10), (135, 65), (135, 135), (10, 135), (65, 135)]


@st.composite
def compounds_without_roads(draw: st.DrawFn) -> Ground:
    """One block on a lattice of 150 m: in each square a compound with houses, a large house, or nothing, and small houses beside."""
    compounds, homes = [], [(house(580, 580), 1)]
    many, few = st.integers(0, 60), st.integers(0, 2)
    for west, south in LATTICE:
        what = draw(st.sampled_from(["compound", "compound", "house", "nothing"]))
        width, height = draw(st.tuples(st.integers(60, 150), st.integers(60, 150)))
        if what == "compound":
            compounds.append(shapely.box(west, south, west + width, south + height))
            inside = sorted(draw(st.sets(st.sampled_from([5, 25, 45]), max_size=3)))
            homes += [(shapely.box(west + x, south + 5, west + x + 12, south + 40), draw(many)) for x in inside]
        elif what == "house":
            homes.append((shapely.box(west + 20, south + 20, west + width, south + 60), draw(many)))
        beside = [(x, y) for x, y in BESIDE if x > width + 2 or y > height + 2]
        homes += [(house(west + x, south + y), draw(few)) for x, y in beside]
    boundary = shapely.Polygon([(-10, -10), (620, 3), (633.333, 600), (300, 641.2345), (-7, 600)])
    buildings, households = zip(*homes, strict=True)
    return Ground.of(boundary, buildings, households, compounds=compounds)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(ground=compounds_without_roads())
def test_compounds_in_one_block_are_units_with_neighbours(ground: Ground) -> None:
    units = make_units(ground, RULES)
    check_tiling(units, ground)
    check_people(units, ground)
    check_graph(units)
    assert "island" not in units.barrier
    largest = np.zeros(len(units))
    np.maximum.at(largest, units.building_unit, ground.households)
    assert (largest[units.households > RULES.upper] > RULES.upper).all()
    compound_of = np.full(len(ground.buildings), -1)
    if len(ground.compounds):
        building, compound = shapely.STRtree(ground.compounds).query(ground.buildings, predicate="within")
        compound_of[building] = compound
    for unit in range(len(units)):
        assert len(set(compound_of[units.building_unit == unit]) - {-1}) <= 1
    for compound in range(len(ground.compounds)):
        mine = compound_of == compound
        if ground.households[mine].sum() <= RULES.upper:
            assert len(set(units.building_unit[mine])) <= 1


def check_tiling(units: Units, ground: Ground) -> None:
    assert shapely.is_valid(units.shapes).all()
    assert (shapely.get_type_id(units.shapes) == 3).all()
    assert shapely.coverage_is_valid(units.shapes)
    if any(each.kind == "outline_rounded" for each in units.adjustments):  # lines within a centimetre of a corner
        assert abs(units.area_m2.sum() - ground.boundary.area) < 0.01 * ground.boundary.length
        return
    assert tiling_flaws(units.shapes, [ground.boundary], np.zeros(len(units)), measure=planar) == []
    assert abs(units.area_m2.sum() - ground.boundary.area) < 1e-3


def check_people(units: Units, ground: Ground) -> None:
    inside = units.building_unit >= 0
    share = shapely.area(shapely.intersection(ground.boundary, ground.buildings)) / shapely.area(ground.buildings)
    clear = np.abs(share - 0.5) > 1e-6
    assert (inside == (share > 0.5))[clear].all()
    assert units.households.sum() == ground.households[inside].sum()
    counted = np.bincount(units.building_unit[inside], ground.households[inside], minlength=len(units))
    assert (counted == units.households).all()
    assert not units.households[np.isin(units.kind, ("water", "rail", "open"))].any()
    outside = sum(each.households for each in units.adjustments if each.kind == "building_outside")
    assert outside == ground.households[~inside].sum()


def check_graph(units: Units) -> None:
    edges, count = units.edges, len(units)
    assert (edges[:, 0] < edges[:, 1]).all()
    assert len(np.unique(edges, axis=0)) == len(edges)
    bridges = units.barrier == "island"
    one, other = units.shapes[edges[~bridges, 0]], units.shapes[edges[~bridges, 1]]
    shared = shapely.length(shapely.intersection(shapely.boundary(one), shapely.boundary(other), grid_size=1e-6))
    np.testing.assert_allclose(units.border_m[~bridges], shared, atol=0.01)
    assert (units.border_m[~bridges] >= 0.5 - 1e-6).all()
    assert all_long_borders(units) == {tuple(pair) for pair in edges[~bridges].tolist()}
    graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count))
    assert connected_components(graph, directed=False)[0] == 1
    assert int(bridges.sum()) == sum(each.kind == "island_bridged" for each in units.adjustments)


def all_long_borders(units: Units) -> set[tuple[int, int]]:
    """Pairs that share half a metre, found by shapely alone."""
    one, other = shapely.STRtree(units.shapes).query(units.shapes, predicate="intersects")
    once = one < other
    one, other = one[once], other[once]
    lines = shapely.boundary(units.shapes)
    shared = shapely.length(shapely.intersection(lines[one], lines[other], grid_size=1e-6))
    long = shared >= 0.5
    return set(zip(one[long].tolist(), other[long].tolist(), strict=True))
