"""Units: departments, utilities, property companies, owners' bodies, and what they are responsible for."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.exc import IntegrityError

from geodata.seen import seen_tag
from geodata.tables import account, unit, unit_duty
from geodata.tables.units import UNIT_KINDS
from gridmap.errors import GridmapError


class UnknownUnit(GridmapError):
    """A unit that does not exist."""

    code = "unknown_unit"
    zh = "没有编码为“{value}”的单位。"
    en = "There is no unit with the code “{value}”."


class UnitClosed(GridmapError):
    """A unit that is closed is given something new."""

    code = "unit_closed"
    zh = "单位“{value}”已停用，不能再分配职责或账号。"
    en = "The unit “{value}” is closed: it gets no new duties and no accounts."


class UnitExists(GridmapError):
    """A code that another unit has."""

    code = "unit_exists"
    zh = "编码“{value}”已被其他单位使用。"
    en = "Another unit has the code “{value}”."


class UnitIncomplete(GridmapError):
    """A unit without a code, a name or a kind that exists."""

    code = "unit_incomplete"
    zh = "请填写单位编码、名称和类型。"
    en = "A unit needs a code, a name and a kind."


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What is known of a unit; ``duties`` are categories of reports, in order."""

    code: str
    name: str
    kind: str
    name_en: str = ""
    phone: str = ""
    address: str = ""
    duties: tuple[str, ...] = ()
    closed_on: date | None = None

    @property
    def tag(self) -> str:
        """Names the state, so that a form can say which one it was opened on."""
        return seen_tag(asdict(self))


def is_open(day: date) -> ColumnElement[bool]:
    """The condition that a unit works on a day."""
    return or_(unit.c.closed_on.is_(None), unit.c.closed_on > day)


def unit_by_code(conn: Connection, code: str) -> Row[Any]:
    """The unit of a code. Errors: ``UnknownUnit``."""
    found = conn.execute(select(unit).where(unit.c.code == code)).one_or_none()
    if found is None:
        raise UnknownUnit(field="unit", value=code)
    return found


def open_unit(conn: Connection, code: str, day: date) -> Row[Any]:
    """The unit of a code that works on a day. Errors: ``UnknownUnit``, ``UnitClosed``."""
    found = unit_by_code(conn, code)
    if found.closed_on is not None and found.closed_on <= day:
        raise UnitClosed(field="unit", value=code)
    return found


def open_units(conn: Connection, day: date) -> list[Row[Any]]:
    """Units that work on a day: ``code``, ``name``, ``kind``."""
    return list(conn.execute(select(unit.c.code, unit.c.name, unit.c.kind).where(is_open(day)).order_by(unit.c.name)))


def list_units(
    conn: Connection, words: str = "", *, limit: int = 100, cursor: str | None = None
) -> tuple[list[Row[Any]], str | None]:
    """Units by code with ``duties`` (list of categories) and ``accounts`` (how many can sign in), and the code to go on after."""
    duties = (
        select(func.array_agg(aggregate_order_by(unit_duty.c.category, unit_duty.c.category)))
        .where(unit_duty.c.unit_id == unit.c.id)
        .scalar_subquery()
    )
    accounts = (
        select(func.count())
        .select_from(account)
        .where(account.c.unit_id == unit.c.id, account.c.disabled_at.is_(None))
        .scalar_subquery()
    )
    query = select(unit, func.coalesce(duties, []).label("duties"), accounts.label("accounts")).order_by(unit.c.code)
    if words:
        query = query.where(
            or_(unit.c.name.contains(words, autoescape=True), unit.c.code.startswith(words, autoescape=True))
        )
    if cursor:
        query = query.where(unit.c.code > cursor)
    rows = list(conn.execute(query.limit(limit + 1)))
    return rows[:limit], rows[limit - 1].code if len(rows) > limit else None


def facts_of(conn: Connection, code: str) -> UnitFacts:
    """A unit with its duties. Errors: ``UnknownUnit``."""
    row = unit_by_code(conn, code)
    duties = conn.scalars(
        select(unit_duty.c.category).where(unit_duty.c.unit_id == row.id).order_by(unit_duty.c.category)
    )
    return UnitFacts(
        row.code, row.name, row.kind, row.name_en or "", row.phone, row.address, tuple(duties), row.closed_on
    )


def add_unit(conn: Connection, facts: UnitFacts) -> None:
    """Errors: ``UnitIncomplete``, ``UnitExists``."""
    _check(facts)
    try:
        with conn.begin_nested():
            key = conn.scalar(insert(unit).values(_columns(facts)).returning(unit.c.id))
    except IntegrityError as error:
        raise UnitExists(field="code", value=facts.code) from error
    _write_duties(conn, key, facts.duties)


def change_unit(conn: Connection, before: UnitFacts, facts: UnitFacts, day: date) -> None:
    """Write what is known of a unit; its code stays. Errors: ``UnitIncomplete``, ``UnitClosed`` when a closed unit gets a duty."""
    _check(facts)
    closed = facts.closed_on is not None and facts.closed_on <= day
    if closed and set(facts.duties) - set(before.duties):
        raise UnitClosed(field="duties", value=facts.code)
    key = conn.scalar(update(unit).where(unit.c.code == before.code).values(_columns(facts)).returning(unit.c.id))
    if facts.duties != before.duties:
        conn.execute(delete(unit_duty).where(unit_duty.c.unit_id == key))
        _write_duties(conn, key, facts.duties)


def duties_of_nobody(conn: Connection, categories: Iterable[str], day: date) -> list[str]:
    """Those of the categories that no unit that works on the day is responsible for."""
    held = set(
        conn.scalars(select(unit_duty.c.category).join(unit, unit.c.id == unit_duty.c.unit_id).where(is_open(day)))
    )
    return sorted(set(categories) - held)


def duties_of_several(conn: Connection, day: date) -> list[Row[Any]]:
    """Categories that more than one working unit is responsible for: ``category``, ``units`` (names)."""
    names = func.array_agg(aggregate_order_by(unit.c.name, unit.c.name))
    query = (
        select(unit_duty.c.category, names.label("units"))
        .join(unit, and_(unit.c.id == unit_duty.c.unit_id, is_open(day)))
        .group_by(unit_duty.c.category)
        .having(func.count() > 1)
        .order_by(unit_duty.c.category)
    )
    return list(conn.execute(query))


def known_duties(conn: Connection) -> set[str]:
    """Categories that some unit was ever given."""
    return set(conn.scalars(select(unit_duty.c.category).distinct()))


def _check(facts: UnitFacts) -> None:
    for field in ("code", "name"):
        if not getattr(facts, field):
            raise UnitIncomplete(field=field)
    if facts.kind not in UNIT_KINDS:
        raise UnitIncomplete(field="kind")


def _columns(facts: UnitFacts) -> dict[str, Any]:
    values = asdict(facts)
    del values["duties"]
    return {**values, "name_en": facts.name_en or None}


def _write_duties(conn: Connection, unit_id: int | None, duties: Iterable[str]) -> None:
    rows = [{"unit_id": unit_id, "category": category} for category in duties]
    if rows:
        conn.execute(insert(unit_duty), rows)
