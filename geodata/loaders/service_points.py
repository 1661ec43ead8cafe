"""Service points (服务点): halls, clinics, stations."""

import hashlib

import numpy as np

from geodata.loaders.columns import CODE, LAT, LON, NAME, NAME_EN, SOURCE_IDS, column, listed
from geodata.loaders.datum_check import check_datum_of
from geodata.loaders.errors import GeometryColumnMissing
from geodata.loaders.place import place_points, points_of
from geodata.loaders.reasons import GeometryMissing
from geodata.loaders.staging import Counts
from geodata.loaders.summary import Note
from geodata.loaders.work import Kind, Work, load_keyed, text_series
from geodata.tables import service_point


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
    if not batch.has("code"):
        _make_codes(work, lon, lat)
    return load_keyed(work, service_point)


def _make_codes(work: Work, lon: np.ndarray, lat: np.ndarray) -> None:
    """Without codes a point is known by its name and place."""
    batch = work.batch
    names = batch.fields["name"] if batch.has("name") else text_series([""] * len(batch))
    batch.fields["code"] = text_series(
        [
            f"p{hashlib.blake2b(f'{name}|{x!r}|{y!r}'.encode(), digest_size=10).hexdigest()}"
            for name, x, y in zip(names, lon.tolist(), lat.tolist(), strict=True)
        ]
    )
    batch.notes.append(
        Note(
            "codes_from_places",
            "文件没有编码列：编码由名称与坐标的散列值生成。",
            "The file has no column of codes: each code is a hash of name and position.",
        )
    )


KIND = Kind(
    name="service-points",
    fields=(
        CODE,
        NAME,
        NAME_EN,
        column("kind", "类别", "类型", "category", "amenity", default="other"),
        column("opening_hours", "开放时间", "营业时间", "服务时间", default=""),
        column("address", "地址", default=""),
        column("phone", "电话", "联系电话", "tel", default=""),
        LON,
        LAT,
    ),
    load=_load,
    shape=None,
    ids=SOURCE_IDS,
)
