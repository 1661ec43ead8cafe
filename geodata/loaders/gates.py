"""Gates of compounds (出入口)."""

import numpy as np

from geodata.loaders.columns import LAT, LON, NAME, NAME_EN, code_column, column, listed
from geodata.loaders.datum_check import check_datum_of
from geodata.loaders.errors import GeometryColumnMissing
from geodata.loaders.place import place_points, points_of
from geodata.loaders.reasons import GeometryMissing
from geodata.loaders.staging import Counts
from geodata.loaders.work import Kind, Work, link, load_keyed
from geodata.tables import compound, gate

_KIND_WORDS = {
    "vehicle": "vehicle", "车行": "vehicle", "车行口": "vehicle", "车行出入口": "vehicle", "人车混行": "vehicle", "机动车": "vehicle",
    "pedestrian": "pedestrian", "人行": "pedestrian", "人行口": "pedestrian", "人行出入口": "pedestrian", "行人": "pedestrian",
}  # fmt: skip


def _load(work: Work) -> Counts:
    batch = work.batch
    placed = place_points(batch, work.options)
    if placed is None:
        raise GeometryColumnMissing(kind=KIND.name, columns=listed(list(batch.source.frame.columns)))
    lon, lat = placed
    batch.reject(np.isnan(lon) | np.isnan(lat), lambda _: GeometryMissing(field="lon"))
    check_datum_of(work, lon, lat)
    batch.geometry = points_of(lon, lat, work.options.datum)
    batch.fields.pop("lon", None)
    batch.fields.pop("lat", None)
    link(work, "compound_code", compound, "compound_id")
    return load_keyed(work, gate, {"compound_id": "bigint"})


KIND = Kind(
    name="gates",
    fields=(
        code_column("gate_code", "出入口编码", "大门编码"),
        column("compound_code", "小区编码", "小区代码", "所属小区编码", reading="code", required=True, filled=True),
        NAME,
        NAME_EN,
        column("kind", "类型", "出入口类型", "类别", reading="word", words=_KIND_WORDS, default="vehicle"),
        LON,
        LAT,
    ),
    load=_load,
    shape=None,
)
