"""``/admin/audit``: who did or saw what."""

import json
from typing import Any

from flask import Response, render_template, request
from flask_babel import format_datetime
from flask_babel import gettext as _
from sqlalchemy import Row

from geodata.audit_lines import AuditFilter, actions_there, all_lines, day_after, list_lines
from geodata.days import today
from geodata.report_filter import parse_day
from gridmap.access import Permission
from web import db
from web.access import requires
from web.acting import actor
from web.admin.audit_words import action_word
from web.admin.blueprint import blueprint
from web.forms import argument
from web.paging import A_PAGE, pager
from web.scope import scope
from web.sheets import as_csv

#: Lines in one export; a longer period goes in parts.
EXPORT_MOST = 50_000


@blueprint.get("/audit")
@requires(Permission.VIEW_AUDIT)
def audit() -> str:
    """Lines of accounts inside the caller's area, newest first."""
    conn, settings, chosen = db.connection(), db.settings(), _chosen()
    page = list_lines(
        conn, scope(), today(settings.zone), chosen, settings.zone, limit=A_PAGE, cursor=argument("cursor") or None
    )
    query = {
        name: value
        for name, value in request.args.items()
        if name in ("person", "action", "subject", "from", "to") and value
    }
    return render_template(
        "admin/audit.html",
        page=page,
        pager=pager(page.next_cursor),
        chosen=chosen,
        query=query,
        actions=[(code, action_word(code)) for code in actions_there(conn)],
        action_word=action_word,
        detail_words=detail_words,
        may_export=scope().may(Permission.EXPORT),
        most=EXPORT_MOST,
    )


@blueprint.get("/audit.csv")
@requires(Permission.VIEW_AUDIT)
def audit_export() -> Response:
    """The same lines as a file, which is itself noted."""
    settings, chosen, by = db.settings(), _chosen(), actor()
    heading = [
        _("Time"), _("Account"), _("Shown name"), _("Action"), _("Object"), _("Purpose"), _("Details"), _("Request")
    ]  # fmt: skip
    with db.transaction() as conn:
        lines = [_values(row) for row in all_lines(conn, by.scope, by.day, chosen, settings.zone, EXPORT_MOST)]
        by.note(conn, "audit_exported", "", lines=len(lines), filter=dict(request.args))
    response = Response(as_csv([heading, *lines]), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="audit-{by.day.isoformat()}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def detail_words(detail: dict[str, Any]) -> str:
    """A line's detail; of a change only what differs, before and after."""
    before, after = detail.get("before"), detail.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        changed = [name for name in after if before.get(name) != after[name]]
        return "\n".join(f"{name}: {_short(before.get(name))} → {_short(after[name])}" for name in changed)
    return "\n".join(f"{name}: {_short(value)}" for name, value in detail.items() if value not in (None, "", [], {}))


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _chosen() -> AuditFilter:
    first, last = (parse_day(argument(name), name) for name in ("from", "to"))
    return AuditFilter(argument("person", 80), argument("action", 80), argument("subject", 200), first, day_after(last))


def _values(row: Row[Any]) -> list[str]:
    at = format_datetime(row.at, "yyyy-MM-dd HH:mm:ss")
    detail = json.dumps(row.detail, ensure_ascii=False)
    return [
        at,
        row.name or "",
        row.display_name or "",
        action_word(row.action),
        row.object,
        row.purpose,
        detail,
        row.request_id,
    ]
