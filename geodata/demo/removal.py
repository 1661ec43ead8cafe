"""The sample taken out again: exactly its rows, and only while nothing else needs them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    Text,
    delete,
    except_,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    union,
    update,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import insert

from geodata.demo.account_removal import remove_accounts
from geodata.demo.sample import FACT, digests, sample_of
from geodata.tables import (
    account,
    address_search,
    building,
    compound,
    compound_alias,
    compound_body,
    datum_correction,
    datum_correction_report,
    datum_stream,
    division,
    division_former,
    doubt,
    event,
    fact,
    finding,
    gate,
    grid,
    grid_lineage,
    hotline_order,
    household,
    landcover,
    notice,
    owner,
    owner_history,
    person,
    photo,
    pile,
    place_flag,
    plan,
    plan_building,
    plan_comment,
    plan_edge,
    plan_event,
    plan_unit,
    plan_version,
    post,
    publication,
    report,
    report_key,
    road,
    service_point,
    stairwell,
    unit,
)  # fmt: skip
from gridmap.errors import GridmapError


class NoSample(GridmapError):
    """There is no sample to remove."""

    code = "no_sample"
    zh = "数据库中没有示例城市，无需删除。"
    en = "The database holds no sample city; there is nothing to remove."


class SampleInUse(GridmapError):
    """Other data refers to rows of the sample, or they were changed since."""

    code = "sample_in_use"
    zh = "示例城市未删除，因为其他数据还在使用它：{uses}。在示例城市里试着上报的案件可用 --with-reports 一并删除；其他数据请先删除或移走，或用 --home 另建一个空的数据目录。"
    en = "The sample city was not removed, other data depends on it: {uses}. Reports that were filed in it for trial go too with --with-reports; remove or move other data first, or start with an empty folder (--home)."


@dataclass(frozen=True, slots=True)
class Removed:
    """Rows that went, by table; the divisions that stay because others stand beside or below them; and accounts that stay, without
    rights and under another name, because the log of what was done names them. ``photo_files`` are to be removed once this is committed
    (``geodata.photos.remove_files``)."""

    rows: dict[str, int]
    divisions_kept: int
    accounts_kept: int
    photo_files: tuple[str, ...] = ()


#: The sample's rows while it is removed: table name and id.
_rows = Table("sample_row", MetaData(), Column("kind", Text), Column("id", BigInteger), prefixes=["TEMPORARY"])

#: Columns of other tables that may point at the sample's rows.
_USES = (
    (report, report.c.id, report.c.grid_at_capture, grid),
    (owner, owner.c.report_id, owner.c.grid_id, grid),
    (datum_correction_report, datum_correction_report.c.report_id, datum_correction_report.c.grid_before, grid),
    (owner_history, owner_history.c.report_id, owner_history.c.grid_id, grid),
    (doubt, doubt.c.report_id, doubt.c.grid_id, grid),
    (doubt, doubt.c.report_id, doubt.c.chosen_grid_id, grid),
    (doubt, doubt.c.report_id, doubt.c.decided_by, account),
    (address_search, address_search.c.report_id, address_search.c.decided_by, account),
    (photo, photo.c.report_id, photo.c.account_id, account),
    (compound_alias, compound_alias.c.report_id, compound_alias.c.compound_id, compound),
    (compound_alias, compound_alias.c.report_id, compound_alias.c.account_id, account),
    (compound_alias, compound_alias.c.report_id, compound_alias.c.withdrawn_by, account),
    (building, building.c.id, building.c.compound_id, compound),
    (stairwell, stairwell.c.id, stairwell.c.building_id, building),
    (household, household.c.id, household.c.building_id, building),
    (gate, gate.c.id, gate.c.compound_id, compound),
    (compound_body, compound_body.c.id, compound_body.c.compound_id, compound),
    (compound_body, compound_body.c.id, compound_body.c.unit_id, unit),
    (post, post.c.id, post.c.compound_id, compound),
    (post, post.c.id, post.c.building_id, building),
    (post, post.c.id, post.c.person_id, person),
    (account, account.c.id, account.c.unit_id, unit),
    (account, account.c.id, account.c.person_id, person),
    (report, report.c.id, report.c.account_id, account),
    (plan, plan.c.id, plan.c.account_id, account),
    (plan_unit, plan_unit.c.plan_id, plan_unit.c.compound_id, compound),
    (plan_version, plan_version.c.plan_id, plan_version.c.account_id, account),
    (plan_event, plan_event.c.plan_id, plan_event.c.account_id, account),
    (plan_comment, plan_comment.c.plan_id, plan_comment.c.account_id, account),
    (plan_comment, plan_comment.c.plan_id, plan_comment.c.settled_by, account),
)
_REPORT_PARTS = (
    address_search, compound_alias, doubt, hotline_order, owner_history, event, owner, report_key, notice, photo, place_flag,
    datum_correction_report,
)  # fmt: skip
_PLAN_PARTS = (plan_event, plan_comment, plan_version, plan_building, plan_edge, plan_unit)
_GOING = (
    household, stairwell, post, gate, compound_body, building, compound, service_point, road, landcover, grid, person, unit,
)  # fmt: skip
#: What the job that checks coverage notes; it is derived from the layers and goes with them.
_COVERAGE = "coverage"


def remove_sample(conn: Connection, *, with_reports: bool = False) -> Removed:
    """Take the sample out; the caller commits. ``with_reports`` takes the reports that were filed onto its grids or by its accounts too.

    Posts that were given to the sample's staff since go with them, and plans of grids that its accounts started.

    Divisions are real codes under real names: those that other rows stand on, and all of them once a list of divisions was loaded,
    stay and lose only their invented shape. Errors: ``NoSample``, ``SampleInUse``.
    """
    noted = sample_of(conn)
    if noted is None:
        raise NoSample
    _gather(conn, noted["ids"])
    _gather_later_posts(conn)
    _gather_plans(conn)
    if with_reports:
        _gather_reports_filed(conn)
    try:
        if uses := [*_uses(conn), *_changed(conn, noted)]:
            raise SampleInUse(uses=", ".join(uses))
        files = _photo_files(conn)
        rows, accounts_kept = _delete(conn)
        rows[division.name], kept = _delete_divisions(conn, noted["shapes"][division.name])
        conn.execute(delete(finding))
        turns = or_(func.lower(grid.c.valid) == publication.c.day, func.upper(grid.c.valid) == publication.c.day)
        conn.execute(delete(publication).where(~exists(select(1).select_from(grid).where(turns))))
        conn.execute(delete(datum_stream))
        left = exists(select(1).where(datum_correction_report.c.correction_id == datum_correction.c.id))
        conn.execute(delete(datum_correction).where(datum_correction.c.finished_at.is_not(None), ~left))
        conn.execute(delete(pile).where(~exists(select(1).where(place_flag.c.pile_id == pile.c.id))))
        conn.execute(delete(fact).where(fact.c.name.in_([FACT, _COVERAGE])))
    finally:
        if not conn.invalidated:
            _rows.drop(conn)
    return Removed(rows, kept, accounts_kept, files)


def _gather(conn: Connection, ids: dict[str, list[list[int]]]) -> None:
    _rows.create(conn)
    for kind, runs in ids.items():
        for first, last in runs:
            number = func.generate_series(first, last).column_valued("number")
            conn.execute(
                insert(_rows).from_select(
                    ["kind", "id"], select(text("CAST(:kind AS text)").bindparams(kind=kind), number)
                )
            )
    conn.execute(text("CREATE INDEX ON sample_row (kind, id)"))
    conn.execute(text("ANALYZE sample_row"))


def _gather_later_posts(conn: Connection) -> None:
    later = select(post.c.id).where(post.c.person_id.in_(_sample(person)))
    found = except_(later, _sample(post)).subquery()
    conn.execute(insert(_rows).from_select(["kind", "id"], select(literal(post.name), *found.c)))


def _gather_plans(conn: Connection) -> None:
    drawn = select(literal(plan.name), plan.c.id).where(plan.c.account_id.in_(_sample(account)))
    conn.execute(insert(_rows).from_select(["kind", "id"], drawn))


def _gather_reports_filed(conn: Connection) -> None:
    on_sample = [
        select(report.c.id).where(report.c.account_id.in_(_sample(account))),
        select(report.c.id).where(report.c.grid_at_capture.in_(_sample(grid))),
        select(owner.c.report_id).where(owner.c.grid_id.in_(_sample(grid))),
        select(owner_history.c.report_id).where(owner_history.c.grid_id.in_(_sample(grid))),
    ]
    filed = except_(union(*on_sample), _sample(report)).subquery()
    conn.execute(insert(_rows).from_select(["kind", "id"], select(literal(report.name), *filed.c)))


def _sample(table: Table) -> Select[Any]:
    return select(_rows.c.id).where(_rows.c.kind == table.name)


def _is_sample(table: Table, key: ColumnElement[Any]) -> ColumnElement[bool]:
    # Not as NOT IN: with a million ids PostgreSQL would go through the list once for each row.
    return exists(select(1).where(_rows.c.kind == table.name, _rows.c.id == key))


def _uses(conn: Connection) -> list[str]:
    """References from rows that are not the sample's, as ``table: count``."""
    found: dict[str, int] = {}
    for table, key, column, target in _USES:
        own = report if table in _REPORT_PARTS else plan if table in _PLAN_PARTS else table
        count = conn.scalar(
            # Photos that no report has taken have no key: they are the account's own and go with it.
            select(func.count())
            .select_from(table)
            .where(column.in_(_sample(target)), key.is_not(None), ~_is_sample(own, key))
        )
        if count:
            found[table.name] = max(found.get(table.name, 0), count)
    return [f"{name}: {count:,}" for name, count in found.items()]


