"""Density in a window of the web map: what a heat tile shows, in numbers.

All windows of one zoom, and all zooms, read the same smoothed field, so that tiles fit at their borders and colours keep their meaning
while zooming.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridmap.hotspot.smoothing import Floats, lagrange, smooth

#: Length of the equator on the sphere of EPSG:3857, in metres.
EQUATOR_M = 2 * math.pi * 6378137.0
TILE = 256

#: The lattice of a zoom is at least this fine under the kernel, and at most this many times finer than a pixel.
SIGMA_CELLS = 3.0
FINEST_STEP = 2
#: Far out, where the kernel is smaller than this many nodes, it is widened to it.
LEAST_SIGMA = 1.5

LEAST_BANDWIDTH_M = 50.0
MOST_BANDWIDTH_M = 500.0


def to_web_mercator(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Degrees to fractions of the EPSG:3857 square: x eastwards, y southwards, both from 0 to 1; NaN stays NaN."""
    limited = np.radians(np.clip(lat, -85.051128779, 85.051128779))
    return np.asarray(lon) / 360 + 0.5, 0.5 - np.arcsinh(np.tan(limited)) / (2 * math.pi)


def from_web_mercator(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Degrees of fractions of the EPSG:3857 square, the other way round of ``to_web_mercator``.

    >>> [float(round(value[0], 9)) for value in from_web_mercator(*to_web_mercator(np.array([111.7]), np.array([40.8])))]
    [111.7, 40.8]
    """
    return (np.asarray(x) - 0.5) * 360, np.degrees(np.arctan(np.sinh((0.5 - np.asarray(y)) * 2 * math.pi)))


def fitting_bandwidth_m(x: Floats, y: Floats, latitude: float) -> float:
    """A standard deviation in metres that suits a set of places, on the 1-2-5 ladder between 50 and 500 m.

    Scott's rule in two dimensions (Scott 1992, "Multivariate Density Estimation": spread times n**(-1/6)), times 0.4, because a
    city is no single normal cloud and a heat map is asked for streets, not for the shape of the city. ``x``, ``y`` as from
    ``to_web_mercator``, without NaN.
    """
    if len(x) == 0:
        return LEAST_BANDWIDTH_M
    around_m = EQUATOR_M * math.cos(math.radians(latitude))
    spread_m = around_m * math.sqrt((float(np.var(x)) + float(np.var(y))) / 2)
    wanted = min(MOST_BANDWIDTH_M, 0.4 * spread_m * len(x) ** (-1 / 6))
    return ladder(wanted, 1)[0] if wanted > LEAST_BANDWIDTH_M else LEAST_BANDWIDTH_M


def zoom_of_lattice(zoom: int, bandwidth_m: float, latitude: float) -> int:
    """The zoom whose pixels are the lattice that a zoom's windows are read from; above ``zoom`` it costs that much more."""
    around_m = EQUATOR_M * math.cos(math.radians(latitude))
    wanted = math.ceil(math.log2(around_m * SIGMA_CELLS / (TILE * bandwidth_m)))
    return max(0, min(wanted, zoom + FINEST_STEP.bit_length() - 1))


def window_density(
    x: Floats,
    y: Floats,
    zoom: int,
    left: int,
    top: int,
    *,
    width: int = TILE,
    height: int = TILE,
    bandwidth_m: float,
    latitude: float,
) -> Floats:
    """Points per km2 at the pixels of a window, float64[height, width], the northern row first.

    ``x`` and ``y`` are fractions of the web map (``to_web_mercator``); ``left`` and ``top`` the window's corner in pixels of
    ``zoom`` (256 a tile). ``latitude`` gives the scale of metres and must be the same for all windows of one picture.
    """
    around_m = EQUATOR_M * math.cos(math.radians(latitude))
    lattice_zoom = zoom_of_lattice(zoom, bandwidth_m, latitude)
    node_m = around_m / (TILE * 2.0**lattice_zoom)
    sigma = max(bandwidth_m / node_m, LEAST_SIGMA)
    nodes = TILE * 2**lattice_zoom
    per_km2 = 1e6 / node_m**2
    step = 2.0 ** (lattice_zoom - zoom)
    if step >= 1:
        # One node a pixel, or several: their mean.
        k = int(step)
        fine = smooth(
            x * nodes - (left * k + 0.5), y * nodes - (top * k + 0.5), (height * k, width * k), (sigma, sigma)
        )
        found: Floats = fine.reshape(height, k, width, k).mean(axis=(1, 3)) * per_km2
    else:
        across, down = _Between.of(left, width, step), _Between.of(top, height, step)
        field = smooth(
            x * nodes - (across.first + 0.5), y * nodes - (down.first + 0.5), (down.nodes, across.nodes), (sigma, sigma)
        )
        if not field.any():
            return np.zeros((height, width))
        found = down.read(across.read(field.T).T) * per_km2
    return np.maximum(found, 0.0)


@dataclass(frozen=True, slots=True)
class _Between:
    """How pixels in a line are read from the four nodes around each: ``below`` is the position of the first of them."""

    first: int
    nodes: int
    below: NDArray[np.int64]
    weights: tuple[Floats, ...]

    @classmethod
    def of(cls, start: int, length: int, step: float) -> "_Between":
        at = (start + np.arange(length) + 0.5) * step - 0.5
        whole = np.floor(at).astype(np.int64)
        first = int(whole[0]) - 1
        return cls(first, int(whole[-1]) + 3 - first, whole - 1 - first, lagrange(at - whole))

    def read(self, field: Floats) -> Floats:
        """Rows of pixels from rows of nodes."""
        found = np.zeros((len(self.below), field.shape[1]))
        for offset, weight in enumerate(self.weights):
            found += weight[:, None] * field[self.below + offset]
        return found


def class_breaks(x: Floats, y: Floats, *, bandwidth_m: float, latitude: float, classes: int = 5) -> tuple[float, ...]:
    """Lower limits of the classes, points per km2, ascending on the 1-2-5 ladder; no points, no classes.

    The highest is the last rung below the peak; the same points give the same classes at every zoom.
    """
    if len(x) == 0:
        return ()
    around_m = EQUATOR_M * math.cos(math.radians(latitude))
    side_m = 2 * bandwidth_m
    across = math.ceil(around_m / side_m) + 1
    cell = np.floor(y * (around_m / side_m)).astype(np.int64) * across + np.floor(x * (around_m / side_m)).astype(
        np.int64
    )
    low, high = int(cell.min()), int(cell.max())
    counts = np.bincount(cell - low) if high - low < 20_000_000 else np.unique(cell, return_counts=True)[1]
    # A lone point's peak is that of the kernel, lower than a cell of its own would say.
    peak = max(counts.max() / (side_m**2 / 1e6) * 0.6, 1e6 / (2 * math.pi * bandwidth_m**2) * 0.6)
    return ladder(peak, classes)


def ladder(peak: float, classes: int) -> tuple[float, ...]:
    """The ``classes`` numbers 1, 2, 5, 10, 20 ... that end at or below ``peak``, ascending.

    >>> ladder(130.0, 5)
    (5.0, 10.0, 20.0, 50.0, 100.0)
    """
    power = math.floor(math.log10(peak))
    rungs = [digit * 10.0**p for p in range(power - classes, power + 1) for digit in (1, 2, 5)]
    below = [round(rung, 12) for rung in rungs if rung <= peak * (1 + 1e-12)]
    return tuple(below[-classes:])
