"""Two people decide about one report at the same moment: one of them does, the other is told; nobody waits for the other for ever.

Work is committed here, so the module has its own file.
"""

import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, text

from geodata.accounts import add_account
from geodata.actions import file_report
from geodata.actions.acting import Actor
from geodata.actions.deciding import confirm_owner, transfer_owner
from geodata.actions.managing import ChangedMeanwhile
from geodata.actions.moving import move_pin, tag_of_place
from geodata.actions.placing import place_at_point, tag_of_search
from geodata.addresses.queue import search_of_report
from geodata.days import today
from geodata.doubts import doubt_of, tag_of
from geodata.reports import report_by_ref
from geodata.scope import EVERYTHING, Scope
from geodata.settings import Settings
from gridmap.report import ReportDraft
from tests.geodata.cities import commit_nine_grids, middle_of

Decide = Callable[[Connection, Actor], Any]
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture(scope="module")
def city(engine: Engine) -> Engine:
    """Nine grids, committed."""
    commit_nine_grids(engine)
    return engine


@pytest.fixture
def people(city: Engine, settings: Settings, request: pytest.FixtureRequest) -> tuple[Actor, Actor]:
    with city.begin() as conn:
        names = [f"{number}-{request.node.name}" for number in (1, 2)]
        ids = [add_account(conn, name, "a long enough password", "dispatcher").id for name in names]
    one, other = (Actor(Scope(key, *_everything()), key, today(settings.zone)) for key in ids)
    return one, other


def _everything() -> tuple[Any, ...]:
    return EVERYTHING.permissions, EVERYTHING.reach, None


def filed(engine: Engine, settings: Settings, **draft: Any) -> UUID:
    with engine.begin() as conn:
        return file_report(conn, settings, ReportDraft(category="井盖", **draft), scope="test").ref


def both(engine: Engine, people: tuple[Actor, Actor], first: Decide, second: Decide) -> BaseException | None:
    """The first decides while the second begins to, then commits; gives what the second was told."""
    told: list[BaseException | None] = []

    def come_second() -> None:
        try:
            with engine.begin() as conn:
                second(conn, people[1])
            told.append(None)
        except Exception as error:  # whatever it is, it is what the test looks at
            told.append(error)

    thread = threading.Thread(target=come_second)
    with engine.begin() as conn:
        first(conn, people[0])
        thread.start()
        _wait_for_waiting(engine)
    thread.join(60)
    assert not thread.is_alive()
    return told[0]


def _wait_for_waiting(engine: Engine) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with engine.connect() as conn:
            if conn.scalar(text(_WAITING)):
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_one_of_two_decisions_stands(city: Engine, settings: Settings, people: tuple[Actor, Actor]) -> None:
    lon, lat = middle_of("e")
    ref = filed(city, settings, lon=lon, lat=lat, accuracy_m=400.0)
    with city.connect() as conn:
        row = report_by_ref(conn, EVERYTHING, ref)
        asked = doubt_of(conn, row.id)
    seen = tag_of(row.id, row.grid_id, row.assigned_at, asked.doubt_state if asked else None)
    told = both(
        city,
        people,
        lambda conn, by: transfer_owner(conn, by, ref, "i", seen),
        lambda conn, by: confirm_owner(conn, by, ref, seen),
    )
    assert isinstance(told, ChangedMeanwhile)
    with city.connect() as conn:
        assert report_by_ref(conn, EVERYTHING, ref).grid_code == "i"
        kinds = "SELECT kind FROM event e JOIN report r ON r.id = e.report_id WHERE r.ref = :ref ORDER BY e.id"
        assert list(conn.scalars(text(kinds), {"ref": ref})) == ["filed", "owner_transferred"]


def test_a_decision_and_a_moved_pin_take_turns(
    city: Engine, settings: Settings, people: tuple[Actor, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one holds the owner and is about to write an event of the report; the other has come for the report and waits for the owner."""
    from geodata.actions import deciding

    lon, lat = middle_of("e")
    ref = filed(city, settings, lon=lon, lat=lat)
    with city.connect() as conn:
        row = report_by_ref(conn, EVERYTHING, ref)
    seen, place = tag_of(row.id, row.grid_id, row.assigned_at, None), tag_of_place(row)
    note, told = deciding._note, []

    def move() -> None:
        try:
            with city.begin() as conn:
                move_pin(conn, settings, people[1], ref, place, *middle_of("i"), "")
        except Exception as error:
            told.append(error)

    thread = threading.Thread(target=move)

    def note_late(*given: Any, **named: Any) -> None:
        thread.start()
        _wait_for_waiting(city)
        note(*given, **named)

    monkeypatch.setattr(deciding, "_note", note_late)
    with city.begin() as conn:
        confirm_owner(conn, people[0], ref, seen)
    thread.join(60)
    assert [type(each) for each in told] == [ChangedMeanwhile]
    with city.connect() as conn:
        found = report_by_ref(conn, EVERYTHING, ref)
    assert (found.grid_code, found.reason) == ("e", "decided")


def test_an_address_is_placed_by_one_of_two(city: Engine, settings: Settings, people: tuple[Actor, Actor]) -> None:
    ref = filed(city, settings, address_text="不知名胡同12号")
    with city.connect() as conn:
        seen = tag_of_search(search_of_report(conn, EVERYTHING, ref))

    def at(code: str) -> Decide:
        return lambda conn, by: place_at_point(conn, settings, by, ref, seen, *middle_of(code))

    assert isinstance(both(city, people, at("a"), at("i")), ChangedMeanwhile)
    with city.connect() as conn:
        assert report_by_ref(conn, EVERYTHING, ref).grid_code == "a"
    # The same choice by both is no quarrel.
    ref = filed(city, settings, address_text="不知名胡同13号")
    with city.connect() as conn:
        seen = tag_of_search(search_of_report(conn, EVERYTHING, ref))
    assert both(city, people, at("a"), at("a")) is None


def test_a_row_that_somebody_places_can_be_pointed_at(
    city: Engine, settings: Settings, people: tuple[Actor, Actor]
) -> None:
    """Whoever writes history or events of a report under way does not wait for it: two such would wait for each other."""
    lon, lat = middle_of("e")
    moved, placed = filed(city, settings, lon=lon, lat=lat), filed(city, settings, address_text="不知名胡同14号")
    with city.begin() as conn:
        row = report_by_ref(conn, EVERYTHING, moved)
        move_pin(conn, settings, people[0], moved, tag_of_place(row), *middle_of("i"), "")
        seen = tag_of_search(search_of_report(conn, EVERYTHING, placed))
        place_at_point(conn, settings, people[0], placed, seen, *middle_of("i"))
        with city.begin() as other:
            other.execute(text("SET LOCAL lock_timeout = '2s'"))
            for ref in (moved, placed):
                event = "INSERT INTO event (report_id, kind, intake_district) SELECT id, 'x', '1501' FROM report WHERE ref = :ref"
                other.execute(text(event), {"ref": ref})
