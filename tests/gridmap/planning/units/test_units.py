"""What becomes of streets, compounds, rivers and houses, one case at a time."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
import shapely

from gridmap.errors import GridmapError
from gridmap.planning.units import Ground, Rules, Units, make_layer, make_units

from .conftest import HOUSES, STREETS, TOWN, Make, house


def kinds(units: Units) -> Counter[str]:
    return Counter(units.kind.tolist())


def adjusted(units: Units) -> Counter[str]:
    return Counter(each.kind for each in units.adjustments)


def test_streets_bound_blocks(make: Make) -> None:
    units = make(road_class=["primary", None])
    assert units.households.tolist() == [10, 20, 30]
    assert units.edges.tolist() == [[0, 1], [1, 2]]
    assert units.border_m.tolist() == [100, 100]
    assert units.barrier.tolist() == ["primary", "road"]
    assert units.area_m2.tolist() == [10_000] * 3
    assert units.perimeter_m.tolist() == [400] * 3
    assert units.building_unit.tolist() == [0, 1, 2]
    assert adjusted(units) == Counter()


def test_without_streets_buildings_alone_divide(make: Make) -> None:
    units = make(roads=[], households=[60, 50, 40])
    assert units.households.tolist() == [60, 50, 40]
    assert kinds(units) == Counter(block_part=3)
    assert shapely.within(shapely.points(units.xy), units.shapes).all()
    np.testing.assert_allclose(units.border_m, 100, atol=1)
    assert units.barrier.tolist() == ["", ""]


def test_cells_are_joined_to_parts(make: Make) -> None:
    row = [house(x, 40) for x in range(5, 300, 20)]
    units = make(roads=[], buildings=row, households=[20] * 15)
    assert units.households.sum() == 300
    assert (units.households <= 50).all()
    assert (units.households >= 20).all()
    assert len(units) < 12


def test_a_building_with_too_many_households_stays_alone_and_is_told(make: Make) -> None:
    units = make(roads=[], households=[700, 60, 60])
    assert units.households.tolist() == [700, 60, 60]
    assert adjusted(units)["above_upper"] == 1


@pytest.mark.parametrize(
    ("households", "count", "kind"),
    [([250, 250], 1, "compound"), ([250, 251], 2, "compound_part")],
)
def test_a_compound_is_whole_up_to_the_upper_bound(make: Make, households: list[int], count: int, kind: str) -> None:
    compound = shapely.box(0, 0, 150, 100)
    pair = [house(20, 40), house(110, 40)]
    inner = shapely.LineString([(75, -10), (75, 110)])
    edge = shapely.LineString([(150, -10), (150, 110)])
    units = make(buildings=pair, households=households, compounds=[compound], roads=[inner, edge])
    inside = units.compound == 0
    assert (int(inside.sum()), set(units.kind[inside])) == (count, {kind})
    assert units.area_m2[inside].sum() == pytest.approx(compound.area, abs=1e-6)
    assert units.households[inside].tolist() == households if count == 2 else [sum(households)]
    assert adjusted(units)["compound_divided"] == (count == 2)


def test_where_compounds_overlap_the_smaller_has_the_ground(make: Make) -> None:
    large, small = shapely.box(0, 0, 150, 100), shapely.box(100, 0, 200, 100)
    units = make(compounds=[large, small], buildings=[house(40, 40), house(140, 40)], households=[5, 7])
    by_compound = {int(units.compound[at]): float(units.area_m2[at]) for at in np.flatnonzero(units.compound >= 0)}
    assert by_compound == {0: pytest.approx(10_000), 1: pytest.approx(10_000)}
    assert adjusted(units)["compound_overlap"] == 1


def test_a_compound_across_the_boundary_is_cut(make: Make) -> None:
    units = make(compounds=[shapely.box(-50, 0, 100, 100)])
    assert adjusted(units)["compound_cut"] == 1
    assert units.area_m2.sum() == pytest.approx(TOWN.area)


def test_a_house_across_a_street_has_one_owner(make: Make) -> None:
    units = make(buildings=[shapely.box(90, 40, 104, 50), *HOUSES], households=[7, 1, 1, 1])
    assert units.building_unit.tolist() == [0, 0, 1, 2]
    assert units.households.tolist() == [8, 1, 1]
    assert adjusted(units) == Counter(building_crossing=1)


def test_houses_upon_each_other_both_count(make: Make) -> None:
    twins = [house(40, 40), house(40, 40)]
    units = make(buildings=[*twins, *HOUSES[1:]], households=[60, 61, 1, 1])
    assert units.households.tolist() == [121, 1, 1]
    (told,) = (each for each in units.adjustments if each.kind == "buildings_overlap")
    assert (told.row, told.other, told.area_m2) == (0, 1, 100)


def test_a_house_outside_is_listed_with_its_households(make: Make) -> None:
    units = make(buildings=[*HOUSES, house(500, 500)], households=[1, 1, 1, 99])
    (told,) = units.adjustments
    assert (told.kind, told.row, told.households) == ("building_outside", 3, 99)
    assert (units.households.sum(), units.building_unit[3]) == (3, -1)


def test_a_river_is_a_unit_without_households(make: Make) -> None:
    river = shapely.box(95, -20, 135, 120)
    units = make(roads=STREETS[1:], water=[river], buildings=[*HOUSES, house(100, 10)], households=[1, 2, 4, 8])
    at = int(np.flatnonzero(units.kind == "water")[0])
    assert units.households[at] == 0
    assert units.households.sum() == 15
    beside = (units.edges == at).any(axis=1)
    assert set(units.barrier[beside]) == {"water"}
    assert units.area_m2[at] == pytest.approx(4_000)


def test_a_stream_and_a_railway_are_borders_with_a_class(make: Make) -> None:
    units = make(roads=[], water=[STREETS[0]], rail=[STREETS[1]])
    assert units.barrier.tolist() == ["water", "rail"]


def test_a_pond_too_small_is_no_barrier(make: Make) -> None:
    assert kinds(make(water=[shapely.box(10, 10, 40, 40)])) == Counter(block=3)


def test_land_between_rails_is_a_unit_without_households(make: Make) -> None:
    boundary = shapely.box(0, 0, 300, 400)
    tracks = [shapely.LineString([(x, -10), (x, 410)]) for x in (120, 126, 132, 138)]
    units = make(boundary=boundary, roads=[], rail=tracks)
    assert kinds(units) == Counter(block=2, rail=1)
    assert units.households[units.kind == "rail"].tolist() == [0]
    assert set(units.barrier) == {"rail"}


def test_the_strip_of_a_dual_carriageway_goes_to_a_side(make: Make) -> None:
    pair = [shapely.LineString([(x, -10), (x, 110)]) for x in (100, 115)]
    units = make(roads=[*pair, STREETS[1]], road_class=["trunk", "trunk", "residential"])
    assert units.households.tolist() == [10, 20, 30]
    assert units.barrier.tolist() == ["trunk", "residential"]
    assert adjusted(units) == Counter(sliver_merged=1)


def test_a_roundabout_is_no_unit(make: Make) -> None:
    ring = shapely.Point(100, 50).buffer(12).exterior
    arms = [shapely.LineString([(100, -10), (100, 38)]), shapely.LineString([(100, 62), (100, 110)])]
    units = make(roads=[ring, *arms, STREETS[1]])
    assert units.households.tolist() == [10, 20, 30]
    assert adjusted(units)["sliver_merged"] == 1


def test_a_verge_goes_to_its_compound_not_over_the_road(make: Make) -> None:
    units = make(compounds=[shapely.box(0, 0, 92, 100)])
    assert units.area_m2[0] == pytest.approx(10_000)
    assert (units.kind[0], units.barrier[0]) == ("compound", "road")


def test_a_loose_end_is_led_on_but_never_over_a_house(make: Make) -> None:
    short = shapely.LineString([(100, -10), (100, 80)])
    units = make(roads=[short, STREETS[1]])
    assert adjusted(units) == Counter(line_extended=1)
    assert len(units) == 3
    blocked = make(roads=[short, STREETS[1]], buildings=[*HOUSES, house(95, 85)], households=[10, 20, 30, 5])
    assert adjusted(blocked) == Counter(line_dangling=1)
    assert blocked.households.tolist() == [35, 30]


@pytest.mark.parametrize(
    ("around", "inside", "merged"),
    [(40, 10, True), (300, 300, False), (450, 100, False), (495, 10, False), (600, 10, True), (600, 300, False)],
)
def test_an_enclosed_unit_is_merged_where_both_fit(make: Make, around: int, inside: int, merged: bool) -> None:
    ring = shapely.box(20, 20, 80, 80).exterior
    given = {"buildings": [house(5, 5), *HOUSES], "households": [around, inside, 20, 30], "roads": [ring, *STREETS]}
    units = make(**given, rules=Rules(block_most=600))
    expected = [around + inside] if merged else [around, inside]
    assert units.households[:-2].tolist() == expected
    assert adjusted(units)["enclosed_merged" if merged else "enclosed_kept"] == 1


EIGHT = [(x, y) for y in (150, 450) for x in (125, 375, 625, 875)]


@pytest.mark.parametrize("households", [10, 150, 300, 500])
@pytest.mark.parametrize("apart", [90, 8])
def test_compounds_without_roads_are_each_other_s_neighbours(households: int, apart: int) -> None:
    compounds = [shapely.box(x - 125 + apart / 2, y - 100, x + 125 - apart / 2, y + 100) for x, y in EIGHT]
    houses = [house(x, y) for x, y in EIGHT]
    ground = Ground.of(shapely.box(0, 0, 1000, 600), houses, [households] * 8, compounds=compounds)
    units = make_units(ground)
    assert units.households.tolist() == [households] * 8
    assert kinds(units) == Counter(compound=8)
    assert units.area_m2 == pytest.approx([75_000] * 8, rel=0.01)
    beside = units.border_m > 20
    assert int(beside.sum()) == 10
    assert adjusted(units) == Counter(open_shared=8)


def test_shared_ground_is_listed_with_its_compound(make: Make) -> None:
    pair = [shapely.box(20, 20, 120, 80), shapely.box(180, 20, 280, 80)]
    units = make(roads=[], compounds=pair, buildings=[HOUSES[0], HOUSES[2]], households=[10, 20])
    told = [(each.kind, each.layer, each.row, each.unit) for each in units.adjustments]
    assert told == [("open_shared", "compounds", 0, -1), ("open_shared", "compounds", 1, -1)]
    assert [each.area_m2 for each in units.adjustments] == pytest.approx([9_000, 9_000], rel=0.01)
    assert units.border_m == pytest.approx([100], rel=0.01)


def test_no_ground_is_given_over_a_street(make: Make) -> None:
    pair = [shapely.box(0, 0, 100, 100), shapely.box(220, 20, 280, 80)]
    units = make(compounds=pair, buildings=[HOUSES[0], HOUSES[2]], households=[10, 20])
    assert units.kind.tolist() == ["compound", "open", "compound"]
    assert units.area_m2.tolist() == [10_000] * 3
    assert units.barrier.tolist() == ["road", "road"]


def test_homes_between_compounds_keep_their_ground_and_sheds_do_not(make: Make) -> None:
    pair = [shapely.box(0, 0, 90, 100), shapely.box(210, 0, 300, 100)]
    homes = make(roads=[], compounds=pair, households=[10, 20, 30])
    assert homes.kind.tolist() == ["compound", "block", "compound"]
    assert homes.households.tolist() == [10, 20, 30]
    assert homes.edges.tolist() == [[0, 1], [1, 2]]
    sheds = make(roads=[], compounds=pair, households=[10, 0, 30])
    assert sheds.kind.tolist() == ["compound", "compound"]
    assert sheds.building_unit.tolist() == [0, 0, 1]
    assert sheds.edges.tolist() == [[0, 1]]


def test_a_net_of_homes_shuts_no_compound_in() -> None:
    compounds = [shapely.box(x - 60, y - 60, x + 60, y + 60) for x, y in EIGHT]
    corners = [house(x, y) for x in range(10, 1000, 40) for y in range(10, 600, 40)]
    homes = [each for each in corners if shapely.distance(each, compounds).min() > 15]
    buildings = [*map(shapely.centroid, compounds), *homes]
    households = [150] * 8 + [int(place % 4 == 0) for place in range(len(homes))]
    boundary = shapely.box(0, 0, 1000, 600)
    units = make_units(Ground.of(boundary, buildings, households, compounds=compounds))
    turned = make_units(Ground.of(boundary, buildings[::-1], households[::-1], compounds=compounds[::-1]))
    assert {shape.normalize().wkt for shape in units.shapes} == {shape.normalize().wkt for shape in turned.shapes}
    inside = units.compound >= 0
    assert inside.sum() == 8
    assert units.households[inside].max() < 160  # a home that a compound has on all sides goes with it
    assert units.households[~inside].max() <= 50
    assert (np.bincount(units.edges.ravel())[inside] > 1).all()


def test_ground_behind_a_lake_goes_to_who_is_on_its_side(make: Make) -> None:
    lake = shapely.box(90, 20, 210, 100)
    pair = [shapely.box(0, 20, 90, 100), shapely.box(240, 70, 300, 100)]
    units = make(roads=[], water=[lake], compounds=pair, buildings=[HOUSES[0], house(260, 80)], households=[10, 20])
    assert kinds(units) == Counter(compound=2, water=1)
    assert (shapely.get_type_id(units.shapes) == 3).all()
    assert units.area_m2[units.kind == "water"] == pytest.approx(lake.area)


def test_touching_at_a_corner_is_no_border(make: Make) -> None:
    cross = [shapely.LineString([(150, -10), (150, 110)]), shapely.LineString([(-10, 50), (310, 50)])]
    four = [house(40, 10), house(240, 10), house(40, 80), house(240, 80)]
    units = make(buildings=four, households=[1, 2, 3, 4], roads=cross)
    assert len(units.edges) == 4


def test_islands_are_bridged_and_told(make: Make) -> None:
    far = shapely.box(400, 0, 500, 100)
    units = make(boundary=shapely.union(TOWN, far), buildings=[*HOUSES, house(440, 40)], households=[1, 2, 3, 4])
    (told,) = units.adjustments
    assert (told.kind, told.unit, told.other, told.detail) == ("island_bridged", 2, 3, "100.0 m")
    assert units.edges[-1].tolist() == [2, 3]
    assert (units.border_m[-1], units.barrier[-1]) == (0, "island")


def test_one_building_is_one_unit(make: Make) -> None:
    units = make(buildings=HOUSES[:1], households=[4], roads=[])
    assert (len(units), units.households.tolist(), len(units.edges)) == (1, [4], 0)


def test_buildings_may_be_points(make: Make) -> None:
    places = [shapely.Point(x, 45) for x in (20, 60, 150, 250)]
    units = make(buildings=places, households=[60, 60, 1, 1])
    assert units.households.tolist() == [60, 60, 1, 1]


def test_roads_outside_are_told(make: Make) -> None:
    units = make(roads=[shapely.LineString([(5000, 5000), (6000, 5000)])])
    assert adjusted(units)["roads_outside"] == 1


def test_invalid_shapes_are_mended_and_listed(make: Make) -> None:
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    units = make(compounds=[bow, None, shapely.Polygon()], buildings=[*HOUSES, None], households=[1, 2, 3, 4])
    told = {(each.kind, each.layer, each.row) for each in units.adjustments if each.kind in ("repaired", "left_out")}
    assert told == {
        ("repaired", "compounds", 0), ("left_out", "compounds", 1), ("left_out", "compounds", 2), ("left_out", "buildings", 3),
    }  # fmt: skip
    assert units.households.sum() == 6


@pytest.mark.parametrize(
    ("given", "code", "row"),
    [
        ({"boundary": shapely.Polygon()}, "boundary_empty", None),
        ({"boundary": None}, "boundary_empty", None),
        ({"boundary": shapely.LineString([(0, 0), (1, 1)])}, "boundary_empty", None),
        ({"buildings": [], "households": []}, "no_buildings", None),
        ({"buildings": [house(900, 900)], "households": [1]}, "no_buildings", None),
        ({"households": [0, 0, 0]}, "no_households", None),
        ({"households": [1, -1, 2]}, "weights_wrong", 1),
        ({"households": [1, 2, float("nan")]}, "weights_wrong", 2),
        ({"households": [1.5, 2, 2]}, "weights_wrong", 0),
        ({"households": [1, 2]}, "weights_wrong", None),
    ],
)
def test_bad_input_is_refused_with_a_reason(make: Make, given: dict[str, Any], code: str, row: int | None) -> None:
    with pytest.raises(GridmapError) as refused:
        make(**given)
    assert (refused.value.code, refused.value.row) == (code, row)
    assert refused.value.text("zh") != refused.value.text("en")


def test_bounds_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(GridmapError, match="bounds are wrong"):
        Rules(target=400, lower=500, upper=300)


@pytest.mark.parametrize(
    "ring",
    [
        # corners within a centimetre of each other
        [(0.0012345, 0.0067), (200.00333, 1.23456), (200.0049, 1.2361), (199.99777, 99.5551), (0.5, 100.12345)],
        # half a centimetre, which may be rounded either way
        [(0.785, 0.005), (200.015, 0.0), (199.985, 100.005), (100.065, 99.995), (1.075, 600.0)],
        # a street that meets the outline beside a corner
        [(0, 0), (100.1149, -0.0042), (200, 3), (200, 100), (99.9947, 100.0013), (0, 97)],
    ],
)
def test_the_outline_comes_back_as_it_was(ring: list[tuple[float, float]]) -> None:
    boundary = shapely.Polygon(ring)
    road = shapely.LineString([(100.1234, -10), (99.9876, 120)])
    units = make_units(Ground.of(boundary, [house(40, 40), house(140, 40)], [1, 2], roads=[road]))
    assert units.households.tolist() == [1, 2]
    assert "outline_rounded" not in adjusted(units)
    whole = shapely.union_all(units.shapes)
    assert shapely.symmetric_difference(whole, boundary).area < 1e-6
    corners = {tuple(np.round(at, 7)) for at in shapely.get_coordinates(units.shapes)}
    assert {tuple(np.round(at, 7)) for at in ring} <= corners
    assert shapely.coverage_is_valid(units.shapes)


def test_a_boundary_that_comes_too_close_to_itself_is_rounded_and_told() -> None:
    slit = shapely.Polygon([(0, 0), (100, 0), (100, 50), (40, 50.001), (100, 50.002), (100, 100), (0, 100)])
    units = make_units(Ground.of(slit, [house(40, 10)], [3]))
    assert adjusted(units)["outline_rounded"] == 1
    assert abs(units.area_m2.sum() - slit.area) < 1


def test_progress_is_told_and_may_end_the_work(make: Make) -> None:
    told: list[float] = []
    make(progress=lambda done, _step: told.append(done))
    assert told == sorted(told)
    assert told[0] == 0

    class Cancelled(Exception):
        pass

    def cancel(_done: float, step: str) -> None:
        if step == "dividing":
            raise Cancelled

    with pytest.raises(Cancelled):
        make(progress=cancel)


def test_order_of_input_does_not_change_the_ground(make: Make) -> None:
    row = [house(x, 40) for x in range(5, 300, 20)]
    one = make(roads=STREETS, buildings=row, households=list(range(15)))
    other = make(roads=STREETS[::-1], buildings=row[::-1], households=list(range(15))[::-1])
    assert {shape.normalize().wkt for shape in one.shapes} == {shape.normalize().wkt for shape in other.shapes}


def test_a_layer_is_cut_community_by_community() -> None:
    west, east, empty = shapely.box(0, 0, 150, 100), shapely.box(150, 0, 300, 100), shapely.box(300, 0, 400, 100)
    houses = [*HOUSES, shapely.box(145, 10, 165, 20), None]
    ground = Ground.of(None, houses, [1, 2, 4, 8, 16], roads=STREETS, compounds=[shapely.box(210, 10, 290, 90)])
    units = make_layer([west, east, empty], ground)
    assert units.households.sum() == 15
    of_house = units.community[units.building_unit[:4]].tolist()
    assert of_house == [0, 0, 1, 1]
    assert units.building_unit[4] == -1
    assert (units.community[units.edges[:, 0]] == units.community[units.edges[:, 1]]).all()
    assert units.area_m2.sum() == pytest.approx(40_000)
    assert [(each.kind, each.community) for each in units.adjustments if each.kind.startswith("no_")] == [
        ("no_buildings", 2)
    ]
    assert [each.row for each in units.adjustments if each.kind == "left_out"] == [4]


def test_a_layer_names_the_community_without_ground() -> None:
    with pytest.raises(GridmapError) as refused:
        make_layer([TOWN, shapely.Polygon()], Ground.of(None, HOUSES, [1, 1, 1]))
    assert (refused.value.code, refused.value.row) == ("boundary_empty", 1)
