"""Numbers of the sample's hotline orders, and the due times that their platform gave some of them."""

from sqlalchemy import Connection, text

from geodata.demo.states import CITY_ZONE
from geodata.hotline import ORDER_SCOPE

# Counted through by day, as platforms do; two thirds name a limit of one, five or fifteen days.
_NUMBER = text(
    """
    INSERT INTO hotline_order (report_id, number, due_at)
    SELECT id, 'HH-' || to_char(day, 'YYYYMMDD') || '-' || lpad(row_number() OVER (PARTITION BY day ORDER BY reported_at, id)::text, 6, '0'),
           reported_at + (ARRAY[1, 5, 5, 15, NULL, NULL])[1 + (hashint8(id) & 1023) % 6] * interval '1 day'
    FROM (SELECT id, reported_at, date_trunc('day', timezone(:zone, reported_at)) AS day FROM report
          WHERE id BETWEEN :first AND :last AND source = 'hotline') hotline
    """
)
_KEYS = text(
    "INSERT INTO report_key (scope, key, report_id, body_hash) "
    "SELECT :scope, number, report_id, '' FROM hotline_order WHERE report_id BETWEEN :first AND :last"
)


def write_order_numbers(conn: Connection, first: int, last: int) -> int:
    """Give the hotline's reports with ids from ``first`` to ``last`` a number (HH-20260214-000123); how many."""
    among = {"first": first, "last": last}
    written = conn.execute(_NUMBER, {**among, "zone": str(CITY_ZONE)}).rowcount
    conn.execute(_KEYS, {**among, "scope": ORDER_SCOPE})
    return written
