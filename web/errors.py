"""Errors at the door: one table from cause to HTTP status, one JSON shape, one page, in the user's language.

``{"error": {"status": 422, "code": "lon_out_of_range", "message": "...", "field": "lon"}}``; ``field`` is null when no single
field is at fault.
"""

import logging
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from geodata.accounts import NoSuchAccount
from geodata.actions import KeyReused
from geodata.actions.deciding import NothingToTakeBack
from geodata.actions.deputising import UnknownDeputy
from geodata.actions.handing_over_orders import OrderDiffers, OrderElsewhere
from geodata.actions.managing import ChangedMeanwhile
from geodata.actions.planning.saving import PlanNotDraft, PlanNotReady, StalePlan
from geodata.actions.planning.stepping import NothingToPropose, PlanMovedOn, StepForbidden
from geodata.actions.publishing import PublicationAhead, PublicationPast, UnknownPublication
from geodata.actions.viewing_homes import HomesNotAllowed
from geodata.buildings import UnknownBuilding
from geodata.compounds import UnknownCompound
from geodata.database import DatabaseUnreachable
from geodata.grids import UnknownGrid
from geodata.hotline import UnknownOrder
from geodata.jobs.queue import UnknownJob
from geodata.photos import PhotoBytesSpent, PhotoGone, PhotoRoomFull, PhotoTaken, UnknownPhoto
from geodata.plans.listing import UnknownPlan
from geodata.plans.talk import UnknownComment
from geodata.plans.versions import UnknownVersion
from geodata.positions.corrections import (
    CorrectionEnded,
    CorrectionStands,
    CorrectionUnderWay,
    CorrectionUndone,
    StreamChanged,
    UnknownCorrection,
)
from geodata.positions.piles import UnknownPile
from geodata.positions.streams import UnknownStream
from geodata.rate_limits import TooManyRequests
from geodata.reports import UnknownReport
from geodata.scope import OutsideArea
from geodata.service_points import UnknownServicePoint
from geodata.tiles import UnknownTile
from geodata.uploads import UnknownUpload
from gridmap.errors import GridmapError
from gridmap.planning.approval import OwnPlan, StepNotNow
from web import db
from web.access import NotAllowed, NotSignedIn
from web.i18n import language
from web.identity import BadToken
from web.token_forms import UnknownToken
from web.vendor import VendorMissing

_log = logging.getLogger(__name__)
_QUERY_CANCELLED = "57014"


class NotFound(GridmapError):
    """Nothing at this address."""

    code = "not_found"
    zh = "没有找到您要的内容。请检查地址，或从菜单重新进入。"
    en = "Nothing is here. Check the address, or start again from the menu."


class MethodNotAllowed(GridmapError):
    """The address exists, the method does not."""

    code = "method_not_allowed"
    zh = "此地址不支持该请求方法。"
    en = "This address does not take that method."


class WholeCityOnly(GridmapError):
    """Layers are the whole city's: an account of a part of it cannot load them."""

    code = "whole_city_only"
    zh = "图层数据涉及全市，只有负责全市的账号才能上传。请联系市级数据管理员。"
    en = "Layers concern the whole city: only an account for the whole city can load them. Ask the city's data manager."


class BodyTooLarge(GridmapError):
    """A body beyond ``max_body_mb``."""

    code = "body_too_large"
    zh = "提交的内容过大，最多 {limit} MB。"
    en = "The request is too large: at most {limit} MB."


class WrongContentType(GridmapError):
    """A body that is not JSON by its header."""

    code = "wrong_content_type"
    zh = "请以 Content-Type: application/json 提交。"
    en = "Send it with Content-Type: application/json."


class FormExpired(GridmapError):
    """A form without the token against forgery, or with one of another session."""

    code = "csrf_failed"
    zh = "页面已过期，请刷新后重试。"
    en = "The page has expired: reload it and try again."


class BadRequest(GridmapError):
    """A request that is no good HTTP."""

    code = "bad_request"
    zh = "请求格式有误。"
    en = "The request is malformed."


class TooSlow(GridmapError):
    """A statement that the database ended after ``statement_timeout_s``."""

    code = "too_slow"
    zh = "查询耗时过长，已停止。请缩小范围或时间后重试。"
    en = "The query took too long and was stopped: choose a smaller area or period."


class DatabaseAway(GridmapError):
    """The database does not answer."""

    code = "database_unreachable"
    zh = "数据库暂时没有响应，请稍后再试；若持续出现，请联系系统管理员。"
    en = "The database does not answer. Try again shortly; if it goes on, tell the administrator."


class InternalError(GridmapError):
    """Our own mistake; the log has it under the request's id."""

    code = "internal_error"
    zh = "服务器出错了，已记录。请稍后再试。"
    en = "Something went wrong on our side and was logged. Try again later."


