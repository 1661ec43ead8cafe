"""A plan on the nine grids' city: a unit a grid of the drawing, and a version in which the two lower left grids are one."""

from uuid import UUID

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, text

from geodata.accounts import account_by_name
from geodata.actions.acting import Actor
from geodata.actions.planning.saving import save_version
from geodata.days import today
from geodata.plans.figures import figures_of
from geodata.plans.ground import PlanGround, write_ground
from geodata.plans.listing import add_plan, change_plan, plan_by_ref
from geodata.plans.versions import PRESENT, PlannedGrid, PlanVersion, add_version
from geodata.scope import EVERYTHING, scope_of
from geodata.settings import Settings
from tests.geodata.cities import COMMUNITY, SIDE, SOUTH, WEST

LETTERS = "abcdefghi"
HOMES = 230


def nine_units() -> PlanGround:
    """Cells of the drawing, row by row from the south west."""
    at = [(place % 3, place // 3) for place in range(9)]
    shapes = np.array(
        [shapely.box(WEST + c * SIDE, SOUTH + r * SIDE, WEST + (c + 1) * SIDE, SOUTH + (r + 1) * SIDE) for c, r in at]
    )
    units = pd.DataFrame(
        {
            "community_code": COMMUNITY,
            "kind": "block",
            "name": "",
            "compound_id": pd.array([None] * 9, dtype="Int64"),
            "fixed_code": None,
            "households": [HOMES] * 9,
            "care": 10,
            "cases": 20,
            "area_m2": 936_000.0,
            "perimeter_m": 3_900.0,
            "x_m": [843.0 * c for c, _ in at],
            "y_m": [1111.0 * r for _, r in at],
        }
    )
    pairs = [(p, p + 1) for p in range(9) if p % 3 < 2] + [(p, p + 3) for p in range(6)]
    edges = np.array(sorted(pairs), dtype=np.int32)
    buildings = pd.DataFrame({"building_id": [], "unit": []}).astype(np.int64)
    return PlanGround(
        units, shapes, edges, np.full(len(edges), 900.0), np.full(len(edges), "", dtype=object), buildings
    )


def lay_nine(conn: Connection, name: str = "仕奇社区 2027", account: str = "community_secretary") -> UUID:
    """Start a plan as an account, with its units and the present grids as its first version."""
    outline = shapely.box(WEST, SOUTH, WEST + 3 * SIDE, SOUTH + 3 * SIDE)
    conn.execute(
        text("UPDATE division SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326)) WHERE code = :code"),
        {"wkt": outline.wkt, "code": COMMUNITY},
    )
    owner = account_by_name(conn, account).id
    row = add_plan(conn, name, COMMUNITY, target=400, lower=200, upper=500, account_id=owner)
    ground = nine_units()
    write_ground(conn, row.id, ground)
    grids = tuple(PlannedGrid(f"{letter} 网格", code=letter) for letter in LETTERS)
    present = PlanVersion(PRESENT, None, np.arange(9, dtype=np.int32), grids, "present")
    made = plan_by_ref(conn, EVERYTHING, row.ref)
    figures = figures_of(made, ground, present)
    add_version(conn, row.id, PlanVersion(PRESENT, None, present.labels, grids, "present", figures=figures))
    change_plan(conn, row.id, version=PRESENT)
    return UUID(str(row.ref))


def save_joined(conn: Connection, settings: Settings, ref: UUID, account: str = "community_secretary") -> int:
    """Save a version in which a and b are one grid; its number."""
    labels = np.array([0, 0, *range(1, 8)], dtype=np.int32)
    grids = (PlannedGrid("西南网格"), *(PlannedGrid(f"{letter} 网格", code=letter) for letter in LETTERS[2:]))
    base = plan_by_ref(conn, EVERYTHING, ref).version
    made = PlanVersion(0, base, labels, grids, "drawn", "a、b 合并")
    return save_version(conn, actor_named(conn, settings, account), ref, made).version


def actor_named(conn: Connection, settings: Settings, name: str) -> Actor:
    """Who acts as an account."""
    found, day = account_by_name(conn, name), today(settings.zone)
    return Actor(scope_of(conn, found, settings.city_code, day), found.id, day)
