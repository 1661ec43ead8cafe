"""What becomes of grids when their boundaries change: shares by households, and by ground where nobody lives."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridmap.coverage.measures import square_metres_per_square_degree

#: Less ground than this, and a smaller share of both grids, is inaccuracy of drawing: nobody gets it.
LEAST_AREA_M2 = 1.0
LEAST_SHARE = 0.001


@dataclass(frozen=True, slots=True)
class Layer:
    """Grids of one day: their shapes (polygons in degrees), and the position of the one that holds each building (-1: none)."""

    shapes: NDArray[np.object_]
    holds: NDArray[np.int64]


def lineage_shares(old: Layer, new: Layer, homes: NDArray[np.int64]) -> pd.DataFrame:
    """What of each old grid is in which new one. ``homes`` are the households of the buildings, aligned with ``Layer.holds``.

    Columns: old, new (positions, -1: none), households, buildings, area_m2, share_of_old, share_of_new (NaN for none). Shares are of
    households, of ground for a grid without any; the shares of one grid add up to 1, those that go to or come from none among them.

    >>> west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    >>> both = np.array([shapely.box(0, 0, 2, 1)])
    >>> found = lineage_shares(Layer(np.array([west, east]), np.array([0, 1])), Layer(both, np.array([0, 0])), np.array([30, 10]))
    >>> found[["old", "new", "share_of_old", "share_of_new"]].to_numpy().tolist()
    [[0.0, 0.0, 1.0, 0.75], [1.0, 0.0, 1.0, 0.25]]
    """
    return _shared(pd.concat([_ground(old, new), _homes(old, new, homes)], ignore_index=True))


def lineage_of_units(
    old: NDArray[np.int64],
    new: NDArray[np.int64],
    *,
    households: NDArray[np.int64],
    buildings: NDArray[np.int64],
    area_m2: NDArray[np.float64],
) -> pd.DataFrame:
    """The same where both days are drawn of the same units: aligned with them the position of the grid on each day (-1: none).

    >>> found = lineage_of_units(
    ...     np.array([0, 1]), np.array([0, 0]), households=np.array([30, 10]), buildings=np.array([2, 1]), area_m2=np.array([9.0, 9.0])
    ... )
    >>> found["share_of_new"].tolist()
    [0.75, 0.25]
    """
    return _shared(
        pd.DataFrame({"old": old, "new": new, "households": households, "buildings": buildings, "area_m2": area_m2})
    )


def _shared(pieces: pd.DataFrame) -> pd.DataFrame:
    """Pieces of ground and of homes summed for each pair of grids, without what is inaccuracy of drawing, with shares."""
    parts = pieces.groupby(["old", "new"], as_index=False).sum()
    of_old, of_new = (parts["area_m2"] / parts.groupby(side)["area_m2"].transform("sum") for side in ("old", "new"))
    drawn = (parts["area_m2"] >= LEAST_AREA_M2) & ((of_old >= LEAST_SHARE) | (of_new >= LEAST_SHARE))
    something = drawn | (parts["buildings"] > 0) | (parts["households"] > 0)
    parts = parts[something & ((parts["old"] >= 0) | (parts["new"] >= 0))].reset_index(drop=True)
    for side in ("old", "new"):
        parts[f"share_of_{side}"] = _shares(parts, side)
    return parts.astype({"old": np.int64, "new": np.int64, "households": np.int64, "buildings": np.int64})


def _homes(old: Layer, new: Layer, homes: NDArray[np.int64]) -> pd.DataFrame:
    return pd.DataFrame(
        {"old": old.holds, "new": new.holds, "households": homes, "buildings": np.ones(len(homes)), "area_m2": 0.0}
    )


def _ground(old: Layer, new: Layer) -> pd.DataFrame:
    """Shared ground of every pair, and of every grid what no grid of the other day has."""
    a, b = shapely.STRtree(new.shapes).query(old.shapes, predicate="intersects")
    pieces = [(a, b, shapely.intersection(old.shapes[a], new.shapes[b]))]
    pieces.append((np.arange(len(old.shapes)), np.full(len(old.shapes), -1), _remainder(old.shapes, new.shapes)))
    pieces.append((np.full(len(new.shapes), -1), np.arange(len(new.shapes)), _remainder(new.shapes, old.shapes)))
    rows = [
        pd.DataFrame({"old": one, "new": other, "households": 0, "buildings": 0, "area_m2": _square_metres(shapes)})
        for one, other, shapes in pieces
    ]
    return pd.concat(rows, ignore_index=True)


def _remainder(shapes: NDArray[np.object_], others: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.asarray(shapely.difference(shapes, shapely.union_all(others)), dtype=object).reshape(len(shapes))


def _square_metres(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    bounds = shapely.bounds(shapes)
    middle = np.nan_to_num((bounds[:, 1] + bounds[:, 3]) / 2)
    found: NDArray[np.float64] = shapely.area(shapes) * square_metres_per_square_degree(middle)
    return found


def _shares(parts: pd.DataFrame, side: str) -> pd.Series:
    """Of households where the grid has any, else of ground."""
    whole = parts.groupby(side)[["households", "area_m2"]].transform("sum")
    by_homes = parts["households"] / whole["households"].where(whole["households"] > 0)
    by_ground = parts["area_m2"] / whole["area_m2"].where(whole["area_m2"] > 0)
    return by_homes.fillna(by_ground).where(parts[side] >= 0)
