"""Shapes written as text or bytes in a column: WKT, EWKT, WKB."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.loaders.columns import GEOMETRY_NAMES, find_column
from geodata.loaders.source import Source


def geometry_column(
    source: Source, name: str | None = None, unreadable: Callable[[int], None] = lambda _: None
) -> NDArray[np.object_] | None:
    """The file's shapes, or those of a column (``name``, else a usual one); None when there is neither.

    Empty cells are None; ``unreadable`` is told the position of every cell that is neither WKT nor WKB.
    """
    if source.geometry is not None and name is None:
        return source.geometry
    chosen = name or geometry_column_name([str(each) for each in source.frame.columns])
    if chosen is None:
        return None
    found = np.empty(len(source), dtype=object)
    with np.errstate(invalid="ignore"):  # a coordinate that is NaN is told later, with its row
        for position, value in enumerate(source.frame[chosen].to_numpy(dtype=object)):
            try:
                found[position] = parsed(value)
            except (shapely.errors.ShapelyError, ValueError, TypeError):
                unreadable(position)
    return found


def geometry_column_name(columns: Sequence[str]) -> str | None:
    """The column that usually holds shapes, None when there is none."""
    return find_column(columns, GEOMETRY_NAMES)


def parsed(value: Any) -> Any:
    """One cell as a geometry, None when empty. Raises what shapely raises.

    >>> parsed("SRID=4326;POINT (111.7 40.8)").wkt, parsed("") is None
    ('POINT (111.7 40.8)', True)
    """
    if (
        value is None
        or (isinstance(value, float) and np.isnan(value))
        or (isinstance(value, str) and not value.strip())
    ):
        return None
    if isinstance(value, shapely.Geometry):
        return value
    if isinstance(value, (bytes, bytearray)):
        return shapely.from_wkb(bytes(value))
    text = str(value).strip()
    return shapely.from_wkb(text) if text[:2] in ("00", "01") else shapely.from_wkt(text.split(";")[-1])
