"""The demo's accounts taken out again."""

from sqlalchemy import Connection, delete, func, select, update

from geodata.tables import (
    account,
    account_area,
    api_token,
    audit_log,
    event,
    job,
    notice,
    owner_history,
    publication,
    saved_filter,
    web_session,
)  # fmt: skip

#: Tables that keep who did something; their rows stay, so the account stays.
RECORDS = (audit_log, event, job, owner_history, publication)
#: What belongs to an account and goes with it.
OWN = (web_session, api_token, saved_filter, account_area, notice)


def remove_accounts(conn: Connection, ids: list[int]) -> tuple[int, int]:
    """Delete accounts with all that is theirs; how many went, how many stay.

    What was done with an account stays on record, and the record names it: such an account is left as ``demo-removed-ID``, disabled,
    without area, unit or person. Their reports must be gone.
    """
    conn.execute(delete(account_area).where(account_area.c.stands_in_for.in_(ids)))
    for table in OWN:
        conn.execute(delete(table).where(table.c.account_id.in_(ids)))
    named = {
        found
        for table in RECORDS
        for found in conn.scalars(select(table.c.account_id).where(table.c.account_id.in_(ids)))
    }
    gone = conn.execute(delete(account).where(account.c.id.in_(set(ids) - named))).rowcount
    nothing_left = {"display_name": "", "password_hash": "", "unit_id": None, "person_id": None}
    kept = conn.execute(
        update(account)
        .where(account.c.id.in_(named))
        .values(name="demo-removed-" + account.c.id.cast(account.c.name.type), **nothing_left)
        .values(disabled_at=func.coalesce(account.c.disabled_at, func.now()))
    ).rowcount
    return gone, kept
