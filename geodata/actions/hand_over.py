"""Hand a grid over (网格交接): the old worker's post and rights end the day before, the new one's start, in one transaction."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, text, update

from geodata.account_areas import check_area, end_rows, give_area, own_areas
from geodata.account_list import managed_account
from geodata.accounts import Account, NoSuchAccount, account_by_name, active_account
from geodata.actions.acting import Actor
from geodata.actions.deputising import AccountEnded
from geodata.actions.managing import ChangedMeanwhile, PersonTaken
from geodata.grid_workers import end_post, start_worker, tag_of, workers_from
from geodata.grids import grid_by_code
from geodata.tables import account, account_area, person
from gridmap.errors import GridmapError

#: A change of worker is told late at times; farther back it would rewrite who answered for what.
_DAYS_BACK = 31
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('gridmap grid worker ' || :code, 0))")


class PersonMissing(GridmapError):
    """Nobody is named, or somebody new without a name."""

    code = "person_missing"
    zh = "请填写接任人员的工号；新人员还须填写姓名。"
    en = "Give the staff code of the new worker, and the name of somebody new."


class PersonDiffers(GridmapError):
    """A staff code that belongs to somebody of another name."""

    code = "staff_code_taken"
    zh = "工号“{value}”已属于“{known}”，请核对工号与姓名。"
    en = "The staff code “{value}” belongs to “{known}”: check code and name."


class HandOverDay(GridmapError):
    """A first day that lies too far back, or before the present worker began."""

    code = "hand_over_day"
    zh = "接任日期应不早于 {first}。"
    en = "The first day must not be before {first}."


class HandOverPlanned(GridmapError):
    """Somebody else is to begin later already."""

    code = "hand_over_planned"
    zh = "已登记由“{name}”自 {day} 起接任，请先核对。"
    en = "“{name}” is to begin on {day} already; check that first."


@dataclass(frozen=True, slots=True)
class HandOver:
    """A change of worker as asked for.

    ``day`` is the new worker's first; ``seen`` the tag of those whom the form showed; ``person`` a staff code, with ``name`` and
    ``phone`` when it is somebody new; ``account`` the account that gets the grid ("": the person's own, when there is one).
    """

    grid_code: str
    day: date
    seen: str
    person: str
    name: str = ""
    phone: str = ""
    account: str = ""


def hand_over(conn: Connection, by: Actor, asked: HandOver) -> bool:
    """Change a grid's worker; False when the person is its worker from that day already.

    Errors: ``UnknownGrid``, ``ChangedMeanwhile``, ``PersonMissing``, ``PersonDiffers``, ``HandOverDay``, ``HandOverPlanned``, ``AccountEnded``,
    ``NoSuchAccount``, ``PersonTaken``, ``AreaOfOtherLevel``, ``RoleHasNoArea``.
    """
    grid = grid_by_code(conn, by.scope, asked.grid_code, by.day)
    conn.execute(_ONE_AT_A_TIME, {"code": grid.code})
    workers = workers_from(conn, grid.code, by.day)
    if any(one.person_code == asked.person and one.valid_from == asked.day for one in workers):
        return False
    if tag_of(workers) != asked.seen:
        raise ChangedMeanwhile
    old = _leaving(workers, by.day, asked.day)
    new_id = _person(conn, asked)
    if old is not None:
        end_post(conn, old.id, asked.day)
        _end_rights(conn, old.account_id, grid.code, asked.day)
    start_worker(conn, grid.code, new_id, asked.day)
    given = _give_rights(conn, by, asked, grid.code, new_id)
    by.note(
        conn,
        "handed_over",
        grid.code,
        day=asked.day.isoformat(),
        before=old.person_code if old else None,
        after=asked.person,
        account=given,
    )
    return True


def _leaving(workers: list[Row[Any]], today: date, day: date) -> Row[Any] | None:
    """The worker who goes, None when the grid has none."""
    present = next((one for one in workers if one.present), None)
    if planned := [one for one in workers if one is not present]:
        raise HandOverPlanned(field="day", name=planned[0].person_name, day=planned[0].valid_from.isoformat())
    first = today - timedelta(days=_DAYS_BACK)
    if present is not None and present.valid_from is not None:
        first = max(first, present.valid_from + timedelta(days=1))
    if day < first:
        raise HandOverDay(field="day", first=first.isoformat())
    return present


def _person(conn: Connection, asked: HandOver) -> int:
    if not asked.person:
        raise PersonMissing(field="person")
    known = conn.execute(select(person.c.id, person.c.name).where(person.c.code == asked.person)).one_or_none()
    if known is not None:
        if asked.name and asked.name != known.name:
            raise PersonDiffers(field="person", value=asked.person, known=known.name)
        return int(known.id)
    if not asked.name:
        raise PersonMissing(field="name")
    values = {"code": asked.person, "name": asked.name, "phone": asked.phone}
    return int(conn.execute(insert(person).values(values).returning(person.c.id)).scalar_one())


def _end_rights(conn: Connection, account_id: int | None, code: str, day: date) -> None:
    """The old worker's area, and that of whoever stands in for the old worker there."""
    if account_id is not None:
        own = and_(account_area.c.account_id == account_id, account_area.c.stands_in_for.is_(None))
        lent = account_area.c.stands_in_for == account_id
        end_rows(conn, day, account_area.c.area_code == code, own | lent)


def _give_rights(conn: Connection, by: Actor, asked: HandOver, code: str, person_id: int) -> str | None:
    """The new worker's account gets the grid; its name, None when there is none."""
    found = _account(conn, by, asked, person_id)
    if found is None:
        return None
    if found.disabled_at is not None:
        raise AccountEnded(field="account", name=found.name)
    check_area(conn, found.role, code)
    if found.person_id is None:
        conn.execute(update(account).where(account.c.id == found.id).values(person_id=person_id))
    if code not in own_areas(conn, found, asked.day):
        give_area(conn, found, code, asked.day)
    return found.name


def _account(conn: Connection, by: Actor, asked: HandOver, person_id: int) -> Account | None:
    held = conn.scalar(select(account.c.id).where(account.c.person_id == person_id))
    if not asked.account:
        return active_account(conn, held) if held else None
    try:
        found = account_by_name(conn, asked.account)
        if found.id != held and not _is_free(conn, by, found):
            managed_account(conn, by.scope, found.name, by.day)
    except NoSuchAccount as error:
        raise NoSuchAccount(field="account", name=asked.account) from error
    if (held is not None and held != found.id) or found.person_id not in (None, person_id):
        raise PersonTaken(field="account", value=asked.person)
    return found


def _is_free(conn: Connection, by: Actor, found: Account) -> bool:
    """Whether an account waits for its area: then anybody who hands a grid over may name it, and accounts at work elsewhere nobody."""
    return found.unit_id is None and not own_areas(conn, found, by.day)
