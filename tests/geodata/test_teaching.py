"""Names that people teach with the orders they place."""

from typing import Any

import pytest
from sqlalchemy import Connection, text

from geodata.actions.placing import give_up_placing, place_at_candidate, place_at_point, tag_of_search
from geodata.actions.teaching import NameNotToTeach, NoCompoundThere, name_to_teach
from geodata.addresses.finding import find_address
from geodata.addresses.queue import Search, search_of_report
from geodata.compound_aliases import names_of, taught_by
from geodata.scope import EVERYTHING, OutsideArea
from geodata.settings import Settings
from geodata.versions import version_of
from tests.geodata.cities import middle_of
from tests.geodata.test_placing import actor, compounds, filed

__all__ = ["compounds"]
OLD = "毛纺厂家属院"


def unknown(conn: Connection, settings: Settings, address: str = f"{OLD}3号楼") -> Search:
    found = filed(conn, settings, address)
    assert found is not None
    assert found.state == "open"
    return found


def now(conn: Connection, search: Search) -> Search:
    return search_of_report(conn, EVERYTHING, search.ref)


def noted(conn: Connection) -> list[tuple[Any, ...]]:
    query = "SELECT action, object, detail ->> 'name' FROM audit_log WHERE action LIKE 'name_%' ORDER BY id"
    return [tuple(row) for row in conn.execute(text(query))]


def test_a_name_that_was_taught_places_the_next_order(compounds: Connection, settings: Settings) -> None:
    search, by = unknown(compounds, settings), actor(compounds)
    assert name_to_teach(compounds, settings, search.address_text) == OLD
    place_at_point(compounds, settings, by, search.ref, tag_of_search(search), *middle_of("e"), teach=True)
    found = find_address(compounds, settings, EVERYTHING, f"{OLD}3号楼")[0]
    assert (found.key, found.sure, found.matched["compound"]) == ("c1-3", True, "former")
    assert names_of(compounds, compounds.scalar(text("SELECT id FROM compound WHERE code = 'c1'"))) == [OLD]
    told = compounds.scalar(text("SELECT detail -> 'taught' FROM event WHERE kind = 'address_placed'"))
    assert told == {"name": OLD, "compound": "富邦小区"}
    assert noted(compounds) == [("name_taught", "c1", OLD)]
    following = filed(compounds, settings, f"{OLD}3栋")
    assert following is not None
    assert following.state == "assigned"


def test_without_the_tick_nothing_is_taught(compounds: Connection, settings: Settings) -> None:
    search, by = unknown(compounds, settings), actor(compounds)
    version = version_of(compounds, "compound_alias")
    place_at_point(compounds, settings, by, search.ref, tag_of_search(search), *middle_of("e"))
    assert find_address(compounds, settings, EVERYTHING, f"{OLD}3号楼") == []
    assert version_of(compounds, "compound_alias") == version, "and no names are read anew"


def test_placing_anew_takes_the_name_back(compounds: Connection, settings: Settings) -> None:
    search, by = unknown(compounds, settings), actor(compounds)
    place_at_point(compounds, settings, by, search.ref, tag_of_search(search), *middle_of("e"), teach=True)
    taught = taught_by(compounds, search.report_id)
    assert taught is not None
    assert (taught.name, taught.compound) == (OLD, "富邦小区")
    place_at_point(
        compounds, settings, by, search.ref, tag_of_search(now(compounds, search)), *middle_of("a"), teach=True
    )
    assert find_address(compounds, settings, EVERYTHING, f"{OLD}3号楼")[0].key == "c2-3"
    give_up_placing(compounds, settings, by, search.ref, tag_of_search(now(compounds, search)), "来电人撤回")
    assert taught_by(compounds, search.report_id) is None
    assert find_address(compounds, settings, EVERYTHING, f"{OLD}3号楼") == []
    assert [(action, code) for action, code, _ in noted(compounds)] == [
        ("name_taught", "c1"), ("name_withdrawn", "c1"), ("name_taught", "c2"), ("name_withdrawn", "c2"),
    ]  # fmt: skip


def test_a_candidate_s_compound_is_taught_too(compounds: Connection, settings: Settings) -> None:
    search, by = unknown(compounds, settings, "福帮苑小区3号楼"), actor(compounds)
    compounds.execute(
        text("UPDATE address_search SET candidates = :all WHERE report_id = :id"),
        {
            "id": search.report_id,
            "all": '[{"kind": "building", "key": "c1-3", "name": "富邦小区3号楼", "lon": 111.715, "lat": 40.815, "score": 0.4}]',
        },
    )
    assert place_at_candidate(compounds, settings, by, search.ref, tag_of_search(now(compounds, search)), 0, teach=True)
    assert find_address(compounds, settings, EVERYTHING, "福帮苑小区")[0].key == "c1"


@pytest.mark.parametrize(
    "address",
    ["前毛道村", "仕奇社区", "人民路街道3号楼", "富邦小区4号楼", "康乐小区9号楼", f"{OLD}对面", f"{OLD}路口", f"{OLD}二区3号楼", "那边3号楼", "家属院3号楼", "老小区3号楼", "我们小区3号楼", "12345"],
)  # fmt: skip
def test_names_that_are_not_to_be_taught(compounds: Connection, settings: Settings, address: str) -> None:
    """Names of divisions, of what is known, of what lies beside, or none at all."""
    compounds.execute(
        text(
            "INSERT INTO division (code, level, name) VALUES ('150105001099', 'community', '前毛道村民委员会'), ('150102001099', 'community', '前毛道村民委员会')"
        )
    )
    search, by = filed(compounds, settings, address), actor(compounds)
    assert search is not None
    assert name_to_teach(compounds, settings, address) is None
    with pytest.raises(NameNotToTeach), compounds.begin_nested():
        place_at_point(compounds, settings, by, search.ref, tag_of_search(search), *middle_of("e"), teach=True)
    assert now(compounds, search).state != "placed"


def test_a_place_in_no_compound_teaches_nothing(compounds: Connection, settings: Settings) -> None:
    search, by = unknown(compounds, settings), actor(compounds)
    with pytest.raises(NoCompoundThere), compounds.begin_nested():
        place_at_point(compounds, settings, by, search.ref, tag_of_search(search), *middle_of("i"), teach=True)
    assert now(compounds, search).state == "open"


def test_nobody_teaches_beyond_the_own_area(compounds: Connection, settings: Settings) -> None:
    search, by = unknown(compounds, settings), actor(compounds, areas=("150105",))
    compounds.execute(
        text("UPDATE owner SET intake_district = '150105' WHERE report_id = :id"), {"id": search.report_id}
    )
    lon, lat = compounds.execute(
        text("SELECT ST_X(c), ST_Y(c) FROM (SELECT ST_Centroid(geom) AS c FROM compound WHERE code = 'c3') t")
    ).one()
    with pytest.raises(OutsideArea), compounds.begin_nested():
        place_at_point(compounds, settings, by, search.ref, tag_of_search(search), lon, lat, teach=True)
    assert taught_by(compounds, search.report_id) is None
