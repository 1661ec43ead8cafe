"""Filing and assigning in the real database."""

import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, func, select, text

from geodata.actions import KeyReused, assign_reports, file_report, locate_place
from geodata.indexes import city as indexes
from geodata.indexes.city import grid_index
from geodata.report_filter import ReportFilter
from geodata.report_order import BadCursor
from geodata.reports import UnknownReport, categories, list_reports, report_by_ref
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from geodata.tables import event, owner, owner_history, report
from gridmap.assignment import Reason
from gridmap.datum import from_wgs84
from gridmap.errors import GridmapError
from gridmap.report import ReportDraft
from tests.geodata.cities import SIDE, SOUTH, WEST, insert_divisions, insert_grid, insert_grids

Middle = Callable[[str], tuple[float, float]]


def draft_at(place: tuple[float, float], **more: object) -> ReportDraft:
    return replace(ReportDraft("暴露垃圾", lon=place[0], lat=place[1]), **more)  # type: ignore[arg-type]


def test_a_report_has_owner_history_and_first_event(nine_grids: Connection, settings: Settings, middle: Middle) -> None:
    filed = file_report(nine_grids, settings, draft_at(middle("e")), scope="anonymous")
    row = report_by_ref(nine_grids, EVERYTHING, filed.ref)
    assert (row.grid_code, row.reason, filed.created) == ("e", "inside", True)
    assert nine_grids.execute(select(owner_history.c.cause, owner_history.c.reason)).all() == [("filed", "inside")]
    assert nine_grids.scalars(select(event.c.kind)).all() == ["filed"]
    assert nine_grids.execute(select(report.c.intake_district, report.c.grid_at_capture)).one() == (
        "150105",
        filed.place.grid_id,
    )


def test_the_answer_names_the_divisions_above(nine_grids: Connection, settings: Settings, middle: Middle) -> None:
    answer = locate_place(nine_grids, settings, *middle("a"))
    chain = [part.name for part in (answer.district, answer.street, answer.community, answer.grid) if part]
    assert chain == ["赛罕区", "人民路街道", "仕奇社区", "a 网格"]


def test_gcj02_coordinates_are_kept_as_received_and_placed_where_they_are(
    nine_grids: Connection, settings: Settings, middle: Middle
) -> None:
    lon, lat = from_wgs84(*middle("e"), "gcj02")
    filed = file_report(nine_grids, settings, draft_at((lon, lat), datum="gcj02"), scope="anonymous")
    row = nine_grids.execute(
        select(report.c.raw_lon, report.c.raw_lat, func.ST_X(report.c.geom), func.ST_Y(report.c.geom)).where(
            report.c.ref == filed.ref
        )
    ).one()
    assert row[:2] == (lon, lat)
    assert row[2:] == pytest.approx(middle("e"), abs=1e-8)
    assert filed.place.grid is not None
    assert filed.place.grid.code == "e"


def test_a_place_in_no_grid_is_filed_all_the_same(nine_grids: Connection, settings: Settings) -> None:
    filed = file_report(nine_grids, settings, draft_at((WEST - 1, SOUTH)), scope="anonymous")
    assert (filed.place.reason, filed.place.grid) == (Reason.NONE, None)
    assert report_by_ref(nine_grids, EVERYTHING, filed.ref).reason == "none"


def test_just_outside_within_the_limit_belongs_to_the_nearest(
    nine_grids: Connection, settings: Settings, middle: Middle
) -> None:
    near = (WEST - 0.0002, middle("a")[1])  # 17 m west of grid a
    assert locate_place(nine_grids, settings, *near).reason is Reason.GAP
    assert locate_place(nine_grids, replace(settings, gap_limit_m=10.0), *near).reason is Reason.NONE


def test_an_address_alone_waits_without_owner(nine_grids: Connection, settings: Settings) -> None:
    filed = file_report(
        nine_grids, settings, ReportDraft("噪声扰民", address_text="富邦小区3号楼2单元501"), scope="anonymous"
    )
    assert report_by_ref(nine_grids, EVERYTHING, filed.ref).reason == "none"