def _changed(conn: Connection, noted: dict[str, Any]) -> list[str]:
    """Grids whose shape was replaced by another one are somebody's work."""
    ids = select(grid.c.code, func.md5(func.ST_AsBinary(grid.c.geom))).where(grid.c.id.in_(_sample(grid)))
    changed = sum(noted["shapes"][grid.name].get(code) != digest for code, digest in conn.execute(ids))
    return [f"{grid.name} (changed): {changed:,}"] if changed else []


def _photo_files(conn: Connection) -> tuple[str, ...]:
    going = or_(photo.c.report_id.in_(_sample(report)), photo.c.account_id.in_(_sample(account)))
    return tuple(conn.scalars(select(photo.c.file).where(going)))


def _delete(conn: Connection) -> tuple[dict[str, int], int]:
    """Rows that went by table, and accounts that stay."""
    conn.execute(text("SET LOCAL gridmap.remove_sample = 'on'"))
    found = {}
    for table in _REPORT_PARTS:
        found[table.name] = conn.execute(delete(table).where(table.c.report_id.in_(_sample(report)))).rowcount
    # Those that its accounts have sent and no report has taken.
    found[photo.name] += conn.execute(delete(photo).where(photo.c.account_id.in_(_sample(account)))).rowcount
    found[report.name] = conn.execute(delete(report).where(report.c.id.in_(_sample(report)))).rowcount
    of_sample = or_(grid_lineage.c.old_grid_id.in_(_sample(grid)), grid_lineage.c.new_grid_id.in_(_sample(grid)))
    conn.execute(delete(grid_lineage).where(of_sample))
    for table in _PLAN_PARTS:
        found[table.name] = conn.execute(delete(table).where(table.c.plan_id.in_(_sample(plan)))).rowcount
    conn.execute(update(grid).where(grid.c.plan_id.in_(_sample(plan))).values(plan_id=None))
    found[plan.name] = conn.execute(delete(plan).where(plan.c.id.in_(_sample(plan)))).rowcount
    found[account.name], accounts_kept = remove_accounts(conn, list(conn.scalars(_sample(account))))
    with _indexed(conn):
        for table in _GOING:
            found[table.name] = conn.execute(delete(table).where(table.c.id.in_(_sample(table)))).rowcount
    conn.execute(text("SET LOCAL gridmap.remove_sample = 'off'"))
    return found, accounts_kept


