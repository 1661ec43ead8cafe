"""Labels: which grid each unit belongs to, as a number from 0, and -1 for a unit that nobody has given to a grid yet."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.errors import GridmapError

#: A unit in no grid. Such units are never a grid together, and never contiguous with anything.
UNLABELLED: Final = -1


class UnequalLabels(GridmapError):
    """Labels of other units: of another community, or of a plan that was made before the units changed."""

    code = "unequal_labels"
    zh = "方案有 {labels} 个单元，当前范围有 {units} 个基础单元：方案不属于这个范围，或单元已重新划分。请重新选择方案。"
    en = "The plan has {labels} units but this area has {units}: it belongs to another area, or the units were made anew. Choose another plan."


class NotALabel(GridmapError):
    """A label that is no whole number from -1 on."""

    code = "not_a_label"
    zh = "第 {unit} 个单元的网格编号“{value}”无效：应为从0起的整数，-1表示未划分。"
    en = "Label {value} of unit {unit} is invalid: whole numbers from 0, or -1 for a unit without a grid."


class LabelBeyond(NotALabel):
    """A label for which there is no grid."""

    code = "label_beyond"
    zh = "第 {unit} 行属于第 {value} 个网格，但只有 {grids} 个网格（从0起）：两者不是同一方案。"
    en = "Row {unit} is in grid {value}, but there are only {grids} grids (from 0): they are of different plans."


def checked_labels(labels: ArrayLike, units: int, *, grids: int | None = None) -> NDArray[np.int64]:
    """The labels of ``units`` units as int64, with ``grids`` positions of that many grids.

    Errors: ``UnequalLabels``, ``NotALabel``, ``LabelBeyond``.
    """
    given = np.asarray(labels)
    if given.shape != (units,):
        raise UnequalLabels(labels=given.size, units=units, field="labels")
    if units == 0:
        return np.empty(0, dtype=np.int64)
    if given.dtype.kind not in "iuf":
        raise NotALabel(unit=0, value=given[0], row=0, field="labels")
    bad = np.flatnonzero(~((given >= UNLABELLED) & (given == np.floor(given)) & np.isfinite(given)))
    if len(bad):
        unit = int(bad[0])
        raise NotALabel(unit=unit, value=given[unit], row=unit, field="labels")
    if grids is not None and given.max() >= grids:
        unit = int(np.argmax(given))
        raise LabelBeyond(unit=unit, value=int(given[unit]), grids=grids, row=unit, field="labels")
    return given.astype(np.int64)
