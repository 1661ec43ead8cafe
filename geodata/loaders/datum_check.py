"""Does a batch look like another datum, or like swapped axes? Told loudly, never changed by itself.

A sample of the positions is held against the grids in force and the buildings, as stated and under each other hypothesis
(``gridmap.datum.guess_datum``). Without a clear answer one is told under which at least 5 % more of them fall into a grid: an offer to look, not a
judgement. Positions deep inside a tiling and far from buildings stay so under a shift of 600 m: silence is no proof.
"""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.indexes.city import grid_index
from geodata.loaders.summary import Note
from geodata.loaders.work import Work
from geodata.positions.footprints import footprints
from gridmap.assignment import GridIndex
from gridmap.datum import STATED, DatumGuess, Shares, as_hypothesis, from_wgs84, guess_datum, to_wgs84

Floats = NDArray[np.float64]

_SAMPLE: Final = 20_000
_LEAST: Final = 10
_MARGIN: Final = 0.05


def check_datum_of(work: Work, lon: Floats, lat: Floats) -> None:
    """Check positions in the stated datum against the grids in force, if there are any."""
    index = grid_index(work.conn, work.settings).index
    stated = work.options.datum
    guess = guess_datum(lon, lat, grids=index, buildings=footprints(work.conn), stated=stated)
    if guess.contradicts:
        _tell_guess(work, guess)
    elif (found := likely_datum(index, lon, lat, stated)) is not None:
        _tell_shares(work, *found)


def _tell_guess(work: Work, guess: DatumGuess) -> None:
    assert guess.datum is not None
    stated = work.options.datum
    better, worse = guess.shares[guess.datum], guess.shares[as_hypothesis(stated)]
    zh_shares, en_shares = _shares(better, worse, stated)
    twice = guess.datum not in STATED
    zh = f"像是 {guess.datum}{'（转换了两次）' if twice else ''}，必要时用 --datum {guess.datum}"
    en = f"{guess.datum}{' (converted twice)' if twice else ''}; give --datum {guess.datum} if so"
    work.batch.notes.append(
        Note(
            "datum_suspect",
            f"警告：这批坐标看起来{zh}。{zh_shares}可信度 {guess.confidence:.1%}。请核对。",
            f"WARNING: these positions look like {en}. {en_shares}Confidence {guess.confidence:.1%}. Check.",
            loud=True,
        )
    )


def _shares(better: Shares, worse: Shares, stated: str) -> tuple[str, str]:
    zh = f"若按此，{better.grids:.0%} 落在网格内；按所选 {stated} 为 {worse.grids:.0%}。"
    en = f"{better.grids:.0%} of them would lie in a grid, {worse.grids:.0%} as {stated}. "
    if better.buildings is not None and worse.buildings is not None:
        zh += f"落在楼栋上或旁边的分别为 {better.buildings:.0%} 与 {worse.buildings:.0%}。"
        en += f"On or beside buildings: {better.buildings:.0%} and {worse.buildings:.0%}. "
    return zh, en


def _tell_shares(work: Work, name: str, share: float, stated: float) -> None:
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
