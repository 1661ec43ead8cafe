"""The job that writes an export too large to wait for."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from geodata.accounts import active_account
from geodata.days import today
from geodata.exports import Wording, exported_rows, format_named, write_table
from geodata.exports.files import fresh_file
from geodata.jobs.kinds import JobContext, job_kind
from geodata.jobs.queue import UnknownJob, enqueue, job_by_ref
from geodata.report_order import order_named
from geodata.report_search import ReportSearch
from geodata.scope import scope_of
from gridmap.access import Permission
from gridmap.errors import GridmapError

KIND = "export"


class ExportNotAllowed(GridmapError):
    """The account lost its right between asking and writing."""

    code = "export_not_allowed"
    zh = "账号已停用或已没有导出权限，导出未执行。"
    en = "The account is disabled or may no longer export: nothing was written."


def ask_for_export(
    conn: Connection,
    account_id: int,
    format_name: str,
    query: Mapping[str, list[str]],
    order: str,
    wording: Wording,
    rows: int,
) -> UUID:
    """Have an export written; the job's reference. ``query`` is the search's, ``rows`` how many are expected."""
    arguments = {
        "account_id": account_id,
        "format": format_name,
        "query": dict(query),
        "order": order,
        "headings": dict(wording.headings),
        "values": {name: dict(words) for name, words in wording.values.items()},
        "rows": rows,
    }
    ref = enqueue(conn, KIND, arguments, account_id=account_id)
    assert ref is not None
    return ref


def export_job(conn: Connection, account_id: int, ref: UUID) -> Any:
    """A person's own export. Errors: ``UnknownJob``, also for anybody else's."""
    found = job_by_ref(conn, ref)
    if found.kind != KIND or found.account_id != account_id:
        raise UnknownJob(field="ref")
    return found


@job_kind(KIND)
def export(context: JobContext) -> dict[str, Any]:
    """Write the file of what its owner may see now; gives ``file`` (its name) and ``rows``."""
    asked, settings = context.job.arguments, context.settings
    kind = format_named(asked["format"])
    path = fresh_file(settings, kind.suffix)

    def told(rows: int) -> None:
        context.heartbeat(min(0.99, rows / max(asked["rows"], 1)))

    try:
        with context.engine.connect() as conn:
            blocks = _blocks(conn, context, today(settings.zone))
            rows = write_table(kind.name, path, blocks, Wording(asked["headings"], asked["values"]), told)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return {"file": path.name, "rows": rows}


def _blocks(conn: Connection, context: JobContext, day: date) -> Any:
    asked, settings = context.job.arguments, context.settings
    account = active_account(conn, asked["account_id"])
    if account is None:
        raise ExportNotAllowed
    scope = scope_of(conn, account, settings.city_code, day)
    if not scope.may(Permission.EXPORT):
        raise ExportNotAllowed
    search = ReportSearch.parse(asked["query"], account.id, day)
    return exported_rows(conn, scope, search, settings.zone, order_named(asked["order"]))
