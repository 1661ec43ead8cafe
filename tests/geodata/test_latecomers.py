"""Reports that are filed, moved and decided while other grids come are found by the next look. Work is committed here."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, func, select, text, update

from geodata.actions import assign_reports
from geodata.actions.acting import Actor
from geodata.actions.deciding import confirm_owner, transfer_owner
from geodata.actions.latecomers import Latecomers, follow_latecomers
from geodata.actions.moving import move_pin, tag_of_place
from geodata.actions.publishing import apply_publication
from geodata.days import today
from geodata.doubts import tag_of
from geodata.jobs import publishing  # noqa: F401  # registers its jobs
from geodata.jobs.runner import Runner
from geodata.reports import report_by_ref
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from geodata.tables import doubt, fact, grid, job, owner, owner_history, publication, report
from tests.geodata.cities import SIDE, commit_nine_grids, middle_of
from tests.geodata.test_publishing import FIRST, causes_of, file_at, load_grids, owner_of, square

ROOT = Path(__file__).resolve().parents[2]
#: Ground of b that comes to a, and ground that stays.
LON, LAT = middle_of("b")[0] - 0.2 * SIDE, middle_of("b")[1]
NEW = {"a": square(0, 0, 1.5), "b": square(1, 0, 0.5, west=0.5)}


@pytest.fixture
def city(engine: Engine, settings: Settings) -> Iterator[Engine]:
    """Nine grids, committed, and everything looked at; emptied afterwards."""
    commit_nine_grids(engine, since=FIRST)
    look(engine, settings)
    yield engine
    with engine.begin() as conn:
        conn.execute(text("SET LOCAL session_replication_role = replica"))
        names = "doubt, owner_history, owner, event, notice, report_key, grid_lineage, publication, report, grid, division, job, fact"
        conn.execute(text(f"DELETE FROM {names.replace(', ', '; DELETE FROM ')}"))


@pytest.fixture
def tomorrow(city: Engine, settings: Settings) -> date:
    """The day from which half of b is a's."""
    day = today(settings.zone) + timedelta(days=1)
    with city.begin() as conn:
        load_grids(conn, settings, NEW, day)
    return day


def look(engine: Engine, settings: Settings) -> Latecomers:
    with engine.begin() as conn:
        return follow_latecomers(conn, settings)


def publish(engine: Engine, settings: Settings, day: date) -> None:
    with engine.begin() as conn:
        # Whoever is still filing is not waited for.
        conn.execute(text("SET LOCAL lock_timeout = '2s'"))
        apply_publication(conn, settings, day, now=day)


def correct(engine: Engine, settings: Settings) -> None:
    with engine.begin() as conn:
        conn.execute(text("SET LOCAL lock_timeout = '2s'"))
        load_grids(conn, settings, NEW, FIRST)


def found(conn: Connection, key: int) -> tuple[str | None, list[str]]:
    return owner_of(conn, key), causes_of(conn, key)


def test_a_report_filed_while_a_border_is_corrected_gets_its_owner(city: Engine, settings: Settings) -> None:
    with city.connect() as filing, city.connect() as another:
        key = file_at(filing, settings, (LON, LAT), days_ago=0)
        assert owner_of(filing, key) == "b"
        correct(city, settings)
        # One who files meanwhile waits for nobody either, and sees the new border.
        another.execute(text("SET LOCAL lock_timeout = '2s'"))
        assert owner_of(another, file_at(another, settings, (LON, LAT), days_ago=0)) == "a"
        another.commit()
        # A look comes too early for the one, whose transaction is still open; it does not forget it.
        assert look(city, settings).corrected == 0
        filing.commit()
    assert look(city, settings).corrected == 1
    with city.connect() as conn:
        assert found(conn, key) == ("a", ["filed", "boundary_corrected"])
    again = look(city, settings)
    assert (again.corrected, again.rerouted, again.asked) == (0, 0, 0)
    assert look(city, settings).looked_at == 0


@pytest.mark.parametrize("status", ["filed", "dispatched", "closed"])
def test_a_report_filed_while_new_boundaries_come_into_force_goes_their_way(
    city: Engine, settings: Settings, tomorrow: date, status: str
) -> None:
    with city.connect() as filing:
        key = file_at(filing, settings, (LON, LAT), days_ago=0, status=status)
        publish(city, settings, tomorrow)
        filing.commit()
    done = look(city, settings)
    assert (done.rerouted, done.asked) == {"filed": (1, 0), "dispatched": (0, 1), "closed": (0, 0)}[status]
    with city.connect() as conn:
        assert owner_of(conn, key) == ("a" if status == "filed" else "b")
        assert conn.execute(select(publication.c.rerouted, publication.c.asked)).one() == (done.rerouted, done.asked)
        assert assign_reports(conn, settings).changed == 0
    assert look(city, settings).asked == 0


def test_a_question_that_was_answered_is_not_asked_again(city: Engine, settings: Settings, tomorrow: date) -> None:
    with city.connect() as filing:
        key = file_at(filing, settings, (LON, LAT), days_ago=0, status="dispatched")
        publish(city, settings, tomorrow)
        filing.commit()
    assert look(city, settings).asked == 1
    by = Actor(EVERYTHING, None, tomorrow)
    with city.begin() as conn:
        ref = conn.scalar(select(report.c.ref).where(report.c.id == key))
        assert ref is not None
        row = report_by_ref(conn, EVERYTHING, ref)
        confirm_owner(conn, by, ref, tag_of(key, row.grid_id, row.assigned_at, "open"))
    for status in ("in_progress", "to_check"):
        with city.begin() as conn:
            conn.execute(update(report).values(status=status))
        done = look(city, settings)
        assert (done.looked_at, done.rerouted, done.asked) == (1, 0, 0)
    with city.connect() as conn:
        assert conn.scalar(select(doubt.c.state)) == "confirmed"
        assert owner_of(conn, key) == "b"


