"""Let somebody stand in for somebody else (AB岗) until a date, or end that early."""

from datetime import date

from sqlalchemy import Connection

from geodata.account_areas import DeputyNeedsEnd, check_area, give_area, own_areas
from geodata.account_list import managed_account
from geodata.actions.acting import Actor
from geodata.actions.managing import AreaNeeded, OwnAccount, check_inside
from geodata.deputies import end_deputy, lent_until
from gridmap.errors import GridmapError


class DeputyOfSelf(GridmapError):
    """Somebody stands in for oneself."""

    code = "deputy_of_self"
    zh = "代班人（B岗）不能是本人。"
    en = "Nobody stands in for oneself."


class AccountEnded(GridmapError):
    """An account that is disabled gets something new."""

    code = "account_ended"
    zh = "账号“{name}”已停用。"
    en = "The account “{name}” is disabled."


class UnknownDeputy(GridmapError):
    """Somebody who does not stand in, or not any more."""

    code = "unknown_deputy"
    zh = "没有这条代班记录，或代班已结束。"
    en = "Nobody stands in like this, or not any more."


def let_stand_in(conn: Connection, by: Actor, principal_name: str, deputy_name: str, start: date, end: date) -> int:
    """Give a deputy the areas of the principal from a day until before another; how many areas that adds. Twice does no harm.

    The deputy's own role decides what may be done there, so each area must be one that this role could have.
    Errors: ``NoSuchAccount``, ``DeputyOfSelf``, ``OwnAccount``, ``AccountEnded``, ``DeputyNeedsEnd``, ``AreaNeeded``, ``AreaOfOtherLevel``, ``BeyondOwnArea``.
    """
    principal = managed_account(conn, by.scope, principal_name, by.day, field="principal")
    deputy = managed_account(conn, by.scope, deputy_name, by.day, field="deputy")
    if principal.id == deputy.id:
        raise DeputyOfSelf(field="deputy")
    if deputy.id == by.account_id:
        # Whoever stands in would otherwise go on for ever.
        raise OwnAccount(field="deputy")
    if deputy.disabled_at is not None:
        raise AccountEnded(field="deputy", name=deputy.name)
    if end <= max(start, by.day):
        raise DeputyNeedsEnd(field="until")
    areas = own_areas(conn, principal, by.day)
    if not areas:
        raise AreaNeeded(field="principal")
    added = 0
    for code in areas:
        check_inside(conn, by, code)
        check_area(conn, deputy.role, code)
        if not lent_until(conn, deputy.id, code, principal.id, start, end):
            give_area(conn, deputy, code, start, end, for_=principal)
            added += 1
    if added:
        by.note(
            conn,
            "deputy_given",
            deputy.name,
            stands_in_for=principal.name,
            areas=list(areas),
            start=start.isoformat(),
            end=end.isoformat(),
        )
    return added


def end_standing_in(conn: Connection, by: Actor, key: int) -> None:
    """End a deputy's area today. Errors: ``UnknownDeputy``."""
    found = end_deputy(conn, by.scope, key, by.day)
    if found is None:
        raise UnknownDeputy
    by.note(conn, "deputy_ended", found.deputy_name, stands_in_for=found.principal_name, areas=[found.area_code])
