"""The job that loads a file which somebody sent in: the same load as the command's, tried first and applied when asked."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from threading import Event, Thread
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from geodata.audit import note
from geodata.jobs.coverage import ask_for_coverage
from geodata.jobs.kinds import JobCancelled, JobContext, job_kind
from geodata.jobs.queue import LeaseLost, enqueue, job_by_ref, job_by_unique_key
from geodata.loaders import LoadOptions, LoadSummary, load_file
from geodata.loaders.rejects_file import write_rejects
from geodata.loaders.summary import Reject
from geodata.uploads import Upload, rejects_path, upload_by_ref
from gridmap.errors import GridmapError

KIND = "load"
#: Steps of a load with the share of the work that lies behind when they begin.
_STEPS = {"read": 0.05, "check": 0.3, "owners": 0.45, "copy": 0.6, "write": 0.75}
_ROWS_TOLD = 20
_LISTEN_S = 1.0
#: Kinds that say where homes and grids are.
_MOVING = ("divisions", "grids", "buildings", "households")


def ask_for_load(conn: Connection, upload: Upload, options: dict[str, Any], *, commit: bool, account_id: int) -> UUID:
    """Have a file tried, or applied, once the caller has committed; the same question asked twice makes one job."""
    arguments = {"upload": upload.ref, "name": upload.name, "kind": upload.kind, "options": options, "commit": commit}
    key = f"load:{upload.ref}:{'commit' if commit else 'try'}"
    made = enqueue(conn, KIND, arguments, unique_key=key, account_id=account_id)
    if made is not None:
        return made
    found: UUID = job_by_unique_key(conn, key).ref
    return found


def ask_after_load(conn: Connection, kind: str) -> None:
    """What has to be derived anew once a kind has been loaded."""
    if kind in _MOVING:
        ask_for_coverage(conn)


@job_kind(KIND, attempts=2)
def load(context: JobContext) -> dict[str, Any]:
    """Load a file in one transaction, rolled back unless it is to be applied; gives counts, rejects by reason, remarks."""
    asked = context.job.arguments
    upload = upload_by_ref(context.settings, asked["upload"])
    kept = rejects_path(context.settings, upload.ref, str(context.job.ref))

    def tell(step: str) -> None:
        context.heartbeat(progress=_STEPS[step], message=step)

    with context.engine.connect() as conn:
        with _cancellable(context, conn):
            by = job_by_ref(conn, context.job.ref).account_id
            options = replace(_options(asked["options"]), account_id=by)
            path = upload.path(context.settings)
            summary = load_file(conn, context.settings, upload.kind, path, options, progress=tell)
            if summary.rejected_rows is not None:
                write_rejects(summary.rejected_rows, kept)
        if asked["commit"]:
            counts: dict[str, Any] = {"new": summary.new, "changed": summary.changed, "rejected": summary.rejected}
            note(conn, "layer_loaded", account_id=by, subject=upload.kind, file=upload.name, **counts)
            ask_after_load(conn, upload.kind)
        # The last moment to hear of a cancel or a lost lease.
        context.heartbeat(progress=0.97)
        if asked["commit"]:
            conn.commit()
        else:
            conn.rollback()
    return told(summary, committed=asked["commit"], rejects_kept=summary.rejected_rows is not None)


@contextmanager
def _cancellable(context: JobContext, conn: Connection) -> Iterator[None]:
    """Inside, asking the job to stop ends the statement that runs, which may take minutes."""
    ended = Event()
    heard: list[GridmapError] = []
    driver: Any = conn.connection.dbapi_connection

    def listen() -> None:
        while not ended.wait(_LISTEN_S):
            try:
                context.heartbeat()
            except (JobCancelled, LeaseLost) as error:
                heard.append(error)
                driver.cancel()
            except OperationalError:
                continue  # a database that is away for a moment says nothing about the job

    listener = Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield
    except Exception as error:
        if heard:
            raise heard[0] from error
        raise
    finally:
        ended.set()
        listener.join()


def told(summary: LoadSummary, *, committed: bool, rejects_kept: bool) -> dict[str, Any]:
    """A summary as JSON, with every message in both languages."""
    return {
        "kind": summary.kind,
        "new": summary.new,
        "changed": summary.changed,
        "unchanged": summary.unchanged,
        "rejected": summary.rejected,
        "rows": summary.rows,
        "committed": committed,
        "rejects_kept": rejects_kept,
        "reasons": _reasons(summary.rejects),
        "repairs": len(summary.repairs),
        "notes": [{"zh": each.zh, "en": each.en, "loud": each.loud} for each in summary.notes],
    }


def _reasons(rejects: list[Reject]) -> list[dict[str, Any]]:
    """Rejected rows by reason, most first, with the first row numbers and one message as an example."""
    by_code: defaultdict[str, list[Reject]] = defaultdict(list)
    for each in rejects:
        by_code[each.reason.code].append(each)
    found = [
        {
            "code": code,
            "count": len(members),
            "rows": [each.row for each in members[:_ROWS_TOLD]],
            "zh": members[0].reason.text("zh"),
            "en": members[0].reason.text("en"),
        }
        for code, members in by_code.items()
    ]
    return sorted(found, key=lambda reason: (-len(by_code[reason["code"]]), reason["code"]))


def _options(given: dict[str, Any]) -> LoadOptions:
    days = {name: date.fromisoformat(given[name]) for name in ("valid_from", "edition") if given.get(name)}
    return LoadOptions(**{**given, **days})
