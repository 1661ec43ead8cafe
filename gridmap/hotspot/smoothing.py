"""Gaussian smoothing of points onto a lattice: the core that density grids and heat tiles share."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

Floats = NDArray[np.float64]

#: The kernel is cut here; what lies beyond is 0.006 % of a point's mass per axis and 0.03 % of its peak.
REACH = 4.0

#: Up to this many points are spread over four nodes per axis, more over two: rounding then averages out over the points.
FINE_POINTS = 100_000


def margin(sigma: float) -> int:
    """Nodes beyond the border whose points still reach inside; three more for spreading a point over its neighbours."""
    return math.ceil(REACH * sigma) + 3


def smooth(
    x: Floats,
    y: Floats,
    shape: tuple[int, int],
    sigma: tuple[float, float],
    weights: Floats | None = None,
    *,
    step: int = 1,
) -> Floats:
    """Mass per cell of points smoothed by a Gaussian, at the nodes of a lattice.

    ``x`` [n] and ``y`` [n] are positions in cells: node (row, column) stands at y = row, x = column. ``shape`` is rows and
    columns, ``sigma`` the kernel's standard deviation along y and x in cells (accurate from about 4 on). Points outside count
    as far as the kernel reaches. ``step`` keeps every step-th node from ``step // 2`` on.

    Each point is spread over the nodes around it, the nodes are filtered by a sampled Gaussian. With up to ``FINE_POINTS``
    points the spreading is the transpose of cubic Lagrange interpolation; with more it is linear, and the kernel is narrowed by the
    variance that linear spreading adds on average (1/6 cell squared).
    """
    rows, columns = shape
    pad_y, pad_x = margin(sigma[0]), margin(sigma[1])
    tall, wide = rows + 2 * pad_y, columns + 2 * pad_x
    # Asked before far points are dropped, so that neighbouring windows of one picture are computed alike.
    fine = len(x) <= FINE_POINTS
    # One node of room around the padded lattice: the farthest reach of spreading.
    near = (x > 1 - pad_x) & (x < columns + pad_x - 2) & (y > 1 - pad_y) & (y < rows + pad_y - 2)
    if not near.all():
        x, y = x[near], y[near]
        weights = weights[near] if weights is not None else None
    if len(x) == 0:
        return np.zeros((len(range(step // 2, rows, step)), len(range(step // 2, columns, step))))
    mass = _spread(x + pad_x, y + pad_y, (tall, wide), weights, fine=fine)
    lost = 0.0 if fine else 1 / 6
    filtered = _filter(mass, math.sqrt(max(sigma[0] ** 2 - lost, 1e-6)), 0)[pad_y + step // 2 : pad_y + rows : step]
    return _filter(filtered, math.sqrt(max(sigma[1] ** 2 - lost, 1e-6)), 1)[
        :, pad_x + step // 2 : pad_x + columns : step
    ]


def _spread(x: Floats, y: Floats, shape: tuple[int, int], weights: Floats | None, *, fine: bool) -> Floats:
    whole_x, whole_y = x.astype(np.int64), y.astype(np.int64)
    parts = lagrange if fine else _linear
    parts_x, parts_y = parts(x - whole_x), parts(y - whole_y)
    first = -1 if fine else 0
    size = shape[0] * shape[1]
    corner = (whole_y + first) * shape[1] + whole_x + first
    mass = np.zeros(size)
    for row, part_y in enumerate(parts_y):
        share = part_y if weights is None else part_y * weights
        for column, part_x in enumerate(parts_x):
            mass += np.bincount(corner + (row * shape[1] + column), weights=share * part_x, minlength=size)
    return mass.reshape(shape)


def _linear(fraction: Floats) -> tuple[Floats, ...]:
    return 1 - fraction, fraction


def lagrange(fraction: Floats) -> tuple[Floats, ...]:
    """Weights of the nodes at -1, 0, 1, 2 for a position between 0 and 1: exact for cubic polynomials."""
    f = fraction
    return (
        f * (f - 1) * (2 - f) / 6,
        (f + 1) * (f - 1) * (f - 2) / 2,
        f * (f + 1) * (2 - f) / 2,
        f * (f + 1) * (f - 1) / 6,
    )


def _filter(mass: Floats, sigma: float, axis: int) -> Floats:
    reach = math.ceil(REACH * sigma)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    filtered: Floats = correlate1d(mass, kernel / kernel.sum(), axis=axis, mode="constant")
    return filtered
