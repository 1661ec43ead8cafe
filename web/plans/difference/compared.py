"""Comparisons and years of plans as the caller may see them, kept by this process while nothing that they are read from changes."""

from typing import Final

from flask import g
from sqlalchemy import Connection

from geodata.actions.planning.comparing import PlanComparison, compare_versions
from geodata.actions.planning.replaying import Replayed, replay_versions
from geodata.actions.planning.year import Year, year_of
from geodata.days import today
from geodata.snapshots import Snapshot, open_snapshot
from geodata.versions import while_unchanged
from gridmap.access import Permission, may
from web import db
from web.access import NotAllowed
from web.plans.pair import Pair
from web.scope import scope

#: What a comparison is read from, beside the versions, which never change, and the reports.
_LAYERS: Final = ("grid", "building", "compound", "household", "person", "post")


def compared(conn: Connection, pair: Pair) -> PlanComparison:
    """What changes between the versions of a pair."""
    settings, snapshot = db.settings(), open_snapshot(db.engine(), db.settings())
    year = last_year(conn, pair, snapshot)
    return while_unchanged(
        conn,
        _LAYERS,
        ("plan_comparison", *pair.key, snapshot.token, scope().key, year.last),
        lambda: compare_versions(conn, settings, pair.plan, pair.ground, pair.old, pair.new, year),
    )


def replayed(conn: Connection, pair: Pair) -> tuple[Year, Replayed]:
    """The last year on both versions of a pair."""
    snapshot = open_snapshot(db.engine(), db.settings())
    year = last_year(conn, pair, snapshot)
    key = ("plan_replay", *pair.key, snapshot.token, scope().key, year.last)
    return year, while_unchanged(conn, ("grid",), key, lambda: replay_versions(year, pair.old, pair.new))


def last_year(conn: Connection, pair: Pair, snapshot: Snapshot) -> Year:
    """The reports of the last year on the plan's ground."""
    day = today(db.settings().zone)
    key = ("plan_year", pair.plan.id, snapshot.token, scope().key, day)
    return while_unchanged(conn, ("grid",), key, lambda: year_of(conn, scope(), snapshot, pair.ground, day))


def check_export() -> None:
    """Errors: ``NotAllowed``."""
    if not may_export():
        raise NotAllowed


def may_export() -> bool:
    """Whether the caller may have files."""
    return may(g.account.role, Permission.EXPORT)
