"""Filters that a person keeps under a name."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from geodata.saved_filters import delete_filter, rename_filter, save_filter
from gridmap.access import Permission
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.cases.asked import AskedList
from web.cases.blueprint import blueprint
from web.cases.listing import PAGE
from web.i18n import language


@blueprint.post("/filters")
@requires(Permission.VIEW_REPORTS)
def keep() -> Response:
    """Keep the list that the form's ``query`` says under ``name``; back to that list."""
    asked = AskedList.parse(MultiDict(parse_qsl(request.form.get("query", ""))))
    name = request.form.get("name", "")
    with _told(_("Saved as “%(name)s”.", name=name)), db.transaction() as conn:
        save_filter(conn, g.account.id, PAGE, name, urlencode(asked.query(), doseq=True))
    return redirect(asked.url())


@blueprint.post("/filters/<uuid:ref>")
@requires(Permission.VIEW_REPORTS)
def change(ref: UUID) -> Response:
    """Rename a filter, or delete it when the form says so."""
    if "delete" in request.form:
        with _told(_("The filter was deleted.")), db.transaction() as conn:
            delete_filter(conn, g.account.id, ref)
    else:
        with _told(_("The filter was renamed.")), db.transaction() as conn:
            rename_filter(conn, g.account.id, ref, request.form.get("name", ""))
    return redirect(url_for("cases.index"))


@contextmanager
def _told(done: str) -> Iterator[None]:
    """Say on the next page that the block worked, or what was wrong with what was asked."""
    try:
        yield
    except GridmapError as error:
        flash(error.text(language()), "error")
    else:
        flash(done)
