"""A correction that is killed, between batches and inside one, is done once all the same."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select, text

from geodata.jobs.positions import ask_for_correction
from geodata.jobs.queue import enqueue
from geodata.positions.correcting import correct_batch
from geodata.positions.corrections import (
    ask_correction,
    correction_by_ref,
)
from geodata.positions.preview import preview_correction
from geodata.positions.stream_reports import Stream
from geodata.settings import Settings
from geodata.tables import job
from tests.geodata.positions.judged import couriers, work_off

ROOT = Path(__file__).resolve().parents[3]


def test_a_correction_goes_on_where_a_killed_one_ended(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geodata.positions import correcting

    monkeypatch.setattr(correcting.correct_batch, "__defaults__", (40,))
    with engine.begin() as conn:
        stream = Stream.of(couriers(conn))
        total = preview_correction(conn, settings, stream, "gcj02").reports
        ref = ask_correction(conn, stream, "gcj02", None)
        # One batch, then the process is gone.
        correcting.correct_batch(conn, settings, correction_by_ref(conn, ref))
    with engine.begin() as conn:
        assert correction_by_ref(conn, ref).reports == 40
        ask_for_correction(conn, ref, None)
        enqueue(conn, "datum_correction", {"correction": str(ref)})  # and somebody asks twice
    work_off(engine, settings)
    with engine.connect() as conn:
        assert correction_by_ref(conn, ref).reports == total
        assert conn.scalar(text("SELECT count(*) FROM event WHERE kind = 'datum_corrected'")) == total


_DIES_INSIDE = """
import sys, time
from pathlib import Path
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool
import geodata.jobs.positions
from geodata.jobs.runner import Runner
from geodata.positions import correcting
from geodata.settings import Settings
correcting.correct_batch.__defaults__ = (40,)
telling, batches = correcting._tell, 0
def stop(*given):
    global batches
    telling(*given)
    batches += 1
    if batches == 2:
        print("written, not committed", flush=True)
        time.sleep(600)
correcting._tell = stop
Runner(create_engine(sys.argv[1], poolclass=NullPool), Settings(home=Path(sys.argv[2]), database_url=sys.argv[1])).run_one()
"""


def test_a_correction_that_is_killed_inside_a_batch_is_done_once(engine: Engine, settings: Settings) -> None:
    with engine.begin() as conn:
        stream = Stream.of(couriers(conn))
        total = preview_correction(conn, settings, stream, "gcj02").reports
        ref = ask_correction(conn, stream, "gcj02", None)
        assert ask_for_correction(conn, ref, None) is not None
        # As the uninterrupted work would leave it; rolled back.
        with conn.begin_nested() as trial:
            while correct_batch(conn, settings, correction_by_ref(conn, ref)):
                pass
            expected = corrected_state(conn)
            trial.rollback()
    words = [sys.executable, "-P", "-c", _DIES_INSIDE, settings.database_url, str(settings.home)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}) as dying:
        assert dying.stdout is not None
        assert dying.stdout.readline().strip() == "written, not committed"
        dying.kill()
    with engine.begin() as conn:
        assert correction_by_ref(conn, ref).reports == 40
        # The lease of the dead runs out.
        conn.execute(
            job.update().where(job.c.state == "running").values(leased_until=func.now() - timedelta(seconds=1))
        )
    work_off(engine, settings)
    with engine.connect() as conn:
        done = correction_by_ref(conn, ref)
        assert (done.reports, done.finished_at is not None) == (total, True)
        assert corrected_state(conn) == expected
        assert conn.scalar(select(func.count()).where(job.c.state == "failed")) == 0


def corrected_state(conn: Connection) -> list[Any]:
    """Places, datums and owners of all reports, with the lines that corrections left in their histories."""
    rows = (
        "SELECT r.id, r.datum, ST_AsText(r.geom, 9), o.grid_id, o.reason, round(o.distance_to_edge_m::numeric, 3), "
        "(SELECT count(*) FROM event e WHERE e.report_id = r.id AND e.kind = 'datum_corrected'), "
        "(SELECT array_agg(h.grid_id ORDER BY h.id) FROM owner_history h WHERE h.report_id = r.id AND h.cause = 'datum_corrected') "
        "FROM report r JOIN owner o ON o.report_id = r.id ORDER BY r.id"
    )
    return [tuple(row) for row in conn.execute(text(rows))]
