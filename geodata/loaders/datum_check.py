"""Does a batch look like another datum, or like swapped axes? Told loudly, never changed by itself.

A sample of the positions is located among the grids in force, as stated and under each other hypothesis. One under which at least
5 % more of them fall into a grid is told. Positions deep inside a tiling stay inside under a shift of 600 m, so silence is no proof.
"""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.indexes import grid_index
from geodata.loaders.summary import Note
from geodata.loaders.work import Work
from gridmap.assignment import GridIndex
from gridmap.datum import from_wgs84, to_wgs84

Floats = NDArray[np.float64]

_SAMPLE: Final = 20_000
_LEAST: Final = 10
_MARGIN: Final = 0.05


def check_datum_of(work: Work, lon: Floats, lat: Floats) -> None:
    """Check positions in the stated datum against the grids in force, if there are any."""
    index = grid_index(work.conn, work.settings).index
    found = likely_datum(index, lon, lat, work.options.datum)
    if found is None:
        return
    name, share, stated = found
    remedy = "--swap-axes" if name == "swapped" else f"--datum {name}"
    work.batch.notes.append(
        Note(
            "datum_suspect",
            f"警告：这批坐标看起来像是 {name}（若按此，{share:.0%} 落在网格内；按所选 {work.options.datum} 只有 {stated:.0%}）。请核对，必要时用 {remedy}。",
            f"WARNING: these positions look like {name}: {share:.0%} of them would lie in a grid, but only {stated:.0%} as "
            f"{work.options.datum}. Check, and give {remedy} if so.",
            loud=True,
        )
    )


def check_datum_of_shapes(work: Work) -> None:
    """The same for the placed shapes of a batch, by a point within each."""
    geometry = work.batch.geometry
    if geometry is None:
        return
    points = shapely.point_on_surface(geometry[work.batch.alive])
    lon, lat = from_wgs84(shapely.get_x(points), shapely.get_y(points), work.options.datum)
    check_datum_of(work, lon, lat)


def likely_datum(index: GridIndex, lon: Floats, lat: Floats, stated: str) -> tuple[str, float, float] | None:
    """The hypothesis that fits clearly better than the stated datum, with its share inside and the stated one's; None when none does.

    Hypotheses are ``wgs84``, ``gcj02``, ``bd09`` and ``swapped`` (axes).
    """
    given = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if len(given) < _LEAST or len(index) == 0:
        return None
    sample = given[:: max(1, len(given) // _SAMPLE)]
    x, y = lon[sample], lat[sample]
    stated = "wgs84" if stated == "cgcs2000" else stated
    places = {name: to_wgs84(x, y, name) for name in ("wgs84", "gcj02", "bd09")}
    if np.all(np.abs(x) <= 90):
        places["swapped"] = to_wgs84(y, x, stated)
    shares = {name: float(np.mean(index.locate(*place) >= 0)) for name, place in places.items()}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] - shares[stated] < _MARGIN:
        return None
    return best, shares[best], shares[stated]
