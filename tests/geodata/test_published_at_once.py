"""Boundaries come into force while people work on reports: one of them wins and the other hears of it. Work is committed here."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, Engine, delete, func, select, text, update

from geodata.actions import publishing
from geodata.actions.boundaries import follow_grids, remember_grids
from geodata.actions.publishing import apply_publication, preview_publication
from geodata.days import today
from geodata.settings import Settings
from geodata.tables import doubt, grid, owner, owner_history, publication, report
from tests.geodata.cities import SIDE, commit_nine_grids, middle_of
from tests.geodata.test_decided_at_once import _wait_for_waiting
from tests.geodata.test_publishing import FIRST, causes_of, file_at, load_grids, owner_of, square


@pytest.fixture(scope="module")
def city(engine: Engine) -> Engine:
    """Nine grids, committed."""
    commit_nine_grids(engine, since=FIRST)
    return engine


@pytest.fixture
def planned(city: Engine, settings: Settings) -> Iterator[tuple[date, int]]:
    """A report that waits on ground that goes from b to a tomorrow."""
    lon, lat = middle_of("b")
    with city.begin() as conn:
        key = file_at(conn, settings, (lon - 0.2 * SIDE, lat))
        day = today(settings.zone) + timedelta(days=1)
        load_grids(conn, settings, {"a": square(0, 0, 1.5), "b": square(1, 0, 0.5, west=0.5)}, day)
    yield day, key
    with city.begin() as conn:
        conn.execute(text("SET LOCAL gridmap.remove_sample = 'on'"))
        for table in (doubt, owner_history, owner):
            conn.execute(delete(table))
        conn.execute(text("DELETE FROM event"))
        conn.execute(delete(report))
        conn.execute(text("DELETE FROM grid_lineage"))
        conn.execute(delete(publication))
        conn.execute(delete(grid).where(func.lower(grid.c.valid) == day))
        conn.execute(update(grid).values(valid=func.daterange(FIRST, None)))


def set_status(conn: Connection, key: int, status: str) -> None:
    conn.execute(update(report).where(report.c.id == key).values(status=status))


def asked_about(conn: Connection) -> list[tuple[int, str]]:
    return [(row.report_id, row.kind) for row in conn.execute(select(doubt))]


def test_a_preview_writes_nothing_and_nobody_waits_for_it(
    city: Engine, settings: Settings, planned: tuple[date, int]
) -> None:
    day, key = planned
    with city.connect() as looking, city.begin() as working:
        assert preview_publication(looking, settings, day).reports.rerouted == 1
        # Whoever writes a row or locks one has a transaction number.
        assert looking.scalar(text("SELECT pg_current_xact_id_if_assigned()")) is None
        working.execute(text("SET LOCAL lock_timeout = '2s'"))
        set_status(working, key, "closed")
        file_at(working, settings, middle_of("a"), days_ago=0)


def test_work_that_began_before_the_publication_is_heard(
    city: Engine, settings: Settings, planned: tuple[date, int]
) -> None:
    """Somebody has dispatched the report and not committed yet: the publication waits for it, and asks."""
    day, key = planned
    done: list[publishing.Published] = []

    def publish() -> None:
        with city.begin() as conn:
            done.append(apply_publication(conn, settings, day, now=day))

    thread = threading.Thread(target=publish)
    with city.begin() as conn:
        set_status(conn, key, "dispatched")
        thread.start()
        _wait_for_waiting(city)
    thread.join(60)
    assert [(each.rerouted, each.asked) for each in done] == [(0, 1)]
    with city.connect() as conn:
        assert owner_of(conn, key) == "b"
        assert asked_about(conn) == [(key, "published")]


@pytest.mark.parametrize("status", ["dispatched", "closed"])
def test_work_that_ends_while_the_publication_looks_is_heard(
    city: Engine, settings: Settings, planned: tuple[date, int], status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The publication has read the report as waiting; before it holds it somebody commits another state."""
    day, key = planned
    holding = publishing.hold_reports

    def late(conn: Connection, keys: list[int]) -> None:
        with city.begin() as worker:
            set_status(worker, key, status)
        holding(conn, keys)

    monkeypatch.setattr(publishing, "hold_reports", late)
    with city.begin() as conn:
        done = apply_publication(conn, settings, day, now=day)
    assert (done.rerouted, done.asked, done.kept) == ((0, 1, 0) if status == "dispatched" else (0, 0, 1))
    with city.connect() as conn:
        assert owner_of(conn, key) == "b"
        assert asked_about(conn) == ([(key, "published")] if status == "dispatched" else [])


def test_work_that_comes_after_the_publication_waits_for_it(
    city: Engine, settings: Settings, planned: tuple[date, int]
) -> None:
    day, key = planned
    found: list[str | None] = []

    def dispatch() -> None:
        with city.begin() as conn:
            set_status(conn, key, "dispatched")
            found.append(owner_of(conn, key))

    thread = threading.Thread(target=dispatch)
    with city.begin() as conn:
        assert apply_publication(conn, settings, day, now=day).rerouted == 1
        thread.start()
        _wait_for_waiting(city)
    thread.join(60)
    assert found == ["a"]


def test_a_pin_that_is_moved_while_a_border_is_corrected_keeps_its_new_owner(
    city: Engine, settings: Settings, planned: tuple[date, int]
) -> None:
    """The correction comes for the report while its pin moves: it waits, and derives the owner from where the pin is then."""
    _, key = planned
    thread = threading.Thread(target=_correct_a_and_b, args=(city, settings))
    with city.begin() as conn:
        lon, lat = middle_of("e")
        conn.execute(
            update(report).where(report.c.id == key).values(geom=func.ST_Point(lon, lat, 4326), placed_by="person")
        )
        thread.start()
        _wait_for_waiting(city)
        e = select(grid.c.id).where(grid.c.code == "e").scalar_subquery()
        conn.execute(update(owner).where(owner.c.report_id == key).values(grid_id=e))
    thread.join(60)
    with city.connect() as conn:
        assert owner_of(conn, key) == "e"
        assert "boundary_corrected" not in causes_of(conn, key)


def _correct_a_and_b(city: Engine, settings: Settings) -> None:
    """Take the ground around the report from b, in the edition that there is, and give it back: the border is redrawn within the day."""
    with city.begin() as conn:
        remember_grids(conn)
        conn.execute(
            text(
                "UPDATE grid SET geom = ST_Multi(ST_MakeEnvelope(:w, :s, :e, :n, 4326)) WHERE code = 'b' AND lower(valid) = :first"
            ),
            dict(zip("wsen", square(1, 0, 0.4, west=0.6).bounds, strict=True)) | {"first": FIRST},
        )
        follow_grids(conn, settings)
        conn.execute(
            text(
                "UPDATE grid SET geom = ST_Multi(ST_MakeEnvelope(:w, :s, :e, :n, 4326)) WHERE code = 'b' AND lower(valid) = :first"
            ),
            dict(zip("wsen", square(1, 0).bounds, strict=True)) | {"first": FIRST},
        )
