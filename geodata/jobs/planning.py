"""The jobs that cut the ground of a plan into units, and that suggest grids."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from geodata.actions.planning.asking import SUGGESTION_JOB, Request
from geodata.actions.planning.starting import GROUND_JOB, ground_work, keep_ground
from geodata.actions.planning.suggesting import Suggestion, suggest
from geodata.jobs.kinds import JobCancelled, JobContext, job_kind
from geodata.jobs.queue import LeaseLost
from geodata.jobs.telling import Telling
from geodata.plans.kept import kept_ground
from geodata.plans.listing import plan_by_ref
from geodata.plans.versions import PRESENT, version_of
from geodata.scope import EVERYTHING
from gridmap.errors import GridmapError

#: Share of a suggestion that is search, the rest is naming; of a ground that is cutting, the rest is storing.
_SEARCH: Final = 0.9
_CUTTING: Final = 0.95


@job_kind(GROUND_JOB)
def plan_ground(context: JobContext) -> dict[str, int]:
    """All units and the first version in one transaction: killed before its end it did nothing, run twice it does it once.

    The layers are read in a transaction of their own. In between, while a city is cut for a minute, none is open.
    """
    ref, tell = UUID(context.job.arguments["plan"]), Telling(context)
    with _said(context):
        with context.engine.begin() as conn:
            work = ground_work(conn, context.settings, ref, datetime.now(UTC))
        if work is None:
            return {"units": 0}
        made = work.made(context.settings, lambda share, community: tell(_CUTTING * share, community))
        with context.engine.begin() as conn:
            units = keep_ground(conn, ref, work, made)
            tell(_CUTTING, "", at_once=True)
    return {"units": units}


@job_kind(SUGGESTION_JOB)
def plan_suggestion(context: JobContext) -> dict[str, Any]:
    """Suggest grids for what is drawn; nothing of the plan is written."""
    asked = Request.of_json(context.job.arguments)
    context.heartbeat(progress=0.0, message="search")
    with _said(context):
        try:
            found = _suggested(context, asked)
        except GridmapError as error:
            _name_grid(error, asked)
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


@contextmanager
def _said(context: JobContext) -> Iterator[None]:
    """What cannot be done is kept as the checkpoint's ``error`` in both languages: pages show it in their reader's."""
    try:
        yield
    except (JobCancelled, LeaseLost):
        raise
    except GridmapError as error:
        said = {"code": error.code, "zh": error.text("zh"), "en": error.text("en"), "field": error.field}
        context.heartbeat(checkpoint={"error": said})
        raise


def _suggested(context: JobContext, asked: Request) -> Suggestion:
    tell = Telling(context)

    def told(share: float) -> None:
        done = share >= 1.0
        tell(_SEARCH * share, "name" if done else "search", at_once=done)

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
            progress=told,
        )
