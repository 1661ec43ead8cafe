"""Snapshots of the reports in arrays, for maps and counts over a million of them; never behind the database.

PostgreSQL says which transactions a statement sees (``pg_current_snapshot``). A snapshot keeps that answer from when it was read;
every row carries the transaction that changed it last. What is missing are the rows changed by a transaction that was not yet
visible then - one still running at that moment included, whenever it commits. Each opening asks for those (two index scans)
and patches them in: a few in each process's memory, many in a new file for all. Deleted rows leave no stamp; a counter that deletions raise asks for a new snapshot.
"""

import fcntl
import hashlib
import io
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, select, text

from geodata import sql
from geodata.settings import Settings
from geodata.snapshot_file import Columns, Header, SnapshotUnreadable, read, write
from geodata.tables import PLACE_FLAGS, layer_version
from gridmap.hotspot.heat_window import to_web_mercator
from gridmap.report import SOURCES, STATES

#: Beyond this share of changed rows a new snapshot is read in one go.
_PATCH_SHARE = 0.2
#: Up to this many changed rows each process patches them in for itself; with more the file is written anew for all.
_PATCH_ALONE = 1000

# A row of snapshot_rows.sql in PostgreSQL's binary COPY format: field count, then length and value of each field, big endian.
_ROW = np.dtype(
    [("fields", ">i2")]
    + [
        part
        for name, kind in (
            ("report_id", ">i8"), ("lon", ">f8"), ("lat", ">f8"), ("category", ">i4"), ("source", ">i4"), ("status", ">i4"),
            ("day", ">i4"), ("grid_id", ">i8"), ("intake", ">i4"), ("placing", ">i4"),
        )
        for part in ((f"{name}_length", ">i4"), (name, kind))
    ]
)  # fmt: skip
_COPY_HEADER = 19


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Reports as of one moment. ``columns`` are aligned arrays in order of ``report_id`` (``snapshot_file.COLUMNS``).

    ``x`` and ``y`` are fractions of the web map (NaN without a place), ``day`` days since 1970 in the city's time zone, ``grid_id``
    the owner's key or -1, ``intake`` the intake district's code as a number (0: none), ``category``, ``source``, ``status`` positions in ``header.categories``, ``SOURCES``, ``STATES``;
    ``placing`` 0, or what is flagged of the place: 1 + its position in ``PLACE_FLAGS``.
    """

    header: Header
    columns: Columns

    @property
    def token(self) -> str:
        """Names this content: equal tokens, equal content."""
        return self.header.token

    def __len__(self) -> int:
        return len(self.columns["report_id"])


@dataclass(frozen=True, slots=True)
class _Moment:
    """What one transaction sees: the database, its snapshot, the counters of deletions."""

    database: str
    seen: str
    deletions: tuple[int, int]


@dataclass(slots=True)
class _Held:
    """What this process shows (``snapshot``) and the file that it was made from (``base``)."""

    snapshot: Snapshot
    inode: int
    base: Snapshot


_held: dict[Path, _Held] = {}
_lock = threading.Lock()


def open_snapshot(engine: Engine, settings: Settings) -> Snapshot:
    """The reports as of now: everything committed before the call is in it.

    The file lies below ``settings.home``/snapshots; one process at a time changes it, all map it.
    """
    path = settings.home / "snapshots" / "reports.snapshot"
    with _lock, _view(engine) as conn:
        moment = _moment(conn)
        held = _current(path, moment, settings)
        if held is not None:
            if not _changed(conn, held.snapshot.header):
                return _note_seen(held, moment)
            changed = _changed(conn, held.base.header)
            if len(changed) <= _PATCH_ALONE:
                held.snapshot = _with_changes(conn, held.base, changed, moment, settings)
                return held.snapshot
    # The lock over processes comes before the view: what another process wrote meanwhile is not done again.
    with _lock, _file_lock(path.with_suffix(".lock")), _view(engine) as conn:
        moment = _moment(conn)
        held = _current(path, moment, settings)
        if held is not None:
            changed = _changed(conn, held.base.header)
            if not changed:
                return _note_seen(held, moment)
            snapshot = _patched(conn, held.base, changed, moment, settings)
        else:
            snapshot = _built(conn, moment, settings)
        write(path, snapshot.header, snapshot.columns)
        _held[path] = _read_in(path, path.stat().st_ino)
        return _held[path].snapshot


@contextmanager
def _view(engine: Engine) -> Iterator[Connection]:
    """A connection whose statements all see one and the same moment."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as conn:
        yield conn
        conn.rollback()


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # it holds where people reported from
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _moment(conn: Connection) -> _Moment:
    row = conn.execute(
        text(
            "SELECT pg_current_snapshot()::text AS seen, d.oid || '/' || c.system_identifier AS database "
            "FROM pg_database d, pg_control_system() c WHERE d.datname = current_database()"
        )
    ).one()
    versions = dict(
        conn.execute(
            select(layer_version.c.layer, layer_version.c.version).where(layer_version.c.layer.in_(("report", "owner")))
        ).all()
    )
    return _Moment(row.database, row.seen, (versions.get("report", 0), versions.get("owner", 0)))


