"""The accounts of a demo installation, as its sign-in page offers them."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from geodata.tables import account, fact
from gridmap.access import Role

#: The fact that marks a database as synthetic and notes what belongs to the sample.
SYNTHETIC = "synthetic"


@dataclass(frozen=True, slots=True)
class OfferedAccount:
    """An account to try a role with; ``zh`` and ``en`` say where it works."""

    name: str
    role: Role
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Accounts in the order of the roles, and the one password that they share."""

    accounts: tuple[OfferedAccount, ...]
    password: str


def offered_accounts(conn: Connection) -> Offer | None:
    """What a demo's sign-in page may show: the sample's accounts that can still sign in; None in every other installation.

    The sample notes them in the fact ``synthetic`` when it is loaded and takes note and accounts away together.
    """
    # The two parts alone: the whole note of a large sample has thousands of codes.
    accounts, password = fact.c.value["accounts"], fact.c.value["password"].astext
    noted = conn.execute(
        select(accounts.label("accounts"), password.label("password")).where(fact.c.name == SYNTHETIC)
    ).one_or_none()
    if noted is None or not noted.accounts:
        return None
    alive = set(conn.scalars(select(account.c.id).where(account.c.disabled_at.is_(None))))
    order = list(Role)
    found = sorted(
        (
            OfferedAccount(one["name"], Role(one["role"]), one["zh"], one["en"])
            for one in noted.accounts
            if one["id"] in alive
        ),
        key=lambda one: (order.index(one.role), one.name),
    )
    return Offer(tuple(found), noted.password) if found else None
