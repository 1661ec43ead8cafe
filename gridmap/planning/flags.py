"""What stands out in a plan, said in the planner's language."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from gridmap.errors import Language
from gridmap.planning.bounds import UnitBounds
from gridmap.planning.demand import Share
from gridmap.planning.dividing import Division
from gridmap.planning.graph import Floats, Ints

_FLAGS: Final = {
    "oversize_unit": (
        "网格 {label}：单个基础单元有 {weight:,.0f} 户，超过上限 {upper:,.0f} 户，单独成格。",
        "Grid {label}: one unit has {weight:,.0f} households, more than {upper:,.0f}, and is a grid of its own.",
    ),
    "locked_oversize": (
        "网格 {label}：已锁定，共 {weight:,.0f} 户，超过上限 {upper:,.0f} 户。",
        "Grid {label} is locked and has {weight:,.0f} households, more than {upper:,.0f}.",
    ),
    "no_k_fits": (
        "网格 {label}：共 {weight:,.0f} 户；所在部分的总户数无论分成几格都不能全部在 {lower:,.0f}–{upper:,.0f} 户之间。",
        "Grid {label} has {weight:,.0f} households; no number of grids brings the total of its part within {lower:,.0f} to {upper:,.0f}.",
    ),
    "outside_bounds": (
        "网格 {label}：共 {weight:,.0f} 户，不在 {lower:,.0f}–{upper:,.0f} 户之间；基础单元过大或位置受限，未找到更好的划分。",
        "Grid {label} has {weight:,.0f} households, not within {lower:,.0f} to {upper:,.0f}: its units are large or hemmed in, and nothing better was found.",
    ),
}  # fmt: skip

_MESSAGES: Final = {
    "grid_count": ("共划分 {k} 个网格，平均 {mean:,.0f} 户。", "{k} grids, {mean:,.0f} households on average."),
    "oversize_units": (
        "{count} 个基础单元超过上限 {upper:,.0f} 户，已单独成格；可先按楼栋拆分再划分。",
        "{count} units have more than {upper:,.0f} households and are grids of their own; split them by buildings first if you can.",
    ),
    "no_k_fits": (
        "有 {count} 个部分的总户数（如 {weight:,.0f} 户）无论分成几格都不能全部在 {lower:,.0f}–{upper:,.0f} 户之间，已按最接近的格数划分。",
        "The totals of {count} parts (such as {weight:,.0f} households) fit no number of grids of {lower:,.0f} to {upper:,.0f}; the nearest number was taken.",
    ),
    "outside_bounds": (
        "{count} 个网格不在 {lower:,.0f}–{upper:,.0f} 户之间，请查看标记并手工调整，或换用更细的方式。",
        "{count} grids are not within {lower:,.0f} to {upper:,.0f} households: look at the flags and adjust by hand, or choose a more thorough mode.",
    ),
    "no_households": ("所有基础单元都没有户数，无法均分，每个相连部分各成一格。",
                      "No unit has households, so there is nothing to even out: every part that hangs together is one grid."),
    "pieces": ("单元分为 {count} 个互不相连的部分，各自划分。", "The units are in {count} parts that do not touch; each was planned by itself."),
    "locks_renumbered": (
        "锁定的网格编号 {numbers} 超出现有网格数，已另行编号。",
        "The locked grid numbers {numbers} are beyond the number of grids and were given anew.",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flag:
    """A grid that stands out: ``code`` says why (a key of the table above), ``label`` which."""

    code: str
    label: int
    weight: float
    values: dict[str, Any] = field(default_factory=dict)

    def text(self, language: Language = "zh", name: str | None = None) -> str:
        """The reason in one language, with the grid's ``name`` where it has one."""
        shown = self.label if name is None else f"“{name}”"
        return _FLAGS[self.code][language == "en"].format(label=shown, weight=self.weight, **self.values)


@dataclass(frozen=True, slots=True)
class Message:
    """Something about the plan as a whole."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)

    def text(self, language: Language = "zh") -> str:
        """The message in one language."""
        return _MESSAGES[self.code][language == "en"].format(**self.values)


def find_flags(
    labels: Ints, weights: Floats, k: int, bounds: UnitBounds, division: Division, shares: list[Share]
) -> tuple[Flag, ...]:
    """Flags by label, one a grid: every grid outside the bounds has one."""
    total = np.bincount(labels, weights, k)
    of = np.unique(labels, return_index=True)[1]
    lower, upper = bounds.lower[of], bounds.upper[of]
    reason: dict[int, str] = {}
    for problem, share in zip(division.problems, shares, strict=True):
        if not share.possible:
            reason.update(dict.fromkeys(np.unique(labels[problem.members]).tolist(), "no_k_fits"))
    for grid in division.fixed:
        if grid.oversize:
            alone = len(grid.units) == 1
            reason[int(labels[grid.units[0]])] = "oversize_unit" if alone else "locked_oversize"
    outside = np.flatnonzero((total < lower - 1e-6) | (total > upper + 1e-6)).tolist()
    return tuple(
        Flag(
            reason.get(label, "outside_bounds"),
            label,
            float(total[label]),
            {"lower": float(lower[label]), "upper": float(upper[label])},
        )
        for label in outside
    )


def say(
    flags: tuple[Flag, ...],
    weights: Floats,
    k: int,
    division: Division,
    shares: list[Share],
    renumbered: list[int],
) -> tuple[Message, ...]:
    """Messages, the number of grids first."""
    messages = [Message("grid_count", {"k": k, "mean": float(weights.sum()) / k})]
    if weights.sum() == 0.0:
        messages.append(Message("no_households"))
    messages += _counted("oversize_units", [flag.values for flag in flags if flag.code == "oversize_unit"])
    messages += _counted(
        "no_k_fits",
        [
            {"lower": share.bounds.lower, "upper": share.bounds.upper, "weight": problem.weight}
            for problem, share in zip(division.problems, shares, strict=True)
            if not share.possible and problem.weight > 0.0
        ],
    )
    messages += _counted("outside_bounds", [flag.values for flag in flags if flag.code == "outside_bounds"])
    if len(division.problems) > 1:
        messages.append(Message("pieces", {"count": len(division.problems)}))
    if renumbered:
        messages.append(Message("locks_renumbered", {"numbers": ", ".join(map(str, renumbered))}))
    return tuple(messages)


def _counted(code: str, cases: list[dict[str, float]]) -> list[Message]:
    """One message for all cases of the same bounds, with the values of the first."""
    alike: dict[tuple[float, float], list[dict[str, float]]] = {}
    for case in cases:
        alike.setdefault((case["lower"], case["upper"]), []).append(case)
    return [Message(code, {"count": len(each), **each[0]}) for each in alike.values()]
