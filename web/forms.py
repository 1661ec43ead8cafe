"""What forms of pages share: fields as trimmed text, and an error shown at the field that it is about."""

from datetime import date

from flask import request
from flask_babel import gettext as _

from geodata.report_filter import parse_day
from gridmap.errors import GridmapError
from web.i18n import language


def field(name: str, most: int = 200) -> str:
    """A field of the form without blanks around it, cut to the length that its input takes."""
    return request.form.get(name, "").strip()[:most]


def fields(name: str, most: int = 200) -> tuple[str, ...]:
    """Every value of a field that comes several times, once each, in order."""
    return tuple(sorted({value.strip()[:most] for value in request.form.getlist(name) if value.strip()}))


def day_field(name: str) -> date | None:
    """A day of the form, None when it is empty. Errors: ``BadDay``."""
    return parse_day(field(name), name)


def argument(name: str, most: int = 200) -> str:
    """A value of the query string without blanks around it."""
    return request.args.get(name, "").strip()[:most]


def troubles(error: GridmapError | None, **names: str) -> dict[str, str]:
    """Messages by form field, under "" what belongs to none; ``names`` says which field shows what an error calls otherwise.

    An error about a field that the form does not have would stay unseen there, so callers show "" and every field that they name.
    """
    if error is None:
        return {}
    text = error.text(language())
    place = names.get(error.field or "", error.field or "")
    return {place: text, "": text if not place else _("Please check the marked field.")}
