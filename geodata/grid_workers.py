"""The worker of a grid (网格员): who has the post, and what belongs to it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Date, Row, cast, func, insert, literal, or_, select, update

from geodata.days import valid_on
from geodata.seen import seen_tag
from geodata.tables import account, building_grid, grid, owner, person, post, report
from gridmap.report import OPEN


@dataclass(frozen=True, slots=True)
class GridWork:
    """What goes along with a grid: its open reports, its households (of all its buildings), its building heads by name."""

    open_reports: int
    households: int
    building_heads: list[str]


def workers_from(conn: Connection, code: str, day: date) -> list[Row[Any]]:
    """Posts of a grid's worker that hold on a day or later, the present one first: ``ref``, person, account, ``valid_from``, ``valid_to``."""
    lower, upper = func.lower(post.c.valid), func.upper(post.c.valid)
    later = or_(func.upper_inf(post.c.valid), upper > cast(literal(day), Date))
    query = (
        select(
            post.c.id,
            post.c.ref,
            post.c.person_id,
            person.c.code.label("person_code"),
            person.c.name.label("person_name"),
            person.c.phone,
            account.c.id.label("account_id"),
            account.c.name.label("account_name"),
            lower.label("valid_from"),
            upper.label("valid_to"),
            func.coalesce(lower <= cast(literal(day), Date), True).label("present"),
        )
        .join(person, person.c.id == post.c.person_id)
        .outerjoin(account, account.c.person_id == person.c.id)
        .where(post.c.kind == "grid_worker", post.c.area_code == code, later)
        .order_by(lower.nulls_first())
    )
    return list(conn.execute(query))


def tag_of(workers: list[Row[Any]]) -> str:
    """Names who works there, so that a form can say whom it showed."""
    return seen_tag(*((str(one.ref), one.valid_from, one.valid_to) for one in workers))


def end_post(conn: Connection, post_id: int, day: date) -> None:
    """A post ends before a day."""
    ended = func.daterange(func.lower(post.c.valid), cast(literal(day), Date))
    conn.execute(update(post).where(post.c.id == post_id).values(valid=ended))


def start_worker(conn: Connection, code: str, person_id: int, day: date) -> None:
    """A person is a grid's worker from a day on."""
    days = func.daterange(cast(literal(day), Date), None)
    conn.execute(insert(post).values(person_id=person_id, kind="grid_worker", area_code=code, valid=days))


def work_of(conn: Connection, grid_id: int, day: date) -> GridWork:
    """What belongs to a grid."""
    waiting = select(func.count()).select_from(owner.join(report, report.c.id == owner.c.report_id))
    heads = (
        select(person.c.name)
        .distinct()
        .join(post, post.c.person_id == person.c.id)
        .join(building_grid, building_grid.c.building_id == post.c.building_id)
        .where(post.c.kind == "building_head", valid_on(post, day), building_grid.c.grid_id == grid_id)
        .order_by(person.c.name)
    )
    homes = select(func.sum(building_grid.c.households)).where(building_grid.c.grid_id == grid_id)
    told = select(grid.c.households).where(grid.c.id == grid_id)
    return GridWork(
        conn.scalar(waiting.where(owner.c.grid_id == grid_id, report.c.status.in_(OPEN))) or 0,
        conn.scalar(homes) or conn.scalar(told) or 0,
        list(conn.scalars(heads)),
    )


def staff_near(conn: Connection, community_code: str, day: date) -> list[Row[Any]]:
    """People with a post in a community, its grids or its buildings on a day: ``code``, ``name``, for a choice."""
    grids = select(grid.c.code).where(grid.c.community_code == community_code)
    homes = (
        select(building_grid.c.building_id)
        .join(grid, grid.c.id == building_grid.c.grid_id)
        .where(grid.c.community_code == community_code)
    )
    here = or_(post.c.area_code == community_code, post.c.area_code.in_(grids), post.c.building_id.in_(homes))
    query = select(person.c.code, person.c.name).distinct().join(post, post.c.person_id == person.c.id)
    return list(conn.execute(query.where(here, valid_on(post, day)).order_by(person.c.name, person.c.code)))
