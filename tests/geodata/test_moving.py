"""A pin is moved: previewed, written with its history, told to those concerned."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select, update

from geodata.account_areas import give_area
from geodata.accounts import add_account
from geodata.actions.acting import Actor
from geodata.actions.managing import ChangedMeanwhile
from geodata.actions.moving import PinNotMoved, move_pin, preview_move, tag_of_place
from geodata.days import today
from geodata.notices import mark_read, notices_of, unread_count
from geodata.reports import UnknownReport, events_of, report_by_ref
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from geodata.tables import grid, owner, report
from tests.geodata.cities import SIDE
from tests.geodata.test_publishing import causes_of, file_at, load_grids, owner_of, square

Middle = Callable[[str], tuple[float, float]]


def moved(conn: Connection, settings: Settings, key: int, place: tuple[float, float], by: Actor) -> None:
    ref = conn.scalar(select(report.c.ref).where(report.c.id == key))
    row = report_by_ref(conn, by.scope, ref)
    move_pin(conn, settings, by, ref, tag_of_place(row), *place, "看错了路口")


@pytest.fixture
def by(settings: Settings) -> Actor:
    return Actor(EVERYTHING, None, today(settings.zone))


def test_a_moved_pin_gets_the_owner_of_its_new_place(
    nine_grids: Connection, settings: Settings, middle: Middle, by: Actor
) -> None:
    conn = nine_grids
    old, new, deputy = (
        add_account(conn, name, "a long enough password", "grid_worker") for name in ("old", "new", "dep")
    )
    for account, code in ((old, "a"), (new, "i")):
        give_area(conn, account, code)
    give_area(conn, deputy, "i", end=by.day + timedelta(days=2), for_=new)
    key = file_at(conn, settings, middle("a"))
    conn.execute(update(owner).where(owner.c.report_id == key).values(reason="decided"))
    row = report_by_ref(conn, EVERYTHING, conn.scalar(select(report.c.ref).where(report.c.id == key)))
    preview = preview_move(conn, settings, by, row, *middle("i"))
    assert preview.place.grid is not None
    assert (preview.place.grid.code, preview.same_owner, preview.leaves) == ("i", False, False)
    assert preview.moved_m == pytest.approx(2790, rel=0.01)
    assert owner_of(conn, key) == "a"
    moved(conn, settings, key, middle("i"), by)
    assert (owner_of(conn, key), causes_of(conn, key)) == ("i", ["filed", "moved"])
    raw, x, placed_by = conn.execute(
        select(report.c.raw_lon, func.ST_X(report.c.geom), report.c.placed_by).where(report.c.id == key)
    ).one()
    assert (raw, x, placed_by) == (middle("a")[0], middle("i")[0], "person")
    last = events_of(conn, key)[-1]
    assert last.kind == "moved"
    assert (last.detail["from"]["grid"], last.detail["to"]["grid"], last.detail["why"]) == ("a", "i", "看错了路口")
    told = {each.id: [one.kind for one in notices_of(conn, each.id)] for each in (old, new, deputy)}
    assert told == {old.id: ["moved_away"], new.id: ["moved_here"], deputy.id: ["moved_here"]}
    mark_read(conn, new.id, notices_of(conn, new.id)[0].ref)
    assert (unread_count(conn, new.id), unread_count(conn, deputy.id)) == (0, 1)


def test_who_moves_it_out_of_sight_is_told_before(
    nine_grids: Connection, settings: Settings, middle: Middle, by: Actor
) -> None:
    conn, key = nine_grids, file_at(nine_grids, settings, middle("e"))
    row = report_by_ref(conn, EVERYTHING, conn.scalar(select(report.c.ref).where(report.c.id == key)))
    worker = replace(by, scope=replace(EVERYTHING, areas=("e",)))
    assert preview_move(conn, settings, worker, row, *middle("f")).leaves
    assert preview_move(conn, settings, worker, row, 111.0, 40.0).leaves
    assert not preview_move(conn, settings, worker, row, middle("e")[0] + 0.001, middle("e")[1]).leaves
    district = replace(by, scope=replace(EVERYTHING, areas=("150105",)))
    assert not preview_move(conn, settings, district, row, 111.0, 40.0).leaves
    with pytest.raises(UnknownReport):
        move_pin(conn, settings, replace(by, scope=replace(EVERYTHING, areas=("a",))), row.ref, "", *middle("f"), "")


def test_a_stale_page_or_the_same_place_moves_nothing(
    nine_grids: Connection, settings: Settings, middle: Middle, by: Actor
) -> None:
    conn, key = nine_grids, file_at(nine_grids, settings, middle("a"))
    with pytest.raises(PinNotMoved):
        moved(conn, settings, key, middle("a"), by)
    ref = conn.scalar(select(report.c.ref).where(report.c.id == key))
    with pytest.raises(ChangedMeanwhile):
        move_pin(conn, settings, by, ref, "seen long ago", *middle("b"), "")
    assert causes_of(conn, key) == ["filed"]


def test_closed_work_keeps_the_grids_of_its_day_and_open_work_gets_those_of_today(
    nine_grids: Connection, settings: Settings, middle: Middle, by: Actor
) -> None:
    conn = nine_grids
    lon, lat = middle("d")
    closed, open_ = (file_at(conn, settings, (lon, lat), status=state) for state in ("closed", "in_progress"))
    load_grids(conn, settings, {"a": square(0, 0, 1, 0.5), "z": square(0, 0.5, 1, 0.5)}, by.day)
    place = (middle("a")[0], middle("a")[1] + 0.3 * SIDE)  # was a's, is z's since today
    for key in (closed, open_):
        moved(conn, settings, key, place, by)
    assert [owner_of(conn, key) for key in (closed, open_)] == ["a", "z"]
    held = dict(conn.execute(select(owner.c.report_id, owner.c.as_of)).all())
    assert held == {closed: None, open_: by.day}
    ended = select(grid.c.valid).join(owner, owner.c.grid_id == grid.c.id).where(owner.c.report_id == closed)
    assert conn.scalars(ended).one().upper == by.day
