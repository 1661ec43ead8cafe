"""Pages of a list with their count, from the snapshot where it knows the choice and the order, else from SQL alone.

A district's or a street's newest reports lie scattered in every index: PostgreSQL reads thousands of rows for a page. The snapshot has
them all in memory; it names the few days that the page can come from, and SQL, with every condition still in it, has the last word.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Connection, Engine, cast, func
from sqlalchemy.dialects.postgresql import ARRAY

from geodata.report_order import NEWEST, Order
from geodata.report_search import ReportSearch
from geodata.reports import ReportPage, count_reports, list_reports
from geodata.scope import Scope
from geodata.selections import Selection, choose
from geodata.settings import Settings
from geodata.snapshots import open_snapshot
from geodata.tables import report
from gridmap.access import Reach

#: More candidates than this are no help: the whole order may as well be read from its index.
_MOST_CANDIDATES = 20_000


@dataclass(frozen=True, slots=True)
class CountedPage:
    """A page and how many reports are chosen; ``count`` beyond ``most`` is ``most`` + 1, and 0 where nobody asked for it."""

    page: ReportPage
    count: int


@dataclass(frozen=True, slots=True)
class _Among:
    """A choice among reports whose keys are given."""

    search: ReportSearch
    ids: tuple[int, ...]

    def conditions(self, conn: Connection, zone: ZoneInfo) -> list[ColumnElement[bool]]:
        keys = cast(list(self.ids), ARRAY(BigInteger))
        return [report.c.id == func.any(keys), *self.search.conditions(conn, zone)]


def page_of_reports(
    conn: Connection,
    engine: Engine,
    settings: Settings,
    scope: Scope,
    search: ReportSearch,
    *,
    most: int | None = None,
    order: Order = NEWEST,
    limit: int = 100,
    cursor: str | None = None,
) -> CountedPage:
    """A page of what is searched for inside the scope, with a count up to ``most`` (None: none). Errors: ``BadCursor``."""
    zone = settings.zone
    if not _known_to_snapshot(scope, search):
        page = list_reports(conn, scope, search, zone, order=order, limit=limit, cursor=cursor)
        count = count_reports(conn, scope, search, zone, most=most + 1) if most is not None else 0
        return CountedPage(page, count)
    selection = choose(conn, scope, open_snapshot(engine, settings), search.chosen)
    ids = _candidates(selection, order, limit, cursor, zone)
    choice = search if ids is None else _Among(search, ids)
    page = list_reports(conn, scope, choice, zone, order=order, limit=limit, cursor=cursor)
    return CountedPage(page, min(selection.total, most + 1) if most is not None else 0)


def _known_to_snapshot(scope: Scope, search: ReportSearch) -> bool:
    """Words, who filed a report, its compound and doubts are no columns of the snapshot; a box is exact in SQL alone."""
    plain = not search.words and search.filed_by is None and search.doubt is None and search.chosen.bbox is None
    return plain and scope.reach in (Reach.AREA, Reach.UNIT)


def _candidates(
    selection: Selection, order: Order, limit: int, cursor: str | None, zone: ZoneInfo
) -> tuple[int, ...] | None:
    """Keys of reports that hold the whole page; None where the snapshot does not know the order or names too many."""
    if order.group is not None or order.time != "occurred_at":
        return None
    start = order.position(cursor).at.astimezone(zone).date() if cursor else None
    ids = selection.ids_from(start, limit + 1, newest_first=order.newest_first)
    return None if len(ids) > _MOST_CANDIDATES else tuple(ids.tolist())
