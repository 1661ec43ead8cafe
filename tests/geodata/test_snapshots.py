"""The snapshot is never behind the database, whatever runs beside it."""

import datetime as dt
import itertools
import multiprocessing
import signal
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, create_engine, func, select, text
from sqlalchemy.pool import NullPool

from geodata import snapshots
from geodata.report_filter import ReportFilter
from geodata.scope import EVERYTHING
from geodata.selections import choose, last_day
from geodata.settings import Settings
from geodata.snapshots import open_snapshot
from geodata.tables import report

FILL = text(
    """
    INSERT INTO report (category, source, status, raw_lon, raw_lat, geom, address_text, occurred_at, reported_at, intake_district)
    SELECT (ARRAY['路灯', '井盖', '噪声'])[1 + i % 3], (ARRAY['patrol', 'hotline'])[1 + i % 2], 'filed',
        CASE WHEN i % 10 > 0 THEN 111.6 + i * 0.0001 END, CASE WHEN i % 10 > 0 THEN 40.8 END,
        CASE WHEN i % 10 > 0 THEN ST_SetSRID(ST_MakePoint(111.6 + i * 0.0001, 40.8), 4326) END, 'somewhere',
        timestamptz '2026-01-01 00:30+08' + i * interval '1 hour', timestamptz '2026-01-01 00:30+08' + i * interval '1 hour', '150105'
    FROM generate_series(1, :n) i
    """
)
GRIDS = text(
    """
    INSERT INTO division (code, level, name) VALUES ('1501', 'city', '呼和浩特市'), ('150105', 'district', '赛罕区'),
        ('150105001', 'street', '街道'), ('150105001018', 'community', '社区');
    INSERT INTO grid (code, name, community_code, valid, geom) VALUES
        ('150105001018001', '一', '150105001018', '[2020-01-01,)', ST_Multi(ST_MakeEnvelope(111.6, 40.7, 111.65, 40.9, 4326))),
        ('X2', '二', NULL, '[2020-01-01,)', ST_Multi(ST_MakeEnvelope(111.65, 40.7, 111.7, 40.9, 4326)));
    INSERT INTO owner (report_id, grid_id, reason, index_version, intake_district)
    SELECT r.id, g.id, CASE WHEN g.id IS NULL THEN 'none' ELSE 'inside' END, 1, r.intake_district
    FROM report r LEFT JOIN grid g ON ST_Covers(g.geom, r.geom);
    """
)


@pytest.fixture
def filled(engine: Engine) -> Iterator[Engine]:
    with engine.begin() as conn:
        conn.execute(FILL, {"n": 1000})
        conn.execute(GRIDS)
    yield engine
    with engine.begin() as conn:
        for table in ("owner", "report", "grid", "division"):
            conn.execute(text(f"DELETE FROM {table}"))


def same_as_database(engine: Engine, settings: Settings) -> None:
    snapshot = open_snapshot(engine, settings)
    with engine.connect() as conn:
        rows = conn.execute(
            text(
                "SELECT r.id, r.category, r.source, coalesce(o.grid_id, -1), "
                "(r.occurred_at AT TIME ZONE 'Asia/Shanghai')::date - DATE '1970-01-01' "
                "FROM report r LEFT JOIN owner o ON o.report_id = r.id ORDER BY r.id"
            )
        ).all()
    columns = snapshot.columns
    words = snapshot.header.categories
    found = [
        (int(i), words[c], snapshots.SOURCES[s], int(g), int(d))
        for i, c, s, g, d in zip(
            columns["report_id"],
            columns["category"],
            columns["source"],
            columns["grid_id"],
            columns["day"],
            strict=True,
        )
    ]
    assert found == [tuple(row) for row in rows]


#: More changes than a process patches in by itself.
MANY = snapshots._PATCH_ALONE + 10


def path_of(settings: Settings) -> Path:
    return settings.home / "snapshots" / "reports.snapshot"


def test_an_empty_database_gives_an_empty_snapshot(engine: Engine, settings: Settings) -> None:
    snapshot = open_snapshot(engine, settings)
    assert len(snapshot) == 0
    assert last_day(snapshot) is None
    with engine.connect() as conn:
        empty = choose(conn, EVERYTHING, snapshot, ReportFilter())
    assert (empty.total, empty.by_week(), empty.by_grid(), empty.without_place) == (0, [], {}, 0)


def test_columns_equal_the_database(filled: Engine, settings: Settings) -> None:
    same_as_database(filled, settings)


