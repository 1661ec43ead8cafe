"""Jobs about positions: the nightly judgement of streams, piles and rounded coordinates, and corrections of streams."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from geodata.jobs.kinds import JobContext, job_kind
from geodata.jobs.queue import enqueue
from geodata.jobs.snapshots import ask_for_snapshot
from geodata.positions.correcting import correct_batch, reports_left, undo_batch
from geodata.positions.corrections import correction_by_ref, note_finished
from geodata.positions.piles import renew_flags
from geodata.positions.reading import received_positions
from geodata.positions.standing import standing_corrections
from geodata.positions.streams import renew_streams

KIND = "positions"
CORRECTION = "datum_correction"


def ask_for_positions(conn: Connection) -> None:
    """Have positions judged anew once the caller has committed; asking twice makes one job."""
    enqueue(conn, KIND, unique_key=KIND)


def ask_for_correction(conn: Connection, ref: UUID, account_id: int | None) -> UUID | None:
    """Have a correction done, gone on with, or undone once the caller has committed; None when that is under way."""
    return enqueue(conn, CORRECTION, {"correction": str(ref)}, unique_key=f"{CORRECTION}:{ref}", account_id=account_id)


def ask_for_standing(conn: Connection) -> None:
    """Have corrections that hold from now on look for reports that came in otherwise than one by one."""
    for ref in standing_corrections(conn):
        ask_for_correction(conn, ref, None)


@job_kind(KIND)
def positions(context: JobContext) -> dict[str, int]:
    """Judge all positions; gives how many runs of streams look wrong, piles, and flagged reports."""
    context.heartbeat(progress=0.02)
    with context.engine.connect() as conn:
        received = received_positions(conn, context.settings)
        wrong = renew_streams(conn, context.settings, received, lambda done: context.heartbeat(0.1 + 0.7 * done))
        found = renew_flags(conn, received)
        ask_for_snapshot(conn)
        # The last moment to hear of a cancel or a lost lease.
        context.heartbeat(progress=0.95)
        conn.commit()
    return {"streams_wrong": wrong, **found}


@job_kind("positions_timer", every=timedelta(days=1))
def positions_timer(context: JobContext) -> dict[str, Any]:
    """Ask for the judgement once a day, and before it for what standing corrections have missed."""
    with context.engine.begin() as conn:
        ask_for_standing(conn)
        ask_for_positions(conn)
    return {}


@job_kind(CORRECTION, attempts=5)
def datum_correction(context: JobContext) -> dict[str, int]:
    """Correct the reports of a stream, or give them back what they had, a batch a transaction; a killed one goes on where it ended."""
    ref, done = UUID(context.job.arguments["correction"]), 0
    with context.engine.connect() as conn:
        total = reports_left(conn, context.settings, correction_by_ref(conn, ref))
    while (count := _batch(context, ref, done)) > 0:
        done += count
        context.heartbeat(progress=min(0.99, done / max(total, done)), message=f"{done:,}")
    return {"reports": done}


def _batch(context: JobContext, ref: UUID, done: int) -> int:
    with context.engine.begin() as conn:
        # Two jobs about one correction take turns, and an undoing that is asked meanwhile is heard of here.
        correction = correction_by_ref(conn, ref, lock=True)
        work = correct_batch if correction.undo_asked_at is None else undo_batch
        count = work(conn, context.settings, correction)
        if count == 0:
            news = (
                done > 0
                or (correction.finished_at if correction.undo_asked_at is None else correction.undone_at) is None
            )
            note_finished(conn, correction.id)
            if news:
                ask_for_positions(conn)
                ask_for_snapshot(conn)
        return count
