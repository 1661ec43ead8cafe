"""Figures of a version, so that a list of versions tells how good each is."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from geodata.plans.ground import PlanGround
from geodata.plans.versions import PlanVersion
from gridmap.planning.graph import UnitGraph, read_graph
from gridmap.planning.scores import Scores, score_plan
from gridmap.planning.work import work_hours


def figures_of(row: Row[Any], ground: PlanGround, made: PlanVersion) -> dict[str, Any]:
    """What a version is like. ``row`` is its plan, whose bounds count for general grids.

    ``grids``, of them ``general``, ``outside`` the bounds, and ``apart`` (in several pieces); ``households``; ``unassigned`` units and
    ``unassigned_households``; of general grids ``mean_deviation`` and ``max_deviation`` from the target (shares of it) and ``compactness``
    (mean Polsby-Popper), None where there is none.
    """
    scores = score_plan(graph_of(ground), made.labels)
    general = np.array([grid.kind == "general" for grid in made.grids], dtype=bool)
    weight = scores.weight[general]
    return {
        "grids": len(made.grids),
        "general": len(weight),
        "households": int(scores.weight.sum()),
        "unassigned": scores.unlabelled,
        "unassigned_households": int(scores.unlabelled_weight),
        "outside": int(((weight < row.lower) | (weight > row.upper)).sum()),
        "apart": int((scores.pieces > 1).sum()),
        **_shape_of(scores, general, row.target),
    }


def graph_of(ground: PlanGround) -> UnitGraph:
    """The units of a plan as the subject scores them."""
    units = ground.units
    return read_graph(
        units["households"],
        ground.edges,
        ground.border_m,
        units["area_m2"],
        units["perimeter_m"],
        units[["x_m", "y_m"]],
        work=work_hours(units["households"], units["care"], units["cases"]),
    )


def _shape_of(scores: Scores, general: NDArray[np.bool_], target: int) -> dict[str, float | None]:
    if not general.any():
        return {"mean_deviation": None, "max_deviation": None, "compactness": None}
    deviation = np.abs(scores.weight[general] - target) / target
    return {
        "mean_deviation": round(float(deviation.mean()), 4),
        "max_deviation": round(float(deviation.max()), 4),
        "compactness": round(float(scores.polsby_popper[general].mean()), 4),
    }
