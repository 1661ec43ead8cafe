"""Corrections of streams: asked for, under way, done, undone. The work is a job (``geodata.jobs.positions``)."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from geodata.positions.stream_reports import Stream, StreamUnusable
from geodata.tables import account, datum_correction
from gridmap.datum import DATUMS, UnknownDatum, as_hypothesis
from gridmap.errors import GridmapError


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


def ask_correction(conn: Connection, stream: Stream, to_datum: str, account_id: int | None) -> UUID:
    """Note that a stream is to be corrected; gives the reference. Errors: ``UnknownDatum``, ``StreamUnusable``, ``CorrectionUnderWay``."""
    if to_datum not in DATUMS:
        raise UnknownDatum(field="datum", datum=to_datum, allowed=", ".join(DATUMS))
    if as_hypothesis(to_datum) == as_hypothesis(stream.datum):
        raise StreamUnusable(field="datum")
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


def note_finished(conn: Connection, correction_id: int) -> None:
    """Note that every report is corrected, or given back when that was asked."""
    mine = datum_correction.c.id == correction_id
    asked = datum_correction.c.undo_asked_at.is_not(None)
    conn.execute(update(datum_correction).where(mine, ~asked).values(finished_at=func.now()))
    conn.execute(update(datum_correction).where(mine, asked).values(undone_at=func.now()))


def correction_by_ref(conn: Connection, ref: UUID, *, lock: bool = False) -> Row[Any]:
    """One correction; ``lock`` keeps others from changing it. Errors: ``UnknownCorrection``."""
    query = select(datum_correction).where(datum_correction.c.ref == ref)
    found = conn.execute(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise UnknownCorrection(field="ref")
    return found


def list_corrections(conn: Connection, limit: int = 50) -> list[Row[Any]]:
    """The latest corrections, newest first, with the names of who asked for them and for undoing them."""
    by, undone_by = account.alias(), account.alias()
    query = (
        select(datum_correction, by.c.display_name.label("by_name"), undone_by.c.display_name.label("undone_by_name"))
        .outerjoin(by, by.c.id == datum_correction.c.account_id)
        .outerjoin(undone_by, undone_by.c.id == datum_correction.c.undo_account_id)
    )
    return list(conn.execute(query.order_by(datum_correction.c.id.desc()).limit(limit)))