@contextmanager
def _indexed(conn: Connection) -> Iterator[None]:
    """Indexes for a while on columns that name grids: else all reports would be read once for each grid that goes."""
    columns = (report.c.grid_at_capture, owner_history.c.grid_id)
    for each in columns:
        conn.execute(text(f"CREATE INDEX sample_{each.table.name} ON {each.table.name} ({each.name})"))
    yield
    for each in columns:
        conn.execute(text(f"DROP INDEX sample_{each.table.name}"))


def _delete_divisions(conn: Connection, shapes: dict[str, str]) -> tuple[int, int]:
    """Delete from communities up what nobody needs; the rest lose their invented shape."""
    listed = conn.scalar(select(exists(select(1).where(division.c.id.not_in(_sample(division))))))
    deleted = 0
    if not listed:
        child = division.alias()
        needed = or_(
            exists(select(1).where(grid.c.community_code == division.c.code)),
            exists(select(1).where(compound.c.community_code == division.c.code)),
            exists(select(1).where(division_former.c.code == division.c.code)),
            exists(select(1).where(plan.c.area_code == division.c.code)),
            exists(select(1).where(child.c.parent_code == division.c.code)),
        )
        for level in ("community", "street", "district", "city"):
            deleted += conn.execute(
                delete(division).where(division.c.id.in_(_sample(division)), division.c.level == level, ~needed)
            ).rowcount
    kept = list(conn.scalars(select(division.c.code).where(division.c.id.in_(_sample(division)))))
    invented = [code for code, digest in digests(conn, division, kept).items() if shapes.get(code) == digest]
    if invented:
        conn.execute(update(division).where(division.c.code.in_(invented)).values(geom=None))
    return deleted, len(kept)
