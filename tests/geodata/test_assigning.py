"""Owners assigned anew in batches: killed and resumed, previewed, by area, by command and by job. Work is committed here."""

import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, delete, func, select, text, update

from geodata.account_areas import UnknownArea
from geodata.actions import assign_reports
from geodata.actions.acting import Actor
from geodata.actions.boundaries import OWNERS_JOB
from geodata.actions.moving import move_pin, tag_of_place
from geodata.copying import copy_in
from geodata.days import today
from geodata.jobs import (
    ask_cancel,
    enqueue,
    job_by_ref,
    publishing,  # noqa: F401  # registers its jobs
)
from geodata.jobs.assign import ask_for_assigning
from geodata.jobs.runner import Runner
from geodata.owners.batches import ReportChoice, report_batches
from geodata.reports import report_by_ref
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from geodata.tables import audit_log, grid, job, owner, owner_history, report
from tests.geodata.cities import (
    COMMUNITY,
    SIDE,
    SOUTH,
    WEST,
    insert_divisions,
    insert_grids,
    insert_other_district,
    middle_of,
)

ROOT = Path(__file__).resolve().parents[2]
N = 6000
Owners = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def city(engine: Engine) -> None:
    """Nine grids, and reports all over them in two districts and two years, whose owners are those of another tiling."""
    with engine.begin() as conn:
        insert_divisions(conn)
        insert_grids(conn)
        insert_other_district(conn)
        _insert_reports(conn)


@pytest.fixture
def wrong(engine: Engine, city: None) -> None:
    """All owners wrong: none at all, and a few decided by a person or missing."""
    with engine.begin() as conn:
        conn.execute(text("SET LOCAL gridmap.remove_sample = 'on'"))
        conn.execute(text("DELETE FROM owner_history"))
        conn.execute(text("DELETE FROM job"))
        conn.execute(text("DELETE FROM owner WHERE report_id % 97 = 5"))
        conn.execute(
            text(
                "INSERT INTO owner (report_id, reason, index_version, intake_district) SELECT id, 'none', 0, intake_district "
                "FROM report WHERE id % 97 <> 5 ON CONFLICT (report_id) DO UPDATE SET grid_id = NULL, reason = 'none', distance_to_edge_m = NULL"
            )
        )
        to = select(grid.c.id).where(grid.c.code == "i").scalar_subquery()
        conn.execute(update(owner).where(owner.c.report_id % 101 == 7).values(grid_id=to, reason="decided"))


def _insert_reports(conn: Connection) -> None:
    rng = np.random.default_rng(7)
    # Beyond the grids too: some are near enough for the gap rule, some belong to none.
    lon, lat = WEST + rng.uniform(-0.2, 3.2, N) * SIDE, SOUTH + rng.uniform(-0.2, 3.2, N) * SIDE
    at = pd.Timestamp("2025-01-01", tz=UTC) + pd.to_timedelta(rng.integers(0, 600, N), "D")
    copy_in(
        conn,
        "report",
        pd.DataFrame(
            {
                "id": np.arange(1, N + 1),
                "category": "积水",
                "status": rng.choice(["filed", "closed"], N),
                "raw_lon": lon,
                "raw_lat": lat,
                "geom": [f"SRID=4326;POINT({x!r} {y!r})" for x, y in zip(lon.tolist(), lat.tolist(), strict=True)],
                "occurred_at": at,
                "reported_at": at,
                "intake_district": rng.choice(["150102", "150105"], N),
            }
        ),
    )


def owners(engine: Engine) -> Owners:
    """What decides, by report; neither times nor transactions."""
    with engine.connect() as conn:
        columns = (
            owner.c.report_id,
            owner.c.grid_id,
            owner.c.reason,
            owner.c.distance_to_edge_m,
            owner.c.intake_district,
        )
        return [tuple(row) for row in conn.execute(select(*columns).order_by(owner.c.report_id))]


def history(engine: Engine) -> Counter[tuple[Any, ...]]:
    with engine.connect() as conn:
        columns = (owner_history.c.report_id, owner_history.c.grid_id, owner_history.c.reason, owner_history.c.cause)
        return Counter(tuple(row) for row in conn.execute(select(*columns)))


