"""What units are made from: the layers of one community in a plane, and the rules that they are made by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gridmap.planning.units.errors import RulesContradict, WeightsWrong

Shapes = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
#: Told the share done (0 to 1) and the step's name. What it raises ends the work: so a job is cancelled.
Progress = Callable[[float, str], None]

NO_LINES = np.zeros(0, dtype=object)


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds, in households, metres and square metres; `docs/planning-units.md` says why.

    ``lower``, ``target``, ``upper``: households of a grid. A block of more than ``block_most`` is divided into parts of about
    ``part_most`` at most and half of it at least (defaults: a quarter and an eighth of the target).
    """

    target: int = 400
    lower: int = 300
    upper: int = 500
    block_most: int | None = None
    part_most: int | None = None
    sliver_width_m: float = 20.0
    sliver_area_m2: float = 2_000.0
    rail_width_m: float = 60.0
    water_area_m2: float = 2_000.0
    reach_m: float = 30.0
    near_m: float = 5.0
    along_m: float = 1.0
    border_m: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.lower <= self.target <= self.upper:
            raise RulesContradict(lower=self.lower, target=self.target, upper=self.upper)

    @property
    def most_in_block(self) -> int:
        """Households up to which a block stays whole."""
        return self.block_most if self.block_most is not None else max(1, self.target // 4)

    @property
    def most_in_part(self) -> int:
        """Households up to which buildings' cells are joined."""
        return self.part_most if self.part_most is not None else max(1, self.target // 8)


@dataclass(frozen=True, slots=True)
class Ground:
    """One community in a plane whose unit is the metre; shapes may reach beyond it.

    ``boundary``: polygon or multipolygon. ``buildings`` (n): polygons (or points) with ``households`` (n, whole and not negative).
    ``roads``: lines with ``road_class`` ("" or missing is "road"). ``rail``, ``water``: lines and polygons.
    ``compounds`` (c): polygons with ``compound_names``. None and empty shapes are left out and listed.
    """

    boundary: Any
    buildings: Shapes
    households: Ints
    roads: Shapes = field(default_factory=lambda: NO_LINES)
    road_class: Sequence[str] = ()
    rail: Shapes = field(default_factory=lambda: NO_LINES)
    water: Shapes = field(default_factory=lambda: NO_LINES)
    compounds: Shapes = field(default_factory=lambda: NO_LINES)
    compound_names: Sequence[str] = ()

    @classmethod
    def of(
        cls, boundary: Any, buildings: Sequence[Any] | Shapes, households: ArrayLike | None = None, **layers: Any
    ) -> "Ground":
        """From any sequences; without ``households`` each building has one. Errors: ``WeightsWrong`` names the row."""
        houses = as_shapes(buildings)
        weights = whole_weights(np.ones(len(houses)) if households is None else households, len(houses))
        known = {name: as_shapes(value) for name, value in layers.items() if name in _SHAPES}
        texts = {name: ["" if text is None else str(text) for text in layers[name]] for name in _TEXTS & set(layers)}
        return cls(boundary, houses, weights, **known, **texts)  # type: ignore[arg-type]


_SHAPES = {"roads", "rail", "water", "compounds"}
_TEXTS = {"road_class", "compound_names"}


def as_shapes(shapes: Sequence[Any] | Shapes) -> Shapes:
    """An array of geometries without heights; None stays None."""
    found = np.empty(len(shapes), dtype=object)
    found[:] = list(shapes)
    flat: Shapes = shapely.force_2d(found)
    return flat


def whole_weights(weights: ArrayLike, count: int) -> Ints:
    """Households as whole numbers. Errors: ``WeightsWrong`` names the first row (from 0) that is missing, negative or no whole number."""
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (count,):
        raise WeightsWrong(field="households", reason_zh=f"应有 {count} 个数", reason=f"{count} numbers expected")
    for bad, zh, en in (
        (~np.isfinite(given), "缺少数值", "the value is missing"),
        (given < 0, "不能为负数", "it is negative"),
        (given != np.floor(given), "应为整数", "it is no whole number"),
    ):
        if bad.any():
            raise WeightsWrong(field="households", row=int(np.flatnonzero(bad)[0]), reason_zh=zh, reason=en)
    return given.astype(np.int64)
