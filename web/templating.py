"""What every template knows: addresses of libraries and own files, the menu, the place, formats."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, g, request
from flask_babel import format_date, format_datetime, format_timedelta, gettext, pgettext
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from geodata.tables import division, fact
from gridmap.access import may
from web import db
from web.i18n import language
from web.logs import request_id
from web.pages import MENU, MenuEntry
from web.security import csp_nonce
from web.static_files import static_url
from web.vendor import vendor_url


def menu() -> list[MenuEntry]:
    """The pages that exist and that this caller may open."""
    account = g.get("account")
    known = current_app.view_functions
    return [entry for entry in MENU if entry.endpoint in known and account and may(account.role, entry.permission)]


def is_here(entry: MenuEntry) -> bool:
    """Whether the page shown belongs to an entry of the menu: its own page, or one of the same package."""
    if request.endpoint == entry.endpoint:
        return True
    return "." in entry.endpoint and entry.endpoint.split(".")[0] == (request.endpoint or "").split(".")[0]


def language_url(wanted: str) -> str:
    """This page in another language."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{request.path}?{urlencode([*pairs, ('lang', wanted)])}"


def is_synthetic() -> bool:
    """Whether the data are the made-up sample, which every page says."""
    if g.get("account") is None:
        return False
    try:
        # Whether it is there; what is noted of a whole city is long.
        return db.connection().scalar(select(fact.c.name).where(fact.c.name == "synthetic")) is not None
    except SQLAlchemyError:  # the error page is shown while the database is away
        db.forget()
        return False


def city_name() -> str:
    """The city's name in the language of the page: English from the divisions, where they have it."""
    settings = db.settings()
    if language() == "en":
        try:
            named = select(division.c.name_en).where(division.c.code == settings.city_code)
            return db.connection().scalar(named) or settings.city_name
        except SQLAlchemyError:
            db.forget()
    return settings.city_name


def _names() -> dict[str, Any]:
    return {
        "account": g.get("account"),
        "city_name": city_name(),
        "language": language(),
        "html_language": "zh-CN" if language() == "zh" else "en",
    }


def init_app(app: Flask) -> None:
    """Put the names into every template."""
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.globals.update(
        vendor_url=vendor_url, static_url=static_url, csp_nonce=csp_nonce, menu=menu, is_here=is_here, language_url=language_url,
        is_synthetic=is_synthetic, request_id=request_id, _=gettext,
        pgettext=pgettext,
    )  # fmt: skip
    app.jinja_env.filters["local_time"] = lambda value: format_datetime(value, "yyyy-MM-dd HH:mm")
    app.jinja_env.filters["whole_day"] = lambda day: format_date(day, "full")
    app.jinja_env.filters["time_ago"] = lambda value: format_timedelta(value - datetime.now(UTC), add_direction=True)
    app.context_processor(_names)
