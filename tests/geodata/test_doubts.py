"""Owners in doubt: asked where owners are derived, decided by a person, taken back, counted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, update

from geodata.accounts import add_account
from geodata.actions import file_report
from geodata.actions.acting import Actor
from geodata.actions.deciding import NothingToTakeBack, SameOwner, confirm_owner, take_back, transfer_owner
from geodata.actions.managing import ChangedMeanwhile
from geodata.days import today
from geodata.doubts import (
    DoubtChoice,
    count_doubts,
    disputed_borders,
    doubt_of,
    doubt_of_ref,
    list_doubts,
    tag_of,
    tag_of_row,
)
from geodata.grids import UnknownGrid
from geodata.loaders import LoadOptions, load_file
from geodata.owners.asking import renew_doubts
from geodata.owners.deriving import derive_reports
from geodata.owners.writing import write_owners
from geodata.reports import UnknownReport, report_by_ref
from geodata.scope import EVERYTHING, Scope
from geodata.settings import Settings
from geodata.tables import doubt, event, grid, owner, owner_history, report
from gridmap.access import Permission, Reach
from gridmap.report import ReportDraft
from tests.geodata.cities import SIDE, SOUTH, WEST, insert_other_district

#: 10 m west of the side that e and f share.
EAST = WEST + 2 * SIDE - 10 / 84_400
MIDDLE = SOUTH + 1.5 * SIDE
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

OPEN, CONFIRMED, TRANSFERRED = (DoubtChoice(state) for state in ("open", "confirmed", "transferred"))
PASSWORD = "a long enough password"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def scope_of(*areas: str, account_id: int | None = None) -> Scope:
    return Scope(account_id, frozenset(Permission), Reach.AREA, areas or None)


def file(conn: Connection, settings: Settings, **draft: Any) -> UUID:
    values = {"category": "井盖", "lon": EAST, "lat": MIDDLE, "accuracy_m": 30.0, **draft}
    return file_report(conn, settings, ReportDraft(**values), scope="test").ref


def actor(conn: Connection, name: str = "secretary", *areas: str) -> Actor:
    found = add_account(conn, name, PASSWORD, "community_secretary", f"{name} 甲").id
    return Actor(scope_of(*areas, account_id=found), found, today(Settings().zone))


def seen(conn: Connection, ref: UUID) -> str:
    row = report_by_ref(conn, EVERYTHING, ref)
    asked = doubt_of(conn, row.id)
    return tag_of_row(asked) if asked else tag_of(row.id, row.grid_id, row.assigned_at, None)


def owner_of(conn: Connection, ref: UUID) -> Any:
    return report_by_ref(conn, EVERYTHING, ref)


def causes(conn: Connection, ref: UUID) -> list[tuple[str | None, str, str]]:
    """The history of owners: code, reason, cause."""
    query = (
        select(grid.c.code, owner_history.c.reason, owner_history.c.cause)
        .select_from(owner_history.join(report).outerjoin(grid, grid.c.id == owner_history.c.grid_id))
        .where(report.c.ref == ref)
        .order_by(owner_history.c.id)
    )
    return [(row.code, row.reason, row.cause) for row in conn.execute(query)]


def counts(conn: Connection) -> tuple[int, ...]:
    """Questions open, confirmed, transferred."""
    return tuple(count_doubts(conn, EVERYTHING, chosen) for chosen in (OPEN, CONFIRMED, TRANSFERRED))


def test_filing_asks_when_the_accuracy_leaves_a_doubt(nine_grids: Connection, settings: Settings) -> None:
    ref = file(nine_grids, settings)
    (row,) = list_doubts(nine_grids, EVERYTHING, OPEN)
    assert (row.ref, row.asked_code, row.doubt_kind) == (ref, "e", "accuracy")
    assert dict(row.alternatives) == pytest.approx({"e": 0.693, "f": 0.307}, abs=0.003)  # of the normal distribution
    kept = nine_grids.execute(select(owner.c.share, owner.c.reason)).one()
    assert kept.share == pytest.approx(0.693, abs=0.003)
    assert kept.reason == "inside"
    file(nine_grids, settings, accuracy_m=5.0)
    file(nine_grids, settings, accuracy_m=None)
    assert count_doubts(nine_grids, EVERYTHING, OPEN) == 1


def test_the_limit_is_a_setting(nine_grids: Connection, tmp_path: Path) -> None:
    file(nine_grids, Settings(home=tmp_path, ambiguous_below=0.6))
    assert count_doubts(nine_grids, EVERYTHING, OPEN) == 0
    shares = nine_grids.scalars(select(owner.c.share)).all()
    assert shares == [pytest.approx(0.693, abs=0.003)]  # known all the same


def test_a_confirmed_owner_is_a_persons_decision_with_its_history(nine_grids: Connection, settings: Settings) -> None:
    ref, by = file(nine_grids, settings), actor(nine_grids)
    found = confirm_owner(nine_grids, by, ref, tag := seen(nine_grids, ref))
    assert (found.state, found.before, found.after, found.changed) == ("confirmed", "e", "e", True)
    row = owner_of(nine_grids, ref)
    assert (row.grid_code, row.reason) == ("e", "decided")
    assert causes(nine_grids, ref) == [("e", "inside", "filed"), ("e", "decided", "confirmed")]
    happened = nine_grids.execute(select(event).order_by(event.c.id.desc()).limit(1)).one()
    assert (happened.kind, happened.account_id) == ("owner_confirmed", by.account_id)
    assert happened.detail == {"grid": "e", "share": pytest.approx(0.693, abs=0.003)}
    assert not confirm_owner(nine_grids, by, ref, tag).changed  # the click came twice
    assert len(causes(nine_grids, ref)) == 2
    assert counts(nine_grids) == (0, 1, 0)


def test_a_transfer_gives_the_report_to_the_other_grid(nine_grids: Connection, settings: Settings) -> None:
    ref, by = file(nine_grids, settings), actor(nine_grids)
    tag = seen(nine_grids, ref)
    found = transfer_owner(nine_grids, by, ref, "f", tag)
    assert (found.state, found.before, found.after) == ("transferred", "e", "f")
    row = owner_of(nine_grids, ref)
    assert (row.grid_code, row.reason) == ("f", "decided")
    assert row.distance_to_edge_m == pytest.approx(10, rel=0.02)
    assert nine_grids.scalar(select(owner.c.share)) == pytest.approx(0.307, abs=0.003)
    assert causes(nine_grids, ref)[1:] == [("f", "decided", "transferred")]
    assert not transfer_owner(nine_grids, by, ref, "f", tag).changed
    (row,) = list_doubts(nine_grids, EVERYTHING, TRANSFERRED)
    assert (row.asked_code, row.chosen_code, row.decided_by_name) == ("e", "f", "secretary 甲")
    with pytest.raises(SameOwner):
        transfer_owner(nine_grids, actor(nine_grids, "another"), ref, "f", tag_of_row(row))


def test_who_decides_on_what_somebody_has_changed_is_told(nine_grids: Connection, settings: Settings) -> None:
    ref = file(nine_grids, settings)
    tag = seen(nine_grids, ref)
    transfer_owner(nine_grids, actor(nine_grids, "faster"), ref, "f", tag)
    slow = actor(nine_grids, "slow")
    with pytest.raises(ChangedMeanwhile):
        confirm_owner(nine_grids, slow, ref, tag)
    with pytest.raises(ChangedMeanwhile):
        transfer_owner(nine_grids, slow, ref, "f", tag)
    assert owner_of(nine_grids, ref).grid_code == "f"


def test_a_decision_is_taken_back_by_whoever_took_it(nine_grids: Connection, settings: Settings) -> None:
    ref, by = file(nine_grids, settings), actor(nine_grids)
    before = owner_of(nine_grids, ref)
    transfer_owner(nine_grids, by, ref, "f", seen(nine_grids, ref))
    with pytest.raises(NothingToTakeBack):
        take_back(nine_grids, actor(nine_grids, "another"), ref)
    found = take_back(nine_grids, by, ref)
    assert (found.state, found.before, found.after) == ("open", "f", "e")
    row = owner_of(nine_grids, ref)
    assert (row.grid_code, row.reason) == ("e", "inside")
    assert row.distance_to_edge_m == pytest.approx(before.distance_to_edge_m, rel=0.002)
    assert counts(nine_grids) == (1, 0, 0)
    with pytest.raises(NothingToTakeBack):
        take_back(nine_grids, by, ref)
    confirm_owner(nine_grids, by, ref, seen(nine_grids, ref))  # and decided again
    assert [cause for _, _, cause in causes(nine_grids, ref)] == ["filed", "transferred", "assigned", "confirmed"]


def test_a_report_that_no_grid_owns_goes_to_the_likeliest_or_stays(nine_grids: Connection, settings: Settings) -> None:
    settings = Settings(home=settings.home, gap_limit_m=0)
    outside = {"lon": WEST - 5 / 84_400, "lat": SOUTH + SIDE / 2}
    one, other = file(nine_grids, settings, **outside), file(nine_grids, settings, **outside)
    by = actor(nine_grids)
    assert confirm_owner(nine_grids, by, one, seen(nine_grids, one)).after is None
    assert (owner_of(nine_grids, one).grid_code, owner_of(nine_grids, one).reason) == (None, "none")
    assert transfer_owner(nine_grids, by, other, "a", seen(nine_grids, other)).after == "a"
    assert take_back(nine_grids, by, one).state == "open"
    assert take_back(nine_grids, by, other).after is None


def test_the_question_is_asked_inside_the_area_of_the_owner(nine_grids: Connection, settings: Settings) -> None:
    insert_other_district(nine_grids)
    ref = file(nine_grids, settings)
    for areas, sees in ((("e",), 1), (("150105",), 1), ((), 1), (("f",), 0), (("150102",), 0)):
        assert count_doubts(nine_grids, scope_of(*areas), OPEN) == sees
        assert len(list_doubts(nine_grids, scope_of(*areas), OPEN)) == sees
    stranger = actor(nine_grids, "stranger", "f")
    tag = seen(nine_grids, ref)
    with pytest.raises(UnknownReport):
        transfer_owner(nine_grids, stranger, ref, "f", tag)
    with pytest.raises(UnknownReport):
        take_back(nine_grids, stranger, ref)
    for unknown in (ref, UUID(int=0)):
        with pytest.raises(UnknownReport):
            confirm_owner(nine_grids, stranger, unknown, tag)
    assert doubt_of_ref(nine_grids, stranger.scope, ref) is None
    assert doubt_of_ref(nine_grids, EVERYTHING, ref) is not None


def test_a_transfer_out_of_ones_area_can_be_taken_back_for_a_day(nine_grids: Connection, settings: Settings) -> None:
    ref, worker = file(nine_grids, settings), actor(nine_grids, "worker", "e")
    with pytest.raises(UnknownGrid):  # neither in doubt nor in the area
        transfer_owner(nine_grids, worker, ref, "a", seen(nine_grids, ref))
    transfer_owner(nine_grids, worker, ref, "f", seen(nine_grids, ref))
    assert len(list_doubts(nine_grids, worker.scope, TRANSFERRED)) == 1
    assert count_doubts(nine_grids, worker.scope, TRANSFERRED) == 1
    nine_grids.execute(update(doubt).values(decided_at=datetime.now(UTC) - timedelta(hours=25)))
    assert count_doubts(nine_grids, worker.scope, TRANSFERRED) == 0
    with pytest.raises(UnknownReport):
        take_back(nine_grids, worker, ref)
    nine_grids.execute(update(doubt).values(decided_at=datetime.now(UTC)))
    assert take_back(nine_grids, worker, ref).after == "e"


def test_any_grid_of_the_own_area_can_be_given_without_a_question(nine_grids: Connection, settings: Settings) -> None:
    ref = file(nine_grids, settings, accuracy_m=None)
    by = actor(nine_grids, "secretary", "150105")
    transfer_owner(nine_grids, by, ref, "a", seen(nine_grids, ref))
    assert owner_of(nine_grids, ref).grid_code == "a"
    assert doubt_of(nine_grids, owner_of(nine_grids, ref).id) is None


def test_what_is_over_waits_for_nobody(nine_grids: Connection, settings: Settings) -> None:
    file(nine_grids, settings)
    nine_grids.execute(update(report).values(status="closed"))
    assert count_doubts(nine_grids, EVERYTHING, OPEN) == 0
    assert list_doubts(nine_grids, EVERYTHING, OPEN) == []


def test_those_nobody_works_on_come_first_and_then_the_newest(nine_grids: Connection, settings: Settings) -> None:
    refs = [file(nine_grids, settings) for _ in range(3)]
    nine_grids.execute(update(report).where(report.c.ref == refs[0]).values(occurred_at=LONG_AGO, reported_at=LONG_AGO))
    nine_grids.execute(update(report).where(report.c.ref == refs[2]).values(status="in_progress"))
    assert [row.ref for row in list_doubts(nine_grids, EVERYTHING, OPEN)] == [refs[1], refs[0], refs[2]]
    assert [row.ref for row in list_doubts(nine_grids, EVERYTHING, OPEN, start=1, limit=1)] == [refs[0]]


def test_borders_that_are_asked_about_are_counted(nine_grids: Connection, settings: Settings) -> None:
    refs = [file(nine_grids, settings) for _ in range(3)]
    file(nine_grids, settings, lon=WEST + SIDE + 5 / 84_400)  # between d and e
    by = actor(nine_grids)
    confirm_owner(nine_grids, by, refs[0], seen(nine_grids, refs[0]))
    transfer_owner(nine_grids, by, refs[1], "f", seen(nine_grids, refs[1]))
    borders = disputed_borders(nine_grids, EVERYTHING, LONG_AGO)
    assert [(one.codes, one.open, one.confirmed, one.transferred) for one in borders] == [
        (("e", "f"), 1, 1, 1),
        (("d", "e"), 1, 0, 0),
    ]
    assert disputed_borders(nine_grids, scope_of("a"), LONG_AGO) == []
    assert disputed_borders(nine_grids, EVERYTHING, datetime.now(UTC) + timedelta(days=1))[0].confirmed == 0
    for state in ("open", "confirmed", "transferred"):
        (row,) = list_doubts(nine_grids, EVERYTHING, DoubtChoice(state, LONG_AGO, ("e", "f")))
        assert row.ref in refs


def test_a_load_asks_about_open_rows_and_asks_anew_when_they_change(
    nine_grids: Connection, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "reports.csv"
    head = "key,lon,lat,accuracy_m,status,category,occurred_at,address_text\n"

    def load(accuracy: float, status: str = "filed") -> None:
        rows = [
            f"{key},{EAST},{MIDDLE},{accuracy},{state},井盖,2026-11-01 08:00,"
            for key, state in (("1", status), ("2", "closed"))
        ]
        path.write_text(head + "\n".join(rows), encoding="utf-8")
        load_file(nine_grids, settings, "reports", path, LoadOptions())

    load(30)
    (row,) = list_doubts(nine_grids, EVERYTHING, OPEN)
    assert dict(row.alternatives) == pytest.approx({"e": 0.693, "f": 0.307}, abs=0.003)
    shares = nine_grids.scalars(select(owner.c.share).order_by(owner.c.report_id)).all()
    assert shares == [pytest.approx(0.693, abs=0.003), None]
    load(60)
    (row,) = list_doubts(nine_grids, EVERYTHING, OPEN)
    assert dict(row.alternatives)["e"] == pytest.approx(0.6, abs=0.005)
    load(5)
    assert list_doubts(nine_grids, EVERYTHING, OPEN) == []
    assert nine_grids.scalars(select(doubt.c.state)).all() == ["withdrawn"]


def test_deriving_anew_asks_withdraws_and_leaves_decisions_alone(nine_grids: Connection, settings: Settings) -> None:
    refs = [file(nine_grids, settings) for _ in range(2)]
    by = actor(nine_grids)
    confirm_owner(nine_grids, by, refs[0], seen(nine_grids, refs[0]))
    ids = nine_grids.scalars(select(report.c.id).order_by(report.c.id)).all()

    def again(*, overrule: bool = False) -> None:
        derived = derive_reports(nine_grids, settings, ids)
        write_owners(nine_grids, settings, derived, cause="assigned", overrule_decided=overrule)

    again()
    assert counts(nine_grids) == (1, 1, 0)
    nine_grids.execute(update(report).values(accuracy_m=3.0))
    again()
    assert counts(nine_grids) == (0, 1, 0)
    nine_grids.execute(update(report).values(accuracy_m=80.0))
    again(overrule=True)  # as a moved pin does
    assert counts(nine_grids) == (2, 0, 0)


def test_a_question_about_new_boundaries_is_not_replaced(nine_grids: Connection, settings: Settings) -> None:
    ref = file(nine_grids, settings)
    key = owner_of(nine_grids, ref).id
    nine_grids.execute(update(doubt).values(kind="published", alternatives=[["e", None], ["d", None]]))
    assert renew_doubts(nine_grids, {key: [("e", 0.5), ("f", 0.5)]}, [key]) == 0
    (row,) = list_doubts(nine_grids, EVERYTHING, OPEN)
    assert (row.doubt_kind, row.alternatives) == ("published", [["e", None], ["d", None]])


def test_confirming_that_no_grid_has_it_is_not_asked_again(nine_grids: Connection, settings: Settings) -> None:
    settings = Settings(home=settings.home, gap_limit_m=0)
    ref = file(nine_grids, settings, lon=WEST - 5 / 84_400, lat=SOUTH + SIDE / 2)
    confirm_owner(nine_grids, actor(nine_grids), ref, seen(nine_grids, ref))
    ids = nine_grids.scalars(select(report.c.id)).all()
    write_owners(nine_grids, settings, derive_reports(nine_grids, settings, ids), cause="assigned")
    assert counts(nine_grids) == (0, 1, 0)
