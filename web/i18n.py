"""Languages: Chinese first, English by ``?lang=en``, remembered in a plain cookie.

Texts in code and templates are English; ``translations/zh`` has the Chinese, a file a page and ``messages.po`` for what pages share.
The compiled catalogue of them all is made at start when one of them is newer.
"""

import io
import os
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
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
    """Compile each language whose texts are newer than the last result; return the folder that holds the result.

    Server processes that start together each write a file of their own and rename it. A folder that may not be written to
    gets its result below the system's temporary folder.
    """
    result = folder
    for language in sorted(folder.glob("*/LC_MESSAGES")):
        texts = sorted(language.glob("*.po"))
        mo = language / "messages.mo"
        if mo.exists() and all(mo.stat().st_mtime_ns >= po.stat().st_mtime_ns for po in texts):
            continue
        if not os.access(language, os.W_OK):
            result = Path(tempfile.mkdtemp(prefix="gridmap-translations-"))
            mo = result / language.relative_to(folder) / "messages.mo"
            mo.parent.mkdir(parents=True)
        _compile(texts, mo)
    return result


def _compile(texts: list[Path], mo: Path) -> None:
    catalogue = Catalog(locale=mo.parents[1].name)
    for po in texts:
        with po.open("rb") as source:
            for message in read_po(source, locale=mo.parents[1].name):
                if message.id:
                    catalogue[message.id] = message
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
