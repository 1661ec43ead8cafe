"""Which places are neighbours, in the form in which they are counted over."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from scipy import sparse

from gridmap.errors import GridmapError


class NeighboursDoNotFit(GridmapError):
    """Neighbours that are not those of the places given."""

    code = "neighbours_do_not_fit"
    zh = "相邻关系与 {places} 个网格不符：{reason}。"
    en = "The neighbours do not fit the {places} places: {reason}."


class Adjacency:
    """Binary neighbourhood of n places without the places themselves; made once, it serves any number of maps.

    ``matrix`` is a sparse float64[n, n] of ones, ``count`` int64[n] how many neighbours each place has.
    """

    def __init__(self, matrix: Any) -> None:
        self.matrix = matrix
        self.count = np.diff(matrix.indptr).astype(np.int64)

    def __len__(self) -> int:
        return len(self.count)

    @classmethod
    def of(cls, neighbours: Any) -> "Adjacency":
        """From an adjacency, a libpysal ``Graph`` or ``W``, or for each place the positions of its neighbours; weights and the places
        themselves are left out. Errors: ``NeighboursDoNotFit``."""
        if isinstance(neighbours, Adjacency):
            return neighbours
        found = getattr(neighbours, "sparse", None)
        if found is None:
            return cls(_matrix(*_pairs(neighbours), len(neighbours)))
        pairs = found.tocoo()
        kept = pairs.data != 0
        return cls(_matrix(pairs.row[kept], pairs.col[kept], pairs.shape[0]))


def _pairs(lists: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    lengths = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
    try:
        to = np.fromiter(chain.from_iterable(lists), dtype=np.int64, count=int(lengths.sum()))
    except (TypeError, ValueError) as error:
        raise NeighboursDoNotFit(places=len(lists), reason="positions") from error
    if len(to) and (to.min() < 0 or to.max() >= len(lists)):
        raise NeighboursDoNotFit(places=len(lists), reason=f"{int(to.min())} – {int(to.max())}")
    return np.repeat(np.arange(len(lists)), lengths), to


def _matrix(places: Any, neighbours: Any, count: int) -> Any:
    others = places != neighbours
    ones = np.ones(int(others.sum()))
    made = sparse.csr_array((ones, (places[others], neighbours[others])), shape=(count, count))
    made.sum_duplicates()
    made.data[:] = 1.0
    return made
