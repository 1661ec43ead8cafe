"""Grids (网格) and their editions: a code names one grid at a time, and what was in force stays on record."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sqlalchemy import select, text

from geodata.actions.boundaries import follow_grids, remember_grids
from geodata.loaders.boundary_notes import followed_notes
from geodata.loaders.columns import COMMUNITY, NAME_EN, Field, code_column, column
from geodata.loaders.reasons import DaysReversed, DuplicateCode, GridBeforeFirst, GridRetired, RowError
from geodata.loaders.staging import STAGE, Counts, stage
from geodata.loaders.summary import Note
from geodata.loaders.work import Kind, Work, check_communities, reject_repeats, staged_columns
from geodata.tables import division
from gridmap.codes import FREE, InvalidGridCode

KIND_WORDS = {
    "general": "general", "综合": "general", "综合网格": "general", "基础网格": "general", "普通网格": "general",
    "special": "special", "专属": "special", "专属网格": "special", "专业网格": "special",
    "rural": "rural", "农村": "rural", "农村网格": "rural", "pastoral": "pastoral", "牧区": "pastoral", "牧区网格": "pastoral",
}  # fmt: skip
_ATTRIBUTES = ("name", "name_en", "kind", "community_code", "households")

# The edition in force on the staged row's first day, if any.
_JOINED = f"{STAGE} s LEFT JOIN grid c ON c.code = s.code AND c.valid @> s.start"
_SAME_SHAPE = "ST_AsBinary(c.geom) = ST_AsBinary(s.geom)"


def _load(work: Work) -> Counts:
    batch = work.batch
    for position in np.flatnonzero(batch.alive).tolist():
        try:
            FREE.validate(batch.fields["code"].iloc[position])
        except InvalidGridCode as error:
            batch.reject_row(position, error)
    _derive_communities(work)
    check_communities(work)
    _days(work)
    columns, types = staged_columns(work, {"start": "date", "bounded": "boolean", "round": "integer"})
    work.progress("copy")
    stage(work.conn, batch, columns, types)
    work.progress("write")
    remember_grids(work.conn)
    attributes = [name for name in _ATTRIBUTES if name in columns]
    total = Counts()
    for number in range(int(batch.fields["round"].max()) + 1):
        part = _write_round(work, attributes, number)
        total = Counts(total.new + part.new, total.changed + part.changed, total.unchanged + part.unchanged)
    work.batch.notes += followed_notes(follow_grids(work.conn, work.settings, account_id=work.options.account_id))
    return total


def _derive_communities(work: Work) -> None:
    """Codes built on a community's say which: 12 digits and a serial of 3, by the usual scheme."""
    batch = work.batch
    if batch.has("community_code"):
        return
    known = set(work.conn.scalars(select(division.c.code).where(division.c.level == "community")))
    codes = batch.fields["code"]
    found = codes.map(lambda code: code[:12] if code is not None and len(code) == 15 and code[:12] in known else None)
    if found.notna().any():
        batch.fields["community_code"] = found.astype(object).where(found.notna(), None)
        batch.notes.append(
            Note(
                "community_from_code",
                f"{int(found.notna().sum())} 个网格的社区取自编码前 12 位。",
                f"The community of {int(found.notna().sum())} grids was taken from the first 12 digits of their code.",
            )
        )


def _days(work: Work) -> None:
    """First day of each row, whether it was named, and its place among the rows of one code."""
    batch, options = work.batch, work.options
    empty = pd.Series([None] * len(batch), dtype=object)
    named = batch.fields.get("valid_from", empty)
    if options.valid_from is not None:
        named = named.where(named.notna(), options.valid_from.isoformat())
    start = named.where(named.notna(), work.today.isoformat())
    batch.fields["valid_from"], batch.fields["start"] = named, start
    batch.fields["bounded"] = named.notna()
    ends = batch.fields.setdefault("valid_to", empty)
    reversed_days = ends.notna() & (ends.fillna("9999-12-31") <= start)
    batch.reject(
        reversed_days.to_numpy(dtype=bool),
        lambda at: DaysReversed(field="valid_to", start=start.iloc[at], end=ends.iloc[at]),
    )
    codes = batch.fields["code"]
    keys = pd.Series(
        [None if code is None else f"{code}\n{day or ''}" for code, day in zip(codes, named, strict=True)], dtype=object
    )
    reject_repeats(
        batch, keys, lambda key, first: DuplicateCode(field="code", value=key.partition("\n")[0], first=first)
    )
    order = pd.DataFrame({"code": codes, "start": start})[batch.alive].sort_values(["code", "start"], kind="stable")
    rounds = order.groupby("code").cumcount()
    batch.fields["round"] = rounds.reindex(range(len(batch))).fillna(0).astype("Int64")