def test_a_retry_is_the_same_report_and_another_body_is_refused(
    nine_grids: Connection, settings: Settings, middle: Middle
) -> None:
    key = str(uuid.uuid4())
    draft = draft_at(middle("e"), client_key=key)
    first = file_report(nine_grids, settings, draft, scope="account:1")
    again = file_report(nine_grids, settings, draft, scope="account:1")
    other = file_report(nine_grids, settings, draft, scope="account:2")
    assert (again.ref, again.created) == (first.ref, False)
    assert other.created
    with pytest.raises(KeyReused):
        file_report(nine_grids, settings, replace(draft, text="other"), scope="account:1")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"lon": 181.0}, "lon_out_of_range"),
        ({"lat": float("nan")}, "lat_out_of_range"),
        ({"lon": None}, "coordinate_incomplete"),
        ({"lon": None, "lat": None}, "place_missing"),
        ({"datum": "mars"}, "unknown_datum"),
        ({"accuracy_m": -1.0}, "accuracy_out_of_range"),
        ({"category": " "}, "category_missing"),
        ({"text": "x" * 4001}, "text_too_long"),
        ({"source": "radio"}, "unknown_source"),
        ({"occurred_at": datetime.now(UTC) + timedelta(days=1)}, "time_in_future"),
        ({"occurred_at": datetime(1970, 1, 1, tzinfo=UTC)}, "time_too_old"),
        (
            {"occurred_at": datetime(2026, 1, 2, tzinfo=UTC), "reported_at": datetime(2026, 1, 1, tzinfo=UTC)},
            "time_order",
        ),
    ],
)
def test_a_bad_draft_writes_nothing(
    nine_grids: Connection, settings: Settings, middle: Middle, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(GridmapError) as caught:
        file_report(nine_grids, settings, draft_at(middle("e"), **changes), scope="anonymous")
    assert caught.value.code == code
    assert caught.value.field is not None
    assert nine_grids.scalar(select(func.count()).select_from(report)) == 0


def test_a_new_edition_of_grids_holds_from_its_first_day(conn: Connection, settings: Settings, middle: Middle) -> None:
    insert_divisions(conn)
    insert_grids(conn, valid="(,2026-06-01)")
    insert_grid(conn, "z", WEST, SOUTH, side=3 * SIDE, valid="[2026-06-01,)")
    last_of_old = locate_place(conn, settings, *middle("e"), at=date(2026, 5, 31))
    first_of_new = locate_place(conn, settings, *middle("e"), at=date(2026, 6, 1))
    assert last_of_old.grid is not None
    assert first_of_new.grid is not None
    assert (last_of_old.grid.code, first_of_new.grid.code) == ("e", "z")


def test_assign_derives_owners_as_of_filing(conn: Connection, settings: Settings, middle: Middle) -> None:
    insert_divisions(conn)
    insert_grids(conn, valid="(,2026-06-01)")
    insert_grid(conn, "z", WEST, SOUTH, side=3 * SIDE, valid="[2026-06-01,)")
    # 31 May 23:30 and 1 June 00:30 in Hohhot; both 31 May in UTC.
    for at in ("2026-05-31T15:30:00+00:00", "2026-05-31T16:30:00+00:00"):
        file_report(conn, settings, draft_at(middle("e"), reported_at=datetime.fromisoformat(at)), scope="anonymous")
    conn.execute(text("DELETE FROM owner"))
    summary = assign_reports(conn, settings, "all")
    codes = conn.scalars(
        text(
            "SELECT g.code FROM report r JOIN owner o ON o.report_id = r.id JOIN grid g ON g.id = o.grid_id ORDER BY r.id"
        )
    )
    assert list(codes) == ["e", "z"]
    assert (summary.looked_at, summary.changed, summary.reasons) == (2, 2, {"inside": 2})


def test_assigning_twice_changes_nothing_and_moves_are_told(
    nine_grids: Connection, settings: Settings, middle: Middle
) -> None:
    for code in "aab":
        file_report(nine_grids, settings, draft_at(middle(code)), scope="anonymous")
    assert assign_reports(nine_grids, settings, "all").changed == 0
    nine_grids.execute(text("UPDATE grid SET geom = ST_Translate(geom, 10, 0) WHERE code = 'a'"))
    nine_grids.execute(
        text("UPDATE grid SET geom = ST_Multi(ST_Union(geom, ST_Translate(geom, :d, 0))) WHERE code = 'b'"),
        {"d": -SIDE},
    )
    first = assign_reports(nine_grids, settings, "all")
    assert (first.changed, first.moves) == (2, [("a", "b", 2)])
    assert assign_reports(nine_grids, settings, "all").changed == 0
    assert (
        nine_grids.scalar(select(func.count()).select_from(owner_history).where(owner_history.c.cause == "assigned"))
        == 2
    )


def test_assign_unassigned_and_open_leave_the_others_alone(
    nine_grids: Connection, settings: Settings, middle: Middle
) -> None:
    file_report(nine_grids, settings, draft_at(middle("a")), scope="anonymous")
    file_report(nine_grids, settings, draft_at((WEST - 1, SOUTH)), scope="anonymous")
    nine_grids.execute(text("UPDATE report SET status = 'closed' WHERE id = (SELECT min(id) FROM report)"))
    assert assign_reports(nine_grids, settings, "unassigned").looked_at == 1
    assert assign_reports(nine_grids, settings, "open").looked_at == 1


def test_pages_of_a_list_meet_without_gap_or_overlap(
    nine_grids: Connection, settings: Settings, middle: Middle
) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(7):  # equal times on purpose
        file_report(
            nine_grids,
            settings,
            draft_at(middle("e"), reported_at=at + timedelta(hours=number // 3)),
            scope="anonymous",
        )
    seen, cursor = [], None
    while True:
        page = list_reports(nine_grids, EVERYTHING, ReportFilter(), settings.zone, limit=3, cursor=cursor)
        seen += [row.id for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 7
    for wrong in ("x", "e30", "WyJhIiwxXQ"):
        with pytest.raises(BadCursor):
            list_reports(nine_grids, EVERYTHING, ReportFilter(), settings.zone, cursor=wrong)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (ReportFilter(area="150105"), 3),
        (ReportFilter(area="a"), 2),
        (ReportFilter(area="150102"), 0),
        (ReportFilter(categories=("井盖缺失",)), 1),
        (ReportFilter(sources=("hotline",)), 0),
        (ReportFilter(statuses=("filed",)), 4),
        (ReportFilter(bbox=(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)), 2),
        (ReportFilter(from_day=date(2026, 3, 1)), 1),
        (ReportFilter(to_day=date(2026, 3, 1)), 3),
        (ReportFilter(lacking="grid"), 1),
        (ReportFilter(lacking="coordinates"), 0),
    ],
)
def test_each_filter_finds_its_reports(
    nine_grids: Connection, settings: Settings, middle: Middle, chosen: ReportFilter, expected: int
) -> None:
    at = datetime(2026, 2, 28, 15, 59, tzinfo=UTC)  # one minute before 1 March in Hohhot
    file_report(nine_grids, settings, draft_at(middle("a"), reported_at=at), scope="anonymous")
    file_report(nine_grids, settings, draft_at(middle("a"), reported_at=at, category="井盖缺失"), scope="anonymous")
    file_report(nine_grids, settings, draft_at(middle("i"), reported_at=at + timedelta(minutes=1)), scope="anonymous")
    file_report(nine_grids, settings, draft_at((WEST - 1, SOUTH), reported_at=at), scope="anonymous")
    assert len(list_reports(nine_grids, EVERYTHING, chosen, settings.zone).rows) == expected
    assert categories(nine_grids) == ["井盖缺失", "暴露垃圾"]


def test_an_unknown_reference_is_said(conn: Connection) -> None:
    for ref in ("nonsense", str(uuid.uuid4())):
        with pytest.raises(UnknownReport):
            report_by_ref(conn, EVERYTHING, ref)


def test_two_retries_at_once_file_one_report(engine: Engine, settings: Settings) -> None:
    key = str(uuid.uuid4())
    draft = ReportDraft("路灯不亮", lon=111.7, lat=40.8, client_key=key)
    made: list[bool] = []

    def send() -> None:
        with engine.begin() as conn:
            made.append(file_report(conn, settings, draft, scope="anonymous").created)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False] * 5 + [True]
    with engine.connect() as conn:
        assert conn.scalar(select(func.count()).select_from(report).join(owner, owner.c.report_id == report.c.id)) == 1


def test_asking_for_odd_days_does_not_drive_out_today(nine_grids: Connection, settings: Settings) -> None:
    here = grid_index(nine_grids, settings)
    for number in range(20):
        grid_index(nine_grids, settings, date(2030, 1, 1) + timedelta(days=number))
    assert grid_index(nine_grids, settings) is here
    assert len(indexes._made) <= indexes._KEPT
