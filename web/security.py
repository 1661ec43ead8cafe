"""What guards every answer: security headers with a content policy by nonce, forms against forgery, sizes, trusted proxies."""

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from geodata.settings import Settings

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # Within the service the address says where one came from (Flask-WTF checks it under HTTPS); outside learns nothing.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_ONE_YEAR = 31_536_000
_TAKES_FILES = "gridmap_takes_files"
#: What a form has around its file.
_FORM_BYTES = 1 << 16
View = TypeVar("View", bound=Callable[..., Any])
_csrf = CSRFProtect()


def takes_files(view: View) -> View:
    """The view takes a file of up to ``max_upload_mb`` in a form."""
    setattr(view, _TAKES_FILES, lambda settings: settings.max_upload_mb * 1024 * 1024)
    return view


def takes_photos(view: View) -> View:
    """The view takes the photos of a report in a form: as many and as large as the settings say."""
    setattr(view, _TAKES_FILES, lambda settings: settings.photos_most * settings.photo_bytes_most)
    return view


def csp_nonce() -> str:
    """The nonce of this request's scripts and styles."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    found: str = g.csp_nonce
    return found


def _add_headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _POLICY.format(nonce=csp_nonce()))
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={_ONE_YEAR}")
    if g.get("account") is not None:
        # Nothing of an account may stay in a shared cache; views that allow the browser's own say private themselves.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.vary.update(["Cookie", "Authorization"])
    return response


def init_app(app: Flask, settings: Settings) -> None:
    """Headers on every answer, a limit on bodies, proxies believed only as many as the setting says."""
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_mb * 1024 * 1024
    app.before_request(_check_address)
    app.after_request(_add_headers)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]


def _has_nul(values: MultiDict[str, str]) -> bool:
    return any("\0" in text for pair in values.items(multi=True) for text in pair)


def _check_address() -> None:
    """Refuse a NUL in the address: PostgreSQL cannot store one, and nobody types one."""
    if "\0" in request.path or _has_nul(request.args):
        raise BadRequest


def _check_form() -> None:
    """Refuse a NUL in a form. Only now is a body read: nobody unknown can make the server take a large one."""
    view = current_app.view_functions.get(request.endpoint or "")
    if (most := getattr(view, _TAKES_FILES, None)) is not None:
        request.max_content_length = most(current_app.config["GRIDMAP"]) + _FORM_BYTES
    if _has_nul(request.form):
        raise BadRequest


def _check_csrf() -> None:
    """Refuse what another site could make a signed-in browser send.

    A browser adds the session cookie by itself, so a request that counts because of its cookie must also carry the token
    that only our pages know: form field ``csrf_token`` or header ``X-CSRFToken``. A request with a bearer token needs none
    (no browser adds that by itself), nor has a call of the interface without a signed-in session anything to forge.
    """
    if request.method in _SAFE_METHODS or request.endpoint is None or g.by_token:
        return
    if request.path.startswith("/api/") and g.account is None:
        return
    _csrf.protect()


def init_csrf(app: Flask) -> None:
    """Check forms against forgery, after it is known who asks."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # _check_csrf decides
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a token lives as long as its session
    _csrf.init_app(app)
    app.before_request(_check_form)
    app.before_request(_check_csrf)
