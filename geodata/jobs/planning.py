"""The jobs that cut the ground of a plan into units, and that suggest grids."""

import threading
import time
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from geodata.actions.planning.asking import SUGGESTION_JOB, Request
from geodata.actions.planning.starting import GROUND_JOB, lay_ground
from geodata.actions.planning.suggesting import Suggestion, suggest
from geodata.jobs.kinds import JobCancelled, JobContext, job_kind
from geodata.jobs.queue import LeaseLost
from geodata.plans.kept import kept_ground
from geodata.plans.listing import plan_by_ref
from geodata.plans.versions import PRESENT, version_of
from geodata.scope import EVERYTHING
from gridmap.errors import GridmapError

#: Share of a suggestion that is search; the rest is naming.
_SEARCH: Final = 0.9
_TOLD_EVERY_S: Final = 0.3


@job_kind(GROUND_JOB)
def plan_ground(context: JobContext) -> dict[str, int]:
    """All units and the first version in one transaction: killed before its end it did nothing, run twice it does it once."""

    def tell(share: float, community: str) -> None:
        context.heartbeat(progress=0.95 * share, message=community)

    with context.engine.begin() as conn:
        units = lay_ground(
            conn, context.settings, UUID(context.job.arguments["plan"]), now=datetime.now(UTC), progress=tell
        )
        context.heartbeat(progress=0.95)
    return {"units": units}


@job_kind(SUGGESTION_JOB)
def plan_suggestion(context: JobContext) -> dict[str, Any]:
    """Suggest grids for what is drawn; nothing of the plan is written. What no plan can be is kept as the checkpoint's ``error``."""
    asked = Request.of_json(context.job.arguments)
    context.heartbeat(progress=0.0, message="search")
    try:
        found = _suggested(context, asked)
    except (JobCancelled, LeaseLost):
        raise
    except GridmapError as error:
        _name_grid(error, asked)
        said = {"code": error.code, "zh": error.text("zh"), "en": error.text("en"), "field": error.field}
        context.heartbeat(checkpoint={"error": said})
        raise
    context.heartbeat(progress=0.99)
    return {
        "labels": found.labels.tolist(),
        "grids": [grid.as_json() for grid in found.grids],
        "flags": [
            {"code": each.code, "grid": each.label, "weight": each.weight, **each.values} for each in found.flags
        ],
        "messages": [{"code": each.code, **each.values} for each in found.messages],
    }


def _name_grid(error: GridmapError, asked: Request) -> None:
    """A planner knows a grid by its name, the search by its place among those that are drawn."""
    label = error.values.get("label")
    if isinstance(label, int) and 0 <= label < len(asked.grids):
        error.values["label"] = f"“{asked.grids[label].name}”"


def _suggested(context: JobContext, asked: Request) -> Suggestion:
    with context.engine.begin() as conn:
        row = plan_by_ref(conn, EVERYTHING, UUID(context.job.arguments["plan"]))
        return suggest(
            conn,
            row,
            kept_ground(conn, row),
            version_of(conn, row.id, PRESENT),
            drawn=asked.drawn(),
            keep=asked.keep,
            wishes=asked.wishes,
            mode=asked.mode,
            seed=asked.seed,
            progress=Telling(context),
        )


class Telling:
    """Tells the queue how far a search is, from any of its threads, a few times a second; each of them hears that it is to stop."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._last = 0.0
        self._stopped: GridmapError | None = None

    def __call__(self, share: float) -> None:
        """Errors: ``JobCancelled``, ``LeaseLost``, again at each call after the first."""
        with self._lock:
            if self._stopped is not None:
                raise self._stopped
            now = time.monotonic()
            if share < 1.0 and now - self._last < _TOLD_EVERY_S:
                return
            self._last = now
            try:
                self._context.heartbeat(progress=_SEARCH * share, message="search" if share < 1.0 else "name")
            except (JobCancelled, LeaseLost) as error:
                self._stopped = error
                raise
