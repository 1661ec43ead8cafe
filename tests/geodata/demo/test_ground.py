"""Areas tile exactly, buildings stand where they belong, grids have their households."""

from functools import cache

import numpy as np
import pytest
import shapely

from geodata.demo import City, UnknownSize, make_city
from gridmap.codes import BEIJING
from tests.geodata.demo.conftest import UNTIL

MANY_SEEDS = range(2, 6)


@cache
def sample_of(seed: int) -> City:
    """The sample of a seed, made once."""
    return make_city(seed, "sample", UNTIL)


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
    with pytest.raises(UnknownSize, match="tiny, sample"):
        make_city(1, "galaxy")


def areas(city: City, level: str) -> np.ndarray:
    return city.divisions.loc[city.divisions["level"] == level, "geom"].to_numpy()


@pytest.mark.parametrize("seed", [1, *MANY_SEEDS])
def test_grids_tile_communities_and_communities_the_street(seed: int) -> None:
    city = sample_of(seed)
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


@pytest.mark.parametrize("seed", [1, *MANY_SEEDS])
def test_general_grids_have_300_to_500_households_and_special_ones_none(seed: int) -> None:
    grids = sample_of(seed).grids
    general = grids.loc[grids["kind"] == "general", "households"]
    assert len(general) == 40
    assert general.between(300, 500).all()
    assert (grids.loc[grids["kind"] == "special", "households"] == 0).all()


def test_households_counted_by_place_are_those_of_the_grids(sample: City) -> None:
    homes = sample.households.groupby("building_code").size()
    buildings = sample.buildings.set_index("code")
    tree = shapely.STRtree(sample.grids["geom"].to_numpy())
    centre = shapely.centroid(buildings.loc[homes.index, "geom"].to_numpy())
    home, place = tree.query(centre, predicate="within")
    assert np.array_equal(home, np.arange(len(homes)))
    counted = np.bincount(place, weights=homes.to_numpy(), minlength=len(sample.grids))
    assert counted.tolist() == sample.grids["households"].tolist()


def test_no_building_straddles_a_grid_or_another_building(sample: City) -> None:
    buildings = sample.buildings["geom"].to_numpy()
    inside, _ = shapely.STRtree(sample.grids["geom"].to_numpy()).query(buildings, predicate="within")
    assert np.array_equal(np.sort(inside), np.arange(len(buildings)))
    one, other = shapely.STRtree(buildings).query(buildings, predicate="intersects")
    assert (one == other).all()


def test_shiqi_has_ten_grids_and_twelve_compounds(sample: City) -> None:
    assert (sample.grids["community_code"] == "150105001018").sum() == 10
    assert (sample.compounds["community_code"] == "150105001018").sum() == 12


def test_codes_are_unique_and_follow_the_scheme(sample: City) -> None:
    for kind, frame in sample.frames().items():
        if "code" in frame:
            assert frame["code"].is_unique, kind
    for code, community in zip(sample.grids["code"], sample.grids["community_code"], strict=True):
        BEIJING.validate(code)
        assert code.startswith(community)
    assert sample.divisions["name"].tolist()[:3] == ["呼和浩特市", "赛罕区", "人民路街道"]
    assert "仕奇社区第三网格" in sample.grids["name"].tolist()


def test_every_home_has_a_stairwell_and_a_plausible_number_of_people(sample: City) -> None:
    stairs = set(zip(sample.stairwells["building_code"], sample.stairwells["number"], strict=True))
    homes = sample.households
    assert set(zip(homes["building_code"], homes["stairwell_number"], strict=True)) <= stairs
    assert homes["people"].between(1, 6).all()
    assert homes["people"].mean() == pytest.approx(2.48, abs=0.1)
    assert homes["care_groups"].str.len().gt(0).mean() == pytest.approx(0.068, abs=0.01)


def test_shapes_are_valid_and_not_empty(sample: City) -> None:
    for kind, frame in sample.frames().items():
        if "geom" in frame:
            shapes = frame["geom"].dropna().to_numpy()
            assert shapely.is_valid(shapes).all(), kind
            assert not shapely.is_empty(shapes).any(), kind
