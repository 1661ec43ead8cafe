"""Footprints of buildings (楼栋)."""

from geodata.loaders.columns import NAME_EN, SOURCE_IDS, code_column, column
from geodata.loaders.datum_check import check_datum_of_shapes
from geodata.loaders.staging import Counts
from geodata.loaders.work import Kind, Work, link, load_keyed
from geodata.tables import building, compound


def _load(work: Work) -> Counts:
    check_datum_of_shapes(work)
    link(work, "compound_code", compound, "compound_id")
    return load_keyed(work, building, {"compound_id": "bigint"})


KIND = Kind(
    name="buildings",
    fields=(
        code_column("building_code", "楼栋编码", "楼栋代码", "楼栋编号"),
        column("name", "楼栋名称", "名称", default=""),
        NAME_EN,
        column("compound_code", "小区编码", "小区代码", "所属小区编码", reading="code"),
        column("address", "地址", "门牌", default=""),
        column("use", "用途", "usage", "building", "建筑用途", default=""),
        column(
            "floors",
            "层数",
            "楼层数",
            "number_of_floors",
            "levels",
            "building:levels",
            "storeys",
            reading="integer",
            low=0,
            high=200,
        ),
        column("height_m", "高度", "建筑高度", "height", reading="number", low=0, high=1000),
        column("dwellings", "户数", "住户数", "households", reading="integer", low=0, high=10_000),
        column("people_estimate", "人口", "估计人口", "population", "people", reading="number", low=0, high=1_000_000),
    ),
    load=_load,
    shape="polygon",
    ids=SOURCE_IDS,
)
