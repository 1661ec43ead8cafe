"""Manage accounts: make, change, end. Nobody gives what lies outside the own area; every change is in the audit log with before and after."""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, func, or_, select, text, update

from geodata import accounts
from geodata.account_areas import check_area, end_areas, give_area, own_areas
from geodata.account_list import managed_account
from geodata.accounts import EVERYWHERE, Account, add_account
from geodata.actions.acting import Actor
from geodata.days import valid_on
from geodata.seen import seen_tag
from geodata.sessions import end_sessions_of
from geodata.tables import account, account_area, division, grid, person, unit
from geodata.units import open_unit
from gridmap.access import GRANTS, Role
from gridmap.errors import GridmapError

#: Held by whoever changes accounts until the transaction ends: two admins cannot take each other's rights at once.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('gridmap accounts', 0))")


class ChangedMeanwhile(GridmapError):
    """Somebody else changed the same thing after the form was opened."""

    code = "changed_meanwhile"
    zh = "在您打开页面之后，其他人已修改过此内容。请核对最新内容后重新提交。"
    en = "Somebody else changed this after you opened the page. Look at it again and repeat your change."


class BeyondOwnArea(GridmapError):
    """An area or a role that reaches farther than the one who gives it."""

    code = "beyond_own_area"
    zh = "超出您本人的责任范围，无法授权。"
    en = "This reaches beyond your own area, so you cannot give it."


class AreaNeeded(GridmapError):
    """A role that has an area is given none."""

    code = "area_needed"
    zh = "请为该角色至少选择一个责任区域。"
    en = "Choose at least one area for this role."


class UnitNeeded(GridmapError):
    """A role that belongs to a unit is given none."""

    code = "unit_needed"
    zh = "请为该角色选择所属单位。"
    en = "Choose the unit that this role belongs to."


class OwnAccount(GridmapError):
    """Somebody changes the own rights or ends the own account."""

    code = "own_account"
    zh = "不能修改本人账号的角色、责任区域或单位，也不能停用本人账号，请由其他管理员操作。"
    en = "Nobody changes the own role, area or unit, or ends the own account: another administrator does."


class LastAdmin(GridmapError):
    """The last administrator of the whole city would be gone."""

    code = "last_admin"
    zh = "这是最后一个可用的市级系统管理员账号，不能停用或降级。"
    en = "This is the last administrator of the whole city who can sign in; keep it."


class PersonTaken(GridmapError):
    """A person who has an account already."""

    code = "person_taken"
    zh = "人员“{value}”已有账号。"
    en = "The person “{value}” has an account already."


class UnknownPerson(GridmapError):
    """A staff code that nobody has."""

    code = "unknown_person"
    zh = "没有工号为“{value}”的人员。"
    en = "Nobody has the staff code “{value}”."


@dataclass(frozen=True, slots=True)
class Rights:
    """What an account is: its shown name, role, own areas (codes), the codes of its unit and person ("" without)."""

    display_name: str
    role: str
    areas: tuple[str, ...] = ()
    unit: str = ""
    person: str = ""

    @property
    def tag(self) -> str:
        """Names the state, so that a form can say which one it was opened on."""
        return seen_tag(self.display_name, self.role, self.areas, self.unit, self.person)

    @property
    def reach(self) -> tuple[str, tuple[str, ...], str]:
        """What decides over what the account may see."""
        return self.role, self.areas, self.unit


def rights_of(conn: Connection, of: Account, actor: Actor) -> Rights:
    """What an account is on the actor's day."""
    unit_code = conn.scalar(select(unit.c.code).where(unit.c.id == of.unit_id)) or ""
    person_code = conn.scalar(select(person.c.code).where(person.c.id == of.person_id)) or ""
    return Rights(of.display_name, str(of.role), own_areas(conn, of, actor.day), unit_code, person_code)


def make_account(conn: Connection, by: Actor, name: str, password: str, wanted: Rights) -> Account:
    """A new account with its rights.

    Errors: those of ``add_account`` and ``check_rights``.
    """
    conn.execute(_ONE_AT_A_TIME)
    check_rights(conn, by, wanted)
    made = add_account(conn, name, password, wanted.role, wanted.display_name)
    conn.execute(delete(account_area).where(account_area.c.account_id == made.id))  # what its role would start with
    _write(conn, by, made, Rights(wanted.display_name, wanted.role), wanted)
    by.note(conn, "account_added", made.name, after=asdict(wanted))
    return made


