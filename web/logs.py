"""Logs: one JSON object a line on standard error. A request is its route, never its address, caller or query:
a tracking link is a secret and a query may hold a name.
"""

import json
import logging
import sys
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, has_request_context, request

from geodata.database import without_values

_EXTRA = ("method", "route", "status", "ms", "code")
_NAMES = ("web", "geodata", "gridmap")


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, request id, and what the caller gave as ``extra``."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context():
            line["request_id"] = request_id()
        line.update({name: getattr(record, name) for name in _EXTRA if hasattr(record, name)})
        if record.exc_info:
            line["traceback"] = without_values(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class StandardError(logging.Handler):
    """Writes to whatever standard error is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's line."""
        sys.stderr.write(f"{self.format(record)}\n")


def request_id() -> str:
    """The request's own random name, made here: one from outside could be forged to hide among others."""
    if "request_id" not in g:
        g.request_id = uuid.uuid4().hex
    found: str = g.request_id
    return found


def start_logging() -> None:
    """Send our loggers to standard error as JSON lines; calling twice is harmless."""
    for name in _NAMES:
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        if not any(isinstance(handler.formatter, JsonLines) for handler in logger.handlers):
            handler = StandardError()
            handler.setFormatter(JsonLines())
            logger.addHandler(handler)
            logger.propagate = False


_log = logging.getLogger("web.request")


def _note_start() -> None:
    g.started = time.perf_counter()
    request_id()


def _log_request(response: Response) -> Response:
    response.headers["X-Request-Id"] = request_id()
    route = request.url_rule.rule if request.url_rule else "(none)"
    if not route.startswith("/static/"):
        ms = round(1000 * (time.perf_counter() - g.get("started", time.perf_counter())), 1)
        _log.info("request", extra={"method": request.method, "route": route, "status": response.status_code, "ms": ms})
    return response


def _log_exception(exc_info: Any) -> None:
    """What Flask says of an error that even the answer to an error raised, without the address that it would name."""
    _log.error("unexpected while answering", exc_info=exc_info)


def init_app(app: Flask) -> None:
    """Log each request when it ends."""
    start_logging()
    app.log_exception = _log_exception  # type: ignore[method-assign]
    app.before_request(_note_start)
    app.after_request(_log_request)
