"""Density of a million reports on 512 x 512 cells against KDEpy's FFT on the same points and bandwidth."""

import argparse

import numpy as np
from KDEpy import FFTKDE

from gridmap.hotspot import density
from scripts.benchmarks.rounds import compare

NEEDS_BENCH_EXTRA = True
CENTRE = (111.68, 40.82)
HALF_DEGREES = 0.1
CELLS = 512


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench density", description=__doc__)
    parser.add_argument("--reports", type=int, default=1_000_000)
    parser.add_argument("--bandwidths", type=float, nargs="+", default=[100.0, 300.0], help="metres")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    lon, lat = _points(options.reports, np.random.default_rng(options.seed))
    west, south = CENTRE[0] - HALF_DEGREES, CENTRE[1] - HALF_DEGREES
    extent = (west, south, west + 2 * HALF_DEGREES, south + 2 * HALF_DEGREES)
    # KDEpy wants metres, one bandwidth on both axes, and a grid of its own that holds every point.
    metres = np.column_stack([(lon - west) * 84_390.0, (lat - south) * 111_040.0])
    for bandwidth_m in options.bandwidths:
        print(f"{options.reports:,} reports, {CELLS} x {CELLS} cells, bandwidth {bandwidth_m:g} m")
        compare(
            {
                "gridmap density": lambda b=bandwidth_m: density(
                    lon, lat, bandwidth_m=b, extent=extent, shape=(CELLS, CELLS)
                ),
                "KDEpy FFTKDE": lambda b=bandwidth_m: (
                    FFTKDE(kernel="gaussian", bw=b).fit(metres).evaluate((CELLS, CELLS))
                ),
            },
            rounds=options.rounds,
        )
    return 0


def _points(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Three quarters in 40 clusters, the rest anywhere; all within the extent."""
    middles = rng.uniform(-0.8, 0.8, (40, 2))
    clustered = middles[rng.integers(0, 40, n)] + rng.normal(0, 0.05, (n, 2))
    anywhere = rng.uniform(-1, 1, (n, 2))
    places = np.where(rng.random((n, 1)) < 0.75, clustered, anywhere).clip(-0.999, 0.999) * HALF_DEGREES
    return CENTRE[0] + places[:, 0], CENTRE[1] + places[:, 1]