def change_account(conn: Connection, by: Actor, name: str, wanted: Rights, seen: str) -> bool:
    """Give an account other rights; whether its sessions ended because what it may see changed. ``seen`` is the tag of what the form showed.

    Errors: ``NoSuchAccount``, ``ChangedMeanwhile``, ``OwnAccount``, ``LastAdmin``, those of ``check_rights``.
    """
    conn.execute(_ONE_AT_A_TIME)
    found = managed_account(conn, by.scope, name, by.day)
    before = rights_of(conn, found, by)
    if before == wanted:
        return False
    if before.tag != seen:
        raise ChangedMeanwhile
    farther = before.reach != wanted.reach
    if farther and found.id == by.account_id:
        raise OwnAccount(field="role")
    check_rights(conn, by, wanted)
    admins = _city_admins(conn, by)
    _write(conn, by, found, before, wanted)
    if admins and not _city_admins(conn, by):
        raise LastAdmin(field="role")
    if farther:
        end_sessions_of(conn, found.id)
    by.note(conn, "account_changed", found.name, before=asdict(before), after=asdict(wanted))
    return farther


def change_password(conn: Connection, by: Actor, name: str, password: str) -> None:
    """Set an account's password; its sessions end. Errors: ``NoSuchAccount``, ``WeakPassword``."""
    found = managed_account(conn, by.scope, name, by.day)
    accounts.set_password(conn, found.name, password)
    by.note(conn, "password_set", found.name)


def end_account(conn: Connection, by: Actor, name: str) -> None:
    """Disable an account: sessions and tokens end. Errors: ``NoSuchAccount``, ``OwnAccount``, ``LastAdmin``."""
    conn.execute(_ONE_AT_A_TIME)
    found = managed_account(conn, by.scope, name, by.day)
    if found.id == by.account_id:
        raise OwnAccount(field="name")
    if found.disabled_at is not None:
        return
    admins = _city_admins(conn, by)
    accounts.disable_account(conn, found.name)
    if admins and not _city_admins(conn, by):
        raise LastAdmin(field="name")
    by.note(conn, "account_disabled", found.name)


def check_rights(conn: Connection, by: Actor, wanted: Rights) -> None:
    """Whether the actor may give these rights.

    Errors: ``UnknownRole``, ``AreaNeeded``, ``UnitNeeded``, ``UnknownUnit``, ``BeyondOwnArea``, ``UnknownArea``, ``AreaOfOtherLevel``.
    """
    if wanted.role not in tuple(Role):
        raise accounts.UnknownRole(field="role", value=wanted.role, allowed=", ".join(Role))
    if GRANTS[Role(wanted.role)].by_unit:
        if not by.scope.everywhere:
            raise BeyondOwnArea(field="role")
        if not wanted.unit:
            raise UnitNeeded(field="unit")
        open_unit(conn, wanted.unit, by.day)
        return
    if not wanted.areas:
        raise AreaNeeded(field="areas")
    for code in wanted.areas:
        check_area(conn, wanted.role, code)
        check_inside(conn, by, code)


def check_inside(conn: Connection, by: Actor, code: str) -> None:
    """Errors: ``BeyondOwnArea`` for the code of an area that does not lie inside the actor's."""
    community = conn.scalar(
        select(grid.c.community_code).where(grid.c.code == code).order_by(grid.c.id.desc()).limit(1)
    )
    if not by.scope.everywhere and (code == EVERYWHERE or not by.scope.holds(code, community or code)):
        raise BeyondOwnArea(field="areas")


def _write(conn: Connection, by: Actor, of: Account, before: Rights, wanted: Rights) -> None:
    by_unit = GRANTS[Role(wanted.role)].by_unit
    values = {
        "display_name": wanted.display_name,
        "role": wanted.role,
        "unit_id": open_unit(conn, wanted.unit, by.day).id if by_unit else None,
        "person_id": _person(conn, of, wanted.person),
    }
    conn.execute(update(account).where(account.c.id == of.id).values(values))
    areas = () if by_unit else wanted.areas
    fresh = accounts.account_by_name(conn, of.name)
    for code in sorted(set(before.areas) - set(areas)):
        end_areas(conn, of, by.day, code=code)
    for code in sorted(set(areas) - set(before.areas)):
        give_area(conn, fresh, code, by.day)


def _person(conn: Connection, of: Account, code: str) -> int | None:
    if not code:
        return None
    found: int | None = conn.scalar(select(person.c.id).where(person.c.code == code))
    if found is None:
        raise UnknownPerson(field="person", value=code)
    if conn.scalar(select(account.c.id).where(account.c.person_id == found, account.c.id != of.id)) is not None:
        raise PersonTaken(field="person", value=code)
    return found


def _city_admins(conn: Connection, by: Actor) -> int:
    """How many administrators of the whole city can sign in."""
    cities = select(division.c.code).where(division.c.level == "city")
    whole = or_(account_area.c.area_code == EVERYWHERE, account_area.c.area_code.in_(cities))
    query = (
        select(func.count(account.c.id.distinct()))
        .join(account_area, account_area.c.account_id == account.c.id)
        .where(
            account.c.role == Role.ADMIN,
            account.c.disabled_at.is_(None),
            account_area.c.stands_in_for.is_(None),
            valid_on(account_area, by.day),
            whole,
        )
    )
    return conn.scalar(query) or 0
