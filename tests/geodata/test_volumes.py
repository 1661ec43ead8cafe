"""Volumes per area, weekday and week against what SQL counts."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from geodata.report_filter import ReportFilter
from geodata.scope import EVERYTHING, Scope
from geodata.selections import Selection, choose
from geodata.settings import Settings
from geodata.snapshots import open_snapshot
from geodata.volumes import area_volumes, by_weekday
from geodata.weekly import mondays
from gridmap.access import Permission, Reach

AT = date(2026, 6, 1)
# Two districts, three communities, six grids of which one has ended and one belongs to no community; 900 reports, some without a grid.
FILL = text(
    """
    INSERT INTO division (code, level, name) VALUES ('1501', 'city', '呼和浩特市'), ('150105', 'district', '赛罕区'), ('150104', 'district', '玉泉区'),
        ('150105001', 'street', '人民路街道'), ('150104001', 'street', '小召前街街道'),
        ('150105001018', 'community', '仕奇社区'), ('150105001019', 'community', '另一社区'), ('150104001001', 'community', '玉泉社区');
    INSERT INTO grid (code, name, community_code, valid, households, geom)
    SELECT code, name, community, valid::daterange, households, ST_Multi(ST_MakeEnvelope(111.6 + i * 0.01, 40.8, 111.61 + i * 0.01, 40.81, 4326))
    FROM (VALUES (1, '150105001018001', '一', '150105001018', '[2020-01-01,)', 400), (2, '150105001018002', '二', '150105001018', '[2020-01-01,)', 3),
        (3, '150105001018003', '旧', '150105001018', '[2020-01-01,2026-01-01)', 500), (4, '150105001019001', '三', '150105001019', '[2020-01-01,)', NULL),
        (5, '150104001001001', '四', '150104001001', '[2020-01-01,)', 300), (6, 'X', '五', NULL, '[2020-01-01,)', 80)) g(i, code, name, community, valid, households);
    INSERT INTO report (category, source, raw_lon, raw_lat, geom, occurred_at, reported_at, intake_district)
    SELECT 'x', 'patrol', 111.7, 40.8, ST_Point(111.7, 40.8, 4326), at, at, CASE WHEN i % 9 = 0 THEN '150104' WHEN i % 7 = 0 THEN '1501' ELSE '150105' END
    FROM generate_series(1, 900) i, LATERAL (SELECT timestamptz '2026-01-03 00:30+08' + i * interval '5 hours' AS at) t;
    INSERT INTO owner (report_id, grid_id, reason, index_version, intake_district)
    SELECT r.id, g.id, CASE WHEN g.id IS NULL THEN 'none' ELSE 'inside' END, 1, r.intake_district
    FROM report r LEFT JOIN LATERAL (SELECT id FROM grid ORDER BY code OFFSET r.id % 8 LIMIT 1) g ON true;
    """
)


@pytest.fixture
def filled(engine: Engine) -> Iterator[Engine]:
    with engine.begin() as conn:
        conn.execute(FILL)
    yield engine
    with engine.begin() as conn:
        for table in ("owner", "report", "grid", "division"):
            conn.execute(text(f"DELETE FROM {table}"))


def selected(engine: Engine, home: Path, chosen: ReportFilter, scope: Scope = EVERYTHING) -> Selection:
    with engine.connect() as conn:
        return choose(conn, scope, open_snapshot(engine, Settings(home=home, database_url=str(engine.url))), chosen)


@pytest.mark.parametrize("parent", [None, "1501", "150105", "150105001", "150105001018", "150104", "150105001018001"])
def test_each_area_counts_what_its_filter_chooses(filled: Engine, tmp_path: Path, parent: str | None) -> None:
    selection = selected(filled, tmp_path, ReportFilter(area=parent))
    with filled.connect() as conn:
        rows = area_volumes(conn, EVERYTHING, selection, parent, AT)
        for row in rows:
            assert row.reports == selected(filled, tmp_path, ReportFilter(area=row.code)).total, row
            held = "g.code = :code OR g.community_code LIKE :code || '%'"
            households = f"SELECT sum(households) FROM grid g WHERE valid @> CAST(:at AS date) AND ({held})"
            assert row.households == conn.scalar(text(households), {"code": row.code, "at": AT}), row
    assert [row.reports for row in rows] == sorted((row.reports for row in rows), reverse=True)
    kinds = {None: "district", "1501": "district", "150105": "street", "150104": "street", "150105001": "community"}
    assert {row.kind for row in rows} <= {kinds.get(parent, "grid"), *(["grid"] if parent is None else [])}
    assert (rows == []) is (parent == "150105001018001")


def test_areas_of_a_scope_stand_for_themselves(filled: Engine, tmp_path: Path) -> None:
    for areas in (("150105001018", "150104"), ("150105001018001",)):
        scope = Scope(1, frozenset(Permission), Reach.AREA, areas)
        selection = selected(filled, tmp_path, ReportFilter(), scope)
        with filled.connect() as conn:
            rows = area_volumes(conn, scope, selection, None, AT)
        assert {row.code for row in rows} == set(areas)
        assert sum(row.reports for row in rows) == selection.total > 0


def test_a_scope_of_one_division_starts_below_it(filled: Engine, tmp_path: Path) -> None:
    scope = Scope(1, frozenset(Permission), Reach.AREA, ("150105001",))
    with filled.connect() as conn:
        rows = area_volumes(conn, scope, selected(filled, tmp_path, ReportFilter(), scope), None, AT)
    assert [row.code for row in rows if row.kind == "community"] == ["150105001018", "150105001019"]


def test_nothing_in_scope_no_rows(filled: Engine, tmp_path: Path) -> None:
    nothing = Scope(1, frozenset(Permission), Reach.AREA, ())
    with filled.connect() as conn:
        assert area_volumes(conn, nothing, selected(filled, tmp_path, ReportFilter(), nothing), None, AT) == []


def test_weekdays(filled: Engine, tmp_path: Path) -> None:
    found = by_weekday(selected(filled, tmp_path, ReportFilter()))
    with filled.connect() as conn:
        rows = conn.execute(
            text(
                "SELECT extract(isodow FROM occurred_at AT TIME ZONE 'Asia/Shanghai')::int, count(*) FROM report GROUP BY 1"
            )
        ).all()
    assert {day + 1: count for day, count in enumerate(found)} == dict(rows)


def test_weeks_and_grids(filled: Engine, tmp_path: Path) -> None:
    weekly = selected(filled, tmp_path, ReportFilter()).weekly
    with filled.connect() as conn:
        rows = conn.execute(
            text(
                "SELECT date_trunc('week', occurred_at AT TIME ZONE 'Asia/Shanghai')::date, grid_id, count(*) "
                "FROM report r JOIN owner o ON o.report_id = r.id WHERE grid_id IS NOT NULL GROUP BY 1, 2"
            )
        ).all()
    expected: dict[date, dict[int, int]] = {}
    for monday, key, count in rows:
        expected.setdefault(monday, {})[key] = count
    first, last = min(expected), max(expected)
    assert {week: weekly.of_week(week) for week in mondays(first, last + timedelta(days=1))} == expected
    assert weekly.of_week(first - timedelta(days=7)) == weekly.of_week(last + timedelta(days=7)) == {}


def test_no_reports_no_volumes(engine: Engine, tmp_path: Path) -> None:
    selection = selected(engine, tmp_path, ReportFilter())
    assert by_weekday(selection) == [0] * 7
    assert selection.weekly.of_week(AT) == {}
    assert selection.weekly_density_classes == ()
    with engine.connect() as conn:
        assert area_volumes(conn, EVERYTHING, selection, None, AT) == []


def test_mondays_of_a_period() -> None:
    assert mondays(date(2026, 9, 30), date(2026, 10, 5)) == [date(2026, 9, 28)]
    assert mondays(date(2026, 9, 28), date(2026, 10, 6)) == [date(2026, 9, 28), date(2026, 10, 5)]
