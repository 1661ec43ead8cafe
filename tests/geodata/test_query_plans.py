"""The indexes that the pages need exist and are used, at a size where it matters."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine, Select, select, text
from sqlalchemy.dialects.postgresql import psycopg2

from geodata.days import valid_on
from geodata.report_filter import ReportFilter
from geodata.report_order import ORDERS
from geodata.reports import described, list_reports
from geodata.scope import EVERYTHING
from geodata.tables import grid, household, report, report_key
from gridmap.report import OPEN

ZONE = ZoneInfo("Asia/Shanghai")
NEWEST = (report.c.occurred_at.desc(), report.c.id.desc())


@pytest.fixture(scope="module")
def filled(engine: Engine) -> Iterator[Connection]:
    """2,500 grids in a lattice, a building in each, 60,000 reports over them."""
    with engine.connect() as conn:
        conn.execute(
            text("""
                INSERT INTO grid (code, valid, geom)
                SELECT 'g' || x || '-' || y, '(,)', ST_Multi(ST_MakeEnvelope(111 + x / 100.0, 40 + y / 100.0, 111.01 + x / 100.0, 40.01 + y / 100.0, 4326))
                FROM generate_series(0, 49) x, generate_series(0, 49) y
            """)
        )
        conn.execute(
            text("""
                INSERT INTO report (category, raw_lon, raw_lat, geom, occurred_at, reported_at, intake_district)
                SELECT 'c' || n % 20, p.x, p.y, ST_SetSRID(ST_MakePoint(p.x, p.y), 4326), t.at, t.at, '150105'
                FROM generate_series(1::bigint, 60000) n,
                    LATERAL (SELECT 111 + (n * 7919 % 50000) / 1e5 AS x, 40 + (n * 104729 % 50000) / 1e5 AS y) p,
                    LATERAL (SELECT timestamptz '2026-01-01+08' + n * interval '7 minutes' AS at) t
                WHERE t.at < '2026-11-01'
            """)
        )
        conn.execute(
            text("""
                INSERT INTO owner (report_id, grid_id, reason, index_version, intake_district)
                SELECT r.id, g.id, 'inside', 1, '150105'
                FROM report r JOIN LATERAL (SELECT id FROM grid WHERE geom && r.geom ORDER BY id LIMIT 1) g ON true
            """)
        )
        conn.execute(text("INSERT INTO report_key SELECT 'anonymous', 'k' || id, id, '' FROM report"))
        conn.execute(text("INSERT INTO building (code, geom) SELECT code, geom FROM grid"))
        conn.execute(
            text(
                "INSERT INTO household (code, building_id) SELECT b.code || '/' || n, b.id FROM building b, generate_series(1, 8) n"
            )
        )
        # Of a table this large PostgreSQL would look at a random half: 300 rows are read for each value that is to be kept.
        conn.execute(text("SET LOCAL default_statistics_target = 300"))
        conn.execute(text("ANALYZE"))
        yield conn
        conn.rollback()


def plan_of(conn: Connection, query: Select[Any]) -> str:
    compiled = query.compile(dialect=psycopg2.dialect(), compile_kwargs={"render_postcompile": True})
    return "\n".join(row[0] for row in conn.exec_driver_sql(f"EXPLAIN {compiled}", compiled.params))


#: Every order's own index.
ORDER_INDEX = {
    "newest": "ix_report_occurred_at",
    "oldest": "ix_report_occurred_at",
    "reported": "ix_report_reported_at",
    "reported_oldest": "ix_report_reported_at",
    "category": "ix_report_category_occurred_at",
    "status": "ix_report_state_place_occurred_at",
}


@pytest.mark.parametrize("name", ORDERS)
def test_every_order_reads_its_index(filled: Connection, name: str) -> None:
    order = ORDERS[name]
    page = list_reports(filled, EVERYTHING, ReportFilter(), ZONE, order=order, limit=50)
    assert page.next_cursor
    (first,) = order.parts(described(), None)
    assert ORDER_INDEX[name] in plan_of(filled, first.limit(51))
    for part in (first, *order.parts(described(), order.position(page.next_cursor))):
        plan = plan_of(filled, part.limit(51))
        assert "Seq Scan on report" not in plan
        assert "Sort" not in plan


def test_open_reports_have_an_index_of_their_own(filled: Connection) -> None:
    chosen = ReportFilter(statuses=OPEN)
    query = described().where(*chosen.conditions(filled, ZONE)).order_by(report.c.occurred_at, report.c.id).limit(9)
    assert "ix_report_open_occurred_at" in plan_of(filled, query)


def listed(conn: Connection, chosen: ReportFilter) -> Select[Any]:
    return described().where(*chosen.conditions(conn, ZONE)).order_by(*NEWEST).limit(101)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (ReportFilter(), "ix_report_occurred_at"),
        (ReportFilter(from_day=date(2026, 5, 1), to_day=date(2026, 5, 3)), "ix_report_occurred_at"),
        (ReportFilter(categories=("c7",)), "ix_report_category_occurred_at"),
        (ReportFilter(bbox=(111.1, 40.1, 111.102, 40.102)), "idx_report_geom"),
        (ReportFilter(area="g3-4"), "ix_owner_grid_id"),
        (select(report.c.id).where(report.c.changed_xid >= text("'9999999999'::xid8")), "ix_report_changed_xid"),
        (
            select(grid.c.code).where(grid.c.geom.op("&&")(text("ST_MakeEnvelope(111, 40, 111.02, 40.02, 4326)"))),
            "idx_grid_geom",
        ),
        (select(grid.c.id).where(grid.c.code == "g3-4", valid_on(grid, date(2026, 11, 20))), "ex_grid_one_in_force"),
        (select(household.c.id).where(household.c.building_id == 7), "ix_household_building_id"),
        (
            select(report_key.c.report_id).where(report_key.c.scope == "anonymous", report_key.c.key == "k"),
            "pk_report_key",
        ),
    ],
    ids=["newest", "period", "category", "bbox", "area", "changed", "tile", "code", "homes", "key"],
)
def test_the_index_is_used(filled: Connection, query: Select[Any] | ReportFilter, index: str) -> None:
    plan = plan_of(filled, listed(filled, query) if isinstance(query, ReportFilter) else query)
    assert index in plan
    assert "Seq Scan on report" not in plan
