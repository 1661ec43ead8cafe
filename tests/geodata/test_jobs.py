"""The queue: nothing lost, nothing done twice, whatever dies."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, delete, func, select, update

from geodata.database import engine_for
from geodata.jobs import ask_cancel, enqueue, job_by_ref, job_kind, queue, recent_jobs
from geodata.jobs.housekeeping import housekeeping
from geodata.jobs.kinds import JobContext, known_kinds
from geodata.jobs.queue import LeaseLost
from geodata.jobs.runner import HEARTBEAT_FACT, Runner
from geodata.loaders import apply_frame
from geodata.settings import Settings
from geodata.tables import account, fact, job, rate_window, web_session
from gridmap.errors import GridmapError

LEASE = timedelta(seconds=60)


class Unlucky(GridmapError):
    code = "unlucky"
    zh = "运气不好。"
    en = "Bad luck."


@job_kind("test_count")
def count(context: JobContext) -> dict[str, int]:
    done = context.job.checkpoint.get("done", 0)
    for number in range(done, context.job.arguments["to"]):
        if number == context.job.arguments.get("dies_at") and context.job.attempts == 1:
            raise RuntimeError("power cut")
        context.heartbeat(progress=number / 10, checkpoint={"done": number + 1})
    return {"counted": context.job.arguments["to"] - done}


@job_kind("test_refuse")
def refuse(_: JobContext) -> None:
    raise Unlucky


@job_kind("test_personal")
def personal(context: JobContext) -> None:
    with context.engine.begin() as conn:
        values = {"name": "zhang-san", "display_name": "张三", "role": "no role", "password_hash": "-"}
        conn.execute(account.insert().values(values))


@pytest.fixture(autouse=True)
def _empty(engine: Engine) -> Iterator[None]:
    yield
    with engine.begin() as conn:
        conn.execute(delete(job))


def run_all(engine: Engine, settings: Settings) -> None:
    runner = Runner(engine, settings)
    while runner.run_one():
        pass


def put(engine: Engine, kind: str, arguments: dict[str, Any] | None = None) -> Any:
    with engine.begin() as conn:
        return enqueue(conn, kind, arguments)


def row(engine: Engine, ref: Any) -> Any:
    with engine.connect() as conn:
        return job_by_ref(conn, ref)


def test_a_job_runs_and_keeps_its_result(engine: Engine, settings: Settings) -> None:
    ref = put(engine, "test_count", {"to": 5})
    run_all(engine, settings)
    found = row(engine, ref)
    assert (found.state, found.progress, found.result, found.attempts) == ("done", 1.0, {"counted": 5}, 1)


def test_a_job_that_broke_resumes_from_its_checkpoint(engine: Engine, settings: Settings) -> None:
    ref = put(engine, "test_count", {"to": 5, "dies_at": 3})
    run_all(engine, settings)
    found = row(engine, ref)
    assert (found.state, found.message) == ("waiting", "RuntimeError: power cut")
    with engine.begin() as conn:
        conn.execute(update(job).values(run_after=func.now()))
    run_all(engine, settings)
    found = row(engine, ref)
    assert (found.state, found.result) == ("done", {"counted": 2})


def test_a_reason_that_a_person_can_mend_ends_the_job_in_their_language(engine: Engine, settings: Settings) -> None:
    ref = put(engine, "test_refuse")
    run_all(engine, settings)
    assert (row(engine, ref).state, row(engine, ref).message) == ("failed", "运气不好。")


def test_what_the_database_refused_is_told_without_the_row(
    engine: Engine, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    ref = put(engine, "test_personal")
    run_all(engine_for(str(engine.url.render_as_string(hide_password=False))), settings)
    told = row(engine, ref).message + caplog.text
    assert "violates check constraint" in row(engine, ref).message
    assert "violates check constraint" in caplog.text
    assert "张三" not in told
    assert "zhang-san" not in told


def test_an_unknown_kind_is_said_and_not_tried_again(engine: Engine, settings: Settings) -> None:
    ref = put(engine, "no_such_kind")
    run_all(engine, settings)
    assert (row(engine, ref).state, row(engine, ref).message) == ("failed", "unknown kind of job")


def test_many_runners_take_each_job_once(engine: Engine) -> None:
    with engine.begin() as conn:
        refs = {enqueue(conn, "test_count", {"to": 0}) for _ in range(40)}
    taken: list[Any] = []

    def take_all(name: str) -> None:
        while True:
            with engine.begin() as conn:
                found = queue.take(conn, name, LEASE)
            if found is None:
                return
            taken.append(found.ref)

    threads = [threading.Thread(target=take_all, args=(f"r{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 40
    assert set(taken) == refs


def test_a_lease_that_ran_out_is_taken_over_and_the_first_runner_may_write_no_more(engine: Engine) -> None:
    put(engine, "test_count", {"to": 1})
    with engine.begin() as conn:
        first = queue.take(conn, "dead", timedelta(seconds=-1))
        second = queue.take(conn, "alive", LEASE)
    assert first is not None
    assert second is not None
    assert first.id == second.id
    with engine.begin() as conn, pytest.raises(LeaseLost):
        queue.keep(conn, first, "dead", LEASE)
    with engine.begin() as conn, pytest.raises(LeaseLost):
        queue.end(conn, first, "dead", "done")
    with engine.begin() as conn:
        queue.end(conn, second, "alive", "done")


def test_cancelling_stops_a_running_job_at_its_next_heartbeat(engine: Engine, settings: Settings) -> None:
    ref = put(engine, "test_count", {"to": 3})
    with engine.begin() as conn:
        conn.execute(update(job).values(cancel_asked=True))
    run_all(engine, settings)
    assert row(engine, ref).state == "cancelled"


def test_cancelling_a_waiting_job_ends_it_at_once(engine: Engine) -> None:
    ref = put(engine, "test_count", {"to": 3})
    with engine.begin() as conn:
        ask_cancel(conn, ref)
    assert row(engine, ref).state == "cancelled"


def test_a_timer_waits_once_however_many_runners_ask(conn: Connection) -> None:
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert enqueue(conn, "housekeeping", unique_key="timer:housekeeping", run_after=later) is not None
    assert enqueue(conn, "housekeeping", unique_key="timer:housekeeping", run_after=later) is None


def test_a_running_runner_is_seen_and_stops_when_asked(engine: Engine, settings: Settings) -> None:
    runner = Runner(engine, settings)
    thread = threading.Thread(target=runner.run)
    thread.start()
    deadline = time.monotonic() + 60
    seen = None
    while seen is None and time.monotonic() < deadline:
        with engine.connect() as conn:
            seen = conn.scalar(select(fact.c.value).where(fact.c.name == HEARTBEAT_FACT))
    runner.stop()
    thread.join(timeout=60)
    assert seen is not None
    assert not thread.is_alive()
    assert known_kinds()["housekeeping"].every is not None


def test_many_changed_reports_ask_once_for_their_snapshot(engine: Engine, settings: Settings) -> None:
    place = pd.DataFrame(
        {
            "key": ["1", "2"],
            "category": ["积水", "积水"],
            "lon": [111.7, 111.7],
            "lat": [40.8, 40.8],
            "occurred_at": ["2026-11-01 08:00"] * 2,
        }
    )
    with engine.begin() as conn:
        for _ in range(2):
            apply_frame(conn, settings, "reports", place)
        assert sorted(row.kind for row in recent_jobs(conn)) == ["positions", "report_snapshot"]
    run_all(engine, settings)
    with engine.connect() as conn:
        ended = {row.kind: (row.state, row.result) for row in recent_jobs(conn)}
    assert ended["report_snapshot"] == ("done", {"reports": 2})
    assert list((settings.home / "snapshots").glob("*.snapshot"))


def test_housekeeping_clears_what_has_run_out_and_nothing_else(engine: Engine, settings: Settings) -> None:
    now = func.now()
    with engine.begin() as conn:
        for name, lasts in ((b"old", timedelta(hours=-1)), (b"new", timedelta(hours=1))):
            conn.execute(
                web_session.insert().values(
                    token_hash=name, created_at=now - timedelta(hours=2), expires_at=now + lasts
                )
            )
        for key, age in (("old", timedelta(days=2)), ("new", timedelta())):
            conn.execute(rate_window.insert().values(key=key, window_start=now - age, count=1))
        enqueue(conn, "housekeeping")
        taken = queue.take(conn, "r", LEASE)
    assert taken is not None
    counted = housekeeping(JobContext(engine, settings, taken, "r"))
    nothing = dict.fromkeys(("jobs", "exports", "uploads", "photos", "photo_files"), 0)
    assert counted == {"sessions": 1, "windows": 1, **nothing}
    with engine.connect() as conn:
        assert list(conn.scalars(select(web_session.c.token_hash))) == [b"new"]
        assert list(conn.scalars(select(rate_window.c.key))) == ["new"]
