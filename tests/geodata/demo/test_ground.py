"""Areas tile exactly, buildings stand where they belong, grids have their households."""

import numpy as np
import pytest
import shapely

from geodata.demo import City, UnknownSize, make_city
from gridmap.codes import BEIJING
from tests.geodata.demo.conftest import UNTIL, small_of

SEEDS = (1, 2, 5)
SHIQI = "150105001018"
#: Half a centimetre: coordinates are kept on steps of 1e-7 degrees.
STEP_DEG = 1e-7
M2_PER_DEG2 = 111_050 * 84_300


def same(first: City, second: City) -> bool:
    """Whether all frames are equal, cell by cell."""
    return all(one.equals(other) for one, other in zip(first.frames().values(), second.frames().values(), strict=True))


def test_a_seed_makes_one_city_and_another_seed_another(tiny: City) -> None:
    assert same(tiny, make_city(1, "tiny", UNTIL))
    assert not same(tiny, make_city(2, "tiny", UNTIL))


def test_numpys_global_random_state_is_left_alone() -> None:
    np.random.seed(5)
    before = np.random.get_state()[1].tolist()
    make_city(3, "tiny", UNTIL)
    assert np.random.get_state()[1].tolist() == before


def test_another_day_moves_the_reports_but_not_the_city(tiny: City) -> None:
    later = make_city(1, "tiny", UNTIL.replace(month=7))
    assert later.buildings.equals(tiny.buildings)
    assert not later.reports["occurred_at"].equals(tiny.reports["occurred_at"])


def test_an_unknown_size_is_told() -> None:
    with pytest.raises(UnknownSize, match="tiny, small"):
        make_city(1, "galaxy")


def areas(city: City, level: str) -> np.ndarray:
    return city.divisions.loc[city.divisions["level"] == level, "geom"].to_numpy()


