"""Colours of grids side by side: neighbours differ, and a grid that is the same on both sides has one colour."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Light enough to read names on, told apart by everybody (Okabe and Ito, "Color Universal Design", 2008, and two more).
COLOURS: Final = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#d8c72e", "#7a7fd6", "#a3785a")


def coloured(label: NDArray[np.int64], edges: NDArray[np.int32], given: Sequence[int]) -> list[int]:
    """A colour (place in ``COLOURS``) for each of the grids that ``label`` names for units, which are neighbours by ``edges``.

    ``given`` has those that are known, -1 for the others; these get the first that no neighbour has, where there is one.

    >>> coloured(np.array([0, 1, 2]), np.array([[0, 1], [1, 2]], dtype=np.int32), [-1, -1, -1])
    [0, 1, 0]
    """
    one, other = label[edges[:, 0]], label[edges[:, 1]]
    apart = (one != other) & (one >= 0) & (other >= 0)
    beside: dict[int, set[int]] = {}
    for a, b in zip(one[apart].tolist(), other[apart].tolist(), strict=True):
        beside.setdefault(a, set()).add(b)
        beside.setdefault(b, set()).add(a)
    colours = list(given)
    for grid, colour in enumerate(given):
        if colour < 0:
            taken = {colours[each] for each in beside.get(grid, ())}
            colours[grid] = next((each for each in range(len(COLOURS)) if each not in taken), grid % len(COLOURS))
    return colours
