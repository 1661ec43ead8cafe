"""A plan of four units in a row with buildings, people and a year of reports that can be counted by eye."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from geodata.plans.ground import PlanGround, write_ground
from geodata.plans.listing import add_plan, change_plan
from geodata.plans.versions import PRESENT, PlannedGrid, PlanVersion, add_version
from tests.geodata.cities import COMMUNITY, SOUTH, WEST, insert_building, insert_compound, insert_household, insert_post
from tests.geodata.plans.conftest import GRIDS, four_units
from tests.geodata.test_schema import insert_report

#: Households of the two buildings in each of the first three units.
HOMES = ((40, 30), (20, 3), (50, 6))
#: Unit, days before today, source of each report on the plan's ground; the last two lie outside the year.
REPORTS = (
    (0, 1, "hotline"), (0, 1, "patrol"), (0, 365, "resident"), (1, 1, "hotline"), (1, 1, "resident"), (1, 1, "resident"), (1, 8, "patrol"),
    (2, 30, "hotline"), (3, 40, "resident"), (0, 0, "hotline"), (1, 366, "hotline"),
)  # fmt: skip
#: The second version gives unit 1 to the other grid, the third makes a grid of each unit, the fourth leaves unit 1 out.
VERSIONS = {
    2: ([0, 1, 1, 2], GRIDS),
    3: ([0, 1, 2, 3], (PlannedGrid("富邦小区网格"), PlannedGrid("=东街西网格"), *GRIDS[1:])),
    4: ([0, -1, 1, 2], GRIDS),
}


@dataclass(frozen=True)
class Drawn:
    ref: UUID
    id: int


def place_of(unit: int) -> tuple[float, float]:
    """The middle of a unit in degrees."""
    return WEST + 0.005 + 0.01 * unit, SOUTH + 0.005


def insert_drawn(conn: Connection, today: date) -> Drawn:
    """Version 1 has the grids 001 (units 0 and 1), 002 (unit 2), and the park, which stays as it is."""
    ground = four_units()
    row = add_plan(conn, "仕奇社区 2027", COMMUNITY, target=60, lower=50, upper=80, account_id=None)
    ground = PlanGround(
        ground.units, ground.shapes, ground.edges, ground.border_m, ground.barrier, _buildings(conn)
    )  # fmt: skip
    write_ground(conn, row.id, ground)
    for version, (labels, grids) in {1: ([0, 0, 1, 2], GRIDS), **VERSIONS}.items():
        made = PlanVersion(
            version,
            version - 1 or None,
            np.array(labels, dtype=np.int32),
            grids,
            "drawn" if version > PRESENT else "present",
        )
        add_version(conn, row.id, made)
    remarks = [{"community": COMMUNITY, "units": 4, "counted": "households", "adjusted": {}}]
    change_plan(conn, row.id, version=max(VERSIONS), remarks=remarks)
    insert_post(conn, "张网格", "grid_worker", area_code=GRIDS[0].code)
    insert_post(conn, "李网格", "grid_worker", area_code=GRIDS[1].code)
    insert_year(conn, today)
    return Drawn(UUID(str(row.ref)), row.id)


def insert_year(conn: Connection, today: date) -> None:
    for unit, days, source in REPORTS:
        lon, lat = place_of(unit)
        at = f"'{today - timedelta(days=days)} 00:30+08'"
        point = f"ST_Point({lon}, {lat}, 4326)"
        times = {"occurred_at": at, "reported_at": at, "received_at": "now()"}
        insert_report(conn, source=f"'{source}'", raw_lon=str(lon), raw_lat=str(lat), geom=point, **times)


def _buildings(conn: Connection) -> pd.DataFrame:
    """Two buildings a unit, every tenth home with somebody in a care group; 王楼长 looks after one in unit 0 and one in unit 1, 赵楼长 after one in unit 2."""
    rows = []
    for unit, homes in enumerate(HOMES):
        lon, lat = place_of(unit)
        inside = insert_compound(conn, f"drawn-{unit}", lon, lat, name=f"{unit}号院")
        for at, count in enumerate(homes):
            key = insert_building(
                conn, f"drawn-{unit}{at}", lon + (at - 0.5) * 0.001, lat, name=f"{at + 1}号楼", compound_id=inside
            )
            rows.append({"building_id": key, "unit": unit})
            for home in range(count):
                insert_household(
                    conn, f"drawn-{unit}{at}-{home}", key, care_groups=["独居老人"] if home % 10 == 0 else []
                )
    head = insert_post(conn, "王楼长", "building_head", building_id=rows[0]["building_id"])
    conn.execute(
        text(
            "INSERT INTO post (person_id, kind, building_id, valid) VALUES (:person, 'building_head', :building, '(,)')"
        ),
        {"person": head, "building": rows[2]["building_id"]},
    )
    insert_post(conn, "赵楼长", "building_head", building_id=rows[4]["building_id"])
    return pd.DataFrame(rows)
