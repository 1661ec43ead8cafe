"""Which ground of the known divisions lies in which one of another edition, by the shapes that both have."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from geodata.buildings import houses_within
from gridmap.codes import LEVELS, level_of
from gridmap.coverage import hold_buildings
from gridmap.lineage import Layer, lineage_shares
from gridmap.succession import Part

Shapes = Mapping[str, shapely.Geometry]


def overlapping_parts(conn: Connection, old: Shapes, new: Shapes) -> list[Part]:
    """Parts between the divisions of a level in force before (``old``) and by the list (``new``): those of codes that went or came.

    Without shapes on both sides there is nothing to compare.
    """
    return [part for level in LEVELS for part in _of_level(conn, _only(old, level), _only(new, level))]


def shifted_parts(conn: Connection, old: Shapes, new: Shapes) -> list[Part]:
    """Parts that went from one division to another although both go on under their codes: their border was drawn elsewhere."""
    return [part for level in LEVELS for part in _shifted(conn, _only(old, level), _only(new, level))]


def _shifted(conn: Connection, old: Shapes, new: Shapes) -> list[Part]:
    both = old.keys() & new.keys()
    changed = [code for code in sorted(both) if not shapely.equals_identical(old[code], new[code])]
    if len(changed) < 2:  # one gains what another loses
        return []
    found = _shares(
        conn, _shapes({code: old[code] for code in changed}), _shapes({code: new[code] for code in changed})
    )
    found = found[(found["old"] >= 0) & (found["new"] >= 0) & (found["old"] != found["new"])]
    columns = (found[name].tolist() for name in ("old", "new", "share_of_old", "share_of_new"))
    parts = [
        Part(changed[a], changed[b], _share(of_old), _share(of_new))
        for a, b, of_old, of_new in zip(*columns, strict=True)
    ]
    return [part for part in parts if part.counts]


def _only(shapes: Shapes, level: str) -> dict[str, shapely.Geometry]:
    return {code: shape for code, shape in sorted(shapes.items()) if level_of(code) == level}


def _of_level(conn: Connection, old: Shapes, new: Shapes) -> list[Part]:
    if not old or not new or old.keys() == new.keys():
        return []
    before, after = list(old), list(new)
    found = _shares(conn, _shapes(old), _shapes(new))
    found = found[(found["old"] >= 0) & (found["new"] >= 0)]
    columns = (found[name].tolist() for name in ("old", "new", "share_of_old", "share_of_new"))
    parts = [
        Part(before[a], after[b], _share(of_old), _share(of_new)) for a, b, of_old, of_new in zip(*columns, strict=True)
    ]
    went, came = old.keys() - new.keys(), new.keys() - old.keys()
    # What one of these shares ground with counts among its parts, also what stays under its code.
    losing = went | {part.old for part in parts if part.new in came and part.counts}
    gaining = came | {part.new for part in parts if part.old in went and part.counts}
    return [
        part
        for part in parts
        if part.old in went
        or part.new in came
        or (part.old == part.new and (part.old in losing or part.new in gaining))
    ]


def _shares(conn: Connection, old: NDArray[np.object_], new: NDArray[np.object_]) -> pd.DataFrame:
    ground = shapely.total_bounds(np.concatenate([old, new]))
    houses, homes = houses_within(conn, ground.tolist())
    before, after = (Layer(shapes, hold_buildings(houses, shapes).grid) for shapes in (old, new))
    return lineage_shares(before, after, homes)


def _shapes(of: Shapes) -> NDArray[np.object_]:
    return np.array([of[code] for code in of], dtype=object)


def _share(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
