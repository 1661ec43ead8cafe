"""Who acts: what the actions of administration are told about their caller."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from geodata.audit import note
from geodata.scope import Scope


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who changes something on a day: the scope that bounds it, the account and request that the audit log names."""

    scope: Scope
    account_id: int | None
    day: date
    request_id: str = ""

    def note(self, conn: Connection, action: str, subject: str, **detail: Any) -> None:
        """Append a line to the audit log in the caller's transaction."""
        note(conn, action, account_id=self.account_id, subject=subject, request_id=self.request_id, **detail)
