"""Staff (工作人员) and their posts (岗位): a row is one post of one person. Messages show codes, never names or phones."""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Connection, select, text

from geodata.loaders.columns import column
from geodata.loaders.reasons import ParentMissing, PersonDiffers, PlaceNotOne
from geodata.loaders.staging import STAGE, Counts, stage
from geodata.loaders.terms import TERM_TYPES, match_terms, read_terms, write_terms
from geodata.loaders.work import Kind, Work, link, staged_columns
from geodata.tables import building, compound, division, grid

_KIND_WORDS = {
    "grid_worker": "grid_worker", "网格员": "grid_worker", "专职网格员": "grid_worker",
    "deputy_worker": "deputy_worker", "b岗": "deputy_worker", "副网格员": "deputy_worker", "代班网格员": "deputy_worker",
    "branch_secretary": "branch_secretary", "网格党支部书记": "branch_secretary", "小区党支部书记": "branch_secretary",
    "community_secretary": "community_secretary", "社区书记": "community_secretary", "社区党组织书记": "community_secretary",
    "村党组织书记": "community_secretary",
    "community_worker": "community_worker", "社区工作者": "community_worker",
    "building_head": "building_head", "楼栋长": "building_head", "单元长": "building_head", "联户长": "building_head",
    "desk": "desk", "小区工位": "desk", "工位": "desk",
}  # fmt: skip
_OF_A_GRID = ("grid_worker", "deputy_worker")
_OF_A_DIVISION = ("community_secretary", "community_worker")

# A grid has one worker at a time; of every other post a person stands only in the own way.
_HELD = """
SELECT o.id, lower(o.valid) AS low, upper(o.valid) AS up, p.code AS who,
    o.kind || '|' || coalesce('a' || o.area_code, 'c' || o.compound_id, 'b' || o.building_id)
    || CASE WHEN o.kind = 'grid_worker' THEN '' ELSE '|' || p.code END AS slot
FROM post o JOIN person p ON p.id = o.person_id
"""


def _load(work: Work) -> Counts:
    batch = work.batch
    for name, table in (("compound", compound), ("building", building)):
        batch.fields.setdefault(f"{name}_code", pd.Series([None] * len(batch), dtype=object))
        link(work, f"{name}_code", table, f"{name}_id")
    batch.fields.setdefault("area_code", pd.Series([None] * len(batch), dtype=object))
    _check_places(work)
    _check_people(work)
    read_terms(work, _slots(work), batch.fields["code"])
    columns, types = staged_columns(work, {"compound_id": "bigint", "building_id": "bigint", **TERM_TYPES})
    work.progress("copy")
    stage(work.conn, batch, columns, types)
    work.progress("write")
    match_terms(work, _HELD)
    told = [name for name in ("name", "phone") if name in columns]
    renamed = _write_people(work.conn, told)
    work.conn.execute(text(f"ALTER TABLE {STAGE} ADD person_id bigint"))
    work.conn.execute(text(f"UPDATE {STAGE} s SET person_id = p.id FROM person p WHERE p.code = s.code"))  # noqa: S608
    counts = write_terms(work.conn, "post", [], ["person_id", "kind", "area_code", "compound_id", "building_id"])
    changed = max(counts.changed, min(renamed, counts.changed + counts.unchanged))
    return Counts(counts.new, changed, counts.changed + counts.unchanged - changed)


def _check_places(work: Work) -> None:
    """Exactly one place, of a kind that fits the post."""
    batch = work.batch
    places = pd.DataFrame({name: batch.fields[name].notna() for name in ("area_code", "compound_id", "building_id")})
    batch.reject((places.sum(axis=1) != 1).to_numpy(dtype=bool), lambda _: PlaceNotOne(field="area_code"))
    areas, kinds = batch.fields["area_code"], batch.fields["kind"]
    grids = set(work.conn.scalars(select(grid.c.code).distinct()))
    divisions = set(work.conn.scalars(select(division.c.code)))
    unknown = [
        (kind in _OF_A_GRID and area not in grids)
        or (kind in _OF_A_DIVISION and area not in divisions)
        or (area is not None and area not in grids and area not in divisions)
        for kind, area in zip(kinds, areas, strict=True)
    ]
    batch.reject(
        pd.Series(unknown).to_numpy(dtype=bool), lambda at: ParentMissing(field="area_code", value=areas.iloc[at] or "")
    )


