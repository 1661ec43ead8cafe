"""Filing for whoever asks: an account under its own keys, or somebody without one under a limit."""

from datetime import timedelta

from flask import g
from sqlalchemy import Connection

from geodata.actions import FiledReport, file_report
from geodata.rate_limits import count_event, take_back
from gridmap.access import Permission, may
from gridmap.report import SOURCES, ReportDraft, UnknownSource
from web import db
from web.access import NotAllowed
from web.address import address_key

#: Channels that somebody without an account may say they come through; the others speak for an office.
ANONYMOUS_SOURCES = ("resident", "courier", "other")
_HOUR = timedelta(hours=1)


def check_may_file() -> None:
    """Anybody may file, but for accounts whose role may not. Errors: ``NotAllowed``."""
    if g.account is not None and not may(g.account.role, Permission.FILE_REPORT):
        raise NotAllowed


def sources_of_caller() -> tuple[str, ...]:
    """The channels that the caller may name."""
    return ANONYMOUS_SOURCES if g.account is None else SOURCES


def check_source(source: str) -> None:
    """Errors: ``UnknownSource`` for a channel that the caller may not name."""
    allowed = sources_of_caller()
    if source not in allowed:
        raise UnknownSource(field="source", value=source, allowed=", ".join(allowed))


def file_for_caller(draft: ReportDraft) -> FiledReport:
    """File in a transaction. Errors: those of ``file_report``, ``TooManyRequests``."""
    with db.transaction() as conn:
        if g.account is None:
            return _file_anonymously(conn, draft)
        return file_report(conn, db.settings(), draft, scope=f"account:{g.account.id}", account_id=g.account.id)


def _file_anonymously(conn: Connection, draft: ReportDraft) -> FiledReport:
    """Counted by address in the filing's own transaction: what was refused or was there already does not count."""
    key = f"report:address:{address_key()}"
    count_event(conn, key, db.settings().anonymous_reports_per_hour, _HOUR)
    filed = file_report(conn, db.settings(), draft, scope="anonymous")
    if not filed.created:
        take_back(conn, key, _HOUR)
    return filed
