"""Where high values, or low ones, lie together more than chance would put them: the local statistic of Getis and Ord."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfc

from gridmap.hotspot.adjacency import Adjacency, NeighboursDoNotFit
from gridmap.hotspot.discoveries import discoveries

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GiResult:
    """``z`` float64[n], high above 0 and low below; ``p`` float64[n], two-sided; ``significant`` bool[n], after the correction for many
    places. NaN and never significant where nothing can be said."""

    z: Floats
    p: Floats
    significant: NDArray[np.bool_]


def getis_ord(values: ArrayLike, neighbours: Any, *, star: bool = True, alpha: float = 0.05) -> GiResult:
    """Gi* (``star``: a place counts among its own neighbours) or Gi of each place, with normal z (Getis and Ord 1992; Ord and Getis 1995).

    ``values`` [n], NaN where unknown: such a place is nobody's neighbour. ``neighbours`` as ``Adjacency.of`` takes them, binary.
    Places without neighbours have z NaN and stay outside the correction (see ``discoveries``), though their values count in the mean.
    Where all values are equal nothing can be said of any place. Errors: ``NeighboursDoNotFit``.
    """
    given = np.asarray(values, dtype=np.float64)
    around = Adjacency.of(neighbours)
    if given.shape != (len(around),):
        raise NeighboursDoNotFit(places=given.size, reason=f"{len(around)}")
    known = ~np.isnan(given)
    filled, count = given, around.count.astype(np.float64)
    if not known.all():
        filled = np.where(known, given, 0.0)
        count = around.matrix @ known.astype(np.float64)
    alone = count == 0
    # Values near their mean: the moments below then do not cancel.
    shifted = np.where(known, filled - (filled.sum() / max(int(known.sum()), 1)), 0.0)
    sums = around.matrix @ shifted
    total, squares, places = float(shifted.sum()), float(shifted @ shifted), float(known.sum())
    if star:
        sums, count = sums + shifted, count + 1
        others = places
        mean, square = np.full(1, total / max(others, 1)), np.full(1, squares / max(others, 1))
    else:
        others = places - 1
        mean, square = (total - shifted) / max(others, 1), (squares - shifted**2) / max(others, 1)
    spread = square - mean**2
    scale = count * (others - count) / max(others - 1, 1) * spread
    # Nothing but rounding is left of the spread of equal values.
    told = known & ~alone & (scale > 0) & (spread > 1e-24 * max(float(np.square(filled).max(initial=0.0)), 1e-300))
    z = np.full(len(given), np.nan)
    np.divide(sums - count * mean, np.sqrt(np.maximum(scale, 0.0)), out=z, where=told)
    p = erfc(np.abs(z) / np.sqrt(2.0))
    return GiResult(z, p, discoveries(p, alpha))
