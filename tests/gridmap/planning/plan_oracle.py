"""What every plan must be, checked without any of the solver's code: dictionaries and searches in plain Python."""

from collections import defaultdict
from collections.abc import Sequence

from gridmap.planning import Plan


def pieces_of(units: set[int], edges: Sequence[Sequence[int]]) -> int:
    """In how many pieces some units are."""
    beside = defaultdict(set)
    for a, b in edges:
        if a in units and b in units:
            beside[a].add(b)
            beside[b].add(a)
    left, pieces = set(units), 0
    while left:
        queue = [left.pop()]
        pieces += 1
        while queue:
            for other in beside[queue.pop()] & left:
                left.discard(other)
                queue.append(other)
    return pieces


def grids_of(labels: Sequence[int]) -> dict[int, set[int]]:
    grids = defaultdict(set)
    for unit, label in enumerate(labels):
        grids[int(label)].add(unit)
    return grids


def check_plan(plan: Plan, weights, edges, *, lower=300, upper=500, within=None, locked=None) -> None:
    """Labels 0 to k - 1, all used; each grid in one piece, within one community, within the bounds or flagged; locks hold."""
    grids = grids_of(plan.labels.tolist())
    assert len(plan.labels) == len(weights)
    assert plan.labels.dtype == "int32"
    assert sorted(grids) == list(range(plan.k))
    flagged = {flag.label for flag in plan.flags}
    for label, units in grids.items():
        assert pieces_of(units, edges) == 1, f"grid {label} is in pieces"
        total = sum(float(weights[unit]) for unit in units)
        assert lower <= total <= upper or label in flagged, f"grid {label} has {total}"
        if within is not None:
            assert len({within[unit] for unit in units}) == 1, f"grid {label} crosses"
        # Locks may lie on both sides of an oversize unit, so that it has to hold their grid together.
        held = locked is not None and any(locked[unit] >= 0 for unit in units)
        for unit in units:
            if weights[unit] > upper:
                assert held or units == {unit}, f"oversize unit {unit} is not alone"
                assert label in flagged
    if locked is not None:
        for unit, label in enumerate(locked):
            assert label < 0 or plan.labels[unit] == label, f"unit {unit} left its lock"


def border_of(labels: Sequence[int], edges, border_m) -> float:
    """Length of all borders between different grids."""
    return sum(float(length) for (a, b), length in zip(edges, border_m, strict=True) if labels[a] != labels[b])
