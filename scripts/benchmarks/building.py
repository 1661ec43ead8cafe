"""Building an index of very many grids: CPU time, bytes a grid, and the most memory that it takes."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.assignment import GridIndex, warm_up
from scripts.benchmarks.tessellation import tessellation

_CALL = "import sys; from scripts.benchmarks import building; getattr(building, sys.argv[1])(*sys.argv[2:])"


def measure(count: int, seed: int) -> None:
    """Make the grids in one process and build in another, so that its memory is that of the polygons and of the index."""
    with tempfile.TemporaryDirectory() as folder:
        for step in (["make", folder, str(count), str(seed)], ["build", folder]):
            subprocess.run([sys.executable, "-P", "-c", _CALL, *step], check=True)


def make(folder: str, count: str, seed: str) -> None:
    """Put the rings of a tessellation into a folder."""
    cells = tessellation(int(count), np.random.default_rng(int(seed))).cells
    _, coordinates, (rings, _) = shapely.to_ragged_array(cells)
    for name, array in {"coordinates": coordinates, "rings": rings}.items():
        np.save(Path(folder) / f"{name}.npy", array)
    print(f"{len(cells):,} grids, {len(coordinates):,} vertices", flush=True)


def build(folder: str) -> None:
    """Build from the rings in a folder and print what it takes."""
    warm_up()
    cells = _polygons(Path(folder))
    before = peak_bytes()
    started = time.process_time()
    index = GridIndex(cells)
    spent = time.process_time() - started
    print(f"  index built in {spent:.2f} CPU s, {bytes_of(index) / len(cells):,.0f} bytes a grid")
    print(f"  most memory: {peak_bytes() / 1e9:.2f} GB; {before / 1e9:.2f} GB before, for polygons and libraries")


def _polygons(folder: Path) -> NDArray[np.object_]:
    """The polygons of a folder, made in parts: their making takes several times their memory."""
    coordinates, rings = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("coordinates", "rings"))
    parts = []
    for first in range(0, len(rings) - 1, 20_000):
        starts = np.array(rings[first : first + 20_001])
        some = np.array(coordinates[starts[0] : starts[-1]])
        offsets = starts - starts[0], np.arange(len(starts))
        parts.append(shapely.from_ragged_array(shapely.GeometryType.POLYGON, some, offsets))
    return np.concatenate(parts)


def bytes_of(index: GridIndex) -> int:
    """All arrays of an index."""
    return sum(array.nbytes for array in index.to_arrays().values())


def peak_bytes() -> int:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
