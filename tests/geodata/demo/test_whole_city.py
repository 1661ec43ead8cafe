"""The size ``city``: every street of the official list, none over another; made alike by any number of processes."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from geodata.demo.blocks import room_of
from geodata.demo.layouts import RENMIN_ROAD, Layout
from geodata.demo.local_frame import LocalFrame
from geodata.demo.making import make_streets
from geodata.demo.names import hohhot_names, short_name
from geodata.demo.street import make_street
from geodata.demo.whole_city import city_layouts, is_village
from tests.geodata.demo.conftest import UNTIL

FIRST_DAY = date(2023, 6, 2)
#: A street in town, a township, one of herders, an industrial park.
SOME = ("150102003", "150105101", "150125213", "150172401")


@pytest.fixture(scope="session")
def layouts() -> tuple[Layout, ...]:
    return city_layouts()


def by_code(layouts: tuple[Layout, ...], code: str) -> Layout:
    """The layout of a street, with few reports."""
    return replace(next(layout for layout in layouts if layout.street == code), reports=300)


def uses(layout: Layout) -> list[tuple[str, str]]:
    """Community and use of every part."""
    return [(block.community, use) for row in layout.blocks for block in row for use in block.uses]


def grids_of(use: str) -> int:
    return room_of(use) if use.startswith("big") else 1


def ground(layout: Layout) -> shapely.Polygon:
    """The street's plain rectangle in degrees."""
    x, y = sum(layout.columns) / 2, sum(layout.rows) / 2
    return shapely.Polygon(layout.centre.degrees(np.array([[-x, -y], [x, -y], [x, y], [-x, y]])))


def test_every_community_of_the_list_has_its_place(layouts: tuple[Layout, ...]) -> None:
    found = {community for layout in layouts for community, _ in uses(layout)}
    assert found == {code for code in hohhot_names() if len(code) == 12}
    assert len(found) == 1396
    for layout in layouts:
        assert {community[:9] for community, _ in uses(layout)} == {layout.street}


def test_the_city_is_as_large_as_it_says(layouts: tuple[Layout, ...]) -> None:
    parts = [(layout, community, use) for layout in layouts for community, use in uses(layout)]
    assert sum(grids_of(use) for _, _, use in parts) == pytest.approx(6000, rel=0.05)
    lived_in = [part for part in parts if part[2] not in ("mall", "school", "park", "office", "river")]
    dwellings = sum(grids_of(use) * np.mean(layout.homes_range(where, use)) for layout, where, use in lived_in)
    assert 0.95 * dwellings == pytest.approx(1_500_000, rel=0.05)
    assert sum(layout.reports for layout in layouts) == 1_000_000


def test_renmin_road_street_is_the_one_of_small_at_its_place(layouts: tuple[Layout, ...]) -> None:
    found = next(layout for layout in layouts if layout.street == RENMIN_ROAD.street)
    assert replace(found, reports=RENMIN_ROAD.reports) == RENMIN_ROAD
    assert found.centre == LocalFrame(lon=111.70, lat=40.82, turn_deg=-3.2)


def test_streets_lie_apart_and_districts_on_their_side_of_the_city(layouts: tuple[Layout, ...]) -> None:
    grounds = np.array([ground(layout) for layout in layouts])
    apart = shapely.buffer(grounds, 30 / 111_000)
    one, other = shapely.STRtree(apart).query(apart, predicate="intersects")
    assert (one == other).all()
    middle = (
        pd.DataFrame({"district": [layout.street[:6] for layout in layouts], "geom": shapely.centroid(grounds)})
        .groupby("district")["geom"]
        .agg(lambda points: shapely.centroid(shapely.multipoints(list(points))))
    )
    assert middle["150125"].y > 41.1
    assert middle["150124"].y < 40.0
    assert middle["150121"].x < 111.35
    for district in ("150102", "150103", "150104", "150105", "150172"):
        assert middle[district].distance(shapely.Point(111.70, 40.82)) < 0.12


def test_villages_have_rural_grids_and_towns_general_ones(layouts: tuple[Layout, ...]) -> None:
    names = hohhot_names()
    for layout in layouts:
        if layout.street != RENMIN_ROAD.street:
            for community, use in uses(layout):
                assert (use in ("village", "pasture")) == is_village(names[community]), community


@pytest.mark.parametrize(
    ("official", "short"),
    [("仕奇社区居委会", "仕奇社区"), ("新东街社区居民委员会", "新东街社区"), ("一间房村民委员会", "一间房村"), ("什不更村委会", "什不更村"), ("西园社区", "西园社区")],
)  # fmt: skip
def test_communities_are_called_as_people_call_them(official: str, short: str) -> None:
    assert short_name(official) == short


@pytest.mark.parametrize("street", SOME)
def test_a_street_by_rule_keeps_what_the_drawn_one_keeps(layouts: tuple[Layout, ...], street: str) -> None:
    frames = make_street(by_code(layouts, street), 1, "city", FIRST_DAY, UNTIL).frames
    grids = frames["grids"]
    areas = grids["geom"].to_numpy()
    assert shapely.coverage_is_valid(areas)
    communities = frames["divisions"].set_index("code")["geom"].drop(street)
    assert shapely.area(areas).sum() == pytest.approx(shapely.area(communities.to_numpy()).sum(), rel=1e-12)
    limits = {"general": (300, 500), "special": (0, 0), "rural": (50, 370), "pastoral": (20, 80)}
    for kind, own in grids.groupby("kind"):
        assert own["households"].between(*limits[kind]).all(), kind
    buildings = frames["buildings"]["geom"].to_numpy()
    inside, _ = shapely.STRtree(areas).query(buildings, predicate="within")
    assert np.array_equal(np.sort(inside), np.arange(len(buildings)))
    one, other = shapely.STRtree(buildings).query(buildings, predicate="intersects")
    assert (one == other).all()
    for kind, frame in frames.items():
        if "geom" in frame:
            shapes = frame["geom"].dropna().to_numpy()
            assert shapely.is_valid(shapes).all(), kind
            assert not shapely.is_empty(shapes).any(), kind


@pytest.mark.slow
def test_one_process_and_two_make_the_same_streets(layouts: tuple[Layout, ...]) -> None:
    chosen = sorted((replace(layout, reports=50) for layout in layouts), key=lambda each: len(uses(each)))[:6]
    told: list[tuple[int, int]] = []
    alone = make_streets(chosen, 3, "city", FIRST_DAY, UNTIL, 1, lambda done, count: told.append((done, count)))
    pair = make_streets(chosen, 3, "city", FIRST_DAY, UNTIL, 2, lambda _done, _count: None)
    assert told == [(number, 6) for number in range(1, 7)]
    for one, other in zip(alone, pair, strict=True):
        assert all(one.frames[kind].equals(other.frames[kind]) for kind in one.frames)
