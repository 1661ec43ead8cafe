"""Accounts: people who sign in, each with one role."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from geodata.sessions import end_sessions_of
from geodata.tables import account, account_area
from geodata.tokens import revoke_tokens_of
from gridmap.access import GRANTS, Role
from gridmap.errors import GridmapError

MIN_PASSWORD = 10
MAX_PASSWORD = 1000
MAX_NAME = 80
#: The area of an account that sees the whole city, also what lies in no division.
EVERYWHERE = "*"

# argon2id with the library's parameters (RFC 9106, low memory); a hash made with others is renewed at the next sign-in.
_HASHER = PasswordHasher()
# What an unknown account's password is compared with, so that the answer takes as long as for a known one.
_NOBODY = _HASHER.hash("nobody's password")


class NoSuchAccount(GridmapError):
    """An account that does not exist."""

    code = "no_such_account"
    zh = "没有账号“{name}”。"
    en = "There is no account “{name}”."


class AccountExists(GridmapError):
    """A name that is taken."""

    code = "account_exists"
    zh = "账号“{name}”已存在。"
    en = "The account “{name}” exists already."


class BadAccountName(GridmapError):
    """A name that cannot be one."""

    code = "bad_account_name"
    zh = "账号名须为 1 到 80 个字符，不含空白。"
    en = "An account's name has 1 to 80 characters and no blanks."


class WeakPassword(GridmapError):
    """A password that is too short, too long, or the name itself."""

    code = "weak_password"
    zh = "密码至少 {limit} 个字符，且不能与账号名相同。"
    en = "A password has at least {limit} characters and is not the account's name."


class UnknownRole(GridmapError):
    """A role that does not exist."""

    code = "unknown_role"
    zh = "未知角色“{value}”，可用：{allowed}。"
    en = "Unknown role “{value}”; use one of {allowed}."


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in."""

    id: int
    name: str
    display_name: str
    role: Role
    unit_id: int | None
    person_id: int | None
    created_at: datetime
    disabled_at: datetime | None = None

    @property
    def shown_name(self) -> str:
        """The name that pages show."""
        return self.display_name or self.name


COLUMNS = (
    account.c.id,
    account.c.name,
    account.c.display_name,
    account.c.role,
    account.c.unit_id,
    account.c.person_id,
    account.c.created_at,
    account.c.disabled_at,
)


#: In a query, what ``Account.shown_name`` says; missing where an outer join found no account.
SHOWN_NAME = func.coalesce(func.nullif(account.c.display_name, ""), account.c.name)


def account_from(row: Any) -> Account:
    """The account in a row that holds ``COLUMNS``."""
    role, unit_id, person_id = Role(row.role), row.unit_id, row.person_id
    return Account(row.id, row.name, row.display_name, role, unit_id, person_id, row.created_at, row.disabled_at)


def normal_name(name: str) -> str:
    """The name as it is stored: case does not matter."""
    return name.strip().lower()


def add_account(
    conn: Connection, name: str, password: str, role: str, display_name: str = "", *, unit_id: int | None = None
) -> Account:
    """Make an account; roles that may have the whole city start with it, others see nothing until they get an area or a unit.

    Errors: ``BadAccountName``, ``UnknownRole``, ``WeakPassword``, ``AccountExists``.
    """
    name = normal_name(name)
    if not name or len(name) > MAX_NAME or any(letter.isspace() for letter in name):
        raise BadAccountName(field="name")
    if role not in tuple(Role):
        raise UnknownRole(field="role", value=role, allowed=", ".join(Role))
    _check_password(name, password)
    values = {
        "name": name,
        "display_name": display_name,
        "role": role,
        "unit_id": unit_id,
        "password_hash": password_hash(password),
    }
    try:
        with conn.begin_nested():
            row = conn.execute(insert(account).values(values).returning(*COLUMNS)).one()
    except IntegrityError as error:
        raise AccountExists(field="name", name=name) from error
    if "city" in GRANTS[Role(role)].levels:
        conn.execute(insert(account_area).values(account_id=row.id, area_code=EVERYWHERE))
    return account_from(row)


def account_by_name(conn: Connection, name: str) -> Account:
    """The account of a name. Errors: ``NoSuchAccount``."""
    row = conn.execute(select(*COLUMNS).where(account.c.name == normal_name(name))).one_or_none()
    if row is None:
        raise NoSuchAccount(name=name)
    return account_from(row)


def active_account(conn: Connection, account_id: int) -> Account | None:
    """The account of an id, None when it is disabled or does not exist."""
    row = conn.execute(
        select(*COLUMNS).where(account.c.id == account_id, account.c.disabled_at.is_(None))
    ).one_or_none()
    return account_from(row) if row else None


def all_accounts(conn: Connection) -> Sequence[Account]:
    """Every account by name."""
    return [account_from(row) for row in conn.execute(select(*COLUMNS).order_by(account.c.name))]


def password_hash(password: str) -> str:
    """What is stored of a password. Takes some tenths of a second, on purpose."""
    return _HASHER.hash(password)


def set_password(conn: Connection, name: str, password: str) -> Account:
    """Change a password and end the account's sessions. Errors: ``NoSuchAccount``, ``WeakPassword``."""
    found = account_by_name(conn, name)
    _check_password(found.name, password)
    _store_password(conn, found.id, password)
    end_sessions_of(conn, found.id)
    return found


def disable_account(conn: Connection, name: str) -> Account:
    """End an account: it signs in no more; its sessions and tokens end now. Errors: ``NoSuchAccount``."""
    found = account_by_name(conn, name)
    ended = func.coalesce(account.c.disabled_at, func.now())
    conn.execute(update(account).where(account.c.id == found.id).values(disabled_at=ended))
    end_sessions_of(conn, found.id)
    revoke_tokens_of(conn, found.id)
    return found


def check_password(conn: Connection, name: str, password: str) -> Account | None:
    """The account when name and password are right and it is not disabled, else None.

    Takes as long for an unknown name as for a known one. A hash made with older parameters is replaced (the caller commits).
    """
    row = conn.execute(
        select(*COLUMNS, account.c.password_hash).where(account.c.name == normal_name(name))
    ).one_or_none()
    stored = row.password_hash if row else _NOBODY
    try:
        _HASHER.verify(stored, password[:MAX_PASSWORD])
    except (VerifyMismatchError, InvalidHashError):
        return None
    if row is None or row.disabled_at is not None:
        return None
    if _HASHER.check_needs_rehash(stored):
        _store_password(conn, row.id, password)
    return account_from(row)


def _check_password(name: str, password: str) -> None:
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD or normal_name(password) == name:
        raise WeakPassword(field="password", limit=MIN_PASSWORD)


def _store_password(conn: Connection, account_id: int, password: str) -> None:
    conn.execute(update(account).where(account.c.id == account_id).values(password_hash=password_hash(password)))
