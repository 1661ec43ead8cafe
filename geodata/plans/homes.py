"""The buildings of a plan with their households, their heads, and the workers of its present grids."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Boolean, Connection, Row, func, select

from geodata import sql
from geodata.days import valid_on
from geodata.plans.ground import PlanGround
from geodata.tables import person, plan_building, post
from gridmap.planning.units import households_of_people

_WORDS = ("code", "name", "address", "compound")


def buildings_of(conn: Connection, row: Row[Any], ground: PlanGround) -> pd.DataFrame:
    """A row a building of a plan, by key: ``id``, ``unit``, ``ref``, ``code``, ``name``, ``address``, ``compound`` ("" for none), ``lon``, ``lat``
    (a point inside), ``households`` and ``key_households`` (those with somebody in a care group) as of now.

    Where nobody counted households when the plan's ground was made, they are dwellings, else an estimate from people, as there.
    """
    found = conn.execute(sql.statement("plan_buildings"), {"plan_id": row.id})
    names = list(found.keys())
    table = pd.DataFrame(found.all(), columns=names)
    for name in _WORDS:
        table[name] = table[name].fillna("")
    table = table.astype({"unit": np.int64, "households": np.int64, "key_households": np.int64})
    community = ground.units["community_code"].to_numpy(dtype=object)[table["unit"]]
    for remark in row.remarks:
        here = community == remark["community"]
        if remark["counted"] == "dwellings":
            table.loc[here, "households"] = table.loc[here, "dwellings"].astype(np.int64)
        elif remark["counted"] == "people":
            people = table.loc[here, "people"].to_numpy(dtype=np.float64)
            table.loc[here, "households"] = households_of_people(people)
    return table.drop(columns=["dwellings", "people"])


def heads_of(conn: Connection, plan_id: int, day: date) -> list[Row[Any]]:
    """Posts of building heads in a plan on a day: ``person_id``, ``name``, ``building_id``, by building."""
    query = (
        select(post.c.person_id, person.c.name, post.c.building_id)
        .join(person, person.c.id == post.c.person_id)
        .join(plan_building, plan_building.c.building_id == post.c.building_id)
        .where(plan_building.c.plan_id == plan_id, post.c.kind == "building_head", valid_on(post, day))
        .order_by(post.c.building_id, person.c.name, person.c.id)
    )
    return list(conn.execute(query))


def tied_units(conn: Connection, plan_id: int) -> NDArray[np.int64]:
    """Keys of the present building heads and units of a plan with a building of theirs, int64[t, 2], once each."""
    query = (
        select(post.c.person_id, plan_building.c.unit)
        .join(plan_building, plan_building.c.building_id == post.c.building_id)
        .where(
            plan_building.c.plan_id == plan_id,
            post.c.kind == "building_head",
            post.c.valid.op("@>", return_type=Boolean())(func.current_date()),
        )
        .distinct()
        .order_by(post.c.person_id, plan_building.c.unit)
    )
    return np.array([tuple(row) for row in conn.execute(query)], dtype=np.int64).reshape(-1, 2)


def workers_of(conn: Connection, codes: Sequence[str], day: date) -> dict[str, str]:
    """Names of the workers of grids on a day, by the grid's code."""
    query = (
        select(post.c.area_code, person.c.name)
        .join(person, person.c.id == post.c.person_id)
        .where(post.c.kind == "grid_worker", post.c.area_code.in_(set(codes)), valid_on(post, day))
    )
    return {row.area_code: row.name for row in conn.execute(query)}
