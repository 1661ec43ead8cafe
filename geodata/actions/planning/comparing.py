"""What changes between two versions of a plan, without what must not be told (`gridmap.planning.telling.told`)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, Row

from geodata.actions.planning.layering import PlanLayer
from geodata.actions.planning.year import Year
from geodata.days import today
from geodata.plans.ground import PlanGround
from geodata.plans.homes import buildings_of, heads_of, workers_of
from geodata.settings import Settings
from gridmap.lineage import lineage_of_units
from gridmap.planning.boundaries import UnitBorders
from gridmap.planning.comparison import Comparison, Grids, compare
from gridmap.planning.telling import told

Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class PlanComparison:
    """``found`` may be shown: small counts of people are taken out. ``buildings`` are those of ``found.buildings`` in the same order (columns as
    in `geodata.plans.homes.buildings_of`, without counts), ``ground`` the shapes (degrees) of ``found.moves``, None where only cases move."""

    old: PlanLayer
    new: PlanLayer
    found: Comparison
    buildings: pd.DataFrame
    ground: Shapes


def compare_versions(
    conn: Connection, settings: Settings, row: Row[Any], ground: PlanGround, old: PlanLayer, new: PlanLayer, year: Year
) -> PlanComparison:
    """The second version against the first; ``year`` says which cases there were. ``row`` is the plan."""
    day = today(settings.zone)
    table = buildings_of(conn, row, ground)
    workers = workers_of(conn, old.codes, day)
    whole = compare(
        Grids(old.codes, old.names, old.shapes, [int(code in workers) for code in old.codes]),
        Grids(new.codes, new.names, new.shapes),
        pd.DataFrame(
            {
                "building": table["id"],
                "households": table["households"],
                "key_households": table["key_households"],
                "old": old.label[table["unit"]],
                "new": new.label[table["unit"]],
            }
        ),
        cases=(year.owners(old.label), year.owners(new.label)),
        heads=_heads(conn, row.id, table, day),
        lineage=_lineage(ground, table, old, new),
    )
    found = told(whole)
    moved = table.set_index("id").loc[found.buildings["building"]].reset_index()
    return PlanComparison(
        old, new, found, moved.drop(columns=["households", "key_households"]), _ground(ground, old, new, found)
    )


def _heads(conn: Connection, plan_id: int, table: pd.DataFrame, day: Any) -> pd.DataFrame:
    place = pd.Series(np.arange(len(table)), index=table["id"])
    posts = heads_of(conn, plan_id, day)
    return pd.DataFrame(
        {
            "head": np.array([post.person_id for post in posts], dtype=np.int64),
            "building": place.reindex([post.building_id for post in posts]).to_numpy(dtype=np.int64),
        }
    )


def _lineage(ground: PlanGround, table: pd.DataFrame, old: PlanLayer, new: PlanLayer) -> pd.DataFrame:
    """By the households that the buildings have now, as everything else in the comparison."""
    unit = table["unit"].to_numpy(dtype=np.int64)
    return lineage_of_units(
        old.label,
        new.label,
        households=np.bincount(unit, table["households"], len(ground)).astype(np.int64),
        buildings=np.bincount(unit, minlength=len(ground)).astype(np.int64),
        area_m2=ground.units["area_m2"].to_numpy(dtype=np.float64),
    )


def _ground(ground: PlanGround, old: PlanLayer, new: PlanLayer, found: Comparison) -> Shapes:
    """The ground of each of the moves: the units that lie in both of its grids."""
    number_of = {
        side: {**{code: number for number, code in enumerate(layer.codes)}, "": -1}
        for side, layer in (("old", old), ("new", new))
    }
    pairs = list(zip(old.label.tolist(), new.label.tolist(), strict=True))
    wanted = {
        (number_of["old"][one], number_of["new"][other]): place
        for place, (one, other) in enumerate(zip(found.moves["old_code"], found.moves["new_code"], strict=True))
    }
    label = np.array([wanted.get(pair, -1) for pair in pairs], dtype=np.int64)
    shapes = np.full(len(wanted), None, dtype=object)
    if (label >= 0).any():
        drawn = UnitBorders(ground.shapes).grids(label)
        shapes[drawn.labels] = drawn.shapes
    return shapes