#: What a cause is in HTTP; a subclass goes by its nearest ancestor; every other input error is 422.
STATUS: dict[type[GridmapError], int] = {
    BadRequest: 400,
    FormExpired: 400,
    NotSignedIn: 401,
    BadToken: 401,
    NotAllowed: 403,
    OutsideArea: 403,
    HomesNotAllowed: 403,
    NotFound: 404,
    NoSuchAccount: 404,
    UnknownDeputy: 404,
    UnknownToken: 404,
    UnknownTile: 404,
    UnknownGrid: 404,
    UnknownOrder: 404,
    UnknownCompound: 404,
    UnknownBuilding: 404,
    UnknownServicePoint: 404,
    UnknownJob: 404,
    UnknownUpload: 404,
    UnknownPhoto: 404,
    PhotoGone: 404,
    WholeCityOnly: 403,
    UnknownReport: 404,
    UnknownPublication: 404,
    PublicationAhead: 409,
    PublicationPast: 409,
    UnknownStream: 404,
    UnknownCorrection: 404,
    UnknownPile: 404,
    StepForbidden: 403,
    OwnPlan: 403,
    UnknownPlan: 404,
    UnknownVersion: 404,
    UnknownComment: 404,
    StalePlan: 409,
    PlanMovedOn: 409,
    PlanNotDraft: 409,
    PlanNotReady: 409,
    StepNotNow: 409,
    NothingToPropose: 409,
    MethodNotAllowed: 405,
    ChangedMeanwhile: 409,
    NothingToTakeBack: 409,
    CorrectionUnderWay: 409,
    CorrectionUndone: 409,
    CorrectionStands: 409,
    CorrectionEnded: 409,
    StreamChanged: 409,
    KeyReused: 409,
    OrderDiffers: 409,
    OrderElsewhere: 409,
    PhotoTaken: 409,
    BodyTooLarge: 413,
    WrongContentType: 415,
    GridmapError: 422,
    TooManyRequests: 429,
    PhotoBytesSpent: 429,
    PhotoRoomFull: 503,
    InternalError: 500,
    DatabaseAway: 503,
    DatabaseUnreachable: 503,
    TooSlow: 503,
    VendorMissing: 503,
}

_HTTP: dict[int, type[GridmapError]] = {
    400: BadRequest,
    404: NotFound,
    405: MethodNotAllowed,
    413: BodyTooLarge,
    415: WrongContentType,
    500: InternalError,
}


def status_of(error: GridmapError) -> int:
    """The HTTP status of an error."""
    return next(STATUS[cause] for cause in type(error).__mro__ if cause in STATUS)


def wants_json() -> bool:
    """Whether the caller is a program: the interface and whatever is asked for below it, tiles, or one that prefers JSON to a page.

    The page that describes the interface is for people.
    """
    if request.path.startswith(("/api/", "/tiles/", "/healthz")) and request.endpoint != "api_docs.index":
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def answer(error: GridmapError) -> AnyResponse:
    """The answer to an error: JSON for programs, a page for people."""
    db.forget()
    if isinstance(error, NotSignedIn) and not wants_json():
        return _to_sign_in()
    status = status_of(error)
    response = _as_json(error, status) if wants_json() else _as_page(error, status)
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after_s)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _as_json(error: GridmapError, status: int) -> Response:
    body = {"status": status, "code": error.code, "message": error.text(language()), "field": error.field}
    response = jsonify({"error": body})
    response.status_code = status
    return response


def _as_page(error: GridmapError, status: int) -> Response:
    return make_response(render_template("error.html", error=error, status=status, text=error.text(language())), status)


def _to_sign_in() -> AnyResponse:
    """To the sign-in page and back; htmx follows a header, since it would put a redirect's page into the old one."""
    if "HX-Request" in request.headers:
        response = make_response("", 401)
        back = _path_of(request.headers.get("HX-Current-URL", ""))
        response.headers["HX-Redirect"] = url_for("auth.sign_in", next=back)
        return response
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("auth.sign_in", next=back))


def _path_of(address: str) -> str | None:
    """Path and query of an address, None when it has none."""
    try:
        page = urlsplit(address)
    except ValueError:  # a bracket that opens no IPv6 address
        return None
    return f"{page.path}?{page.query}".rstrip("?") or None


def _http_error(error: HTTPException) -> AnyResponse:
    if error.code is None or error.code < 400:
        return error.get_response()  # a redirect, such as to the address with the slash
    cause = _HTTP.get(error.code, BadRequest if error.code < 500 else InternalError)
    found = cause(limit=(request.max_content_length or 0) >> 20) if cause is BodyTooLarge else cause()
    response = answer(found)
    if error.code == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return response


def _database_error(error: DBAPIError) -> AnyResponse:
    if getattr(error.orig, "pgcode", None) == _QUERY_CANCELLED:
        return answer(TooSlow())
    if isinstance(error, DataError):
        _log.warning("value refused by the database", exc_info=error)
        return answer(BadRequest())
    if isinstance(error, OperationalError) or error.connection_invalidated:
        _log.error("database away", extra={"code": DatabaseAway.code})
        return answer(DatabaseAway())
    return _unexpected(error)


def _unexpected(error: Exception) -> AnyResponse:
    _log.exception("unexpected", exc_info=error)
    return answer(InternalError())


def init_app(app: Flask) -> None:
    """Answer every error in one way."""
    app.config["TRAP_HTTP_EXCEPTIONS"] = False
    app.register_error_handler(GridmapError, answer)
    app.register_error_handler(CSRFError, lambda _error: answer(FormExpired()))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(Exception, _unexpected)
