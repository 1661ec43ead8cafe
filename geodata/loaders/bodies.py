"""Bodies of compounds (property company, owners' or property committee, branch, desk, heating, water) with their history."""

import pandas as pd

from geodata.loaders.columns import column
from geodata.loaders.staging import Counts, stage
from geodata.loaders.terms import TERM_TYPES, match_terms, read_terms, write_terms
from geodata.loaders.work import Kind, Work, link, staged_columns
from geodata.tables import compound, unit

_KIND_WORDS = {
    "property_company": "property_company", "物业": "property_company", "物业公司": "property_company", "物业服务企业": "property_company",
    "owners_committee": "owners_committee", "业委会": "owners_committee", "业主委员会": "owners_committee",
    "property_committee": "property_committee", "物管会": "property_committee", "物业管理委员会": "property_committee",
    "party_branch": "party_branch", "党支部": "party_branch", "小区党支部": "party_branch",
    "desk": "desk", "工位": "desk", "小区工位": "desk",
    "heating": "heating", "供热": "heating", "供热单位": "heating", "供热企业": "heating", "热力公司": "heating",
    "water": "water", "供水": "water", "供水单位": "water", "供水企业": "water", "自来水公司": "water",
}  # fmt: skip

_HELD = (
    "SELECT b.id, b.kind || '|' || b.compound_id AS slot, b.name AS who, lower(b.valid) AS low, upper(b.valid) AS up "
    "FROM compound_body b"
)


def _load(work: Work) -> Counts:
    batch = work.batch
    link(work, "compound_code", compound, "compound_id")
    link(work, "unit_code", unit, "unit_id")
    slots = [
        None if compound_id is pd.NA or kind is None else f"{kind}|{compound_id}"
        for kind, compound_id in zip(batch.fields["kind"], batch.fields["compound_id"], strict=True)
    ]
    read_terms(work, pd.Series(slots, dtype=object), batch.fields["name"])
    columns, types = staged_columns(work, {"compound_id": "bigint", "unit_id": "bigint", **TERM_TYPES})
    work.progress("copy")
    stage(work.conn, batch, columns, types)
    work.progress("write")
    match_terms(work, _HELD)
    told = [name for name in ("contact", "phone", "unit_id") if name in columns]
    return write_terms(work.conn, "compound_body", told, ["compound_id", "kind", "name", *told])


KIND = Kind(
    name="bodies",
    fields=(
        column("compound_code", "小区编码", "小区代码", "所属小区编码", reading="code", required=True, filled=True),
        column("kind", "类型", "组织类型", "类别", reading="word", words=_KIND_WORDS, required=True, filled=True),
        column("name", "名称", "组织名称", "单位名称", required=True, filled=True),
        column("contact", "联系人", "负责人", default="", private=True),
        column("phone", "电话", "联系电话", "tel", default="", private=True),
        column("unit_code", "单位编码", "单位代码", reading="code"),
        column("valid_from", "from", "开始日期", "起始日期", "启用日期", reading="date"),
        column("valid_to", "to", "until", "结束日期", "终止日期", "停用日期", reading="date"),
    ),
    load=_load,
    shape=None,
)
