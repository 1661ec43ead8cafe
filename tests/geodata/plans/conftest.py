"""A plan on four units in a row, of which the last one belongs to a grid that stays as it is."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import Connection

from geodata.account_areas import give_area
from geodata.accounts import add_account
from geodata.actions.acting import Actor
from geodata.plans.ground import PlanGround, write_ground
from geodata.plans.listing import add_plan, change_plan
from geodata.plans.versions import PRESENT, PlannedGrid, PlanVersion, add_version
from geodata.scope import scope_of
from geodata.tables import account_area
from tests.geodata.cities import COMMUNITY, OTHER_COMMUNITY, SOUTH, WEST, insert_other_district

DAY = date(2026, 11, 21)
FIXED = "150105001018009"
GRIDS = (
    PlannedGrid("富邦小区网格", code="150105001018001"),
    PlannedGrid("东街网格", code="150105001018002"),
    PlannedGrid("满都海公园网格", "special", FIXED, True),
)


def drawn(labels: list[int], base: int = PRESENT, note: str = "") -> PlanVersion:
    """What somebody draws from a version: other grids than the present ones but for those that happen to be the same."""
    return PlanVersion(0, base, np.array(labels, dtype=np.int32), GRIDS, "drawn", note)


@dataclass(frozen=True)
class People:
    drafter: Actor
    second: Actor
    street: Actor
    approver: Actor
    stranger: Actor


def actor(conn: Connection, name: str, role: str, area: str) -> Actor:
    made = add_account(conn, name, "correct horse battery", role, display_name=name)
    conn.execute(account_area.delete().where(account_area.c.account_id == made.id))  # some start with the whole city
    give_area(conn, made, area)
    return Actor(scope_of(conn, made, "1501", DAY), made.id, DAY)


@pytest.fixture
def people(nine_grids: Connection) -> People:
    conn = nine_grids
    insert_other_district(conn)
    return People(
        actor(conn, "drafter", "community_secretary", COMMUNITY),
        actor(conn, "second", "boundary_editor", COMMUNITY[:9]),
        actor(conn, "street", "street_officer", COMMUNITY[:9]),
        actor(conn, "approver", "approver", COMMUNITY[:6]),
        actor(conn, "stranger", "boundary_editor", OTHER_COMMUNITY[:6]),
    )


def four_units() -> PlanGround:
    shapes = np.array([shapely.box(WEST + at * 0.01, SOUTH, WEST + (at + 1) * 0.01, SOUTH + 0.01) for at in range(4)])
    units = pd.DataFrame(
        {
            "community_code": COMMUNITY,
            "kind": ["compound", "block", "block", "fixed"],
            "name": ["富邦小区", "", "", "满都海公园"],
            "compound_id": pd.array([None] * 4, dtype="Int64"),
            "fixed_code": [None, None, None, FIXED],
            "households": [400, 210, 190, 0],
            "care": [12, 7, 0, 0],
            "cases": [40, 21, 19, 3],
            "area_m2": 936_000.0,
            "perimeter_m": 3_900.0,
            "x_m": [0.0, 843.0, 1686.0, 2529.0],
            "y_m": 0.0,
        }
    )
    return PlanGround(
        units,
        shapes,
        np.array([[0, 1], [1, 2], [2, 3]], dtype=np.int32),
        np.array([1112.0, 1112.0, 1112.0]),
        np.array(["primary", "", "water"], dtype=object),
        pd.DataFrame({"building_id": [], "unit": []}).astype(np.int64),
    )


@pytest.fixture
def ref(nine_grids: Connection, people: People) -> UUID:
    row = add_plan(
        nine_grids, "仕奇社区 2027", COMMUNITY, target=400, lower=300, upper=500, account_id=people.drafter.account_id
    )
    write_ground(nine_grids, row.id, four_units())
    add_version(
        nine_grids, row.id, PlanVersion(PRESENT, None, np.array([0, 0, 1, 2], dtype=np.int32), GRIDS, "present")
    )
    change_plan(nine_grids, row.id, version=PRESENT)
    return UUID(str(row.ref))
