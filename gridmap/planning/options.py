"""The options of a plan, checked."""

import numpy as np
from numpy.typing import ArrayLike

from gridmap.planning.bounds import UnitBounds
from gridmap.planning.dividing import FREE
from gridmap.planning.errors import BadBounds, BadGridCount, BadLabels, BoundsDiffer, UnequalLengths
from gridmap.planning.graph import Ints


def read_bounds(target: ArrayLike, lower: ArrayLike, upper: ArrayLike, within: Ints) -> UnitBounds:
    """Bounds of each unit, given as one number or one a unit; the same within each community, or `BadBounds`, `UnequalLengths`, `BoundsDiffer`."""
    n = len(within)
    try:
        given = [np.asarray(values, dtype=np.float64) for values in (target, lower, upper)]
    except (TypeError, ValueError):
        raise BadBounds(field="target", target=target, lower=lower, upper=upper) from None
    for name, values in zip(("target", "lower", "upper"), given, strict=True):
        if values.shape not in ((), (n,)):
            raise UnequalLengths(field=name, name=name, wanted=(n,), found=values.shape)
    aims, least, most = (np.broadcast_to(values, (n,)) for values in given)
    bad = np.flatnonzero(~((least > 0.0) & (least <= aims) & (aims <= most) & np.isfinite(most)))
    if len(bad):
        unit = int(bad[0])
        raise BadBounds(field="target", target=aims[unit], lower=least[unit], upper=most[unit])
    first = np.unique(within, return_index=True)[1][within]
    for values in (aims, least, most):
        other = np.flatnonzero(values != values[first])
        if len(other):
            unit = int(other[0])
            raise BoundsDiffer(field="target", row=unit, one=values[first[unit]], other=values[unit])
    return UnitBounds(aims, least, most)


def read_ties(ties: ArrayLike | None, n: int) -> Ints:
    """Building heads and units, (t, 2); none where nothing is given. `UnequalLengths`, `BadLabels`."""
    if ties is None or np.size(ties) == 0:
        return np.zeros((0, 2), dtype=np.int64)
    array = np.asarray(ties)
    if array.ndim != 2 or array.shape[1] != 2:
        raise UnequalLengths(field="ties", name="ties", wanted="(t, 2)", found=array.shape)
    if array.dtype.kind not in "iu":
        raise BadLabels(field="ties", name="ties", reason_zh="应为整数", reason_en="heads and units are whole numbers")
    if (array[:, 1] < 0).any() or (array[:, 1] >= n).any():
        reason_zh, reason_en = f"单元编号应在 0 至 {n - 1} 之间", f"units are numbered from 0 to {n - 1}"
        raise BadLabels(field="ties", name="ties", reason_zh=reason_zh, reason_en=reason_en)
    return array.astype(np.int64)


def read_grid_count(k: int | None) -> int | None:
    """A number of grids of at least one, or `BadGridCount`."""
    if k is None:
        return None
    if not isinstance(k, int | np.integer) or isinstance(k, bool) or k < 1:
        raise BadGridCount(field="k", k=k)
    return int(k)


def read_labels(name: str, values: ArrayLike | None, n: int) -> Ints:
    """A whole number a unit, -1 for none; all -1 where nothing is given. `NaN` counts as none, as files have it."""
    if values is None:
        return np.full(n, FREE)
    array = np.asarray(values)
    if array.shape != (n,):
        raise UnequalLengths(field=name, name=name, wanted=(n,), found=array.shape)
    if array.dtype.kind == "f":
        array = np.where(np.isnan(array), FREE, array)
        if not (np.isfinite(array) & (array == np.floor(array))).all():
            raise BadLabels(field=name, name=name, reason_zh="应为整数", reason_en="labels are whole numbers")
    elif array.dtype.kind not in "iu":
        raise BadLabels(field=name, name=name, reason_zh="应为整数", reason_en="labels are whole numbers")
    labels: Ints = np.maximum(array.astype(np.int64), FREE)
    return labels


def read_within(values: ArrayLike | None, n: int) -> Ints:
    """A number for each community that a unit may belong to, whatever names they have."""
    if values is None:
        return np.zeros(n, dtype=np.int64)
    array = np.asarray(values)
    if array.shape != (n,):
        raise UnequalLengths(field="within", name="within", wanted=(n,), found=array.shape)
    if array.dtype.kind == "O":
        array = array.astype(str)
    _, number = np.unique(array, return_inverse=True)
    return np.asarray(number, dtype=np.int64)


def read_locked(locked: ArrayLike | None, previous: Ints, n: int) -> Ints:
    """The label into which each unit is locked, -1 for free ones. A mask locks units into their grid of the previous plan."""
    if locked is None or np.asarray(locked).dtype.kind != "b":
        return read_labels("locked", locked, n)
    mask = np.asarray(locked)
    if mask.shape != (n,):
        raise UnequalLengths(field="locked", name="locked", wanted=(n,), found=mask.shape)
    if (previous[mask] < 0).any():
        reason_zh, reason_en = (
            "按是否锁定给出时，须同时给出原方案",
            "a mask of locks needs the previous plan of the locked units",
        )
        raise BadLabels(field="locked", name="locked", reason_zh=reason_zh, reason_en=reason_en)
    return np.where(mask, previous, FREE)


def seed_of(rng: int | np.random.Generator | None) -> int:
    """One number from which all chance comes; without ``rng`` it is always the same."""
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(2**31))
    return 0 if rng is None else int(rng) % 2**31
