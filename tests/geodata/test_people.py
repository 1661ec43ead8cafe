"""Posts on a day: who works for a grid, a compound, a building, and who did before."""

from datetime import date

from sqlalchemy import Connection

from geodata.people import (
    heads_of_compound,
    posts_of_areas,
    posts_of_building,
    posts_of_compound,
    workers_before,
)
from geodata.scope import EVERYTHING, Scope
from gridmap.access import Reach
from tests.geodata.cities import COMMUNITY, insert_building, insert_compound, insert_post, middle_of
from tests.geodata.test_compounds import DAY

COURIER = Scope(1, frozenset(), Reach.OWN, None)


def test_the_worker_the_deputy_with_an_end_and_the_secretary(nine_grids: Connection) -> None:
    insert_post(nine_grids, "书记", "community_secretary", area_code=COMMUNITY)
    insert_post(nine_grids, "代班", "deputy_worker", area_code="e", valid="[2026-11-10,2026-12-01)")
    insert_post(nine_grids, "网格员", "grid_worker", area_code="e", phone="13811112222")
    insert_post(nine_grids, "以后", "deputy_worker", area_code="e", valid="[2027-01-01,2027-02-01)")
    insert_post(nine_grids, "别处", "grid_worker", area_code="d")
    posts = posts_of_areas(nine_grids, EVERYTHING, ["e", COMMUNITY], DAY)
    assert [(post.kind, post.name) for post in posts] == [
        ("grid_worker", "网格员"), ("deputy_worker", "代班"), ("community_secretary", "书记"),
    ]  # fmt: skip
    assert (posts[0].phone, posts[1].valid_to) == ("13811112222", date(2026, 12, 1))


def test_workers_before_are_history_without_phones(nine_grids: Connection) -> None:
    insert_post(nine_grids, "甲", "grid_worker", area_code="e", valid="[2020-01-01,2023-01-01)")
    insert_post(nine_grids, "乙", "grid_worker", area_code="e", valid="[2023-01-01,2026-11-20)")
    insert_post(nine_grids, "丙", "grid_worker", area_code="e", valid="[2026-11-20,)")
    before = workers_before(nine_grids, "e", DAY)
    assert [worker.name for worker in before] == ["乙", "甲"]
    assert not hasattr(before[0], "phone")


def test_building_heads_are_not_for_those_who_see_only_their_own_reports(nine_grids: Connection) -> None:
    lon, lat = middle_of("e")
    compound = insert_compound(nine_grids, "c", lon, lat)
    building = insert_building(nine_grids, "b", lon, lat, compound_id=compound)
    insert_post(nine_grids, "楼栋长", "building_head", building_id=building)
    insert_post(nine_grids, "工位", "desk", compound_id=compound)
    assert [head.name for head in heads_of_compound(nine_grids, EVERYTHING, compound, DAY)] == ["楼栋长"]
    assert heads_of_compound(nine_grids, COURIER, compound, DAY) == []
    assert [post.name for post in posts_of_building(nine_grids, EVERYTHING, building, DAY)] == ["楼栋长"]
    assert posts_of_building(nine_grids, COURIER, building, DAY) == []
    assert [post.name for post in posts_of_compound(nine_grids, COURIER, compound, DAY)] == ["工位"]