@pytest.fixture
def expected(engine: Engine, settings: Settings, wrong: None) -> tuple[Owners, Counter[tuple[Any, ...]]]:
    """What one uninterrupted run in a single transaction makes of it; then all is wrong again."""
    with engine.connect() as conn:
        summary = assign_reports(conn, settings)
        assert summary.changed == conn.scalar(select(func.count()).select_from(owner_history))
        found = [
            tuple(row)
            for row in conn.execute(
                select(
                    owner.c.report_id,
                    owner.c.grid_id,
                    owner.c.reason,
                    owner.c.distance_to_edge_m,
                    owner.c.intake_district,
                ).order_by(owner.c.report_id)
            )
        ]
        lines = Counter(
            tuple(row)
            for row in conn.execute(
                select(
                    owner_history.c.report_id, owner_history.c.grid_id, owner_history.c.reason, owner_history.c.cause
                )
            )
        )
        conn.rollback()
    assert max(lines.values()) == 1
    assert len(lines) > 0.8 * N
    return found, lines


WORKER = """
import sys
from pathlib import Path
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool
from geodata.owners import batches
from geodata.actions import assign
import geodata.jobs.assign, geodata.jobs.publishing
from geodata.jobs.runner import Runner
from geodata.settings import Settings
batches.report_batches.__kwdefaults__["size"] = 500
writing, count = assign.write_changes, 0
def slow(*given, **named):
    global count
    count += 1
    moved = writing(*given, **named)
    if count >= int(sys.argv[3]):
        sys.stdout.write("written, not committed\\n"); sys.stdout.flush()
        import time; time.sleep(600)
    return moved
assign.write_changes = slow
url = sys.argv[1]
settings = Settings(home=Path(sys.argv[2]), database_url=url, job_lease_s=1.0)
Runner(create_engine(url, poolclass=NullPool), settings).run_one()
"""


def test_killed_in_the_middle_and_resumed_it_is_as_if_nothing_had_happened(
    engine: Engine, settings: Settings, expected: tuple[Owners, Counter[tuple[Any, ...]]]
) -> None:
    with engine.begin() as conn:
        ref = ask_for_assigning(conn, ReportChoice(), commit=True, account_id=None)
    for stop_at in (3, 2):  # killed twice: in the third batch, and in the second after that
        _run_and_kill(settings, stop_at)
        assert 0 < sum(history(engine).values()) < len(expected[1])
    with engine.connect() as conn:
        assert len(conn.scalar(select(job.c.checkpoint["summary"]["reasons"]).where(job.c.ref == ref))) > 1
    time.sleep(1.1)  # the lease of the dead
    Runner(engine, settings).run_one()
    assert owners(engine) == expected[0]
    assert history(engine) == expected[1]
    result = _result(engine, ref)
    assert result["looked_at"] == N
    assert result["changed"] == len(expected[1])
    assert sum(result["reasons"].values()) == N
    with engine.connect() as conn:
        assert conn.scalar(select(func.count()).select_from(audit_log)) == 1


def test_what_an_earlier_release_left_half_done_is_begun_anew(
    engine: Engine, settings: Settings, expected: tuple[Owners, Counter[tuple[Any, ...]]]
) -> None:
    by_time = {"batches": [["150102", None, "2026-01-01T00:00:00+00:00"]], "done": [0], "summary": {"looked_at": 7}}
    with engine.begin() as conn:
        ref = ask_for_assigning(conn, ReportChoice(), commit=True, account_id=None)
        conn.execute(update(job).where(job.c.ref == ref).values(checkpoint=by_time))
    Runner(engine, settings).run_one()
    assert (owners(engine), history(engine)) == expected
    assert _result(engine, ref)["looked_at"] == N


def test_the_job_after_many_changed_boundaries_is_killed_and_resumed_too(
    engine: Engine, settings: Settings, expected: tuple[Owners, Counter[tuple[Any, ...]]]
) -> None:
    with engine.begin() as conn:
        ref = enqueue(conn, OWNERS_JOB)
        assert ref is not None
    _run_and_kill(settings, 3)
    assert 0 < sum(history(engine).values()) < len(expected[1])
    with engine.connect() as conn:
        done = conn.scalar(select(job.c.checkpoint["done"]).where(job.c.ref == ref))
        assert done
    Runner(engine, settings).run_one()
    assert owners(engine) == expected[0]
    lines = Counter((*line[:3], "boundary_corrected") for line in expected[1])
    assert history(engine) == lines
    assert _result(engine, ref) == {"looked_at": N, "changed": len(lines)}
    with engine.begin() as conn:
        again = enqueue(conn, OWNERS_JOB)
        conn.execute(delete(job).where(job.c.kind == "report_snapshot"))
    Runner(engine, settings).run_one()
    assert history(engine) == lines
    assert again is not None
    assert _result(engine, again)["changed"] == 0


