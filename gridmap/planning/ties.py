"""Ties between units: building heads (楼长) whose buildings lie in several of them."""

from collections import deque
from typing import Final

import numpy as np

from gridmap.planning.graph import Floats, Ints, Links

#: Units that are more borders apart than this are not tied: nothing would hold them in one grid.
REACH: Final = 4


def tied_borders(links: Links, ties: Ints, borders: int) -> Floats:
    """How many ties run across each of so many borders.

    ``ties`` (t, 2): a head's number and a unit. The units of a head are joined one after another, each by the fewest borders; a tie that needs
    several pulls on each by its share, so that near units hold together more than distant ones.
    """
    pulls = np.zeros(borders)
    pairs = np.unique(ties, axis=0)
    starts = np.flatnonzero(np.diff(pairs[:, 0], prepend=-1))
    for units in np.split(pairs[:, 1], starts[1:]):
        if len(units) > 1:
            for path in _paths(links, units.tolist()):
                pulls[path] += 1.0 / len(path)
    return pulls


def _paths(links: Links, units: list[int]) -> list[list[int]]:
    """Borders from unit to unit until all that are within reach hang together."""
    paths = []
    left = set(units)
    while left:
        joined = {min(left)}
        while True:
            left -= joined
            path, passed = _nearest(links, joined, left)
            if not path:
                break
            paths.append(path)
            joined |= passed
    return paths


def _nearest(links: Links, joined: set[int], wanted: set[int]) -> tuple[list[int], set[int]]:
    """The borders to the nearest wanted unit, and the units on the way; nothing where none is within reach."""
    came_from = dict.fromkeys(sorted(joined), (-1, -1))
    queue = deque((unit, 0) for unit in came_from)
    while queue:
        here, away = queue.popleft()
        if here in wanted:
            path, passed = [], set()
            while here not in joined:
                passed.add(here)
                here, border = came_from[here]
                path.append(border)
            return path, passed
        if away == REACH:
            continue
        for at in range(links.start[here], links.start[here + 1]):
            other = int(links.neighbour[at])
            if other not in came_from:
                came_from[other] = (here, int(links.edge[at]))
                queue.append((other, away + 1))
    return [], set()
