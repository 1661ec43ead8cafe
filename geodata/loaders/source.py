"""A file that was read: its rows as they stand there, before anything is understood."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.loaders.reasons import RowError
from geodata.loaders.summary import Note


@dataclass(slots=True)
class Source:
    """Rows of a file.

    ``frame`` has the columns as in the file, without geometry, and a plain 0..n-1 index. ``rows`` (n) are the row numbers as the
    file's editor counts them. ``geometry`` (n shapely geometries or None) is in ``crs``, in the file's own units; ``crs`` is None when
    the file names none. ``broken`` are rows whose cells do not fit the header.
    """

    name: str
    frame: pd.DataFrame
    rows: NDArray[np.int64]
    geometry: NDArray[np.object_] | None = None
    crs: Any = None
    layer: str = ""
    notes: list[Note] = field(default_factory=list)
    broken: dict[int, RowError] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frame)

    def drop_blank_rows(self) -> None:
        """Forget the rows of a table whose cells are all empty: spreadsheets leave them at their end."""
        blank = self.frame.isna().all(axis=1).to_numpy(dtype=bool)
        if self.geometry is not None or not blank.any():
            return
        kept = np.flatnonzero(~blank)
        place = {int(old): new for new, old in enumerate(kept)}
        self.frame = self.frame.iloc[kept].reset_index(drop=True)
        self.rows = self.rows[kept]
        self.broken = {place[position]: error for position, error in self.broken.items()}


def source_of_frame(frame: pd.DataFrame, name: str = "", rows: Iterable[int] | None = None) -> Source:
    """A frame made in memory: a GeoDataFrame, or a DataFrame whose column ``geom`` or ``geometry`` may hold shapely geometries.

    Rows are counted from 1. A GeoDataFrame without a reference system counts as EPSG:4326.
    """
    import geopandas as gpd
    import shapely

    plain = pd.DataFrame(frame).reset_index(drop=True)
    geometry, crs = None, None
    column = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else None
    if column is None:
        for each in ("geom", "geometry"):
            if each in plain.columns and plain[each].map(lambda value: isinstance(value, shapely.Geometry)).any():
                column = each
    if column is not None:
        geometry = np.array([None if pd.isna(each) else each for each in plain[column]], dtype=object)
        crs = getattr(frame, "crs", None) if isinstance(frame, gpd.GeoDataFrame) else None
        plain = plain.drop(columns=column)
    numbers = np.arange(1, len(plain) + 1) if rows is None else np.fromiter(rows, dtype=np.int64)
    return Source(name=name, frame=plain, rows=numbers, geometry=geometry, crs=crs)
