"""Staff and their posts: who does what where, now and before.

Names and phones of those whose post the city makes known (grid workers, deputies, secretaries, desks) are for everybody who may see
the place. Building heads are volunteers: those whose account reaches no reports but their own do not get them.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from geodata.days import valid_on
from geodata.scope import Scope
from geodata.tables import building, person, post
from gridmap.access import Reach

_VOLUNTEERS = ("building_head",)
#: Posts in the order of a card.
_ORDER = (
    "grid_worker",
    "deputy_worker",
    "desk",
    "branch_secretary",
    "community_secretary",
    "community_worker",
    "building_head",
)


def posts_of_areas(conn: Connection, scope: Scope, codes: list[str], day: date) -> list[Row[Any]]:
    """Posts of grids or divisions on a day: ``kind``, ``name``, ``phone``, ``area_code``, ``valid_from``, ``valid_to``."""
    return _held(conn, scope, post.c.area_code.in_(codes), day)


def posts_of_compound(conn: Connection, scope: Scope, compound_id: int, day: date) -> list[Row[Any]]:
    """Posts of a compound on a day, as ``posts_of_areas``."""
    return _held(conn, scope, post.c.compound_id == compound_id, day)


def posts_of_building(conn: Connection, scope: Scope, building_id: int, day: date) -> list[Row[Any]]:
    """Posts of a building on a day, as ``posts_of_areas``."""
    return _held(conn, scope, post.c.building_id == building_id, day)


def heads_of_compound(conn: Connection, scope: Scope, compound_id: int, day: date) -> list[Row[Any]]:
    """Building heads of a compound on a day, with ``building_ref``, ``building_name``, ``building_code``, by building."""
    if scope.reach is Reach.OWN:
        return []
    query = (
        _posts()
        .add_columns(
            building.c.ref.label("building_ref"),
            building.c.name.label("building_name"),
            building.c.code.label("building_code"),
        )
        .join(building, building.c.id == post.c.building_id)
        .where(building.c.compound_id == compound_id, post.c.kind == "building_head", valid_on(post, day))
        .order_by(func.length(building.c.name), building.c.name, person.c.name)
    )
    return list(conn.execute(query))


def workers_before(conn: Connection, grid_code: str, day: date) -> list[Row[Any]]:
    """Workers that a grid had before a day, the latest first; without phones, which are no business any more."""
    query = (
        select(person.c.name, func.lower(post.c.valid).label("valid_from"), func.upper(post.c.valid).label("valid_to"))
        .join(person, person.c.id == post.c.person_id)
        .where(post.c.area_code == grid_code, post.c.kind == "grid_worker", func.upper(post.c.valid) <= day)
        .order_by(func.upper(post.c.valid).desc())
    )
    return list(conn.execute(query))


def _held(conn: Connection, scope: Scope, where: ColumnElement[bool], day: date) -> list[Row[Any]]:
    query = _posts().where(where, valid_on(post, day))
    if scope.reach is Reach.OWN:
        query = query.where(post.c.kind.not_in(_VOLUNTEERS))
    return list(conn.execute(query.order_by(func.array_position(list(_ORDER), post.c.kind), person.c.name)))


def _posts() -> Select[Any]:
    return select(
        post.c.kind,
        post.c.area_code,
        person.c.name,
        person.c.phone,
        func.lower(post.c.valid).label("valid_from"),
        func.upper(post.c.valid).label("valid_to"),
    ).join(person, person.c.id == post.c.person_id)
