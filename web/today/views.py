from flask import g, render_template, url_for
from sqlalchemy import Connection

from geodata.account_areas import areas_of
from geodata.addresses.queue import search_counts
from geodata.days import today
from geodata.doubts import DoubtChoice, count_doubts
from geodata.notices import notices_of, unread_count
from geodata.report_filter import ReportFilter
from geodata.report_news import News, by_state, by_state_in_scope, news
from geodata.report_order import ORDERS
from geodata.report_search import ReportSearch
from geodata.reports import list_reports
from geodata.saved_filters import saved_filters
from geodata.scope import Scope
from geodata.selections import choose
from geodata.snapshots import open_snapshot
from gridmap.access import Permission, Reach
from gridmap.duties import has_moves, waiting_for
from gridmap.report import OPEN
from web import db
from web.access import requires
from web.cases.listing import PAGE, communities_of
from web.cases.words import case_helpers
from web.notices.views import told
from web.role_words import role_word
from web.scope import scope

#: Rows of the lists on the page.
LONGEST = 8
MINE = 5
NOTICES = 5
#: Reaches whose reports a snapshot can tell apart.
_IN_SNAPSHOT = (Reach.AREA, Reach.UNIT)


@requires(Permission.VIEW_MAP)
def home() -> str:
    """The page that people land on. It waits for nobody's million reports: counts come from the snapshot."""
    conn, zone, seen = db.connection(), db.settings().zone, scope()
    at = today(zone)
    counts, fresh = _counts(conn, seen)
    duty = waiting_for(g.account.role)
    waiting = {state: counts[state] for state in duty if state in counts}
    oldest = list_reports(
        conn, seen, ReportFilter(statuses=tuple(waiting)), zone, order=ORDERS["oldest"], limit=LONGEST
    ).rows if waiting else []  # fmt: skip
    mine = ReportSearch(filed_by=g.account.id)
    own = list_reports(conn, seen, mine, zone, limit=MINE).rows
    return render_template(
        "today/index.html",
        at=at,
        seen=seen,
        of_unit=seen.reach in (Reach.UNIT, Reach.COMPOUNDS),
        of_own=seen.reach is Reach.OWN,
        lost=_lost(seen),
        doubts=count_doubts(conn, seen, DoubtChoice("open")) if seen.may(Permission.PLACE_REPORTS) else 0,
        open_count=sum(counts.get(state, 0) for state in OPEN),
        open_query={"status": ",".join(OPEN)},
        waiting=waiting,
        waiting_query={"status": ",".join(waiting), "sort": "oldest"},
        moves=has_moves(g.account.role),
        oldest=oldest,
        news=fresh,
        own=own,
        to_place=search_counts(conn, seen).get("open", 0) if seen.may(Permission.PLACE_REPORTS) else 0,
        communities=communities_of(conn, [*oldest, *own]),
        **told(notices_of(conn, g.account.id, unread=True, limit=NOTICES)),
        unread=unread_count(conn, g.account.id),
        saved=saved_filters(conn, g.account.id, PAGE),
        deputising=[row for row in areas_of(conn, [g.account.id], at) if row.for_account],
        cases_url=lambda **query: url_for("cases.index", **query),
        may_file=seen.may(Permission.FILE_REPORT),
        role_word=role_word,
        may_heat=seen.may(Permission.VIEW_FIGURES),
        **case_helpers(),
    )


def _counts(conn: Connection, seen: Scope) -> tuple[dict[str, int], News | None]:
    """Reports in the scope by state, and what is new among them (None where only one's own or a compound's are seen)."""
    if seen.reach not in _IN_SNAPSHOT:
        return by_state_in_scope(conn, seen), None
    settings = db.settings()
    selection = choose(conn, seen, open_snapshot(db.engine(), settings), ReportFilter())
    return by_state(selection), news(selection, today(settings.zone))


def _lost(seen: Scope) -> bool:
    """Whether the account has nothing to see: no area, no duties, no compounds."""
    if seen.reach is Reach.AREA:
        return seen.areas == ()
    if seen.reach is Reach.UNIT:
        return not seen.categories
    return seen.reach is Reach.COMPOUNDS and not seen.compounds
