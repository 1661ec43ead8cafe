"""Languages: Chinese first, English by ``?lang=en``, remembered in a plain cookie.

Texts in code and templates are English; ``translations/zh`` has the Chinese. The compiled catalogue is made at start when the
text is newer.
"""

import io
import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, Response, current_app, has_request_context, request
from flask_babel import Babel

from geodata.settings import Settings
from gridmap.errors import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")
COOKIE = "gridmap_language"
_TRANSLATIONS = Path(__file__).parent / "translations"
_HALF_YEAR_S = 15_552_000


def language() -> Language:
    """The language of this request: asked for in the address, else the cookie, else the setting."""
    if not has_request_context():
        return "zh"
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE)):
        for known in LANGUAGES:
            if wanted == known:
                return known
    return "en" if current_app.config["GRIDMAP"].language == "en" else "zh"


def compile_catalogue(folder: Path = _TRANSLATIONS) -> Path:
    """Compile each stale ``messages.po``; return the folder that holds the result.

    Server processes that start together each write a file of their own and rename it. A folder that may not be written to
    gets its result below the system's temporary folder.
    """
    result = folder
    for po in sorted(folder.glob("*/LC_MESSAGES/messages.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        if not os.access(po.parent, os.W_OK):
            result = Path(tempfile.mkdtemp(prefix="gridmap-translations-"))
            mo = result / po.parent.relative_to(folder) / "messages.mo"
            mo.parent.mkdir(parents=True)
        _compile(po, mo)
    return result


def _compile(po: Path, mo: Path) -> None:
    with po.open("rb") as source:
        catalogue = read_po(source, locale=po.parents[1].name)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    fresh = mo.with_suffix(f".{os.getpid()}")
    fresh.write_bytes(compiled.getvalue())
    fresh.replace(mo)


def _remember(response: Response) -> Response:
    wanted = request.args.get("lang")
    if wanted in LANGUAGES and request.cookies.get(COOKIE) != wanted:
        response.set_cookie(
            COOKIE, wanted, max_age=_HALF_YEAR_S, samesite="Lax", secure=request.is_secure, httponly=True
        )
    return response


def init_app(app: Flask, settings: Settings) -> None:
    """Choose the language of each request, and times of the city."""

    app.after_request(_remember)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(compile_catalogue())
    app.config["BABEL_DEFAULT_LOCALE"] = settings.language
    Babel(app, locale_selector=language, timezone_selector=lambda: settings.time_zone)