def _write_round(work: Work, attributes: Sequence[str], number: int) -> Counts:
    """Write the rows that are the ``number``-th of their code in the file."""
    _reject_dead_codes(work, number)
    differs = " OR ".join(
        [
            *(f"c.{name} IS DISTINCT FROM s.{name}" for name in attributes),
            "(s.valid_to IS NOT NULL AND upper(c.valid) IS DISTINCT FROM s.valid_to)",
        ]
    )
    here = "s.round = :number"
    row = work.conn.execute(
        text(
            f"SELECT count(*) FILTER (WHERE c.id IS NULL), count(*) FILTER (WHERE {_SAME_SHAPE} AND ({differs})), "  # noqa: S608
            f"count(*) FILTER (WHERE NOT {_SAME_SHAPE} AND lower(c.valid) IS NOT DISTINCT FROM s.start), "
            f"count(*) FILTER (WHERE NOT {_SAME_SHAPE} AND lower(c.valid) IS DISTINCT FROM s.start), count(*) FROM {_JOINED} WHERE {here}"
        ),
        {"number": number},
    ).one()
    first, described, replaced, succeeded, total = row
    assigned = "".join(f"{name} = s.{name}, " for name in attributes)
    if described or replaced:
        work.conn.execute(
            text(
                f"UPDATE grid c SET {assigned}geom = s.geom, valid = daterange(lower(c.valid), coalesce(s.valid_to, upper(c.valid))) "  # noqa: S608
                f"FROM {STAGE} s WHERE {here} AND c.code = s.code AND c.valid @> s.start "
                f"AND CASE WHEN {_SAME_SHAPE} THEN {differs} ELSE lower(c.valid) IS NOT DISTINCT FROM s.start END"
            ),
            {"number": number},
        )
    if succeeded:
        _succeed(work, attributes, number)
    if first:
        listed = "".join(f", {name}" for name in attributes)
        values = "".join(f", s.{name}" for name in attributes)
        work.conn.execute(
            text(
                f"INSERT INTO grid (code, valid, geom{listed}) "  # noqa: S608
                f"SELECT s.code, daterange(CASE WHEN s.bounded THEN s.start END, s.valid_to), s.geom{values} "
                f"FROM {STAGE} s WHERE {here} AND NOT EXISTS (SELECT FROM grid c WHERE c.code = s.code) ORDER BY position"
            ),
            {"number": number},
        )
    if succeeded:
        work.batch.notes.append(
            Note(
                "editions_made",
                f"{succeeded} 个网格边界有变：旧版本于启用日前结束，新版本自启用日起生效。",
                f"{succeeded} grids have new boundaries: the old edition ends, a new one is in force from its first day.",
            )
        )
    return Counts(first, described + replaced + succeeded, total - first - described - replaced - succeeded)


def _succeed(work: Work, attributes: Sequence[str], number: int) -> None:
    """End the edition in force on the first day, start the new one there. What the file does not say is inherited."""
    columns = ["name", "name_en", "kind", "community_code", "households"]
    values = ", ".join(f"{'s' if name in attributes else 'c'}.{name}" for name in columns)
    work.conn.execute(text("DROP TABLE IF EXISTS load_edition"))
    work.conn.execute(
        text(
            f"CREATE TEMP TABLE load_edition ON COMMIT DROP AS SELECT c.id AS ended, s.code, {values}, c.plan_id, s.start, s.geom, "  # noqa: S608
            f"daterange(s.start, coalesce(s.valid_to, upper(c.valid))) AS valid FROM {STAGE} s JOIN grid c ON c.code = s.code "
            f"AND c.valid @> s.start WHERE s.round = :number AND NOT {_SAME_SHAPE} AND lower(c.valid) IS DISTINCT FROM s.start"
        ),
        {"number": number},
    )
    work.conn.execute(
        text("UPDATE grid c SET valid = daterange(lower(c.valid), e.start) FROM load_edition e WHERE c.id = e.ended")
    )
    listed = ", ".join(["code", *columns, "valid", "geom"])
    work.conn.execute(text(f"INSERT INTO grid ({listed}) SELECT {listed} FROM load_edition ORDER BY code"))  # noqa: S608


def _reject_dead_codes(work: Work, number: int) -> None:
    """Codes that have editions, but none on the first day: ended ones are never used again, earlier ones never added."""
    rows = work.conn.execute(
        text(
            "SELECT s.position, min(lower(g.valid)) FILTER (WHERE lower(g.valid) > s.start), "  # noqa: S608
            f"max(upper(g.valid)) FILTER (WHERE upper(g.valid) <= s.start) FROM {STAGE} s JOIN grid g ON g.code = s.code "
            "WHERE s.round = :number GROUP BY s.position, s.start HAVING NOT bool_or(g.valid @> s.start)"
        ),
        {"number": number},
    ).all()
    codes = work.batch.fields["code"]
    for position, later, ended in rows:
        if ended is not None:
            error: RowError = GridRetired(field="code", value=codes.iloc[position], day=ended.isoformat())
        else:
            error = GridBeforeFirst(field="code", value=codes.iloc[position], day=later.isoformat())
        work.batch.reject_row(position, error)
    if rows:
        work.conn.execute(
            text(f"DELETE FROM {STAGE} WHERE position = ANY(:positions)"),  # noqa: S608
            {"positions": [row[0] for row in rows]},
        )


_FIELDS: tuple[Field, ...] = (
    code_column("grid_code", "网格编码", "网格代码", "网格编号"),
    column("name", "名称", "网格名称", default=""),
    NAME_EN,
    column("kind", "类型", "网格类型", "类别", reading="word", words=KIND_WORDS, default="general"),
    COMMUNITY,
    column("households", "户数", "住户数", reading="integer", low=0, high=1_000_000),
    column("valid_from", "启用日期", "生效日期", reading="date"),
    column("valid_to", "停用日期", "失效日期", reading="date"),
)
KIND = Kind(name="grids", fields=_FIELDS, load=_load, shape="polygon")