def test_a_few_changes_are_patched_in_memory_and_many_into_the_file(filled: Engine, settings: Settings) -> None:
    first = open_snapshot(filled, settings)
    inode = path_of(settings).stat().st_ino
    with filled.begin() as conn:
        conn.execute(FILL, {"n": 5})
        conn.execute(
            text("UPDATE report SET status = 'closed' WHERE id IN (SELECT id FROM report ORDER BY id LIMIT 3)")
        )
    patched = open_snapshot(filled, settings)
    assert len(patched) == len(first) + 5
    assert path_of(settings).stat().st_ino == inode
    same_as_database(filled, settings)
    with filled.begin() as conn:
        conn.execute(FILL, {"n": MANY})
    assert len(open_snapshot(filled, settings)) == len(first) + 5 + MANY
    assert path_of(settings).stat().st_ino != inode
    same_as_database(filled, settings)


def test_processes_that_patch_alike_agree_on_the_token(filled: Engine, settings: Settings) -> None:
    open_snapshot(filled, settings)
    here = []
    for _ in range(2):  # one after another here, both at once in a process that comes later
        with filled.begin() as conn:
            conn.execute(FILL, {"n": 2})
        here.append(open_snapshot(filled, settings).token)
    snapshots._held.clear()
    assert open_snapshot(filled, settings).token == here[1] != here[0]


def test_nothing_changed_keeps_the_file(filled: Engine, settings: Settings) -> None:
    first = open_snapshot(filled, settings)
    inode = path_of(settings).stat().st_ino
    assert open_snapshot(filled, settings).token == first.token
    assert path_of(settings).stat().st_ino == inode


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE report SET category = '新类别' WHERE id % 7 = 0",
        "UPDATE report SET status = 'closed', occurred_at = occurred_at - interval '3 days' WHERE id % 5 = 0",
        "UPDATE owner SET grid_id = NULL, reason = 'none' WHERE report_id % 2 = 0",
        "UPDATE owner SET grid_id = NULL, reason = 'none'",
        "DELETE FROM owner WHERE report_id % 3 = 0",
    ],
)
def test_changes_are_in_the_next_opening(filled: Engine, settings: Settings, change: str) -> None:
    open_snapshot(filled, settings)
    with filled.begin() as conn:
        conn.execute(text(change))
    same_as_database(filled, settings)


def test_new_rows_are_in_the_next_opening(filled: Engine, settings: Settings) -> None:
    before = len(open_snapshot(filled, settings))
    with filled.begin() as conn:
        conn.execute(FILL, {"n": 25})
    assert len(open_snapshot(filled, settings)) == before + 25
    same_as_database(filled, settings)


def test_a_transaction_that_was_open_when_the_snapshot_was_made_is_not_missed(
    filled: Engine, settings: Settings
) -> None:
    with filled.connect() as slow:
        slow.execute(FILL, {"n": 10})
        slow.execute(text("UPDATE report SET category = '迟到' WHERE id = (SELECT min(id) FROM report)"))
        made = len(open_snapshot(filled, settings))
        with filled.begin() as quick:  # later transactions commit first
            quick.execute(FILL, {"n": 5})
        assert len(open_snapshot(filled, settings)) == made + 5
        slow.commit()
    assert len(open_snapshot(filled, settings)) == made + 15
    assert "迟到" in open_snapshot(filled, settings).header.categories
    same_as_database(filled, settings)


def test_changes_that_were_rolled_back_leave_nothing(filled: Engine, settings: Settings) -> None:
    first = open_snapshot(filled, settings)
    with filled.connect() as conn:
        conn.execute(FILL, {"n": 10})
        conn.rollback()
    assert open_snapshot(filled, settings).token == first.token


def test_readers_keep_the_arrays_they_hold(filled: Engine, settings: Settings) -> None:
    first = open_snapshot(filled, settings)
    category = np.array(first.columns["category"])
    with filled.begin() as conn:
        conn.execute(text("UPDATE report SET category = 'Z'"))
    open_snapshot(filled, settings)
    assert np.array_equal(first.columns["category"], category)


@pytest.mark.parametrize("harm", ["cut", "garbage", "one bit", "empty", "absent"])
def test_a_damaged_file_is_made_again(filled: Engine, settings: Settings, harm: str) -> None:
    open_snapshot(filled, settings)
    path = path_of(settings)
    content = path.read_bytes()
    path.unlink()
    harmed = {
        "cut": content[:-100],
        "garbage": b"?" * 50,
        "one bit": content[:-3] + bytes([content[-3] ^ 1]) + content[-2:],
    }
    if harm != "absent":
        path.write_bytes(harmed.get(harm, b""))
    same_as_database(filled, settings)


