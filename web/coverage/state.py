"""Whether the figures are those of the layers, and the job that renews them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, make_response, render_template
from sqlalchemy import Connection, Row

from geodata.coverage.freshness import Freshness, coverage_freshness, fact_of
from geodata.days import today
from geodata.jobs import latest_job
from geodata.jobs.coverage import KIND, ask_for_coverage, ask_for_findings, key_of
from geodata.jobs.queue import latest_of_key
from gridmap.access import Permission
from web import db
from web.access import requires
from web.coverage.blueprint import blueprint
from web.days import asked_day, other_day


@dataclass(frozen=True, slots=True)
class RenewalState:
    """How old the figures are and the job that renews them, None when there is none under way."""

    freshness: Freshness
    job: Row[Any] | None
    failed: bool

    @property
    def waiting(self) -> bool:
        """Whether newer figures are on their way."""
        return not self.freshness.fresh and not self.failed


def renewal_state(conn: Connection, day: date | None = None) -> RenewalState:
    """Where renewing stands: of today, or of the findings of another day."""
    job = latest_job(conn, KIND) if day is None else latest_of_key(conn, key_of(day))
    under_way = job if job is not None and job.state in ("waiting", "running") else None
    here = today(db.settings().zone)
    freshness = coverage_freshness(conn, here) if day is None else coverage_freshness(conn, day, fact_of(day))
    return RenewalState(freshness, under_way, job is not None and job.state == "failed")


@blueprint.get("/state")
@requires(Permission.VIEW_COVERAGE)
def state() -> Response:
    """What the page says while its figures are old: it asks for newer ones, and loads itself again when they are there.

    A fragment; asking twice makes one job.
    """
    asked_day()
    day = other_day()
    with db.transaction() as conn:
        found = renewal_state(conn, day)
        if found.waiting and found.job is None and found.freshness.changed:
            ask_for_coverage(conn) if day is None else ask_for_findings(conn, day)
            found = renewal_state(conn, day)
    response = make_response(render_template("coverage/state.html", state=found))
    if found.freshness.fresh:
        response.headers["HX-Refresh"] = "true"
    return response