def test_a_decision_made_while_new_boundaries_come_into_force_is_asked_about(
    city: Engine, settings: Settings, tomorrow: date
) -> None:
    with city.begin() as conn:
        key = file_at(conn, settings, middle_of("e"), days_ago=0)
        ref = conn.scalar(select(report.c.ref).where(report.c.id == key))
    assert ref is not None
    with city.connect() as deciding:
        row = report_by_ref(deciding, EVERYTHING, ref)
        seen = tag_of(key, row.grid_id, row.assigned_at, None)
        transfer_owner(deciding, Actor(EVERYTHING, None, today(settings.zone)), ref, "b", seen)
        publish(city, settings, tomorrow)
        deciding.commit()
    # b goes on within other boundaries; its place is in e, which the day does not change: a person has to say.
    assert look(city, settings).asked == 1
    assert look(city, settings).asked == 0
    with city.connect() as conn:
        assert owner_of(conn, key) == "b"


def test_a_pin_moved_while_new_boundaries_come_into_force_goes_their_way(
    city: Engine, settings: Settings, tomorrow: date
) -> None:
    with city.begin() as conn:
        key = file_at(conn, settings, middle_of("e"), days_ago=0)
        ref = conn.scalar(select(report.c.ref).where(report.c.id == key))
    assert ref is not None
    with city.connect() as moving:
        tag = tag_of_place(report_by_ref(moving, EVERYTHING, ref))
        move_pin(moving, settings, Actor(EVERYTHING, None, tomorrow), ref, tag, LON, LAT, "")
        assert owner_of(moving, key) == "b"
        publish(city, settings, tomorrow)
        moving.commit()
    assert look(city, settings).rerouted == 1
    with city.connect() as conn:
        assert found(conn, key) == ("a", ["filed", "moved", "published"])


def test_the_timer_looks(city: Engine, settings: Settings) -> None:
    with city.connect() as filing:
        key = file_at(filing, settings, (LON, LAT), days_ago=0)
        correct(city, settings)
        filing.commit()
    with city.begin() as conn:
        conn.execute(delete(job))
        conn.execute(job.insert().values(kind="publication_timer"))
    Runner(city, settings).run_one()
    with city.connect() as conn:
        assert owner_of(conn, key) == "a"
        assert conn.execute(select(job.c.state, job.c.result)).one() == (
            "done", {"due": [], "looked_at": 1, "corrected": 1, "rerouted": 0, "asked": 0},
        )  # fmt: skip
        assert conn.scalar(select(func.count()).select_from(fact)) == 1


@pytest.fixture
def another_process(settings: Settings) -> Iterator[Callable[[str], str]]:
    """Files a report at a moment and tells its key; what it filed before is committed by then."""
    words = [sys.executable, "-P", "-m", "tests.geodata.filing_process", settings.database_url, str(settings.home)]
    with subprocess.Popen(
        [*words, repr(LON), repr(LAT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
    ) as child:  # fmt: skip
        assert child.stdin is not None
        assert child.stdout is not None
        given, told = child.stdin, child.stdout

        def say(line: str) -> str:
            given.write(f"{line}\n")
            given.flush()
            return told.readline().strip()

        yield say
        given.close()


def test_on_both_sides_of_a_midnight_reports_have_the_grids_of_their_own_day(
    city: Engine, settings: Settings, tomorrow: date, another_process: Callable[[str], str]
) -> None:
    """Another process files on and on while the boundaries change at midnight; one report is filed before it and committed after."""
    midnight = datetime.combine(tomorrow, time(), settings.zone)
    early = int(another_process((midnight - timedelta(minutes=1)).isoformat()))
    late = int(another_process((midnight - timedelta(milliseconds=1)).isoformat()))  # commits the first
    publish(city, settings, tomorrow)
    with city.connect() as conn:
        assert found(conn, early) == ("a", ["filed", "published"])
    after = int(another_process(midnight.isoformat()))  # commits the one of before midnight
    assert another_process("") == ""
    with city.connect() as conn:
        assert found(conn, late) == ("b", ["filed"])
        assert found(conn, after) == ("a", ["filed"])
    done = look(city, settings)
    assert (done.rerouted, done.asked, done.corrected) == (1, 0, 0)
    with city.connect() as conn:
        assert found(conn, late) == ("a", ["filed", "published"])
        held: dict[int, Any] = dict(conn.execute(select(owner.c.report_id, owner.c.as_of)).all())
        assert held == {early: tomorrow, late: tomorrow, after: None}
        captured = select(grid.c.code, func.lower(grid.c.valid)).join(report, report.c.grid_at_capture == grid.c.id)
        before = conn.execute(captured.where(report.c.id == late)).one()
        assert (before.code, before[1]) == ("b", FIRST)
        # By the day of each nothing is left to do, and nothing goes back.
        assert assign_reports(conn, settings).changed == 0
        assert conn.scalar(select(func.count()).select_from(owner_history)) == 5


def test_an_order_of_yesterday_that_comes_in_today_goes_by_the_grids_of_today(city: Engine, settings: Settings) -> None:
    day = today(settings.zone)
    with city.begin() as conn:
        load_grids(conn, settings, NEW, day)
        key = file_at(conn, settings, (LON, LAT), days_ago=1)
        stays = file_at(conn, settings, middle_of("e"), days_ago=1)
    with city.connect() as conn:
        assert owner_of(conn, key) == "a"
        assert dict(conn.execute(select(owner.c.report_id, owner.c.as_of)).all()) == {key: day, stays: None}
        assert assign_reports(conn, settings).changed == 0
