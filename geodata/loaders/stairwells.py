"""Stairwells (单元) with their doors."""

import pandas as pd

from geodata.loaders.columns import LAT, LON, column
from geodata.loaders.place import place_points, points_of
from geodata.loaders.reasons import DuplicateCode
from geodata.loaders.staging import Counts, stage, upsert
from geodata.loaders.work import Kind, Work, link, reject_repeats, staged_columns
from geodata.tables import building, stairwell


def _load(work: Work) -> Counts:
    batch = work.batch
    pairs = pd.Series(
        [
            f"{code}-{number}"
            for code, number in zip(batch.fields["building_code"], batch.fields["number"], strict=True)
        ],
        dtype=object,
    )
    batch.fields["code"] = pairs
    link(work, "building_code", building, "building_id")
    reject_repeats(batch, pairs, lambda code, first: DuplicateCode(field="number", value=code, first=first))
    placed = place_points(batch, work.options)
    if placed is not None:
        batch.geometry = points_of(*placed, work.options.datum)
    batch.fields.pop("lon", None)
    batch.fields.pop("lat", None)
    columns, types = staged_columns(work, {"building_id": "bigint"})
    columns.pop("code", None)
    work.progress("copy")
    stage(work.conn, batch, columns, types)
    work.progress("write")
    written = [*columns, *(["geom"] if batch.geometry is not None else [])]
    return upsert(work.conn, stairwell, written, key=("building_id", "number"))


KIND = Kind(
    name="stairwells",
    fields=(
        column("building_code", "楼栋编码", "楼栋代码", "所属楼栋编码", reading="code", required=True, filled=True),
        column("number", "单元", "单元号", "unit", reading="code", required=True, filled=True),
        column("name", "名称", "单元名称", default=""),
        LON,
        LAT,
    ),
    load=_load,
    shape=None,
)