READER = WORKER[: WORKER.index("writing, count")] + (
    "import threading\n"
    "from geodata.cli import main\n"
    "writing, first = assign.write_changes, threading.Lock()\n"
    "def after_a_word(*given, **named):\n"
    "    if first.acquire(blocking=False):\n"
    "        print('read, not written', flush=True)\n"
    "        sys.stdin.readline()\n"
    "    return writing(*given, **named)\n"
    "assign.write_changes = after_a_word\n"
    "main(['assign', '--all', '--commit'])\n"
)


def test_pins_that_move_while_two_processes_assign_keep_the_owners_of_their_new_places(
    engine: Engine, settings: Settings, expected: tuple[Owners, Counter[tuple[Any, ...]]], tmp_path: Path
) -> None:
    """Both processes have read a batch and not written it when pins in it move, and others in batches to come; then both go on."""
    by = Actor(EVERYTHING, None, today(settings.zone))
    with engine.connect() as conn:
        first_batch = (
            select(report.c.id).order_by(report.c.intake_district, report.c.reported_at, report.c.id).limit(12)
        )
        pins = sorted({*conn.scalars(first_batch), *range(100, N, 500)})
        places = _places_of(conn, pins)
    running = [_reader(settings, tmp_path) for _ in range(2)]
    try:
        for child in running:
            assert child.stdout is not None
            assert child.stdout.readline() == "read, not written\n"
        for key in pins:
            with engine.begin() as conn:
                ref = conn.scalar(select(report.c.ref).where(report.c.id == key))
                assert ref is not None
                row = report_by_ref(conn, EVERYTHING, ref)
                lon, lat = middle_of("e" if row.lon < WEST + SIDE else "a")
                move_pin(conn, settings, by, ref, tag_of_place(row), lon, lat, "")
        for child in running:
            told, complained = child.communicate("go on\n", timeout=120)
            assert child.returncode == 0, told + (complained or "")
        with engine.connect() as conn:
            of_pins = dict(
                conn.execute(
                    select(owner.c.report_id, grid.c.code).join(grid).where(owner.c.report_id == func.any(pins))
                ).all()
            )
            assert len(of_pins) == len(pins)
            assert set(of_pins.values()) == {"a", "e"}
            assert assign_reports(conn, settings).changed == 0  # each by where it lies now
            conn.rollback()
        others = [row for row in expected[0] if row[0] not in places]
        assert [row for row in owners(engine) if row[0] not in places] == others
        lines = Counter({line: count for line, count in expected[1].items() if line[0] not in places})
        assert Counter({line: count for line, count in history(engine).items() if line[0] not in places}) == lines
    finally:
        for child in running:
            child.kill()
            child.wait()
        with engine.begin() as conn:
            for key, place in places.items():
                conn.execute(update(report).where(report.c.id == key).values(geom=place, placed_by="received"))
            conn.execute(update(owner).values(as_of=None))


def _places_of(conn: Connection, keys: list[int]) -> dict[int, Any]:
    return {row.id: row.geom for row in conn.execute(select(report.c.id, report.c.geom).where(report.c.id.in_(keys)))}


