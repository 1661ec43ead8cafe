"""Corrections of streams: asked for, under way, done, undone. The work is a job (``geodata.jobs.positions``)."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, and_, case, func, select, update
from sqlalchemy.dialects.postgresql import insert

from geodata.positions.stream_reports import Stream, StreamUnusable
from geodata.positions.streams import is_last_run, is_surely
from geodata.tables import account, datum_correction, datum_correction_report
from gridmap.datum import DATUMS, UnknownDatum, as_hypothesis
from gridmap.errors import GridmapError

#: The last day of a correction that also holds from now on.
OPEN_END = date(2999, 12, 31)
STANDS = and_(datum_correction.c.to_day == OPEN_END, datum_correction.c.undo_asked_at.is_(None))


class UnknownCorrection(GridmapError):
    """No correction has that reference."""

    code = "unknown_correction"
    zh = "没有找到该坐标校正。"
    en = "There is no such correction."


class CorrectionUnderWay(GridmapError):
    """Somebody is correcting the same stream."""

    code = "correction_under_way"
    zh = "该来源正在校正中，请等它完成后再试。"
    en = "This source is being corrected already; wait until that is done."


class CorrectionUndone(GridmapError):
    """A correction that cannot be undone: it is undone already, or being so."""

    code = "correction_undone"
    zh = "该校正已撤销或正在撤销。"
    en = "This correction is undone already, or being undone."


class DeviceNotTold(GridmapError):
    """Later reports of a source without a device, where the judgement does not surely say what would be corrected to."""

    code = "device_not_told"
    zh = "该来源没有说明设备，只有在判断明确时才能对以后的上报一律校正：请让上报方写明设备名称，或待下次判断后再校正。"
    en = "This source does not tell its device, so its later reports are corrected only to what the judgement surely says: ask it to name the device, or correct again after the next judgement."


class StreamChanged(GridmapError):
    """The stream has gone on otherwise since the days that are to be corrected."""

    code = "stream_changed"
    zh = "该设备此后的坐标已有变化，只能校正所列日期内的案件。"
    en = "The device's coordinates have changed since: only the reports of these days can be corrected."


class CorrectionStands(GridmapError):
    """A correction of the same device holds from now on."""

    code = "correction_stands"
    zh = "该设备已有长期有效的校正，请先在“坐标来源”页停止它。"
    en = "A correction of this device holds from now on; end that first, on the page of sources."


class CorrectionEnded(GridmapError):
    """A correction that does not hold from now on, or no longer."""

    code = "correction_ended"
    zh = "该校正对以后的上报已不再生效。"
    en = "This correction does not hold for later reports any more."


def ask_correction(
    conn: Connection, stream: Stream, to_datum: str, account_id: int | None, *, later: bool = False
) -> UUID:
    """Note that a stream is to be corrected, with ``later`` also what it reports from now on; gives the reference.

    Errors: ``UnknownDatum``, ``StreamUnusable``, ``CorrectionUnderWay``, ``CorrectionStands``; with ``later`` ``DeviceNotTold``, ``StreamChanged``.
    """
    if to_datum not in DATUMS:
        raise UnknownDatum(field="datum", datum=to_datum, allowed=", ".join(DATUMS))
    if as_hypothesis(to_datum) == as_hypothesis(stream.datum):
        raise StreamUnusable(field="datum")
    _check_free(conn, stream)
    if later:
        _check_last(conn, stream, to_datum)
        stream = replace(stream, to_day=OPEN_END)
    made = conn.execute(
        insert(datum_correction)
        .values(
            source=stream.source,
            device=stream.device,
            from_datum=stream.datum,
            to_datum=to_datum,
            from_day=stream.from_day,
            to_day=stream.to_day,
            account_id=account_id,
        )
        .on_conflict_do_nothing()
        .returning(datum_correction.c.ref)
    ).one_or_none()
    if made is None:
        raise CorrectionUnderWay(field="stream")
    ref: UUID = made.ref
    return ref


def ask_undoing(conn: Connection, ref: UUID, account_id: int | None) -> None:
    """Note that a correction is to be undone. Errors: ``UnknownCorrection``, ``CorrectionUndone``."""
    asked = update(datum_correction).where(datum_correction.c.ref == ref, datum_correction.c.undo_asked_at.is_(None))
    if conn.execute(asked.values(undo_asked_at=func.now(), undo_account_id=account_id)).rowcount != 1:
        correction_by_ref(conn, ref)
        raise CorrectionUndone(field="ref")


def end_standing(conn: Connection, ref: UUID, day: date) -> None:
    """Let a correction hold no longer for what is reported from now on; what it has corrected stays. Errors: ``UnknownCorrection``, ``CorrectionEnded``."""
    last = func.greatest(datum_correction.c.from_day, day)
    ended = update(datum_correction).where(datum_correction.c.ref == ref, STANDS).values(to_day=last)
    if conn.execute(ended).rowcount != 1:
        correction_by_ref(conn, ref)
        raise CorrectionEnded(field="ref")


def note_finished(conn: Connection, correction_id: int) -> None:
    """Note that every report is corrected, or given back when that was asked."""
    mine = datum_correction.c.id == correction_id
    asked = datum_correction.c.undo_asked_at.is_not(None)
    finished = func.coalesce(datum_correction.c.finished_at, func.now())
    conn.execute(update(datum_correction).where(mine, ~asked).values(finished_at=finished))
    conn.execute(update(datum_correction).where(mine, asked).values(undone_at=func.now()))


def correction_by_ref(conn: Connection, ref: UUID, *, lock: bool = False) -> Row[Any]:
    """One correction; ``lock`` keeps others from changing it. Errors: ``UnknownCorrection``."""
    query = select(datum_correction).where(datum_correction.c.ref == ref)
    found = conn.execute(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise UnknownCorrection(field="ref")
    return found


def list_corrections(conn: Connection, limit: int = 50) -> list[Row[Any]]:
    """The latest corrections, newest first, with the names of who asked for them and for undoing them.

    ``stands``: it holds from now on; ``reports`` then counts those that came later too.
    """
    ever = (
        select(func.count()).where(datum_correction_report.c.correction_id == datum_correction.c.id).scalar_subquery()
    )
    counted = case((datum_correction.c.to_day == OPEN_END, ever), else_=datum_correction.c.reports)
    columns = [column for column in datum_correction.c if column.name != "reports"]
    by, undone_by = account.alias(), account.alias()
    query = (
        select(
            *columns,
            counted.label("reports"),
            STANDS.label("stands"),
            by.c.display_name.label("by_name"),
            undone_by.c.display_name.label("undone_by_name"),
        )
        .outerjoin(by, by.c.id == datum_correction.c.account_id)
        .outerjoin(undone_by, undone_by.c.id == datum_correction.c.undo_account_id)
    )
    return list(conn.execute(query.order_by(datum_correction.c.id.desc()).limit(limit)))


def standing_by_device(conn: Connection) -> dict[tuple[str, str], Row[Any]]:
    """Corrections that hold from now on, by source and device."""
    rows = conn.execute(select(datum_correction).where(STANDS).order_by(datum_correction.c.id))
    return {(row.source, row.device): row for row in rows}


def _check_free(conn: Connection, stream: Stream) -> None:
    """While one stands, another would undo its work report by report, or be undone by it."""
    lock = func.hashtextextended(f"datum {stream.source} {stream.device}", 0)
    conn.execute(func.pg_advisory_xact_lock(lock).select())
    theirs = (datum_correction.c.source == stream.source, datum_correction.c.device == stream.device)
    if conn.execute(select(datum_correction.c.id).where(STANDS, *theirs).limit(1)).first() is not None:
        raise CorrectionStands(field="stream")


def _check_last(conn: Connection, stream: Stream, to_datum: str) -> None:
    """Of a source without a device many may report: only what their positions surely say is done to what comes."""
    if not stream.device and not is_surely(conn, stream, to_datum):
        raise DeviceNotTold(field="later")
    if not is_last_run(conn, stream):
        raise StreamChanged(field="later")
