"""Units and the borders between them, checked once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.planning.errors import BadEdge, BadNumber, BadPosition, EmptyCommunity, UnequalLengths

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class UnitGraph:
    """n units and m shared borders.

    ``weights``, ``work``, ``area_m2``, ``perimeter_m`` (n); ``xy`` (n, 2) in metres of one plane; ``edges`` (m, 2), the smaller
    unit first; ``border_m`` (m); ``barrier`` (m), the cost of a metre of this border inside a grid, infinite where none may be.
    """

    weights: Floats
    work: Floats
    area_m2: Floats
    perimeter_m: Floats
    xy: Floats
    edges: Ints
    border_m: Floats
    barrier: Floats

    @property
    def size(self) -> int:
        """Number of units."""
        return len(self.weights)


def read_graph(
    weights: ArrayLike,
    edges: ArrayLike,
    border_m: ArrayLike,
    area_m2: ArrayLike,
    perimeter_m: ArrayLike,
    xy: ArrayLike,
    barrier_cost: ArrayLike | None = None,
    work: ArrayLike | None = None,
) -> UnitGraph:
    """Check and bring into one form what describes units; raises an `InvalidUnits` that names the first fault."""
    heavy = _numbers("weights", weights)
    n = len(heavy)
    if n == 0:
        raise EmptyCommunity(field="weights")
    pairs = _pairs(edges, n)
    m = len(pairs)
    barrier = np.zeros(m) if barrier_cost is None else _numbers("barrier_cost", barrier_cost, m, infinite=True)
    return UnitGraph(
        heavy,
        heavy if work is None else _numbers("work", work, n),
        _numbers("area_m2", area_m2, n),
        _numbers("perimeter_m", perimeter_m, n),
        _positions(xy, n),
        pairs,
        _numbers("border_m", border_m, m),
        barrier,
    )


def _array(name: str, values: ArrayLike) -> Floats:
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise UnequalLengths(field=name, name=name, wanted="(n)", found="?") from None


def _numbers(name: str, values: ArrayLike, length: int | None = None, *, infinite: bool = False) -> Floats:
    array = _array(name, values)
    if array.ndim != 1 or (length is not None and len(array) != length):
        raise UnequalLengths(field=name, name=name, wanted=(length,), found=array.shape)
    bad = np.flatnonzero(~(array >= 0) | (np.isinf(array) & (not infinite)))
    if len(bad):
        raise BadNumber(name=name, row=int(bad[0]), value=float(array[bad[0]]))
    return array


def _positions(xy: ArrayLike, n: int) -> Floats:
    array = _array("xy", xy)
    if array.shape != (n, 2):
        raise UnequalLengths(field="xy", name="xy", wanted=(n, 2), found=array.shape)
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        raise BadPosition(name="xy", row=int(bad[0, 0]), value=float(array[bad[0, 0], bad[0, 1]]))
    return array


def _pairs(edges: ArrayLike, n: int) -> Ints:
    array = np.array(edges)
    if array.size == 0:
        return np.zeros((0, 2), dtype=np.int64)
    if array.ndim != 2 or array.shape[1] != 2:
        raise UnequalLengths(field="edges", name="edges", wanted="(m, 2)", found=array.shape)
    if array.dtype.kind not in "iu":
        raise _bad_edge(array, 0, "应为整数", "units are whole numbers")
    pairs = array.astype(np.int64)
    outside = np.flatnonzero((pairs < 0).any(axis=1) | (pairs >= n).any(axis=1))
    if len(outside):
        raise _bad_edge(pairs, outside[0], f"单元编号应在 0 至 {n - 1} 之间", f"units are numbered from 0 to {n - 1}")
    wrong = np.flatnonzero(pairs[:, 0] >= pairs[:, 1])
    if len(wrong):
        raise _bad_edge(pairs, wrong[0], "前一个编号应小于后一个", "the first unit must be smaller than the second")
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    twice = np.flatnonzero((np.diff(pairs[order], axis=0) == 0).all(axis=1))
    if len(twice):
        raise _bad_edge(pairs, order[twice[0] + 1], "重复出现", "it comes twice")
    return pairs


def _bad_edge(pairs: NDArray[np.generic], row: np.intp | int, zh: str, en: str) -> BadEdge:
    a, b = pairs[row].tolist()
    return BadEdge(field="edges", row=int(row), edge=int(row), a=a, b=b, reason_zh=zh, reason_en=en)


@dataclass(frozen=True, slots=True)
class Links:
    """Borders of each unit: those of unit i are ``start[i]`` to ``start[i + 1]``; ``edge`` names the row of the graph's borders."""

    start: Ints
    neighbour: Ints
    edge: Ints


def link(edges: Ints, n: int) -> Links:
    """Both directions of every border, by unit."""
    m = len(edges)
    source = np.concatenate([edges[:, 0], edges[:, 1]])
    target = np.concatenate([edges[:, 1], edges[:, 0]])
    order = np.lexsort((target, source))
    start = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(source, minlength=n), out=start[1:])
    return Links(start, target[order], order % m if m else order)


def hilbert_order(xy: Floats) -> Ints:
    """Units along a Hilbert curve, so that what is near on the ground is near in memory. The same xy give the same order."""
    span = max(float(np.ptp(xy, axis=0).max()), 1e-9)
    cells = ((xy - xy.min(axis=0)) / span * 65535.0).astype(np.int64)
    x, y = cells[:, 0].copy(), cells[:, 1].copy()
    along = np.zeros(len(xy), dtype=np.int64)
    side = 32768
    while side:
        east, north = (x & side) > 0, (y & side) > 0
        along += side * side * ((3 * east) ^ north)
        flip = ~north & east
        x[flip], y[flip] = 65535 - x[flip], 65535 - y[flip]
        x[~north], y[~north] = y[~north].copy(), x[~north].copy()
        side //= 2
    return np.argsort(along, kind="stable")
