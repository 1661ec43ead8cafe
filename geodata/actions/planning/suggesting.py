"""Have grids suggested: from scratch, for what is in no grid yet, or anew beside what is locked."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row

from geodata.actions.planning.describing import described_grids
from geodata.plans.ground import PlanGround
from geodata.plans.homes import tied_units
from geodata.plans.versions import PlannedGrid, PlanVersion
from gridmap.planning import Wishes, plan
from gridmap.planning.barriers import barrier_costs
from gridmap.planning.flags import Flag, Message
from gridmap.planning.work import work_hours

Labels = NDArray[np.int32]


class Keep(StrEnum):
    """What a suggestion leaves as it is: nothing, the locked grids, or whatever is in a grid already."""

    NOTHING = "nothing"
    LOCKED = "locked"
    ASSIGNED = "assigned"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Labels of all units, the grids that they name, and what a planner should know about them."""

    labels: Labels
    grids: tuple[PlannedGrid, ...]
    flags: tuple[Flag, ...]
    messages: tuple[Message, ...]


def suggest(
    conn: Connection,
    row: Row[Any],
    ground: PlanGround,
    present: PlanVersion,
    *,
    drawn: PlanVersion | None = None,
    keep: Keep = Keep.NOTHING,
    wishes: Wishes | None = None,
    mode: str = "fast",
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Suggestion:
    """Grids for the units of a plan; nothing is saved. ``drawn``: what is on the table, for what is kept of it.

    Fixed grids stay. Units with buildings of one building head keep together where they can, as ``wishes.keep_ties`` weighs. As few households as possible leave the grid that they are drawn in, the present one where nothing is drawn, unless
    ``wishes.few_changes`` is 0. Errors: ``InfeasibleDemand``.
    """
    fixed = ground.units["fixed_code"].notna().to_numpy()
    free = np.flatnonzero(~fixed)
    place = np.full(len(ground), -1, dtype=np.int64)
    place[free] = np.arange(len(free))
    held = _held(drawn, keep, free)
    before = present.labels[free] if drawn is None else np.where(drawn.labels[free] < 0, -1, drawn.labels[free])
    inside = (place[ground.edges] >= 0).all(axis=1)
    units = ground.units.iloc[free]
    found = plan(
        units["households"],
        place[ground.edges[inside]],
        ground.border_m[inside],
        units["area_m2"],
        units["perimeter_m"],
        units[["x_m", "y_m"]],
        target=row.target,
        lower=row.lower,
        upper=row.upper,
        within=np.unique(units["community_code"], return_inverse=True)[1],
        locked=held,
        previous=before if wishes is None or wishes.few_changes > 0.0 else None,
        barrier_cost=barrier_costs(ground.barrier[inside]),
        ties=_ties(conn, row.id, place),
        work=work_hours(units["households"], units["care"], units["cases"]),
        wishes=wishes,
        mode=mode,
        rng=seed,
        progress=progress,
    )
    labels = np.full(len(ground), -1, dtype=np.int32)
    labels[free] = found.labels
    given = _given(found.labels, found.k, held, drawn)
    for unit in np.flatnonzero(fixed).tolist():
        labels[unit] = len(given)
        given.append(present.grids[present.labels[unit]])
    grids = described_grids(conn, ground, present, labels, given)
    return Suggestion(labels, grids, found.flags, found.messages)


def _ties(conn: Connection, plan_id: int, place: NDArray[np.int64]) -> NDArray[np.int64]:
    """Building heads and the units that may be drawn, by their place among these."""
    ties = tied_units(conn, plan_id)
    ties[:, 1] = place[ties[:, 1]]
    return ties[ties[:, 1] >= 0]


def _held(drawn: PlanVersion | None, keep: Keep, free: NDArray[np.int64]) -> Labels | None:
    """The labels that stay, -1 for units that may go anywhere."""
    if drawn is None or keep is Keep.NOTHING:
        return None
    stays = np.array([keep is Keep.ASSIGNED or grid.locked for grid in drawn.grids] + [False])
    labels = drawn.labels[free]
    return np.where(stays[labels], labels, -1).astype(np.int32)


def _given(labels: Labels, count: int, held: Labels | None, drawn: PlanVersion | None) -> list[PlannedGrid | None]:
    """The names of the grids that were kept, by the label that they have now."""
    given: list[PlannedGrid | None] = [None] * count
    if held is not None and drawn is not None:
        for old in np.unique(held[held >= 0]).tolist():
            given[labels[int(np.argmax(held == old))]] = drawn.grids[old]
    return given
