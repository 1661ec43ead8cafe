"""From the boundaries of a draft to its grids: which go on, with which codes and names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from gridmap.codes import BEIJING, GridCodeScheme, number_plan
from gridmap.planning.boundaries import Boundaries
from gridmap.planning.matching import KEEP_SHARE, matched_grids, unchanged_grids
from gridmap.planning.naming import GridName, name_grids


@dataclass(frozen=True, slots=True)
class DraftGrid:
    """A grid of a draft. ``shape`` is in degrees, ``parts`` how many pieces it is in. ``succeeds`` is the code of the present grid that it is
    matched to ("" for none); an ``unchanged`` one keeps code and name of that."""

    label: int
    community: str
    code: str
    name: str
    name_en: str
    shape: shapely.Geometry
    parts: int
    succeeds: str
    unchanged: bool


def draft_grids(
    boundaries: Boundaries,
    communities: Sequence[str],
    lineage: pd.DataFrame,
    present: Sequence[tuple[str, GridName]],
    *,
    after: Sequence[str | None],
    used: Iterable[str] = (),
    taken: Iterable[tuple[str, str]] = (),
    scheme: GridCodeScheme = BEIJING,
    keep_share: float = KEEP_SHARE,
    kinds: Sequence[str] | None = None,
    english: Mapping[str, str] | None = None,
) -> list[DraftGrid]:
    """The grids of a draft in the order of ``boundaries``, whose shapes are in degrees.

    ``communities`` is the code of each grid's community. ``present`` are codes and names of the grids in force, in the order of positions in
    ``lineage`` (`gridmap.lineage`, from them to the draft). ``used`` are all codes ever given, ``taken`` all names ever given (community's code, name).
    ``after``, ``kinds`` and ``english`` are those of ``name_grids``. Errors: those of ``number_plan`` and ``unchanged_grids``.
    """
    grids = len(boundaries.labels)
    successor_of = matched_grids(lineage, len(present), grids)
    unchanged = unchanged_grids(lineage, successor_of, keep_share=keep_share)
    inside = shapely.point_on_surface(boundaries.shapes)
    lon, lat = shapely.get_x(inside), shapely.get_y(inside)
    keep = [
        present[old][0] if same else None for old, same in zip(successor_of.tolist(), unchanged.tolist(), strict=True)
    ]
    codes = number_plan(communities, lon, lat, keep, scheme=scheme, used={*used, *(code for code, _ in present)})
    # A code that may not stay, because its grid came to another community, takes the name with it.
    goes_on = np.array([code == kept for code, kept in zip(codes, keep, strict=True)], dtype=bool)
    kept_names = [
        present[old][1] if same else None for old, same in zip(successor_of.tolist(), goes_on.tolist(), strict=True)
    ]
    names = name_grids(
        after, communities=communities, lon=lon, lat=lat, kept=kept_names, taken=taken, kinds=kinds, english=english
    )
    return [
        DraftGrid(
            label=int(boundaries.labels[grid]),
            community=communities[grid],
            code=codes[grid],
            name=names[grid].name,
            name_en=names[grid].name_en,
            shape=boundaries.shapes[grid],
            parts=int(boundaries.parts[grid]),
            succeeds=present[successor_of[grid]][0] if successor_of[grid] >= 0 else "",
            unchanged=bool(goes_on[grid]),
        )
        for grid in range(grids)
    ]
