"""A plan on four units for tests of the planning table, and what its page sends."""

from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Connection

from geodata.plans.ground import write_ground
from geodata.plans.listing import add_plan, change_plan
from geodata.plans.versions import PRESENT, PlanVersion, add_version
from tests.geodata.cities import COMMUNITY
from tests.geodata.plans.conftest import GRIDS, four_units

SENT = [grid.as_json() for grid in GRIDS]


def insert_plan(conn: Connection, area: str = COMMUNITY, name: str = "仕奇社区 2027") -> UUID:
    """The last of the four units is a grid that stays."""
    row = add_plan(conn, name, area, target=400, lower=300, upper=500, account_id=None)
    write_ground(conn, row.id, four_units())
    add_version(conn, row.id, PlanVersion(PRESENT, None, np.array([0, 0, 1, 2], dtype=np.int32), GRIDS, "present"))
    change_plan(conn, row.id, version=PRESENT)
    return UUID(str(row.ref))


def version_body(labels: list[int] | None = None, **changed: Any) -> dict[str, Any]:
    """What is sent to save a version."""
    return {"base": 1, "labels": labels or [0, 1, 1, 2], "grids": SENT, "note": "东移", "made_by": "drawn", **changed}


def wish_body(**changed: Any) -> dict[str, Any]:
    """What is sent to have grids suggested."""
    wishes = {"even": 1, "even_work": 0.5, "compact": 1, "barriers": 1, "few_changes": 0}
    drawn = {"labels": [-1, -1, -1, 2], "grids": SENT, "keep": "nothing"}
    return {**drawn, "wishes": wishes, "mode": "fast", "seed": 1, **changed}
