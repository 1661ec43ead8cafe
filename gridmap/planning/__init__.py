"""Grid boundaries from units: partitioning, scores, boundaries, what changes between two plans.

The solver loads the compiler, which takes half a second; it is imported when first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from gridmap.planning.errors import InfeasibleDemand, InvalidUnits
    from gridmap.planning.flags import Flag, Message
    from gridmap.planning.planner import Plan, partition, plan, warm_up
    from gridmap.planning.scores import Scores, score_plan
    from gridmap.planning.wishes import MODES, Wishes

__all__ = [
    "MODES",
    "Flag",
    "InfeasibleDemand",
    "InvalidUnits",
    "Message",
    "Plan",
    "Scores",
    "Wishes",
    "partition",
    "plan",
    "score_plan",
    "warm_up",
]

_HOMES: Final = {
    "Flag": "flags",
    "InfeasibleDemand": "errors",
    "InvalidUnits": "errors",
    "MODES": "wishes",
    "Message": "flags",
    "Plan": "planner",
    "Scores": "scores",
    "Wishes": "wishes",
    "partition": "planner",
    "plan": "planner",
    "score_plan": "scores",
    "warm_up": "planner",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
