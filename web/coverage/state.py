"""Whether the figures are those of the layers, and the job that renews them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, make_response, render_template
from sqlalchemy import Connection, Row

from geodata.coverage.freshness import Freshness, coverage_freshness
from geodata.days import today
from geodata.jobs import latest_job
from geodata.jobs.coverage import KIND, ask_for_coverage
from gridmap.access import Permission
from web import db
from web.access import requires
from web.coverage.blueprint import blueprint


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


def renewal_state(conn: Connection, day: date) -> RenewalState:
    """Where renewing stands."""
    job = latest_job(conn, KIND)
    under_way = job if job is not None and job.state in ("waiting", "running") else None
    return RenewalState(coverage_freshness(conn, day), under_way, job is not None and job.state == "failed")


@blueprint.get("/state")
@requires(Permission.VIEW_COVERAGE)
def state() -> Response:
    """What the page says while its figures are old: it asks for newer ones, and loads itself again when they are there.

    A fragment; asking twice makes one job.
    """
    day = today(db.settings().zone)
    with db.transaction() as conn:
        found = renewal_state(conn, day)
        if found.waiting and found.job is None and found.freshness.changed:
            ask_for_coverage(conn)
            found = renewal_state(conn, day)
    response = make_response(render_template("coverage/state.html", state=found))
    if found.freshness.fresh:
        response.headers["HX-Refresh"] = "true"
    return response
