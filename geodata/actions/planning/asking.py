"""Ask for a suggestion: what a planner wants is checked at once, the work is a job's, its answer lies in the job's row."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

import numpy as np
from sqlalchemy import Connection, Row

from geodata.actions.acting import Actor
from geodata.actions.planning.saving import FixedGridTouched, LabelsDoNotFit, PlanNotDraft, PlanNotReady
from geodata.actions.planning.suggesting import Keep
from geodata.jobs.queue import UnknownJob, ask_cancel, enqueue, job_by_ref, latest_of_key
from geodata.plans.kept import kept_ground
from geodata.plans.listing import plan_by_ref
from geodata.plans.versions import PlannedGrid, PlanVersion
from gridmap.errors import GridmapError
from gridmap.planning.approval import PlanState
from gridmap.planning.errors import UnknownMode
from gridmap.planning.wishes import Wishes

SUGGESTION_JOB = "plan_suggestion"
#: What a person may wait for at the table; the mode ``border`` is for comparisons.
TABLE_MODES: Final = ("fast", "balanced", "tight")
#: Sliders go from 0, does not matter, over 1, usual, to this.
WISH_MOST: Final = 3.0


class WishOutOfRange(GridmapError):
    """A slider beyond its ends."""

    code = "plan_wish_out_of_range"
    zh = "“{name}”应为 0 到 {most:g} 的数（1 为通常的分量）。"
    en = "“{name}” must be a number from 0 to {most:g}; 1 is the usual weight."


@dataclass(frozen=True, slots=True)
class Request:
    """What a planner asks for: what is drawn, what of it is kept, sliders from 0 to ``WISH_MOST``, a mode of ``TABLE_MODES``, a seed."""

    labels: tuple[int, ...]
    grids: tuple[PlannedGrid, ...]
    keep: Keep
    wishes: Wishes
    mode: str = "fast"
    seed: int = 1

    def drawn(self) -> PlanVersion:
        """What is on the table as a version."""
        return PlanVersion(0, None, np.array(self.labels, dtype=np.int32), self.grids, "drawn")

    def as_json(self) -> dict[str, Any]:
        """What the job is given."""
        return asdict(self)

    @classmethod
    def of_json(cls, asked: dict[str, Any]) -> "Request":
        """What ``as_json`` gave."""
        grids = tuple(PlannedGrid(**each) for each in asked["grids"])
        wishes = Wishes(**asked["wishes"])
        return cls(tuple(asked["labels"]), grids, Keep(asked["keep"]), wishes, asked["mode"], asked["seed"])


def ask_for_suggestion(conn: Connection, by: Actor, ref: UUID, request: Request) -> UUID:
    """Have grids suggested, in the caller's transaction; the job's reference. The same again, while it is under way, is the same job.

    Errors: ``UnknownPlan``, ``PlanNotDraft``, ``PlanNotReady``, ``LabelsDoNotFit``, ``FixedGridTouched``, ``WishOutOfRange``, ``UnknownMode``.
    """
    row = plan_by_ref(conn, by.scope, ref)
    if row.status != PlanState.DRAFT:
        raise PlanNotDraft(field="plan")
    if row.version == 0:
        raise PlanNotReady(field="plan")
    _check_labels(kept_ground(conn, row).fixed_codes, request)
    for name, wish in asdict(request.wishes).items():
        if not 0.0 <= wish <= WISH_MOST:
            raise WishOutOfRange(field="wishes", name=name, most=WISH_MOST)
    if request.mode not in TABLE_MODES:
        raise UnknownMode(field="mode", mode=request.mode, modes=", ".join(TABLE_MODES))
    arguments = {"plan": str(ref), **request.as_json()}
    said = hashlib.sha256(json.dumps(arguments, sort_keys=True).encode()).hexdigest()
    key = f"{SUGGESTION_JOB}:{by.account_id}:{said}"
    made = enqueue(conn, SUGGESTION_JOB, arguments, unique_key=key, account_id=by.account_id)
    if made is not None:
        return made
    under_way = latest_of_key(conn, key)
    assert under_way is not None
    return UUID(str(under_way.ref))


def suggestion_job(conn: Connection, plan: UUID, job: UUID) -> Row[Any]:
    """A job that was asked for at a plan's table; who may see the plan may see it. Errors: ``UnknownJob``."""
    found = job_by_ref(conn, job)
    if found.kind != SUGGESTION_JOB or found.arguments["plan"] != str(plan):
        raise UnknownJob(field="job")
    return found


def cancel_suggestion(conn: Connection, plan: UUID, job: UUID) -> None:
    """Ask a suggestion to stop. Errors: ``UnknownJob``."""
    ask_cancel(conn, suggestion_job(conn, plan, job).ref)


def _check_labels(fixed: list[str | None], request: Request) -> None:
    """One label a unit, and units of fixed grids in grids of their own."""
    if len(request.labels) != len(fixed):
        raise LabelsDoNotFit(field="labels", units=len(fixed), grids=len(request.grids))
    stays = {label: code for label, code in zip(request.labels, fixed, strict=True) if code is not None and label >= 0}
    for label, code in zip(request.labels, fixed, strict=True):
        if label in stays and stays[label] != code:
            raise FixedGridTouched(field="labels", grid_code=stays[label])
