"""Which datum are positions in, when nobody says so or nobody is to be believed? Told with its evidence and how sure it is.

Reports are about places where people live: under the right datum they fall into grids and lie on buildings or within some
metres of one; under a wrong one the whole batch is moved by 600 to 1,400 m and meets buildings by chance only. Positions deep
inside a tiling stay inside under such a shift, so grids alone often cannot tell. Each position scores one for a grid and one for
a building. Two hypotheses are compared by the places that score differently under them: if neither were better, as many would be for
one as for the other (sign test, exact binomial). Positions of one place (some 50 m) have one vote together, so that a pile or
a hotspot cannot decide alone.

Streets, blocks and greenery are no chance: reports about roads lie *off* buildings, and any shift brings them nearer. So the
winner must also beat eight shifts that no datum has. Otherwise nothing is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtrc

from gridmap.datum.conversion import DATUMS, Floats, to_wgs84

#: What positions may be in; CGCS2000 counts as WGS84.
HYPOTHESES: Final[tuple[str, ...]] = tuple(name for name in DATUMS if name != "cgcs2000")
#: From here on a hypothesis is named, and a stated datum called wrong.
NAMED: Final = 0.99
ACCUSED: Final = 0.999
#: Fewer places than this are too few to say anything.
LEAST_PLACES: Final = 10

_MOST_POINTS: Final = 20_000
_LEAST_LEAD: Final = 0.05  # of the mean score: less is no shift of a whole batch, however many points tell it
_CELL: Final = 5e-4  # degrees: 55 m
_PLACEBO_M: Final = 700.0
_PLACEBOS: Final = 8
_METRES_A_DEGREE: Final = 111_195.0

Bools = NDArray[np.bool_]


class Locates(Protocol):
    """What grids are asked: ``gridmap.assignment.GridIndex`` is one."""

    def __len__(self) -> int:
        """Number of grids."""
        ...

    def locate(self, lon: Floats, lat: Floats) -> NDArray[np.int64]:
        """Position of the owner of each point in WGS84 degrees, -1 for none."""
        ...


class Footprints:
    """Buildings, asked whether positions lie on one or within some metres of one.

    ``shapes``: polygons in WGS84 degrees (None and empty ones are left out); ``within_m`` metres count as on it, as far as a
    telephone errs beside a wall. Metres are measured in a plane around the middle of the shapes, good to 1 % in 100 km.
    """

    def __init__(self, shapes: ArrayLike, within_m: float = 8.0) -> None:
        given = np.asarray(shapes, dtype=object)
        given = given[~(shapely.is_missing(given) | shapely.is_empty(given))]
        bounds = shapely.total_bounds(given) if len(given) else np.zeros(4)
        self._narrow = float(np.cos(np.radians((bounds[1] + bounds[3]) / 2)))
        self._tree = shapely.STRtree(shapely.transform(given, lambda xy: xy * (self._narrow, 1.0)))
        self._within = within_m / _METRES_A_DEGREE

    def __len__(self) -> int:
        return len(self._tree)

    def near(self, lon: Floats, lat: Floats) -> Bools:
        """Whether each point (WGS84 degrees, arrays of one length) lies on or near a building; NaN does not."""
        found = np.zeros(len(lon), dtype=bool)
        given = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        points = shapely.points(lon[given] * self._narrow, lat[given])
        hit, _ = self._tree.query(points, predicate="dwithin", distance=self._within)
        found[given[hit]] = True
        return found


@dataclass(frozen=True, slots=True)
class Shares:
    """Share of the points in a grid, and on or near a building (None without buildings), under one hypothesis."""

    grids: float
    buildings: float | None


@dataclass(frozen=True, slots=True)
class Fit:
    """Which points lie in a grid, and which on or near a building (None without buildings), aligned."""

    held: Bools
    near: Bools | None

    @property
    def score(self) -> Floats:
        """What speaks for each point: one for a grid, one for a building."""
        held = self.held.astype(np.float64)
        return held if self.near is None else held + self.near

    @property
    def shares(self) -> Shares:
        """Of all the points."""
        return Shares(float(self.held.mean()), None if self.near is None else float(self.near.mean()))


@dataclass(frozen=True, slots=True)
class DatumGuess:
    """``datum`` is one of ``HYPOTHESES`` or None where nothing can be said; ``confidence`` from 0 to 1 that no rival is as good.

    ``points`` were looked at, lying at ``places`` different places; ``shares`` by hypothesis. ``stated`` as it was given.
    """

    datum: str | None
    confidence: float
    points: int
    places: int
    shares: Mapping[str, Shares]
    stated: str | None = None

    @property
    def contradicts(self) -> bool:
        """Whether the stated datum is surely another than that of the points."""
        return (
            self.stated is not None
            and self.datum is not None
            and self.datum != as_hypothesis(self.stated)
            and self.confidence >= ACCUSED
        )


def guess_datum(
    lon: ArrayLike, lat: ArrayLike, *, grids: Locates, buildings: Footprints | None = None, stated: str | None = None
) -> DatumGuess:
    """The datum of a batch of positions of reports, by where they fall.

    ``lon``, ``lat``: degrees as received, arrays of one length; NaN and infinity are left out, of more than 20,000 every so
    manyeth is taken. The answer does not depend on ``stated``.

    >>> from gridmap.assignment import GridIndex
    >>> guess_datum([], [], grids=GridIndex([])).datum is None
    True
    """
    x, y = _sample(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    if len(x) == 0:
        return DatumGuess(None, 0.0, 0, 0, {name: Shares(0.0, None) for name in HYPOTHESES}, stated)
    places = place_of(x, y)
    tried = {name: to_wgs84(x, y, name) for name in HYPOTHESES}
    fits = {name: fit(*moved, grids, buildings) for name, moved in tried.items()}
    shares = {name: found.shares for name, found in fits.items()}
    best = max(HYPOTHESES, key=lambda name: fits[name].score.mean())
    rivals = [fits[name] for name in HYPOTHESES if name != best]
    rivals += [fit(*moved, grids, buildings) for moved in _placebos(*tried[best])]
    count = int(places.max()) + 1
    # The winner was chosen among the hypotheses: each of them had its chance to look good.
    chance = len(HYPOTHESES) * max(_chance(fits[best], rival, places) for rival in rivals)
    lead = min(float((fits[best].score - rival.score).mean()) for rival in rivals)
    confidence = max(0.0, 1.0 - chance)
    named = confidence >= NAMED and lead >= _LEAST_LEAD and count >= LEAST_PLACES
    return DatumGuess(best if named else None, confidence, len(x), count, shares, stated)


def as_hypothesis(datum: str) -> str:
    """The hypothesis that a stated datum is: CGCS2000 counts as WGS84."""
    return "wgs84" if datum == "cgcs2000" else datum


def fit(lon: Floats, lat: Floats, grids: Locates, buildings: Footprints | None) -> Fit:
    """How positions in WGS84 lie to grids and buildings."""
    held = grids.locate(lon, lat) >= 0 if len(grids) else np.zeros(len(lon), dtype=bool)
    near = buildings.near(lon, lat) if buildings is not None and len(buildings) else None
    return Fit(held, near)


def place_of(lon: Floats, lat: Floats) -> NDArray[np.intp]:
    """Numbers 0 to n-1 of the places, some 50 m wide, that positions lie in."""
    return np.asarray(np.unique(cell_keys(lon, lat, _CELL), return_inverse=True)[1]).reshape(-1)


def cell_keys(lon: Floats, lat: Floats, side: float) -> NDArray[np.int64]:
    """One number for each cell of a lattice (its side in degrees, 1e-7 or more): far faster to sort than pairs of coordinates."""
    across, up = np.floor((lon + 180.0) / side).astype(np.int64), np.floor((lat + 90.0) / side).astype(np.int64)
    found: NDArray[np.int64] = across * round(180.0 / side + 1) + up
    return found


def _sample(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    given = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    chosen = given[:: max(1, -(-len(given) // _MOST_POINTS))]
    return lon[chosen], lat[chosen]


def _placebos(lon: Floats, lat: Floats) -> list[tuple[Floats, Floats]]:
    """The positions moved as far as a wrong datum moves them, each way."""
    narrow = np.cos(np.radians(float(lat.mean())))
    degrees = _PLACEBO_M / _METRES_A_DEGREE
    turns = np.arange(_PLACEBOS) * (2 * np.pi / _PLACEBOS)
    return [(lon + degrees * np.cos(turn) / narrow, lat + degrees * np.sin(turn)) for turn in turns]


def _chance(winner: Fit, rival: Fit, places: NDArray[np.intp]) -> float:
    """How likely the winner's lead would be if neither were better: by grids and buildings together, or by grids alone."""
    together = _p_value(winner.score - rival.score, places)
    if winner.near is None:
        return together
    # Two questions were asked, so the better answer counts half.
    return 2 * min(together, _p_value(winner.held.astype(np.float64) - rival.held, places))


def _p_value(lead: Floats, places: NDArray[np.intp]) -> float:
    """How likely so many places would be in front if each way were as likely."""
    votes = np.sign(np.bincount(places, weights=lead))
    ahead, behind = int((votes > 0).sum()), int((votes < 0).sum())
    return float(bdtrc(ahead - 1, ahead + behind, 0.5)) if ahead else 1.0
