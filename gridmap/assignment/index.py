"""The index of a city's grids: points in, owners out."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gridmap.assignment import _kernel
from gridmap.assignment.explanation import (
    LEAST_SHARE,
    SURE_SHARE,
    Explanation,
    checked_accuracy,
    likely_positions,
)
from gridmap.assignment.order import area_order, code_order
from gridmap.assignment.outlines import Outlines, checked_polygons
from gridmap.assignment.raster import Raster, address
from gridmap.assignment.reason import REASONS
from gridmap.assignment.rule import Candidates, choose_owner
from gridmap.errors import GridmapError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_CHUNK: Final = 65_536  # points that a thread takes at a time


class UnequalCodes(GridmapError):
    """Codes that do not belong to the polygons."""

    code = "unequal_codes"
    zh = "网格有 {polygons} 个，编码有 {codes} 个。"
    en = "There are {polygons} grids but {codes} codes."


class UnequalPoints(GridmapError):
    """Longitudes and latitudes that do not belong together."""

    code = "unequal_points"
    zh = "经度有 {lon} 个，纬度有 {lat} 个。"
    en = "There are {lon} longitudes but {lat} latitudes."


class InvalidGapLimit(GridmapError):
    """A gap limit that is no distance."""

    code = "invalid_gap_limit"
    zh = "空白区就近距离应为不小于0的米数，而不是 {value}。"
    en = "The gap limit must be a distance of 0 m or more, not {value}."


@dataclass(frozen=True)
class Located:
    """Owners of n points: `position` int64 (-1 none), `reason` int8 (place in `REASONS`), `distance_to_edge_m` float64.

    The distance is from the point to the edge of its owner, 0 on an edge, NaN without an owner.
    """

    position: Ints
    reason: NDArray[np.int8]
    distance_to_edge_m: Floats

    @property
    def reason_names(self) -> NDArray[np.object_]:
        """The reasons as `Reason` values (which are text)."""
        return np.array(REASONS, dtype=object)[self.reason]


class GridIndex:
    """Finds the one owning grid of points in degrees of one reference system, by the rule in `gridmap.assignment.rule`.

    `polygons`: Polygon and MultiPolygon in longitude and latitude; None, empty ones and those with a coordinate that is
    not finite hold nothing. `codes`: one a grid, None where a grid has none. The answer is exact for all coordinates as
    they are stored, on edges and corners too, and depends neither on the order of grids nor of points. Of an invalid
    polygon, what an odd number of its rings surrounds is its interior, and every ring is its edge. Nothing joins across the
    180th meridian. Raises `NotAPolygon`, `UnequalCodes`.

    >>> index = GridIndex([shapely.box(111.70, 40.80, 111.71, 40.81), shapely.box(111.71, 40.80, 111.72, 40.81)])
    >>> index.locate([111.705, 111.71, 111.8], [40.805, 40.805, 40.805]).tolist()
    [0, 1, -1]
    """

    def __init__(self, polygons: Iterable[shapely.Geometry | None], codes: Iterable[object] | None = None) -> None:
        shapes = checked_polygons(polygons)
        texts = None if codes is None else [_text(code) for code in codes]
        if texts is not None and len(texts) != shapes.size:
            raise UnequalCodes(polygons=shapes.size, codes=len(texts))
        by_code = code_order(shapes, texts)
        arrays: dict[str, NDArray[np.generic]] = {"code_order": by_code, "area_order": area_order(shapes, by_code)}
        outlines = Outlines.of(shapes)
        arrays |= outlines.to_arrays() | Raster.of(outlines).to_arrays()
        if texts is not None:
            arrays["codes"] = np.array([code or "" for code in texts], dtype=np.str_)
            arrays["coded"] = np.array([code is not None for code in texts], dtype=np.bool_)
        self._hold(arrays)

    def __len__(self) -> int:
        return self._arrays["code_order"].size

    @cached_property
    def codes(self) -> tuple[str | None, ...] | None:
        """The code of each grid, None where it has none; None when the index was made without."""
        if "codes" not in self._arrays:
            return None
        pairs = zip(self._arrays["codes"].tolist(), self._arrays["coded"].tolist(), strict=True)
        return tuple(code if coded else None for code, coded in pairs)

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Everything that the index knows as plain arrays, to be saved and memory-mapped; no geometries."""
        return dict(self._arrays)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """The index whose `to_arrays` these are; memory-mapped and read-only ones are read in place."""
        index = cls.__new__(cls)
        index._hold(arrays)
        return index

    def _hold(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        outlines, raster = Outlines.from_arrays(arrays), Raster.from_arrays(arrays)
        orders = [np.ascontiguousarray(arrays[name], dtype=np.int64) for name in ("area_order", "code_order")]
        self._header = raster.header(outlines, *orders)
        self._address = address(self._header)
        self._arrays = {
            **arrays,
            **outlines.to_arrays(),
            **raster.to_arrays(),
            "area_order": orders[0],
            "code_order": orders[1],
        }

    def locate(self, lon: ArrayLike, lat: ArrayLike, *, gap_limit_m: float = 0.0, threads: int = 1) -> Ints:
        """Positions of the owners, int64[n], -1 for none; points that are None, NaN or infinite have none.

        `lon`, `lat` are degrees (n each). A point in no grid goes to the nearest within `gap_limit_m`. `threads` share the
        work by chunks. Raises `UnequalPoints`, `InvalidGapLimit`.
        """
        return self._located(lon, lat, gap_limit_m, threads, measured=False).position

    def locate_explained(
        self, lon: ArrayLike, lat: ArrayLike, *, gap_limit_m: float = 0.0, threads: int = 1
    ) -> Located:
        """Owners with reasons and distances to the owner's edge; parameters and errors as in `locate`."""
        return self._located(lon, lat, gap_limit_m, threads, measured=True)

    def locate_one(self, lon: float | None, lat: float | None, *, gap_limit_m: float = 0.0) -> int:
        """The position of the owner of one point, -1 for none."""
        if lon is None or lat is None:
            return -1
        if not gap_limit_m >= 0:
            raise InvalidGapLimit(value=gap_limit_m, field="gap_limit_m")
        owner: int = _kernel.owner_of(self._address, float(lon), float(lat), float(gap_limit_m))
        return owner

    def explain(
        self,
        lon: float | None,
        lat: float | None,
        accuracy_m: float | None = None,
        *,
        gap_limit_m: float = 0.0,
        sure_share: float = SURE_SHARE,
    ) -> Explanation:
        """The owner of one point, why, and with the radius of 68 % certainty `accuracy_m` also how sure.

        With a share under `sure_share` the owner is ambiguous. See `Explanation`, for the shares `likely_positions`, for many points
        `owner_shares`. Raises `InvalidAccuracy`, `InvalidGapLimit`.
        """
        accuracy_m = checked_accuracy(accuracy_m)
        located = self.locate_explained(_one(lon), _one(lat), gap_limit_m=gap_limit_m)
        position, distance_m = int(located.position[0]), float(located.distance_to_edge_m[0])
        code = self.codes[position] if self.codes is not None and position >= 0 else None
        reason = REASONS[located.reason[0]]
        shares, share = dict[int, float](), None
        if accuracy_m > 0 and lon is not None and lat is not None and np.isfinite((lon, lat)).all():
            shares = self._shares(lon, lat, accuracy_m, gap_limit_m)
            share = shares.get(position, 0.0)
        ambiguous = share is not None and share < sure_share
        named = {grid: part for grid, part in shares.items() if grid >= 0 and part >= LEAST_SHARE}
        told = named if ambiguous or named.keys() - {position} else {}
        return Explanation(
            position=position,
            code=code,
            reason=reason,
            distance_to_edge_m=None if np.isnan(distance_m) else distance_m,
            alternatives=[(self._name(grid), part) for grid, part in told.items()],
            ambiguous=ambiguous,
            share=share,
        )

    def _shares(self, lon: float, lat: float, accuracy_m: float, gap_limit_m: float) -> dict[int, float]:
        """The share of the probability of each owner, -1 for none, largest first and then by code."""
        owners = self.locate(*likely_positions(lon, lat, accuracy_m), gap_limit_m=gap_limit_m)
        grids, counts = np.unique(owners, return_counts=True)
        by_code = np.append(self._arrays["code_order"], -1)[grids]
        order = np.lexsort((by_code, -counts))
        return dict(zip(grids[order].tolist(), (counts[order] / owners.size).tolist(), strict=True))

    def _name(self, grid: int) -> str:
        code = self.codes[grid] if self.codes is not None else None
        return str(grid) if code is None else code

    def _located(self, lon: ArrayLike, lat: ArrayLike, gap_limit_m: float, threads: int, measured: bool) -> Located:
        if not gap_limit_m >= 0:
            raise InvalidGapLimit(value=gap_limit_m, field="gap_limit_m")
        lons, lats = (np.ascontiguousarray(values, dtype=np.float64).ravel() for values in (lon, lat))
        if lons.size != lats.size:
            raise UnequalPoints(lon=lons.size, lat=lats.size)
        located = Located(
            position=np.empty(lons.size, dtype=np.int64),
            reason=np.empty(lons.size if measured else 0, dtype=np.int8),
            distance_to_edge_m=np.empty(lons.size if measured else 0),
        )

        def fill(first: int) -> None:
            rows = slice(first, first + _CHUNK)
            places = address(lons) + 8 * first, address(lats) + 8 * first
            owner, reason, distance_m = located.position[rows], located.reason[rows], located.distance_to_edge_m[rows]
            _kernel.locate(self._address, *places, float(gap_limit_m), owner, reason)
            if measured:
                _kernel.distances_to_owners(self._address, *places, owner, reason, distance_m)

        chunks = range(0, lons.size, _CHUNK)
        if threads > 1 and len(chunks) > 1:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(fill, chunks))
        else:
            for first in chunks:
                fill(first)
        return located


def warm_up() -> None:
    """Compile all kernels, so that the first point of a server does not wait; with a warm cache it only loads them."""
    flat = shapely.Polygon([(111.70, 40.80), (111.71, 40.80), (111.70, 40.80)])
    for grids in ([flat], [shapely.box(111.70, 40.80, 111.71, 40.81), shapely.box(111.71, 40.80, 111.72, 40.81)]):
        index = GridIndex(grids)
        index.locate_one(111.71, 40.805, gap_limit_m=30.0)
        index.explain(111.71, 40.805, accuracy_m=20.0, gap_limit_m=30.0)
    nobody = np.empty(0, dtype=np.int64)
    choose_owner(
        Candidates(np.zeros(2, dtype=np.int64), nobody, nobody.astype(np.int8), nobody.astype(float)), nobody, nobody
    )


def _one(degrees: float | None) -> Floats:
    return np.array([degrees], dtype=np.float64)


def _text(code: object) -> str | None:
    missing = code is None or (isinstance(code, float) and np.isnan(code))
    return None if missing else str(code)
