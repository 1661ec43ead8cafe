"""Units (承办单位): departments, utilities, property companies, owners' bodies, and the categories that they are responsible for."""

import pandas as pd
from sqlalchemy import text

from geodata.loaders.columns import NAME_EN, code_column, column
from geodata.loaders.staging import STAGE, Counts, stage, upsert
from geodata.loaders.work import Kind, Work, reject_repeated_codes, staged_columns
from geodata.tables import unit

_KIND_WORDS = {
    "department": "department", "部门": "department", "政府部门": "department", "职能部门": "department",
    "utility": "utility", "公用事业": "utility", "公共服务企业": "utility", "水电气暖": "utility",
    "property_company": "property_company", "物业": "property_company", "物业公司": "property_company", "物业服务企业": "property_company",
    "owners_body": "owners_body", "业委会": "owners_body", "物管会": "owners_body", "业主组织": "owners_body",
    "other": "other", "其他": "other", "其它": "other",
}  # fmt: skip

# Units in the stage whose categories are others than the table's.
_CHANGED = f"""
CREATE TEMP TABLE load_duties ON COMMIT DROP AS
SELECT u.id, s.code, s.wanted FROM (
    SELECT code, ARRAY(SELECT DISTINCT category FROM unnest(coalesce(duties, '{{}}')) category ORDER BY category) AS wanted FROM {STAGE}
) s JOIN unit u ON u.code = s.code
WHERE s.wanted IS DISTINCT FROM ARRAY(SELECT category FROM unit_duty d WHERE d.unit_id = u.id ORDER BY category)
"""  # noqa: S608


def _load(work: Work) -> Counts:
    batch = work.batch
    reject_repeated_codes(batch)
    columns, types = staged_columns(work)
    work.progress("copy")
    stage(work.conn, batch, columns, types)
    work.progress("write")
    known = pd.Series(work.conn.scalars(text("SELECT code FROM unit")).all(), dtype=object)
    described = _changed_by(work, [name for name in columns if name != "duties"])
    counts = upsert(work.conn, unit, [name for name in columns if name != "duties"])
    if "duties" not in columns:
        return counts
    dutied = {code for code in _write_duties(work) if code in set(known)}
    changed = len(described | dutied)
    return Counts(counts.new, changed, counts.changed + counts.unchanged - changed)


def _changed_by(work: Work, names: list[str]) -> set[str]:
    """Codes of the units that differ in what is not a duty."""
    differs = " OR ".join(f"u.{name} IS DISTINCT FROM s.{name}" for name in names)
    query = f"SELECT s.code FROM {STAGE} s JOIN unit u USING (code) WHERE {differs}"  # noqa: S608
    return set(work.conn.scalars(text(query)))


def _write_duties(work: Work) -> list[str]:
    """A unit's duties become those of its row; the codes of the units whose duties were others."""
    conn = work.conn
    conn.execute(text("DROP TABLE IF EXISTS load_duties"))
    conn.execute(text(_CHANGED))
    codes = list(conn.scalars(text("SELECT code FROM load_duties")))
    if codes:
        conn.execute(text("DELETE FROM unit_duty d USING load_duties l WHERE d.unit_id = l.id"))
        conn.execute(text("INSERT INTO unit_duty (unit_id, category) SELECT id, unnest(wanted) FROM load_duties"))
    return codes


KIND = Kind(
    name="units",
    fields=(
        code_column("unit_code", "单位编码", "单位代码", "机构编码"),
        column("name", "单位名称", "名称", "全称", filled=True, required=True),
        NAME_EN,
        column("kind", "类型", "单位类型", "类别", reading="word", words=_KIND_WORDS, default="other"),
        column("phone", "电话", "联系电话", "tel", default=""),
        column("address", "地址", "办公地址", default=""),
        column("duties", "职责", "承办类别", "负责类别", reading="list"),
    ),
    load=_load,
    shape=None,
)
