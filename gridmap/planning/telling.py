"""A comparison as others may read it: without counts of people that are too small to be told, in words, with the ground on the map."""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridmap.errors import Language
from gridmap.planning.comparison import Comparison, Grids
from gridmap.planning.fates import Fate
from gridmap.privacy import hidden_places, is_few

Shapes = NDArray[np.object_]

#: Counts about people.
_PERSONAL: Final = ("households", "key_households")
#: What stands for a count that is not told.
UNTOLD: Final = "—"

#: What the columns and the lines of the tables are called.
WORDS: Final[dict[str, tuple[str, str]]] = {
    "what": ("项目", "What"),
    "total": ("合计", "Total"),
    "moved": ("变动", "Changing hands"),
    "share": ("占比", "Share"),
    "code": ("网格编码", "Grid code"),
    "fate": ("变化", "What becomes of it"),
    "old_code": ("原网格编码", "Old grid code"),
    "old_name": ("原网格", "Old grid"),
    "new_code": ("新网格编码", "New grid code"),
    "new_name": ("新网格", "New grid"),
    "building": ("楼栋", "Building"),
    "buildings": ("楼栋数", "Buildings"),
    "households": ("户数", "Households"),
    "key_households": ("重点人群户数", "Key households"),
    "cases": ("案件数", "Cases"),
    "workers": ("网格员", "Grid workers"),
    "building_heads": ("楼栋长", "Building heads"),
    "broken_ties": ("所管楼栋分属多个网格的楼栋长", "Building heads whose buildings come into several grids"),
    "area_m2": ("面积（平方米）", "Area (m²)"),
    "share_of_old": ("占原网格户数", "Share of the old grid's households"),
    "share_of_new": ("占新网格户数", "Share of the new grid's households"),
    "counterparts": ("相关网格", "Other grids concerned"),
    "worker_from": ("建议由其网格员接任", "Worker suggested from grid"),
    **{
        f"{side}_{what}": (f"{words[0]}{zh}", f"{en} {words[1]}")
        for side, words in {"old": ("原", "before"), "new": ("新", "after")}.items()
        for what, (zh, en) in {
            "households": ("户数", "Households"),
            "key_households": ("重点人群户数", "Key households"),
            "buildings": ("楼栋数", "Buildings"),
            "cases": ("案件数", "Cases"),
        }.items()
    },
}


def told(comparison: Comparison) -> Comparison:
    """The same with <NA> for every count about people that is small (see `gridmap.privacy`), and for those that would give one away.

    Pairs are parts of the totals of their old and of their new grid, buildings parts of their pair. Shares go with their counts. Cases,
    buildings, and building heads are told as they are.
    """
    lineage, buildings, grids = comparison.lineage.copy(), comparison.buildings.copy(), comparison.grids.copy()
    totals = comparison.totals.copy()
    totals.loc[totals["what"].isin(_PERSONAL) & totals["moved"].map(is_few), ["moved", "share"]] = pd.NA
    for name in _PERSONAL:
        for side in ("old", "new"):
            column = f"{side}_{name}"
            grids = _without(grids, _hidden(grids[column]), [column])
        unknown = {side: set(grids.loc[grids[f"{side}_{name}"].isna(), "code"]) for side in ("old", "new")}
        hidden = _hidden(lineage[name], lineage["old_code"], lineage["new_code"])
        hidden |= {
            place
            for side in ("old", "new")
            for place in np.flatnonzero(lineage[f"{side}_code"].isin(unknown[side]) & (lineage[name] > 0)).tolist()
        }
        lineage = _without(lineage, hidden, [name, *(["share_of_old", "share_of_new"] if name == "households" else [])])
        pairs = list(zip(buildings["old_code"], buildings["new_code"], strict=True))
        gone = lineage[lineage[name].isna()]
        dark = set(zip(gone["old_code"], gone["new_code"], strict=True))
        hidden = _hidden(buildings[name], pairs) | {place for place, pair in enumerate(pairs) if pair in dark}
        buildings = _without(buildings, hidden, [name])
    return replace(comparison, totals=totals, lineage=lineage, buildings=buildings, grids=grids)


def _hidden(counts: pd.Series, *sides: object) -> set[int]:
    values = counts.astype(np.int64).tolist()
    return hidden_places(values, *([list(side) for side in sides] if sides else [[0] * len(values)]))  # type: ignore[call-overload]


def _without(table: pd.DataFrame, hidden: set[int], columns: list[str]) -> pd.DataFrame:
    if hidden:
        table.loc[table.index[sorted(hidden)], columns] = pd.NA
    return table


def ground_of_moves(old: Grids, new: Grids, moves: pd.DataFrame) -> Shapes:
    """The ground that changes hands, one shape for each row of ``Comparison.moves``: a MultiPolygon in degrees, None where only buildings do."""
    shapes = [dict(zip(grids.codes, grids.shapes, strict=True)) for grids in (old, new)]
    whole = [shapely.union_all(grids.shapes) for grids in (old, new)]
    found = np.full(len(moves), None, dtype=object)
    for place, (before, after) in enumerate(zip(moves["old_code"], moves["new_code"], strict=True)):
        if before and after:
            ground = shapely.intersection(shapes[0][before], shapes[1][after])
        else:
            ground = shapely.difference(shapes[0][before] if before else shapes[1][after], whole[1 if before else 0])
        parts = [part for part in shapely.get_parts(shapely.get_parts(ground)) if part.geom_type == "Polygon"]
        found[place] = shapely.MultiPolygon(parts) if parts else None
    return found


def rows_of(table: pd.DataFrame, language: Language = "zh") -> list[list[str | int | float | None]]:
    """One of the tables as rows for a sheet, headings first: words for codes of things, shares to four places, a dash for what is not told."""
    words = {name: zh if language == "zh" else en for name, (zh, en) in WORDS.items()}
    rows: list[list[str | int | float | None]] = [[words[name] for name in table.columns]]
    for row in table.itertuples(index=False):
        cells = zip(table.columns, row, strict=True)
        rows.append([words[value] if name == "what" else _cell(value, language) for name, value in cells])
    return rows


def _cell(value: object, language: Language) -> str | int | float | None:
    if isinstance(value, Fate):
        return value.text(language)
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return UNTOLD
    if isinstance(value, (float, np.floating)):
        return round(float(value), 4)
    return int(value) if isinstance(value, (int, np.integer)) else str(value)
