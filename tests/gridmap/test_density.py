"""Density against the exact sum of Gaussians, and windows of one picture against each other."""

import numpy as np
import pytest
from pyproj import Geod

from gridmap.hotspot import density
from gridmap.hotspot.density import BadDensityInput
from gridmap.hotspot.heat_window import (
    EQUATOR_M,
    class_breaks,
    fitting_bandwidth_m,
    ladder,
    to_web_mercator,
    window_density,
)

EXTENT = (111.6, 40.75, 111.75, 40.85)
GEOD = Geod(ellps="WGS84")


def exact(lon, lat, bandwidth_m, shape, weights=None):
    """The sum over all points at all cell centres, on the plane of the extent's middle."""
    west, south, east, north = EXTENT
    middle = ((west + east) / 2, (south + north) / 2)
    across = GEOD.inv(middle[0] - 0.005, middle[1], middle[0] + 0.005, middle[1])[2] / 0.01
    along = GEOD.inv(middle[0], middle[1] - 0.005, middle[0], middle[1] + 0.005)[2] / 0.01
    x = west + (np.arange(shape[1]) + 0.5) * (east - west) / shape[1]
    y = north - (np.arange(shape[0]) + 0.5) * (north - south) / shape[0]
    kernel_x = np.exp(-0.5 * ((x[:, None] - lon) * across / bandwidth_m) ** 2)
    kernel_y = np.exp(-0.5 * ((y[:, None] - lat) * along / bandwidth_m) ** 2)
    mass = 1.0 if weights is None else weights
    return (kernel_y * mass) @ kernel_x.T / (2 * np.pi * bandwidth_m**2) * 1e6


@pytest.mark.parametrize(
    ("points", "bandwidth_m", "shape"),
    [
        (1, 100, (512, 512)),
        (1, 300, (30, 40)),
        (50, 150, (200, 300)),
        (5000, 300, (64, 64)),
        (5000, 40, (128, 128)),
        (130_000, 300, (64, 64)),
    ],
)
def test_error_is_small_against_the_exact_sum(points, bandwidth_m, shape):
    rng = np.random.default_rng(points)
    # Points beyond the border count as well.
    lon, lat = rng.uniform(111.59, 111.76, points), rng.uniform(40.74, 40.86, points)
    if points == 1:
        lon, lat = np.array([111.6512]), np.array([40.8034])
    wanted = exact(lon, lat, bandwidth_m, shape)
    found = density(lon, lat, bandwidth_m=bandwidth_m, extent=EXTENT, shape=shape)
    assert found.dtype == np.float64
    assert np.abs(found - wanted).max() <= 0.001 * wanted.max()


def test_a_pile_of_very_many_points_stays_within_its_stated_error():
    lon, lat = np.full(150_000, 111.6512), np.full(150_000, 40.8034)
    wanted = exact(lon[:1], lat[:1], 200, (256, 256)) * 150_000
    found = density(lon, lat, bandwidth_m=200, extent=EXTENT, shape=(256, 256))
    assert np.abs(found - wanted).max() <= 0.007 * wanted.max()


def test_weights_count():
    rng = np.random.default_rng(3)
    lon, lat, weights = rng.uniform(111.6, 111.75, 300), rng.uniform(40.75, 40.85, 300), rng.uniform(-1, 5, 300)
    wanted = exact(lon, lat, 250, (40, 60), weights)
    found = density(lon, lat, bandwidth_m=250, extent=EXTENT, shape=(40, 60), weights=weights)
    assert np.abs(found - wanted).max() <= 0.001 * wanted.max()


def test_the_integral_is_the_number_of_points():
    rng = np.random.default_rng(4)
    found = density(
        rng.uniform(111.65, 111.7, 777),
        rng.uniform(40.78, 40.82, 777),
        bandwidth_m=150,
        extent=EXTENT,
        shape=(300, 400),
    )
    area, _ = GEOD.polygon_area_perimeter([111.6, 111.75, 111.75, 111.6], [40.75, 40.75, 40.85, 40.85])
    assert found.mean() * area / 1e6 == pytest.approx(777, rel=2e-3)


def test_north_comes_first():
    found = density([111.61], [40.84], bandwidth_m=300, extent=EXTENT, shape=(10, 10))
    assert np.unravel_index(found.argmax(), found.shape) == (0, 0)


@pytest.mark.parametrize(
    ("lon", "lat"), [([], []), ([np.nan], [40.8]), ([111.7], [np.nan]), ([np.inf], [40.8]), ([0.0], [0.0])]
)
def test_no_usable_point_gives_zeros(lon, lat):
    found = density(lon, lat, bandwidth_m=300, extent=EXTENT, shape=(5, 6))
    assert found.shape == (5, 6)
    assert not found.any()


def test_points_with_nan_are_left_out():
    found = density(
        [111.7, np.nan, 111.7], [40.8, 40.8, 40.8], bandwidth_m=300, extent=EXTENT, shape=(9, 9), weights=[1, 1, np.nan]
    )
    assert np.array_equal(found, density([111.7], [40.8], bandwidth_m=300, extent=EXTENT, shape=(9, 9)))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("bandwidth_m", {"bandwidth_m": 0}),
        ("bandwidth_m", {"bandwidth_m": float("nan")}),
        ("bandwidth_m", {"bandwidth_m": 1e-4}),
        ("extent", {"extent": (1, 2, 1, 3)}),
        ("extent", {"extent": (1, 2, float("nan"), 3)}),
        ("shape", {"shape": (0, 5)}),
        ("shape", {"shape": (100_000, 100_000)}),
        ("lon, lat, weights", {"lon": [1.0, 2.0]}),
        ("lon, lat, weights", {"weights": [1.0, 2.0]}),
    ],
)
def test_bad_input_is_named(name, change):
    arguments = {"lon": [111.7], "lat": [40.8], "bandwidth_m": 300, "extent": EXTENT, "shape": (5, 5), **change}
    with pytest.raises(BadDensityInput) as caught:
        density(arguments.pop("lon"), arguments.pop("lat"), **arguments)
    assert caught.value.values["name"] == name


