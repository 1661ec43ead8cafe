"""Households (户): sensitive personal information. Messages name the row and the code, never what is in it."""

import pandas as pd
from sqlalchemy import select

from geodata.loaders.columns import column
from geodata.loaders.reasons import ParentMissing
from geodata.loaders.staging import Counts
from geodata.loaders.work import Kind, Work, link, load_keyed
from geodata.tables import building, household, stairwell


def _load(work: Work) -> Counts:
    link(work, "building_code", building, "building_id")
    _link_stairwells(work)
    return load_keyed(work, household, {"building_id": "bigint", "stairwell_id": "bigint"})


def _link_stairwells(work: Work) -> None:
    batch = work.batch
    if not batch.has("stairwell_number"):
        return
    rows = work.conn.execute(select(stairwell.c.building_id, stairwell.c.number, stairwell.c.id))
    ids = {(row.building_id, row.number): row.id for row in rows}
    numbers = batch.fields.pop("stairwell_number")
    found = [
        None if number is None else ids.get((building_id, number))
        for building_id, number in zip(batch.fields["building_id"].tolist(), numbers, strict=True)
    ]
    batch.fields["stairwell_id"] = pd.Series(pd.array(found, dtype="Int64"))
    missing = numbers.notna().to_numpy(dtype=bool) & batch.fields["stairwell_id"].isna().to_numpy(dtype=bool)
    batch.reject(missing, lambda _: ParentMissing(field="stairwell_number", value="…"))


KIND = Kind(
    name="households",
    fields=(
        column("code", "户编码", "户代码", "编码", "编号", reading="code", required=True, filled=True),
        column("building_code", "楼栋编码", "楼栋代码", "所属楼栋编码", reading="code", required=True, filled=True),
        column("stairwell_number", "单元", "单元号", "stairwell", "unit", reading="code"),
        column("floor", "楼层", "所在楼层", reading="integer", low=-10, high=200, private=True),
        column("room", "房号", "室", "门牌号", reading="code", default="", private=True),
        column("people", "人数", "人口", "人口数", reading="integer", default=0, low=0, high=100, private=True),
        column("care_groups", "重点人群", "关爱人群", "人群类别", reading="list", private=True),
    ),
    load=_load,
    shape=None,
)
