"""Reports that come with an address only: placed by the match alone, by the job, by a person; every decision can be taken anew."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, text

from geodata.accounts import Account, add_account
from geodata.actions import file_report
from geodata.actions.acting import Actor
from geodata.actions.managing import ChangedMeanwhile
from geodata.actions.moving import move_pin, tag_of_place
from geodata.actions.placing import (
    CandidateMissing,
    WhyMissing,
    give_up_placing,
    place_at_candidate,
    place_at_point,
    search_and_place,
    tag_of_search,
)
from geodata.addresses.queue import Search, list_searches, next_search, search_counts, search_of_report, waiting_reports
from geodata.jobs.addresses import addresses, addresses_timer
from geodata.jobs.kinds import JobContext
from geodata.jobs.queue import enqueue, take
from geodata.reports import UnknownReport, report_by_ref
from geodata.scope import EVERYTHING, OutsideArea, Scope
from geodata.settings import Settings
from geodata.tables import report
from gridmap.access import GRANTS, Reach, Role
from gridmap.report import CoordinateOutOfRange, ReportDraft
from tests.geodata.cities import (
    COMMUNITY,
    OTHER_WEST,
    SIDE,
    SOUTH,
    insert_building,
    insert_compound,
    insert_other_district,
    middle_of,
)

DAY = date(2026, 2, 14)


@pytest.fixture
def compounds(nine_grids: Connection) -> Connection:
    """富邦小区 in e; 康乐小区 once in a and once in the other district."""
    insert_other_district(nine_grids)
    _compound(nine_grids, "c1", "富邦小区", *middle_of("e"))
    _compound(nine_grids, "c2", "康乐小区", *middle_of("a"))
    _compound(nine_grids, "c3", "康乐小区", OTHER_WEST + SIDE / 2, SOUTH + SIDE / 2, community_code="150102001001")
    return nine_grids


def _compound(conn: Connection, code: str, name: str, lon: float, lat: float, **values: Any) -> None:
    key = insert_compound(conn, code, lon, lat, name=name, **values)
    insert_building(conn, f"{code}-3", lon, lat, name=f"{name}3号楼", compound_id=key)


def filed(conn: Connection, settings: Settings, address: str) -> Search | None:
    made = file_report(conn, settings, ReportDraft(category="供热", address_text=address), scope="test")
    try:
        return search_of_report(conn, EVERYTHING, made.ref)
    except UnknownReport:
        return None


def waiting(conn: Connection, settings: Settings) -> Search:
    """An order that could mean two places."""
    found = filed(conn, settings, "康乐小区3号楼")
    assert found is not None
    assert found.state == "open"
    return found


def owned(conn: Connection, report_id: int) -> tuple[Any, ...]:
    return tuple(
        conn.execute(
            text(
                "SELECT g.code, o.reason, r.placed_by, r.geom IS NOT NULL FROM report r JOIN owner o ON o.report_id = r.id "
                "LEFT JOIN grid g ON g.id = o.grid_id WHERE r.id = :id"
            ),
            {"id": report_id},
        ).one()
    )


def history(conn: Connection, report_id: int) -> list[tuple[Any, ...]]:
    query = "SELECT cause, reason, account_id IS NOT NULL FROM owner_history WHERE report_id = :id ORDER BY id"
    return [tuple(row) for row in conn.execute(text(query), {"id": report_id})]


def kinds(conn: Connection, report_id: int) -> list[str]:
    return list(conn.scalars(text("SELECT kind FROM event WHERE report_id = :id ORDER BY id"), {"id": report_id}))


def actor(conn: Connection, role: Role = Role.DISPATCHER, areas: tuple[str, ...] | None = None) -> Actor:
    account: Account = add_account(conn, f"{role}-{uuid4()}", "a long enough password", role)
    return Actor(Scope(account.id, GRANTS[role].permissions, Reach.AREA, areas), account.id, DAY)


def by_candidate(search: Search, community: str) -> int:
    return next(n for n, each in enumerate(search.candidates) if each["community_code"] == community)


def test_a_certain_address_places_the_report_when_it_is_filed(compounds: Connection, settings: Settings) -> None:
    made = file_report(
        compounds, settings, ReportDraft(category="供热", address_text="赛罕区富邦小区3号楼2单元501"), scope="test"
    )
    assert made.place.grid is not None
    assert (made.place.grid.code, made.place.reason) == ("e", "address")
    search = search_of_report(compounds, EVERYTHING, made.ref)
    assert (search.state, search.candidates[0]["key"]) == ("assigned", "c1-3")
    assert owned(compounds, search.report_id) == ("e", "address", "address", True)
    assert history(compounds, search.report_id) == [("address_matched", "address", False)]
    assert kinds(compounds, search.report_id) == ["filed", "address_matched"]
    raw = compounds.execute(report.select().where(report.c.id == search.report_id)).one()
    assert (raw.raw_lon, raw.raw_lat, raw.intake_district) == (None, None, "150105")


def test_one_of_two_compounds_of_a_name_waits_for_a_person(compounds: Connection, settings: Settings) -> None:
    search = waiting(compounds, settings)
    assert {each["community_code"] for each in search.candidates} == {COMMUNITY, "150102001001"}
    assert owned(compounds, search.report_id) == (None, "none", "received", False)
    assert history(compounds, search.report_id) == [("filed", "none", False)]


@pytest.mark.parametrize("address", ["富邦小区附近", "富邦小区3号楼对面"])
def test_beside_a_place_is_not_at_it(compounds: Connection, settings: Settings, address: str) -> None:
    search = filed(compounds, settings, address)
    assert search is not None
    assert search.state == "open"
    assert search.candidates[0]["near"] is True
    # Wherever beside it is, the district's dispatcher is the one to ask.
    assert search.intake_district == "150105"


def test_coordinates_need_no_search(compounds: Connection, settings: Settings) -> None:
    lon, lat = middle_of("a")
    draft = ReportDraft(category="供热", lon=lon, lat=lat, address_text="富邦小区3号楼")
    made = file_report(compounds, settings, draft, scope="test")
    with pytest.raises(UnknownReport):
        search_of_report(compounds, EVERYTHING, made.ref)


def test_choosing_a_candidate_places_once(compounds: Connection, settings: Settings) -> None:
    search, by = waiting(compounds, settings), actor(compounds)
    chosen = by_candidate(search, COMMUNITY)
    assert place_at_candidate(compounds, settings, by, search.ref, tag_of_search(search), chosen)
    assert owned(compounds, search.report_id) == ("a", "address", "address", True)
    assert history(compounds, search.report_id)[-1] == ("address_matched", "address", True)
    # The second click of a double click finds all done.
    assert not place_at_candidate(compounds, settings, by, search.ref, tag_of_search(search), chosen)
    assert kinds(compounds, search.report_id) == ["filed", "address_placed"]
    now = search_of_report(compounds, EVERYTHING, search.ref)
    assert (now.state, now.chosen, now.why) == ("placed", chosen, "")


def test_a_pin_places_by_the_rule(compounds: Connection, settings: Settings) -> None:
    search, by = waiting(compounds, settings), actor(compounds)
    lon, lat = middle_of("i")
    assert place_at_point(compounds, settings, by, search.ref, tag_of_search(search), lon, lat)
    assert owned(compounds, search.report_id) == ("i", "inside", "person", True)
    assert not place_at_point(compounds, settings, by, search.ref, tag_of_search(search), lon, lat)
    again = search_of_report(compounds, EVERYTHING, search.ref)
    with pytest.raises(CoordinateOutOfRange):
        place_at_point(compounds, settings, by, search.ref, tag_of_search(again), 200.0, lat)


def test_decisions_can_be_taken_anew(compounds: Connection, settings: Settings) -> None:
    search, by = waiting(compounds, settings), actor(compounds)

    def tag() -> str:
        return tag_of_search(search_of_report(compounds, EVERYTHING, search.ref))

    with pytest.raises(WhyMissing):
        give_up_placing(compounds, settings, by, search.ref, tag(), " ")
    assert give_up_placing(compounds, settings, by, search.ref, tag(), "地址不全，请回访")
    assert not give_up_placing(compounds, settings, by, search.ref, "stale", "地址不全，请回访")
    assert owned(compounds, search.report_id) == (None, "none", "received", False)
    assert place_at_candidate(compounds, settings, by, search.ref, tag(), 0)
    assert owned(compounds, search.report_id)[3]
    lon, lat = middle_of("b")
    assert place_at_point(compounds, settings, by, search.ref, tag(), lon, lat)
    assert owned(compounds, search.report_id) == ("b", "inside", "person", True)
    assert give_up_placing(compounds, settings, by, search.ref, tag(), "来电人撤回")
    assert owned(compounds, search.report_id) == (None, "none", "received", False)
    assert kinds(compounds, search.report_id)[1:] == [
        "address_given_up", "address_placed", "address_placed", "address_given_up",
    ]  # fmt: skip


def test_the_same_candidate_again_brings_a_moved_pin_back(compounds: Connection, settings: Settings) -> None:
    search, by = waiting(compounds, settings), actor(compounds)
    chosen = by_candidate(search, COMMUNITY)
    place_at_candidate(compounds, settings, by, search.ref, tag_of_search(search), chosen)
    row = report_by_ref(compounds, EVERYTHING, search.ref)
    move_pin(compounds, settings, by, search.ref, tag_of_place(row), *middle_of("i"), "在那边")
    assert owned(compounds, search.report_id) == ("i", "inside", "person", True)
    with pytest.raises(ChangedMeanwhile):
        place_at_candidate(compounds, settings, by, search.ref, tag_of_search(search), chosen)
    now = tag_of_search(search_of_report(compounds, EVERYTHING, search.ref))
    assert place_at_candidate(compounds, settings, by, search.ref, now, chosen)
    assert owned(compounds, search.report_id) == ("a", "address", "address", True)


def test_what_the_match_placed_can_be_corrected_by_a_person(compounds: Connection, settings: Settings) -> None:
    search = filed(compounds, settings, "富邦小区3号楼")
    assert search is not None
    lon, lat = middle_of("d")
    assert place_at_point(compounds, settings, actor(compounds), search.ref, tag_of_search(search), lon, lat)
    assert owned(compounds, search.report_id) == ("d", "inside", "person", True)


def test_whoever_was_slower_is_told(compounds: Connection, settings: Settings) -> None:
    search = waiting(compounds, settings)
    seen = tag_of_search(search)
    place_at_candidate(compounds, settings, actor(compounds), search.ref, seen, 0)
    with pytest.raises(ChangedMeanwhile):
        place_at_candidate(compounds, settings, actor(compounds), search.ref, seen, 1)
    with pytest.raises(ChangedMeanwhile):
        give_up_placing(compounds, settings, actor(compounds), search.ref, seen, "地址不全")


def test_a_candidate_must_be_there(compounds: Connection, settings: Settings) -> None:
    search = waiting(compounds, settings)
    for chosen in (-1, 99):
        with pytest.raises(CandidateMissing):
            place_at_candidate(compounds, settings, actor(compounds), search.ref, tag_of_search(search), chosen)


def test_only_whoever_sees_both_may_send_a_report_to_another_district(
    compounds: Connection, settings: Settings
) -> None:
    search = waiting(compounds, settings)
    compounds.execute(
        text("UPDATE owner SET intake_district = '150105' WHERE report_id = :id"), {"id": search.report_id}
    )
    here, elsewhere = actor(compounds, areas=("150105",)), actor(compounds, areas=("150102",))
    other = by_candidate(search, "150102001001")
    with pytest.raises(OutsideArea):
        place_at_candidate(compounds, settings, here, search.ref, tag_of_search(search), other)
    with pytest.raises(UnknownReport):
        place_at_candidate(compounds, settings, elsewhere, search.ref, tag_of_search(search), other)
    assert place_at_candidate(compounds, settings, actor(compounds), search.ref, tag_of_search(search), other)


def test_the_queue_is_in_order_and_counted(compounds: Connection, settings: Settings) -> None:
    made = [waiting(compounds, settings) for _ in range(3)]
    filed(compounds, settings, "富邦小区3号楼")
    assert search_counts(compounds, EVERYTHING) == {"open": 3, "assigned": 1}
    page = list_searches(compounds, EVERYTHING, "open", limit=2)
    assert [each.ref for each in page.rows] == [each.ref for each in made[:2]]
    rest = list_searches(compounds, EVERYTHING, "open", after=page.next_place or 0)
    assert ([each.ref for each in rest.rows], rest.next_place) == ([made[2].ref], None)
    assert next_search(compounds, EVERYTHING, made[0].report_id) == made[1].ref
    assert next_search(compounds, EVERYTHING, made[2].report_id) == made[0].ref
    compounds.execute(report.update().values(status="closed"))
    assert search_counts(compounds, EVERYTHING) == {"assigned": 1}
    assert next_search(compounds, EVERYTHING, 0) is None


def test_a_new_building_makes_an_old_address_findable(compounds: Connection, settings: Settings) -> None:
    search = filed(compounds, settings, "锦绣家园7号楼")
    assert search is not None
    assert (search.state, search.candidates) == ("open", [])
    assert waiting_reports(compounds, 10) == []
    lon, lat = middle_of("g")
    key = insert_compound(compounds, "c9", lon, lat, name="锦绣家园")
    insert_building(compounds, "c9-7", lon, lat, name="锦绣家园7号楼", compound_id=key)
    assert waiting_reports(compounds, 10) == [search.report_id]
    done = search_and_place(compounds, settings, [search.report_id])
    assert (done.looked_at, done.placed) == (1, 1)
    assert owned(compounds, search.report_id) == ("g", "address", "address", True)
    assert waiting_reports(compounds, 10) == []


def test_what_a_person_decided_is_not_looked_for_again(compounds: Connection, settings: Settings) -> None:
    search = waiting(compounds, settings)
    give_up_placing(compounds, settings, actor(compounds), search.ref, tag_of_search(search), "地址不全")
    insert_building(compounds, "new", *middle_of("g"))
    assert waiting_reports(compounds, 10) == []
    assert search_and_place(compounds, settings, [search.report_id]).looked_at == 0


class TestJob:
    """The job works in transactions of its own."""

    def test_the_job_takes_what_waits(self, engine: Engine, settings: Settings) -> None:
        from tests.geodata.cities import insert_divisions, insert_grids

        with engine.begin() as conn:
            insert_divisions(conn)
            insert_grids(conn)
            _compound(conn, "c1", "富邦小区", *middle_of("e"))
            for address in ("富邦小区3号楼", "不知名胡同12号"):
                filed(conn, settings, address)
            # As reports were before anybody looked for addresses.
            conn.execute(text("DELETE FROM address_search"))
            conn.execute(text("UPDATE report SET geom = NULL, placed_by = 'received'"))
            enqueue(conn, "addresses_timer")
        assert addresses_timer(_context(engine, settings)) == {"waiting": True}
        found = addresses(_context(engine, settings))
        assert found == {"looked_at": 2, "placed": 1, "waiting": 1, "without": 1}
        with engine.begin() as conn:
            enqueue(conn, "addresses_timer")
        assert addresses_timer(_context(engine, settings)) == {"waiting": False}


def _context(engine: Engine, settings: Settings) -> JobContext:
    from datetime import timedelta

    with engine.begin() as conn:
        taken = take(conn, "test", timedelta(minutes=1))
    assert taken is not None
    return JobContext(engine, settings, taken, "test")