def _check_people(work: Work) -> None:
    """Rows of one person agree on name and phone; no post is there twice."""
    batch = work.batch
    told = [name for name in ("name", "phone") if batch.has(name)]
    people = pd.DataFrame({name: batch.fields[name] for name in ("code", *told)})
    alive = people[batch.alive]
    first = alive.drop_duplicates("code").set_index("code")
    rows = dict(
        zip(first.index, batch.source.rows[alive.drop_duplicates("code").index.to_numpy()].tolist(), strict=True)
    )
    expected = first.reindex(people["code"])[told].reset_index(drop=True)
    differs = (people[told].fillna("") != expected.fillna("")).any(axis=1)
    batch.reject(
        differs.to_numpy(dtype=bool),
        lambda at: PersonDiffers(field="code", value=people["code"].iloc[at], first=rows[people["code"].iloc[at]]),
    )


def _slots(work: Work) -> pd.Series:
    fields = work.batch.fields
    found = []
    for kind, person, area, compound_id, building_id in zip(
        *(fields[name] for name in ("kind", "code", "area_code", "compound_id", "building_id")), strict=True
    ):
        place = f"a{area}" if area is not None else f"c{compound_id}" if compound_id is not pd.NA else f"b{building_id}"
        found.append(f"{kind}|{place}" if kind == "grid_worker" else f"{kind}|{place}|{person}")
    return pd.Series(found, dtype=object)


def _write_people(conn: Connection, told: Sequence[str]) -> int:
    """Add the staged people that are not there, update those that differ; how many posts of known people that concerns."""
    listed = ", ".join(["code", *told])
    differs = " OR ".join(f"p.{name} IS DISTINCT FROM s.{name}" for name in told)
    renamed = conn.scalar(text(f"SELECT count(*) FROM {STAGE} s JOIN person p USING (code) WHERE {differs}")) or 0  # noqa: S608
    if renamed:
        assigned = ", ".join(f"{name} = s.{name}" for name in told)
        conn.execute(text(f"UPDATE person p SET {assigned} FROM {STAGE} s WHERE p.code = s.code AND ({differs})"))  # noqa: S608
    conn.execute(
        text(
            f"INSERT INTO person ({listed}) SELECT {listed} FROM ("  # noqa: S608
            f"SELECT DISTINCT ON (code) * FROM {STAGE} ORDER BY code, position) s "
            "WHERE NOT EXISTS (SELECT FROM person p WHERE p.code = s.code) ORDER BY position"
        )
    )
    return renamed


KIND = Kind(
    name="people",
    fields=(
        column("code", "person_code", "人员编码", "工号", "编码", "编号", reading="code", required=True, filled=True),
        column("name", "姓名", "名字", required=True, filled=True, private=True),
        column("phone", "电话", "联系电话", "手机", "手机号", "tel", default="", private=True),
        column("kind", "post", "岗位", "职务", "角色", reading="word", words=_KIND_WORDS, required=True, filled=True),
        column("area_code", "grid_code", "网格编码", "区域编码", "社区编码", reading="code"),
        column("compound_code", "小区编码", "小区代码", reading="code"),
        column("building_code", "楼栋编码", "楼栋代码", reading="code"),
        column("valid_from", "from", "上岗日期", "开始日期", "起始日期", reading="date"),
        column("valid_to", "to", "until", "离岗日期", "结束日期", "终止日期", reading="date"),
    ),
    load=_load,
    shape=None,
)
