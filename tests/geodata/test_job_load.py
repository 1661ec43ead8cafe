"""The job that loads a file stops where it is when asked to, also inside a long statement, and leaves nothing."""

import io
import time
from threading import Timer
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, text

from geodata.accounts import add_account
from geodata.days import today
from geodata.jobs import ask_cancel, job_by_ref, loads
from geodata.jobs.runner import Runner
from geodata.settings import Settings
from geodata.tables import division
from geodata.uploads import keep_upload


def test_a_long_statement_is_ended(engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(conn: Connection, *_: Any, **__: Any) -> None:
        conn.execute(division.insert().values(code="1501", level="city", name="呼和浩特市"))
        conn.execute(text("SELECT pg_sleep(60)"))

    monkeypatch.setattr(loads, "load_file", slow)
    with engine.begin() as conn:
        account_id = add_account(conn, "editor", "a long enough password", "boundary_editor").id
        upload = keep_upload(settings, io.BytesIO(b"code\n1"), "a.csv", "divisions", account_id)
        ref = loads.ask_for_load(conn, upload, {}, commit=True, account_id=account_id)

    def cancel() -> None:
        with engine.begin() as conn:
            ask_cancel(conn, ref)

    Timer(0.5, cancel).start()
    started = time.monotonic()
    assert Runner(engine, settings).run_one()
    assert time.monotonic() - started < 50
    with engine.connect() as conn:
        assert job_by_ref(conn, ref).state == "cancelled"
        assert conn.scalar(select(division.c.id)) is None


def test_an_edition_of_divisions_comes_with_its_day(engine: Engine, settings: Settings) -> None:
    whole = "code,name\n150105,赛罕区\n150105001,人民路街道\n150105002,大学西路街道\n"
    day = today(settings.zone).isoformat()
    with engine.begin() as conn:
        account_id = add_account(conn, "second", "a long enough password", "boundary_editor").id
        for file, options in ((whole, {}), (whole.rsplit("\n", 2)[0], {"edition": day})):
            upload = keep_upload(settings, io.BytesIO(file.encode()), "a.csv", "divisions", account_id)
            loads.ask_for_load(conn, upload, options, commit=True, account_id=account_id)
    runner = Runner(engine, settings)
    while runner.run_one():
        pass
    with engine.connect() as conn:
        retired = dict(conn.execute(select(division.c.code, division.c.retired_on)).all())
        assert [code for code, since in retired.items() if since is not None] == ["150105002"]
        assert retired["150105002"].isoformat() == day
