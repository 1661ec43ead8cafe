"""Centre lines of roads."""

from geodata.loaders.columns import CODE, NAME_EN, SOURCE_IDS, column
from geodata.loaders.staging import Counts
from geodata.loaders.work import Kind, Work, load_keyed
from geodata.tables import road
from geodata.tables.base_map import ROAD_CLASSES

_CLASS_WORDS = {
    **{name: name for name in ROAD_CLASSES},
    **{f"{name}_link": name for name in ("motorway", "trunk", "primary", "secondary", "tertiary")},
    "living_street": "residential", "pedestrian": "path", "footway": "path", "cycleway": "path", "steps": "path", "track": "path",
    "bridleway": "path", "road": "unclassified",
    "高速公路": "motorway", "高速": "motorway", "快速路": "trunk", "国道": "trunk", "主干路": "primary", "主干道": "primary",
    "次干路": "secondary", "次干道": "secondary", "支路": "tertiary", "街巷": "residential", "小区路": "service", "内部道路": "service",
    "人行道": "path", "步行街": "path",
}  # fmt: skip


def _load(work: Work) -> Counts:
    return load_keyed(work, road)


KIND = Kind(
    name="roads",
    fields=(
        CODE,
        column("name", "名称", "路名", "道路名称", default=""),
        NAME_EN,
        column(
            "class", "highway", "fclass", "road_class", "道路等级", "等级", "类别",
            reading="word", words=_CLASS_WORDS, other_word="unclassified", default="unclassified",
        ),
    ),
    load=_load,
    shape="line",
    ids=SOURCE_IDS,
)  # fmt: skip
