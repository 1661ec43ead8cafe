"""Exports: the chosen list as a file, at once or by a job."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl
from uuid import UUID

from flask import Response, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection, Engine
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from geodata.days import today
from geodata.exports import Format, csv_lines, exported_rows, file_of, format_named, write_table
from geodata.exports.files import fresh_file
from geodata.jobs import ask_cancel
from geodata.jobs.exports import ask_for_export, export_job
from geodata.reports import count_reports
from geodata.scope import Scope
from geodata.settings import Settings
from gridmap.access import Permission
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.acting import actor
from web.cases.asked import AskedList
from web.cases.blueprint import blueprint
from web.cases.export_words import wording
from web.downloads import as_download
from web.scope import scope


class TooManyRows(GridmapError):
    """More rows than a format holds."""

    code = "too_many_rows"
    zh = "共 {rows} 条，超过该格式上限 {most} 条。请缩小范围，或导出 CSV。"
    en = "{rows} rows are more than the {most} that this format takes. Narrow the filter, or export CSV."


class ExportGone(GridmapError):
    """A file that was deleted, or is not written yet."""

    code = "export_gone"
    zh = "导出文件尚未生成或已过期（保留一天），请重新导出。"
    en = "The file is not written yet or has expired (it is kept for a day). Export again."


@blueprint.post("/export")
@requires(Permission.EXPORT)
def export() -> AnyResponse:
    """The list of the form's ``query`` in ``format``: the file, or for many rows the page of the job that writes it."""
    kind = format_named(request.form.get("format", ""))
    asked = AskedList.parse(MultiDict(parse_qsl(request.form.get("query", ""))))
    settings, conn = db.settings(), db.connection()
    rows = count_reports(conn, scope(), asked.search, settings.zone)
    if kind.most is not None and rows > kind.most:
        raise TooManyRows(field="format", rows=f"{rows:,}", most=f"{kind.most:,}")
    job = None
    with db.transaction() as conn:
        # Before the first byte leaves: what was sent is noted even when the connection breaks.
        actor().note(conn, "reports_exported", "report", format=kind.name, rows=rows, filter=asked.search.query())
        if kind.direct is not None and rows > kind.direct:
            query, order = asked.search.query(), asked.order.name
            job = ask_for_export(conn, g.account.id, kind.name, query, order, wording(), rows)
    if job is not None:
        return redirect(url_for("cases.export_state", ref=job))
    return _csv(db.engine(), settings, scope(), asked, kind) if kind.name == "csv" else _table(settings, asked, kind)


def _csv(engine: Engine, settings: Settings, seen: Scope, asked: AskedList, kind: Format) -> Response:
    def pieces() -> Iterator[bytes]:
        # A connection of its own: the request's is given back before the last line is sent.
        with engine.connect() as conn:
            yield from csv_lines(exported_rows(conn, seen, asked.search, settings.zone, asked.order))

    response = Response(pieces(), mimetype=kind.mimetype)
    return as_download(response, _file_name(kind))


def _table(settings: Settings, asked: AskedList, kind: Format) -> Response:
    path = fresh_file(settings, kind.suffix)
    try:
        blocks = exported_rows(db.connection(), scope(), asked.search, settings.zone, asked.order)
        write_table(kind.name, path, blocks, wording())
        written = path.open("rb")
    finally:
        # Whoever has it open reads on; nobody else needs it.
        path.unlink(missing_ok=True)
    return send_file(written, mimetype=kind.mimetype, as_attachment=True, download_name=_file_name(kind))


@blueprint.get("/exports/<uuid:ref>")
@requires(Permission.EXPORT)
def export_state(ref: UUID) -> str:
    """How far an export is; the whole page, or for htmx its moving part."""
    job = export_job(db.connection(), g.account.id, ref)
    there = job.state == "done" and file_of(db.settings(), job.result["file"]) is not None
    template = "cases/export_state.html" if "HX-Request" in request.headers else "cases/export.html"
    return render_template(template, job=job, there=there, rows=job.arguments["rows"])


@blueprint.post("/exports/<uuid:ref>/cancel")
@requires(Permission.EXPORT)
def cancel_export(ref: UUID) -> AnyResponse:
    """Ask an export to stop."""
    with db.transaction() as conn:
        ask_cancel(conn, export_job(conn, g.account.id, ref).ref)
    return redirect(url_for("cases.export_state", ref=ref))


@blueprint.get("/exports/<uuid:ref>/file")
@requires(Permission.EXPORT)
def export_file(ref: UUID) -> Response:
    """The file of an export that is done, for who asked for it."""
    path, kind = _written(db.connection(), ref)
    return send_file(path, mimetype=kind.mimetype, as_attachment=True, download_name=_file_name(kind))


def _written(conn: Connection, ref: UUID) -> tuple[Path, Format]:
    job = export_job(conn, g.account.id, ref)
    path = file_of(db.settings(), job.result["file"]) if job.state == "done" else None
    if path is None:
        raise ExportGone
    return path, format_named(job.arguments["format"])


def _file_name(kind: Format) -> str:
    return f"{_('cases')}-{today(db.settings().zone).isoformat()}{kind.suffix}"
