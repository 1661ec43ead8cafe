"""What changes between two versions as features for maps and programs; counts of people only as far as they may be told."""

import json
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd
import shapely
from flask_babel import gettext as _

from geodata.actions.planning.comparing import PlanComparison
from gridmap.planning.telling import UNTOLD


def told_number(value: Any, digits: int = 0) -> str:
    """A count or a measure as the pages show it, a dash for what is not told or not there.

    >>> told_number(1234), told_number(pd.NA), told_number(2.345, 1)
    ('1,234', '—', '2.3')
    """
    return UNTOLD if pd.isna(value) else f"{value:,.{digits}f}"


def told_share(value: Any) -> str:
    """A share of one in per cent, a dash for what is not told or not there.

    >>> told_share(0.5023), told_share(float("nan"))
    ('50%', '—')
    """
    return UNTOLD if pd.isna(value) else f"{value:.0%}"


def outlines(codes: Sequence[str], names: Sequence[str], shapes: Any) -> list[dict[str, Any]]:
    """A feature a grid."""
    return [
        feature(shape, {"id": f"g-{code}", "words": [name or code, code]})
        for code, name, shape in zip(codes, names, shapes, strict=True)
    ]


def move_features(found: PlanComparison) -> list[dict[str, Any]]:
    """A feature a pair of grids between which something changes hands, in order; without a geometry where only cases do."""
    features = []
    rows = found.found.moves.to_dict("records")
    for number, (row, shape) in enumerate(zip(rows, found.ground, strict=True)):
        words = [f"{row['old_name'] or _('no grid')} → {row['new_name'] or _('no grid')}"]
        words.append(_("%(count)s buildings", count=told_number(row["buildings"])))
        words.append(_("%(count)s households", count=told_number(row["households"])))
        features.append(feature(shape, {"id": f"m-{number}", "words": words}))
    return features


def building_points(found: PlanComparison) -> list[dict[str, Any]]:
    """A point a building that changes hands."""
    moved = found.found.buildings
    rows = zip(found.buildings.to_dict("records"), moved["old_name"], moved["new_name"], strict=True)
    return [
        {
            "id": f"b-{row['ref']}",
            "at": [round(row["lat"], 6), round(row["lon"], 6)],
            "words": [building_name(row), f"{old or _('no grid')} → {new or _('no grid')}"],
        }
        for row, old, new in rows
    ]


def building_name(row: Mapping[Hashable, Any]) -> str:
    """Compound and name of a building, its code where it has no name.

    >>> building_name({"compound": "怡景家园", "name": "3号楼", "code": "b3"})
    '怡景家园 3号楼'
    >>> building_name({"compound": "怡景家园", "name": "怡景家园3号楼", "code": "b3"})
    '怡景家园3号楼'
    """
    compound, name = row["compound"], row["name"] or row["code"]
    return name if name.startswith(compound) else f"{compound} {name}"


def moved_ground(found: PlanComparison) -> dict[str, Any]:
    """The ground that changes hands as GeoJSON with the counts of each pair; what is not told is null."""
    rows = json.loads(found.found.moves.to_json(orient="records", force_ascii=False, double_precision=4))
    features = [feature(shape, row) for shape, row in zip(found.ground, rows, strict=True)]
    return {"type": "FeatureCollection", "features": features}


def feature(shape: Any, properties: dict[str, Any]) -> dict[str, Any]:
    """A shape (None: none) in degrees to seven decimals, a centimetre."""
    geometry = None
    if shape is not None:
        geometry = json.loads(shapely.to_geojson(shapely.set_precision(shape, 1e-7, mode="pointwise")))
    return {"type": "Feature", "geometry": geometry, "properties": properties}