def _die_while_writing(url: str, settings: Settings) -> None:
    def stop(*_: object) -> None:
        signal.raise_signal(signal.SIGKILL)

    snapshots.write.__globals__["_write"] = lambda target, *_: (target.write(b"half"), target.flush(), stop())
    open_snapshot(create_engine(url, poolclass=NullPool), settings)


def test_a_process_killed_while_writing_harms_nobody(filled: Engine, settings: Settings, database_url: str) -> None:
    first = open_snapshot(filled, settings)
    with filled.begin() as conn:
        conn.execute(FILL, {"n": MANY})
    process = multiprocessing.get_context("spawn").Process(target=_die_while_writing, args=(database_url, settings))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert len(open_snapshot(filled, settings)) == len(first) + MANY
    same_as_database(filled, settings)


def test_another_time_zone_is_another_snapshot(filled: Engine, settings: Settings) -> None:
    first = open_snapshot(filled, settings)
    other = Settings(home=settings.home, database_url=settings.database_url, time_zone="America/Chicago")
    assert open_snapshot(filled, other).columns["day"][0] < first.columns["day"][0]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"from": "2026-01-05", "to": "2026-01-20"},
        {"category": ["路灯", "噪声"]},
        {"category": "没有"},
        {"source": "hotline"},
        {"status": "closed"},
        {"lacking": "coordinates"},
        {"lacking": "grid", "source": "hotline"},
        {"area": "150105"},
        {"area": "150105001018001"},
        {"area": "X2"},
        {"bbox": "111.61,40.7,111.63,40.9"},
        {"from": "2026-01-05", "source": "patrol", "area": "1501", "category": "路灯"},
    ],
)
def test_a_selection_counts_as_the_database_does(filled: Engine, settings: Settings, query: dict[str, str]) -> None:
    chosen = ReportFilter.parse(query)
    zone = ZoneInfo(settings.time_zone)
    snapshot = open_snapshot(filled, settings)
    with filled.connect() as conn:
        selection = choose(conn, EVERYTHING, snapshot, chosen)
        wanted = select(func.count(), func.count(report.c.geom)).where(*chosen.conditions(conn, zone))
        total, placed = conn.execute(wanted).one()
        per_category = dict(
            conn.execute(
                select(report.c.category, func.count())
                .where(*chosen.conditions(conn, zone))
                .group_by(report.c.category)
            ).all()
        )
        assert choose(conn, EVERYTHING, snapshot, chosen) is selection
    assert (selection.total, selection.total - selection.without_place) == (total, placed)
    assert dict(selection.by_category()) == per_category
    assert sum(n for _, n in selection.by_source()) == total
    assert sum(n for _, n in selection.by_week()) == total
    assert sum(selection.by_grid().values()) == total - selection.without_grid


def test_weeks_start_on_monday_and_leave_none_out(filled: Engine, settings: Settings) -> None:
    with filled.connect() as conn:
        weeks = choose(conn, EVERYTHING, open_snapshot(filled, settings), ReportFilter()).by_week()
        of_january = conn.execute(
            text(
                "SELECT count(*) FROM report WHERE occurred_at >= '2026-01-05 00:00+08' AND occurred_at < '2026-01-12 00:00+08'"
            )
        )
        assert dict(weeks)[dt.date(2026, 1, 5)] == of_january.scalar()
    assert all(monday.weekday() == 0 for monday, _ in weeks)
    assert [b[0] - a[0] for a, b in itertools.pairwise(weeks)] == [dt.timedelta(days=7)] * (len(weeks) - 1)


def test_the_question_for_changes_reads_indexes(filled: Engine, settings: Settings) -> None:
    seen = open_snapshot(filled, settings).header.seen
    with filled.connect() as conn:
        plan = "\n".join(_explain(conn, seen))
    assert "ix_report_changed_xid" in plan
    assert "ix_owner_changed_xid" in plan


def _explain(conn: Connection, seen: str) -> list[str]:
    conn.execute(text("SET LOCAL enable_seqscan = off"))  # the tables of a test are small
    driver = conn.connection.dbapi_connection
    assert driver is not None
    with driver.cursor() as cursor:
        cursor.execute("EXPLAIN " + snapshots.sql.query("snapshot_changes"), {"seen": seen})
        return [row[0] for row in cursor.fetchall()]


def test_the_snapshot_is_for_its_owner_only(filled: Engine, settings: Settings) -> None:
    open_snapshot(filled, settings)
    folder = settings.home / "snapshots"
    assert folder.stat().st_mode & 0o077 == 0
