"""Names of new grids, after the largest compound or the longest road: 金色家园第2网格, 新华大街网格.

Grids that keep their code keep their name. A name stands once in a community, names of grids that end included: who hears of 第2网格 should
not have to ask which one is meant.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from gridmap.address.numerals import NUMBER, number_of
from gridmap.codes import reading_order
from gridmap.coverage.measures import metres_per_degree
from gridmap.planning.labels import checked_labels

Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]

#: The word for a grid of a kind, "" for all others.
_WORDS: Final = {"": ("网格", "grid"), "special": ("专属网格", "special grid")}
_NAME: Final = re.compile(rf"(?P<base>.*?)(?:第(?P<number>{NUMBER}))?(?P<word>(?:专属)?网格)")

#: A compound names a grid when at least this share of the grid's households live in it.
LEAST_SHARE: Final = 0.25
#: A road is along a grid within this distance of its boundary, and names it with at least so much of its length.
ALONG_M: Final = 15.0
LEAST_LENGTH_M: Final = 50.0


@dataclass(frozen=True, slots=True)
class GridName:
    """What a grid is called; ``name_en`` is "" where nobody knows an English name of what it is called after."""

    name: str
    name_en: str = ""


def largest_compounds(
    grid_of: ArrayLike, compounds: Sequence[str | None], households: ArrayLike, grids: int
) -> list[str | None]:
    """For each of ``grids`` grids the name of the compound with most of its households, None where none has ``LEAST_SHARE`` of them.

    ``grid_of`` (the position of the grid, -1 none), ``compounds`` (names, None or "" for none) and ``households`` belong to buildings or
    units. Equal ones go by name.
    """
    grid = checked_labels(grid_of, len(compounds))
    homes = pd.DataFrame({"grid": grid, "name": compounds, "households": np.asarray(households, dtype=np.float64)})
    homes = homes[homes["grid"] >= 0]
    whole = homes.groupby("grid")["households"].sum()
    named = homes[homes["name"].notna() & (homes["name"] != "")]
    sums = named.groupby(["grid", "name"], as_index=False).sum()
    sums = sums[(sums["households"] > 0) & (sums["households"] >= LEAST_SHARE * sums["grid"].map(whole))]
    return _first_of_each(sums.sort_values(["grid", "households", "name"], ascending=[True, False, True]), grids)


def longest_roads(shapes: Shapes, roads: Shapes, names: Sequence[str | None]) -> list[str | None]:
    """For each grid the name of the road that runs farthest inside it or along it, None where none runs ``LEAST_LENGTH_M``.

    ``shapes`` are polygons, ``roads`` lines, both in degrees; roads of one name are one road, those without a name are none.
    """
    named = np.array([bool(name) for name in names], dtype=bool)
    lines = np.array(roads, dtype=object).reshape(len(names))[named]
    if not len(lines) or not len(shapes):
        return [None] * len(shapes)
    called = np.array([name for name in names if name], dtype=object)
    south, north = shapely.total_bounds(shapes)[[1, 3]]
    scale = np.array(metres_per_degree((south + north) / 2))
    around = shapely.buffer(shapely.transform(shapes, lambda at: at * scale), ALONG_M)
    lines = shapely.transform(lines, lambda at: at * scale)
    grid, road = shapely.STRtree(lines).query(around, predicate="intersects")
    length = shapely.length(shapely.intersection(around[grid], lines[road]))
    pieces = pd.DataFrame({"grid": grid, "name": called[road], "length_m": length})
    sums = pieces.groupby(["grid", "name"], as_index=False).sum().round(1)
    sums = sums[sums["length_m"] >= LEAST_LENGTH_M]
    return _first_of_each(sums.sort_values(["grid", "length_m", "name"], ascending=[True, False, True]), len(shapes))


def _first_of_each(ranked: pd.DataFrame, grids: int) -> list[str | None]:
    best = ranked.drop_duplicates("grid")
    names: list[str | None] = [None] * grids
    for grid, name in zip(best["grid"].tolist(), best["name"].tolist(), strict=True):
        names[grid] = name
    return names


def name_grids(
    after: Sequence[str | None],
    *,
    communities: Sequence[str],
    lon: ArrayLike,
    lat: ArrayLike,
    kept: Sequence[GridName | None] | None = None,
    taken: Iterable[tuple[str, str]] = (),
    kinds: Sequence[str] | None = None,
    english: Mapping[str, str] | None = None,
) -> list[GridName]:
    """Names of the grids of a plan (n), in the order given.

    ``after`` is what each is called after (compound, road, else the community's name; None: a number alone), ``communities`` the code of
    each grid's community, ``lon`` and ``lat`` (degrees) a point in it. ``kept`` are the names of unchanged grids. ``taken`` are pairs of a
    community's code and a name that was given there. ``kinds`` are kinds of grids: special ones (专属网格) say so. ``english`` has English
    names of what grids are called after.

    A grid that is alone in its community with what it is called after needs no number; else numbers run in reading order, north to
    south, west to east.

    >>> [each.name for each in name_grids(["金色家园"] * 2, communities=["150105001018"] * 2, lon=[111.8, 111.7], lat=[40.8, 40.8])]
    ['金色家园第2网格', '金色家园第1网格']
    """
    names: list[GridName | None] = list(kept) if kept is not None else [None] * len(after)
    given = [*taken, *((communities[grid], name.name) for grid, name in enumerate(names) if name is not None)]
    numbers: dict[tuple[str, str, str], set[int]] = {}
    for community, name in given:
        base, number, word = _parts(name)
        numbers.setdefault((community, base, word), set()).add(number)
    words = ["special" if kind == "special" else "" for kind in kinds or [""] * len(after)]
    stems = [
        (community, base or "", _WORDS[word][0])
        for community, base, word in zip(communities, after, words, strict=True)
    ]
    wanted = Counter(stem for stem, name in zip(stems, names, strict=True) if name is None)
    for grid in reading_order(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)):
        if names[grid] is not None:
            continue
        stem = stems[grid]
        used = numbers.setdefault(stem, set())
        base = stem[1]
        alone = bool(base) and wanted[stem] == 1 and not used
        number = next(each for each in count(1) if each not in used)
        used.add(number)
        names[grid] = _named(base, (english or {}).get(base, ""), words[grid], None if alone else number)
    return [name for name in names if name is not None]


def _parts(name: str) -> tuple[str, int, str]:
    """What a grid is called after, its number (1 where it has none), and the word for it."""
    found = _NAME.fullmatch(name)
    if found is None:
        return name, 1, ""
    return found["base"], int(number_of(found["number"] or "1")), found["word"]


def _named(base: str, english: str, word: str, number: int | None) -> GridName:
    chinese, latin = _WORDS[word]
    if number is None:
        return GridName(f"{base}{chinese}", f"{english} {latin}" if english else "")
    return GridName(f"{base}第{number}{chinese}", f"{english} {latin} {number}" if english else "")
