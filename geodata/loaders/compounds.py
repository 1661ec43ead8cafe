"""Compounds (小区)."""

from geodata.loaders.columns import COMMUNITY, NAME_EN, code_column, column
from geodata.loaders.datum_check import check_datum_of_shapes
from geodata.loaders.staging import Counts
from geodata.loaders.work import Kind, Work, check_communities, load_keyed
from geodata.tables import compound


def _load(work: Work) -> Counts:
    check_datum_of_shapes(work)
    check_communities(work)
    return load_keyed(work, compound)


KIND = Kind(
    name="compounds",
    fields=(
        code_column("compound_code", "小区编码", "小区代码"),
        column("name", "小区名称", "名称", default=""),
        NAME_EN,
        COMMUNITY,
        column("address", "地址", "坐落", default=""),
        column("aliases", "别名", "曾用名", "俗称", "又名", "其他名称", "old_name", "alt_name", reading="list"),
        column("property_company", "物业公司", "物业服务企业", "物业", default=""),
    ),
    load=_load,
    shape="polygon",
)