def mercator(points, seed=1):
    rng = np.random.default_rng(seed)
    return to_web_mercator(rng.normal(111.68, 0.03, points), rng.normal(40.8, 0.02, points))


@pytest.mark.parametrize("zoom", [5, 9, 11, 12, 13, 15, 18])
@pytest.mark.parametrize("points", [3000, 120_000])
def test_tiles_fit_together(zoom, points):
    x, y = mercator(points)
    column, row = int(np.median(x) * 2**zoom), int(np.median(y) * 2**zoom)
    left, top = max(column - 1, 0) * 256, max(row - 1, 0) * 256
    options = {"bandwidth_m": 300, "latitude": 40.8}
    whole = window_density(x, y, zoom, left, top, width=512, height=512, **options)
    parts = [[window_density(x, y, zoom, left + dx, top + dy, **options) for dx in (0, 256)] for dy in (0, 256)]
    assert np.abs(np.block(parts) - whole).max() <= 1e-9 * whole.max()


def test_a_density_means_the_same_at_every_zoom():
    x, y = mercator(20_000)
    peaks = []
    for zoom in (12, 13, 15, 17):
        left, top = int(np.median(x) * 2**zoom * 256) - 128, int(np.median(y) * 2**zoom * 256) - 128
        peaks.append(window_density(x, y, zoom, left, top, bandwidth_m=300, latitude=40.8)[128, 128])
    assert peaks == pytest.approx([peaks[0]] * 4, rel=0.02)


def test_a_window_equals_the_exact_sum():
    x, y = mercator(500)
    zoom, size = 14, 64
    left, top = int(np.median(x) * 2**zoom * 256), int(np.median(y) * 2**zoom * 256)
    metres = EQUATOR_M * np.cos(np.radians(40.8))
    across = (left + np.arange(size) + 0.5) / (256 * 2**zoom)
    down = (top + np.arange(size) + 0.5) / (256 * 2**zoom)
    kernel_x = np.exp(-0.5 * ((across[:, None] - x) * metres / 300) ** 2)
    kernel_y = np.exp(-0.5 * ((down[:, None] - y) * metres / 300) ** 2)
    wanted = kernel_y @ kernel_x.T / (2 * np.pi * 300**2) * 1e6
    found = window_density(x, y, zoom, left, top, width=size, height=size, bandwidth_m=300, latitude=40.8)
    assert np.abs(found - wanted).max() <= 0.005 * wanted.max()


def test_web_mercator_of_known_places():
    x, y = to_web_mercator(np.array([0.0, 180.0, -180.0, np.nan]), np.array([0.0, 85.051128779, -85.051128779, 0.0]))
    assert x[:3].tolist() == [0.5, 1.0, 0.0]
    assert y[:3] == pytest.approx([0.5, 0.0, 1.0], abs=1e-10)
    assert np.isnan(x[3])


def test_classes_climb_the_ladder_and_end_below_the_peak():
    assert ladder(99.0, 5) == (2.0, 5.0, 10.0, 20.0, 50.0)
    assert ladder(1.0, 3) == (0.2, 0.5, 1.0)
    assert class_breaks(np.empty(0), np.empty(0), bandwidth_m=300, latitude=40.8) == ()
    x, y = mercator(20_000)
    breaks = class_breaks(x, y, bandwidth_m=300, latitude=40.8)
    left, top = int(np.median(x) * 2**13 * 256) - 128, int(np.median(y) * 2**13 * 256) - 128
    peak = window_density(x, y, 13, left, top, bandwidth_m=300, latitude=40.8).max()
    assert 0.2 * peak <= breaks[-1] <= peak


def _cloud(spread_m, n):
    """A normal cloud around Hohhot of a standard deviation in metres, as fractions of the web map."""
    rng = np.random.default_rng(7)
    x, y = to_web_mercator(np.array([111.7]), np.array([40.8]))
    around_m = EQUATOR_M * np.cos(np.radians(40.8))
    return x + rng.normal(0, spread_m / around_m, n), y + rng.normal(0, spread_m / around_m, n)


@pytest.mark.parametrize(
    ("spread_m", "n", "expected_m"),
    # Scott's rule by hand: 0.4 * spread * n**(-1/6), down to the rung below.
    [(600, 6_000, 50.0), (8_000, 150_000, 200.0), (8_000, 1_000, 500.0), (1, 1_000, 50.0), (0, 5, 50.0)],
)
def test_the_bandwidth_fits_the_spread_and_the_number_of_places(spread_m, n, expected_m):
    assert fitting_bandwidth_m(*_cloud(spread_m, n), 40.8) == expected_m


def test_no_places_still_have_a_bandwidth():
    assert fitting_bandwidth_m(np.array([]), np.array([]), 0.0) == 50.0