@pytest.mark.parametrize("seed", SEEDS)
def test_grids_tile_communities_and_communities_the_street(seed: int) -> None:
    city = small_of(seed)
    grids = city.grids["geom"].to_numpy()
    communities = city.divisions[city.divisions["level"] == "community"].set_index("code")["geom"]
    (street,) = areas(city, "street")
    assert shapely.coverage_is_valid(grids)
    assert shapely.coverage_is_valid(communities.to_numpy())
    assert shapely.area(communities.to_numpy()).sum() == pytest.approx(street.area, rel=1e-12)
    for code, own in city.grids.groupby("community_code"):
        assert shapely.coverage_is_valid(own["geom"].to_numpy())
        union = shapely.union_all(own["geom"].to_numpy())
        # Not nearly: the union of a community's grids is the community, vertex by vertex.
        assert union.symmetric_difference(communities[code]).area == 0
        assert shapely.area(own["geom"].to_numpy()).sum() == pytest.approx(communities[code].area, rel=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_grids_hold_the_households_that_their_kind_allows(seed: int) -> None:
    grids = small_of(seed).grids
    assert grids["kind"].value_counts().to_dict() == {"general": 90, "special": 10, "rural": 2}
    assert grids.loc[grids["kind"] == "general", "households"].between(300, 500).all()
    assert (grids.loc[grids["kind"] == "special", "households"] == 0).all()
    assert grids.loc[grids["kind"] == "rural", "households"].between(280, 370).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_small_is_as_large_as_it_says(seed: int) -> None:
    city = small_of(seed)
    assert len(city.grids) == pytest.approx(100, rel=0.05)
    assert len(city.households) == pytest.approx(40_000, rel=0.05)
    assert len(city.reports) == 20_000


def test_tiny_is_three_grids(tiny: City) -> None:
    assert (len(tiny.grids), len(tiny.reports)) == (3, 240)


def test_households_counted_by_place_are_those_of_the_grids(small: City) -> None:
    homes = small.households.groupby("building_code").size()
    buildings = small.buildings.set_index("code")
    tree = shapely.STRtree(small.grids["geom"].to_numpy())
    centre = shapely.centroid(buildings.loc[homes.index, "geom"].to_numpy())
    home, place = tree.query(centre, predicate="within")
    assert np.array_equal(home, np.arange(len(homes)))
    counted = np.bincount(place, weights=homes.to_numpy(), minlength=len(small.grids))
    assert counted.tolist() == small.grids["households"].tolist()


def test_no_building_straddles_a_grid_or_another_building(small: City) -> None:
    buildings = small.buildings["geom"].to_numpy()
    inside, _ = shapely.STRtree(small.grids["geom"].to_numpy()).query(buildings, predicate="within")
    assert np.array_equal(np.sort(inside), np.arange(len(buildings)))
    one, other = shapely.STRtree(buildings).query(buildings, predicate="intersects")
    assert (one == other).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_shiqi_is_as_the_press_tells(seed: int) -> None:
    """0.47 km2, 12 compounds, 10 grids, 7,374 residents, 170 building heads."""
    city = small_of(seed)
    ground = city.divisions.set_index("code").loc[SHIQI, "geom"]
    assert ground.area * M2_PER_DEG2 == pytest.approx(470_000, rel=0.05)
    assert (city.compounds["community_code"] == SHIQI).sum() == 12
    grids = city.grids[city.grids["community_code"] == SHIQI]
    assert grids["kind"].value_counts().to_dict() == {"general": 9, "special": 1}
    assert "仕奇社区商业广场专属网格" in set(grids["name"])
    assert city.households.loc[city.households["building_code"].str.startswith(SHIQI), "people"].sum() == 7374
    assert city.stairwells["building_code"].str.startswith(SHIQI).sum() >= 170


@pytest.mark.parametrize("seed", SEEDS)
def test_some_compounds_are_large_and_split_by_whole_buildings(seed: int) -> None:
    city = small_of(seed)
    homes = city.households.groupby("building_code").size()
    compound = city.buildings.set_index("code")["compound_code"]
    size = homes.groupby(compound).sum()
    large = size.index[size >= 1000]
    assert 3 <= len(large) <= 8
    assert size.max() <= 3000
    inside = city.buildings[city.buildings["compound_code"].isin(large)]
    tree = shapely.STRtree(city.grids["geom"].to_numpy())
    building, grid = tree.query(inside["geom"].to_numpy(), predicate="within")
    assert len(building) == len(inside)
    grids_of = inside.assign(grid=grid[np.argsort(building)]).groupby("compound_code")["grid"].nunique()
    assert (grids_of >= 3).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_every_compound_has_gates_on_its_outline_that_lead_to_a_road(seed: int) -> None:
    city = small_of(seed)
    gates = city.gates
    assert set(gates["compound_code"]) == set(city.compounds["code"])
    assert not gates.duplicated(["compound_code", "name"]).any()
    assert set(gates["name"]) <= {"南门", "北门", "东门", "西门"}
    assert set(gates.loc[gates["kind"] == "vehicle", "compound_code"]) == set(city.compounds["code"])
    outlines = shapely.boundary(city.compounds.set_index("code")["geom"].loc[gates["compound_code"]].to_numpy())
    places = gates["geom"].to_numpy()
    assert shapely.distance(outlines, places).max() <= STEP_DEG
    roads = shapely.union_all(city.roads.loc[city.roads["class"] != "service", "geom"].to_numpy())
    assert (shapely.distance(places, roads) * 100_000).max() < 60
    lanes = shapely.union_all(city.roads.loc[city.roads["class"] == "service", "geom"].to_numpy())
    assert shapely.distance(places, lanes).max() <= 2 * STEP_DEG
    shops = shapely.union_all(city.buildings["geom"].to_numpy())
    assert (shapely.distance(places, shops) > 0).all()


def test_codes_are_unique_and_follow_the_scheme(small: City) -> None:
    for kind, frame in small.frames().items():
        if "code" in frame and kind != "people":  # a person has a row for each post
            assert frame["code"].is_unique, kind
    for code, community in zip(small.grids["code"], small.grids["community_code"], strict=True):
        BEIJING.validate(code)
        assert code.startswith(community)
    assert small.divisions["name"].tolist()[:3] == ["呼和浩特市", "赛罕区", "人民路街道"]
    assert "仕奇社区第三网格" in small.grids["name"].tolist()


def test_every_home_has_a_stairwell_and_a_plausible_number_of_people(small: City) -> None:
    stairs = set(zip(small.stairwells["building_code"], small.stairwells["number"], strict=True))
    homes = small.households
    assert set(zip(homes["building_code"], homes["stairwell_number"], strict=True)) <= stairs
    assert homes["people"].between(1, 6).all()
    assert homes["people"].mean() == pytest.approx(2.48, abs=0.1)
    assert homes["care_groups"].str.len().gt(0).mean() == pytest.approx(0.068, abs=0.01)


def test_shapes_are_valid_and_not_empty(small: City) -> None:
    for kind, frame in small.frames().items():
        if "geom" in frame:
            shapes = frame["geom"].dropna().to_numpy()
            assert shapely.is_valid(shapes).all(), kind
            assert not shapely.is_empty(shapes).any(), kind
