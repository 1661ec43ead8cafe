"""Which new grid is which old one: an optimal one-to-one matching by the households that they share.

A matched pair that is the same but for a little keeps code, name and worker; the others are new grids and grids that end. Both work on the
lineage of the two layers (`gridmap.lineage`), so what is kept and what the history of grids says always agree.
"""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridmap.errors import GridmapError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: A grid is unchanged when at least this share of the old one's households is in the new one, and of the new one's was in the old one.
KEEP_SHARE: Final = 0.9
#: No old grid.
NONE: Final = -1


class InvalidKeepShare(GridmapError):
    """A share that is none, or that would let two new grids keep one code."""

    code = "invalid_keep_share"
    zh = "保留编码的户数占比应大于0.5且不超过1，而不是 {value}。"
    en = "The share of households that keeps a code must be above 0.5 and at most 1, not {value}."


def matched_grids(lineage: pd.DataFrame, old: int, new: int) -> Ints:
    """For each of ``new`` grids the position of the old one that it succeeds, -1 for none; no old grid has two successors.

    ``lineage`` is what `gridmap.lineage` gives for ``old`` and ``new`` grids. The pairs share as many households in total as any one-to-one
    matching does, then as many buildings, then as much ground (Kuhn and Munkres, by SciPy). Pairs that share nothing are none.
    """
    pairs = lineage[(lineage["old"] >= 0) & (lineage["new"] >= 0)]
    successor_of = np.full(new, NONE, dtype=np.int64)
    if pairs.empty:
        return successor_of
    one, other = pairs["old"].to_numpy(), pairs["new"].to_numpy()
    worth = _worth(pairs)
    graph = coo_array((np.ones(len(pairs)), (one, old + other)), shape=(old + new, old + new))
    _, group = connected_components(graph, directed=False)
    group_of_pair = group[one]
    order = np.argsort(group_of_pair, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(group_of_pair[order])) + 1):
        olds, row = np.unique(one[rows], return_inverse=True)
        news, column = np.unique(other[rows], return_inverse=True)
        shared = np.zeros((len(olds), len(news)))
        shared[row, column] = worth[rows]
        a, b = linear_sum_assignment(shared, maximize=True)
        something = shared[a, b] > 0
        successor_of[news[b[something]]] = olds[a[something]]
    return successor_of


def _worth(pairs: pd.DataFrame) -> Floats:
    """Households count above buildings, buildings above ground, whatever the sums."""
    buildings = pairs["buildings"].to_numpy(dtype=np.float64)
    ground = pairs["area_m2"].to_numpy(dtype=np.float64)
    share = ground / max(ground.sum(), 1.0) / 2
    found: Floats = pairs["households"].to_numpy() * (buildings.sum() + 1) + buildings + share
    return found


def unchanged_grids(lineage: pd.DataFrame, successor_of: Ints, *, keep_share: float = KEEP_SHARE) -> NDArray[np.bool_]:
    """Which new grids are the old ones that they succeed (``matched_grids``): they keep code, name and worker.

    Either they hold the same buildings, or both shares of households reach ``keep_share`` (shares of ground where nobody lives).
    Errors: ``InvalidKeepShare``.
    """
    if not 0.5 < keep_share <= 1:
        raise InvalidKeepShare(value=keep_share, field="keep_share")
    whole = [lineage["buildings"].groupby(lineage[side]).transform("sum") for side in ("old", "new")]
    same = (lineage["buildings"] > 0) & (lineage["buildings"] == whole[0]) & (lineage["buildings"] == whole[1])
    alike = (lineage["share_of_old"] >= keep_share) & (lineage["share_of_new"] >= keep_share)
    kept = lineage[(same | alike) & (lineage["old"] >= 0) & (lineage["new"] >= 0)]
    unchanged = np.zeros(len(successor_of), dtype=np.bool_)
    agreed = successor_of[kept["new"].to_numpy()] == kept["old"].to_numpy()
    unchanged[kept["new"].to_numpy()[agreed]] = True
    return unchanged
