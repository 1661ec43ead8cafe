"""The audit log: who did or saw what. Appended only; the database refuses changes."""

from typing import Any

from sqlalchemy import Connection, insert

from geodata.tables import audit_log


def note(
    conn: Connection,
    action: str,
    *,
    account_id: int | None = None,
    subject: str = "",
    purpose: str = "",
    request_id: str = "",
    **detail: Any,
) -> None:
    """Append a line in the caller's transaction: what is noted happened, what happened is noted.

    ``action`` is a snake_case word such as ``signed_in``; ``subject`` what it was done to; ``detail`` goes to JSON.
    """
    values = {
        "action": action,
        "account_id": account_id,
        "object": subject,
        "purpose": purpose,
        "request_id": request_id,
        "detail": detail,
    }
    conn.execute(insert(audit_log).values(values))