def _reader(settings: Settings, home: Path) -> "subprocess.Popen[str]":
    env = {
        "PYTHONPATH": str(ROOT),
        "GRIDMAP_DATABASE_URL": settings.database_url,
        "GRIDMAP_HOME": str(home),
        "GRIDMAP_LANGUAGE": "en",
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-c", READER], cwd=ROOT, env=env, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def _run_and_kill(settings: Settings, stop_at: int) -> None:
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", WORKER, settings.database_url, str(settings.home), str(stop_at)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "written, not committed\n"
    child.kill()
    child.communicate()
    time.sleep(1.1)


def _result(engine: Engine, ref: UUID) -> dict[str, Any]:
    with engine.connect() as conn:
        row = job_by_ref(conn, ref)
    assert row.state == "done", row.message
    found: dict[str, Any] = row.result
    return found


def test_a_trial_tells_what_would_change_and_writes_nothing(
    engine: Engine, settings: Settings, expected: tuple[Owners, Counter[tuple[Any, ...]]]
) -> None:
    before = owners(engine)
    with engine.begin() as conn:
        ref = ask_for_assigning(conn, ReportChoice(), commit=False, account_id=None)
        assert ask_for_assigning(conn, ReportChoice(), commit=False, account_id=None) == ref
    Runner(engine, settings).run_one()
    result = _result(engine, ref)
    assert (result["changed"], result["committed"]) == (len(expected[1]), False)
    assert result["decided"] == sum(row[2] == "decided" for row in before)
    assert result["rerouted"] == sum(grid_id is not None for _, grid_id, _, _ in expected[1].elements())
    assert {old for old, _, _ in result["pairs"]} == {""}
    assert sum(count for _, _, count in result["pairs"]) == result["rerouted"]
    assert owners(engine) == before
    assert not history(engine)


def test_a_cancelled_job_keeps_whole_batches(
    engine: Engine, settings: Settings, wrong: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(report_batches.__kwdefaults__, "size", 500)
    with engine.begin() as conn:
        ref = ask_for_assigning(conn, ReportChoice(), commit=True, account_id=None)
        conn.execute(update(job).values(cancel_asked=True))
    Runner(engine, settings).run_one()
    with engine.connect() as conn:
        row = job_by_ref(conn, ref)
    assert row.state == "cancelled"
    # How large a batch comes out is up to the sample that PostgreSQL's statistics took: only whole ones, and not all.
    assert 0 < row.checkpoint["summary"]["looked_at"] < N // 2
    assert sum(history(engine).values()) == row.checkpoint["summary"]["changed"] > 0
    with engine.begin() as conn:
        ask_cancel(conn, ref)


def test_ctrl_c_ends_between_batches_and_the_next_run_goes_on(
    engine: Engine, settings: Settings, expected: tuple[Owners, Counter[tuple[Any, ...]]], tmp_path: Path
) -> None:
    program = WORKER[: WORKER.index("writing, count")] + (
        "import os, signal\n"
        "from geodata.cli import main\n"
        "writing = assign.write_changes\n"
        "def interrupted(*given, **named):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return writing(*given, **named)\n"
        "assign.write_changes = interrupted\n"
        "main(['assign', '--all', '--commit'])\n"
    )
    env = {
        "PYTHONPATH": str(ROOT),
        "GRIDMAP_DATABASE_URL": settings.database_url,
        "GRIDMAP_HOME": str(tmp_path),
        "GRIDMAP_LANGUAGE": "en",
    }
    ended = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 130, ended.stderr
    assert "run it again" in ended.stdout
    assert 400 < sum(history(engine).values()) <= 1500
    with engine.begin() as conn:
        assign_reports(conn, settings)
    assert owners(engine) == expected[0]
    assert history(engine) == expected[1]


def test_an_area_limits_the_reports(engine: Engine, settings: Settings, wrong: None) -> None:
    with engine.connect() as conn:
        district = conn.scalar(text("SELECT count(*) FROM report WHERE intake_district = '150105'"))
        assert assign_reports(conn, settings, area="150105").looked_at == district
        assert assign_reports(conn, settings, area="1501").looked_at == N
        in_a = conn.scalar(select(func.count()).select_from(owner).join(grid).where(grid.c.code == "a"))
        assert in_a > 100
        assert assign_reports(conn, settings, area="a").looked_at == in_a
        held = conn.scalar(select(func.count()).where(owner.c.grid_id.is_not(None)))
        assert assign_reports(conn, settings, area=COMMUNITY).looked_at == held
        assert assign_reports(conn, settings, "unassigned").looked_at == N - held
        with pytest.raises(UnknownArea):
            assign_reports(conn, settings, area="nowhere")
        conn.rollback()


def test_batches_hold_every_report_once(engine: Engine, city: None) -> None:
    with engine.connect() as conn:
        for size in (20, 500, N, 10 * N):
            cut = report_batches(conn, ReportChoice(), size=size)
            counted = [conn.scalar(text(_COUNT), asdict(batch)) for batch in cut]
            assert sum(counted) == N
            assert len({batch.district for batch in cut}) == 2


_COUNT = (
    "SELECT count(*) FROM report WHERE intake_district = :district AND id >= coalesce(CAST(:first AS bigint), 0) "
    "AND id < coalesce(CAST(:until AS bigint), 9223372036854775807)"
)