def _current(path: Path, moment: _Moment, settings: Settings) -> _Held | None:
    """The file's content, mapped once; None when it must be made from the beginning."""
    try:
        inode = path.stat().st_ino
        held = _held.get(path)
        if held is None or held.inode != inode:
            held = _held[path] = _read_in(path, inode)
    except (OSError, SnapshotUnreadable):
        _held.pop(path, None)
        return None
    header = held.snapshot.header
    same = (header.database, header.time_zone, header.deletions) == (
        moment.database,
        settings.time_zone,
        moment.deletions,
    )
    return held if same else None


def _read_in(path: Path, inode: int) -> _Held:
    found = Snapshot(*read(path))
    return _Held(found, inode, found)


def _changed(conn: Connection, header: Header) -> list[int]:
    with _cursor(conn) as cursor:
        cursor.execute(sql.query("snapshot_changes"), {"seen": header.seen})
        return [row[0] for row in cursor.fetchall()]


def _note_seen(held: _Held, moment: _Moment) -> Snapshot:
    # Nothing was missing up to this moment: later questions start from here.
    held.snapshot = replace(held.snapshot, header=replace(held.snapshot.header, seen=moment.seen))
    return held.snapshot


def _built(conn: Connection, moment: _Moment, settings: Settings) -> Snapshot:
    with _cursor(conn) as cursor:
        # A whole table takes longer than a page's statement may.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT DISTINCT category FROM report")
        categories = tuple(sorted(row[0] for row in cursor.fetchall()))
    columns = _rows(conn, categories, settings, None)
    return Snapshot(_header(moment, settings, categories), columns)


def _patched(conn: Connection, old: Snapshot, changed: Sequence[int], moment: _Moment, settings: Settings) -> Snapshot:
    if len(changed) > max(10_000, _PATCH_SHARE * len(old)):
        return _built(conn, moment, settings)
    return _with_changes(conn, old, changed, moment, settings)


def _with_changes(
    conn: Connection, old: Snapshot, changed: Sequence[int], moment: _Moment, settings: Settings
) -> Snapshot:
    """The old snapshot with the changed rows as they are now. Its token says what they are, so that processes that patch alike agree."""
    with _cursor(conn) as cursor:
        cursor.execute("SELECT DISTINCT category FROM report WHERE id = ANY(%s)", (list(changed),))
        new_words = {row[0] for row in cursor.fetchall()} - set(old.header.categories)
    categories = (*old.header.categories, *sorted(new_words))
    rows = _rows(conn, categories, settings, changed)
    header = _header(moment, settings, categories)
    said = hashlib.sha256(repr((old.token, categories)).encode())
    for name in sorted(rows):
        said.update(np.ascontiguousarray(rows[name]).tobytes())
    return Snapshot(replace(header, token=said.hexdigest()[:16]), _merged(old.columns, rows))


def _merged(old: Columns, rows: Columns) -> Columns:
    """Rows by ``report_id`` put over those that are there, new ones added; both in order of it."""
    there = np.searchsorted(old["report_id"], rows["report_id"])
    known = there < len(old["report_id"])
    known[known] = old["report_id"][there[known]] == rows["report_id"][known]
    merged: Columns = {}
    for name, values in old.items():
        merged[name] = np.concatenate([values, rows[name][~known]])
        merged[name][there[known]] = rows[name][known]
    ids = merged["report_id"]
    # New reports have larger keys than old ones, but for those of transactions that took long.
    return merged if (ids[1:] > ids[:-1]).all() else _sorted(merged)


def _header(moment: _Moment, settings: Settings, categories: tuple[str, ...]) -> Header:
    token = secrets.token_hex(8)
    return Header(token, moment.database, settings.time_zone, moment.seen, moment.deletions, categories)


def _rows(conn: Connection, categories: Sequence[str], settings: Settings, report_ids: Sequence[int] | None) -> Columns:
    parameters = {
        "zone": settings.time_zone,
        "categories": list(categories),
        "sources": list(SOURCES),
        "states": list(STATES),
        "flags": list(PLACE_FLAGS),
        "everything": report_ids is None,
        "report_ids": list(report_ids or ()),
    }
    buffer = io.BytesIO()
    with _cursor(conn) as cursor:
        body = cursor.mogrify(sql.query("snapshot_rows"), parameters).decode()
        cursor.copy_expert(f"COPY ({body}) TO STDOUT (FORMAT binary)", buffer)
    found = np.frombuffer(buffer.getbuffer()[_COPY_HEADER:-2], dtype=_ROW)
    x, y = to_web_mercator(found["lon"].astype(np.float64), found["lat"].astype(np.float64))
    columns = {
        name: found[name]
        for name in ("report_id", "grid_id", "category", "day", "intake", "source", "status", "placing")
    }
    return _sorted({**columns, "x": x, "y": y})


def _sorted(columns: Columns) -> Columns:
    order = np.argsort(columns["report_id"], kind="stable")
    return {name: values[order] for name, values in columns.items()}


def _cursor(conn: Connection) -> Any:
    driver = conn.connection.dbapi_connection
    assert driver is not None
    return driver.cursor()
