"""``/healthz``: whether the service can work, for whoever watches it."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, jsonify
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import SQLAlchemyError

from geodata.jobs.runner import HEARTBEAT_FACT
from geodata.migrations import head
from geodata.tables import fact
from gridmap.errors import GridmapError
from web import db
from web.access import public

_RUNNER_SILENT_S = 120


def health() -> tuple[dict[str, Any], bool]:
    """What works, and whether pages can be served: the database answers with the newest schema.

    A job runner that is silent delays jobs but stops no page: it is told and does not count.
    """
    found: dict[str, Any] = {"database": False, "schema": None, "schema_at_head": False, "job_runner": False}
    try:
        conn = db.connection()
        found["schema"] = conn.scalar(text("SELECT version_num FROM alembic_version"))
        found["database"] = True
        found["schema_at_head"] = found["schema"] == head()
        found["job_runner"] = _runner_seen(conn)
    except (SQLAlchemyError, GridmapError):
        db.forget()
    return found, bool(found["database"] and found["schema_at_head"])


def _runner_seen(conn: Connection) -> bool:
    seen = conn.scalar(select(fact.c.value).where(fact.c.name == HEARTBEAT_FACT))
    return seen is not None and (datetime.now(UTC) - datetime.fromisoformat(seen)).total_seconds() < _RUNNER_SILENT_S


@public
def healthz() -> Response:
    """200 when the service can work, else 503, with what does and what does not."""
    found, works = health()
    response = jsonify({"status": "ok" if works else "unavailable", **found})
    response.status_code = 200 if works else 503
    response.headers["Cache-Control"] = "no-store"
    return response


def init_app(app: Flask) -> None:
    """Answer at ``/healthz``."""
    app.add_url_rule("/healthz", "healthz", healthz)
