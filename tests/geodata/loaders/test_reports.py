from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, select, text

from geodata.loaders import LoadOptions, LoadSummary, apply_frame, errors, load_file
from geodata.settings import Settings
from geodata.tables import report
from gridmap.datum import from_wgs84
from tests.geodata.loaders.conftest import Load, counts, reasons

Apply = Callable[..., LoadSummary]
WHEN = "2026-11-01 08:30"


@pytest.fixture
def apply(nine_grids: Connection, settings: Settings) -> Apply:
    def run(options: LoadOptions | None = None, **columns: list[Any]) -> LoadSummary:
        return apply_frame(nine_grids, settings, "reports", pd.DataFrame(columns), options)

    return run


def one(conn: Connection, query: str) -> tuple[Any, ...]:
    return tuple(conn.execute(text(query)).one())


def test_a_report_gets_owner_history_event_and_district(apply: Apply, conn: Connection) -> None:
    summary = apply(
        key=["A-1"], lon=[111.705], lat=[40.805], time=[WHEN], 类别=["井盖"], 来源=["12345"], text=["井盖缺失"]
    )
    assert counts(summary) == (1, 0, 0, 0)
    row = one(
        conn,
        "SELECT g.code, o.reason, round(o.distance_to_edge_m), r.intake_district, gc.code, r.category, r.source, r.text, r.status, "
        "r.occurred_at = r.reported_at, h.cause, e.kind, e.at = r.reported_at, k.scope, k.key FROM report r "
        "JOIN owner o ON o.report_id = r.id JOIN grid g ON g.id = o.grid_id JOIN grid gc ON gc.id = r.grid_at_capture "
        "JOIN owner_history h ON h.report_id = r.id JOIN event e ON e.report_id = r.id JOIN report_key k ON k.report_id = r.id",
    )
    assert row[:2] == ("a", "inside")
    assert row[2] == pytest.approx(422, abs=2)
    assert row[3:] == (
        "150105",
        "a",
        "井盖",
        "hotline",
        "井盖缺失",
        "filed",
        True,
        "loaded",
        "filed",
        True,
        "load:reports",
        "A-1",
    )


def test_positions_are_kept_as_received_beside_the_derived_point(apply: Apply, conn: Connection) -> None:
    lon, lat = from_wgs84(111.715, 40.815, "gcj02")
    apply(LoadOptions(datum="gcj02"), key=["1"], lon=[lon], lat=[lat], time=[WHEN])
    row = one(
        conn,
        "SELECT raw_lon, raw_lat, datum, ST_X(r.geom), ST_Y(r.geom), g.code FROM report r JOIN grid g ON g.id = grid_at_capture",
    )
    assert row == (lon, lat, "gcj02", pytest.approx(111.715, abs=1e-8), pytest.approx(40.815, abs=1e-8), "e")


def test_a_column_of_datums_wins_row_by_row(apply: Apply, conn: Connection) -> None:
    lon, lat = from_wgs84(111.715, 40.815, "bd09")
    apply(key=["1", "2"], lon=[lon, 111.715], lat=[lat, 40.815], datum=["BD-09", None], time=[WHEN, WHEN])
    rows = conn.execute(
        text("SELECT datum, g.code FROM report r JOIN grid g ON g.id = grid_at_capture ORDER BY datum")
    ).all()
    assert [tuple(row) for row in rows] == [("bd09", "e"), ("wgs84", "e")]


def test_an_address_is_a_place_until_somebody_finds_it(apply: Apply, conn: Connection) -> None:
    summary = apply(key=["1", "2"], address=["富邦小区3号楼2单元501", None], time=[WHEN, WHEN])
    assert counts(summary) == (1, 0, 0, 1)
    assert reasons(summary) == [(2, "place_missing")]
    assert one(conn, "SELECT r.geom IS NULL, o.reason, o.grid_id, r.intake_district FROM report r JOIN owner o ON o.report_id = r.id") == (
        True, "none", None, "1501",
    )  # fmt: skip


def test_a_second_load_changes_nothing_and_a_changed_row_keeps_its_history(apply: Apply, conn: Connection) -> None:
    columns: dict[str, list[Any]] = {
        "key": ["1", "2"],
        "lon": [111.705, 111.705],
        "lat": [40.805, 40.805],
        "time": [WHEN, WHEN],
        "text": ["a", "b"],
    }
    apply(**columns)
    assert counts(apply(**columns)) == (0, 0, 2, 0)
    assert counts(apply(**{**columns, "text": ["a", "c"]})) == (0, 1, 1, 0)
    assert one(conn, "SELECT count(*) FROM owner_history") == (2,)
    assert counts(apply(**{**columns, "lon": [111.715, 111.705], "text": ["a", "c"]})) == (0, 1, 1, 0)
    owners = conn.execute(
        text("SELECT g.code, cause FROM owner_history h JOIN grid g ON g.id = h.grid_id ORDER BY h.id")
    ).all()
    assert [tuple(row) for row in owners] == [("a", "loaded"), ("a", "loaded"), ("b", "moved")]
    assert one(
        conn, "SELECT count(*), count(*) FILTER (WHERE g.code = 'b') FROM owner o JOIN grid g ON g.id = o.grid_id"
    ) == (2, 1)
    assert one(conn, "SELECT count(*) FROM event") == (2,)
    assert counts(apply(**{**columns, "lon": [111.715, 111.705], "text": ["a", "c"]})) == (0, 0, 2, 0)


def test_a_status_is_taken_once_as_an_event_and_not_again(apply: Apply, conn: Connection) -> None:
    columns: dict[str, list[Any]] = {"key": ["1"], "lon": [111.705], "lat": [40.805], "time": [WHEN]}
    apply(**columns, 状态=["已结案"])
    assert list(conn.scalars(text("SELECT kind FROM event ORDER BY id"))) == ["filed", "closed"]
    assert counts(apply(**columns, 状态=["待核实"])) == (0, 0, 1, 0)
    assert one(conn, "SELECT status FROM report") == ("closed",)


def test_without_keys_rows_are_known_by_all_they_say_and_repeats_are_numbered(apply: Apply, conn: Connection) -> None:
    columns: dict[str, list[Any]] = {
        "lon": [111.705] * 3,
        "lat": [40.805] * 3,
        "time": [WHEN] * 3,
        "colour": ["red", "red", "blue"],
    }
    first = apply(**columns)
    assert counts(first) == (3, 0, 0, 0)
    note = next(note for note in first.notes if note.code == "keys_from_rows")
    assert "1 rows repeat" in note.text("en")
    assert counts(apply(**columns)) == (0, 0, 3, 0)
    assert one(conn, "SELECT count(DISTINCT key) FROM report_key") == (3,)


def test_repeated_keys_are_rejected_and_sources_kept_apart(apply: Apply) -> None:
    columns: dict[str, list[Any]] = {"key": ["1", "1"], "lon": [111.705] * 2, "lat": [40.805] * 2, "time": [WHEN] * 2}
    summary = apply(**columns)
    assert reasons(summary) == [(2, "duplicate_key")]
    assert "row 1" in summary.rejects[0].reason.text("en")
    assert apply(LoadOptions(source_name="12345"), **columns).new == 1


def test_every_bad_row_has_its_reason(apply: Apply) -> None:
    future = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    rows: list[tuple[Any, ...]] = [
        (111.705, None, WHEN, None, "other", None),
        (111.705, 40.805, future, None, "other", None),
        (111.705, 40.805, "1889-01-01", None, "other", None),
        (111.705, 40.805, "03/04/2026", None, "other", None),
        (111.705, 40.805, None, None, "other", None),
        (111.705, 40.805, WHEN, "2026-10-01", "other", None),
        (111.705, 40.805, WHEN, None, "pigeon", None),
        (111.705, 40.805, WHEN, None, "other", -5),
        (111.705, 40.805, WHEN, None, "other", None),
    ]
    names = ("lon", "lat", "occurred_at", "reported_at", "source", "accuracy_m")
    summary = apply(**{name: [row[n] for row in rows] for n, name in enumerate(names)})
    assert [code for _, code in reasons(summary)] == [
        "coordinate_incomplete",
        "time_in_future",
        "time_too_old",
        "time_unreadable",
        "time_missing",
        "time_order",
        "word_unknown",
        "number_out_of_range",
    ]
    assert summary.new == 1
    for reject in summary.rejects:
        assert "{" not in reject.reason.text("zh") + reject.reason.text("en")


def test_too_long_texts_are_rejected(apply: Apply) -> None:
    summary = apply(
        key=["1", "2"],
        lon=[111.705] * 2,
        lat=[40.805] * 2,
        time=[WHEN] * 2,
        text=["x" * 4001, ""],
        category=["a", "b" * 121],
    )
    assert [code for _, code in reasons(summary)] == ["category_missing", "text_too_long"][::-1]


def test_no_time_or_no_place_column_is_told(apply: Apply) -> None:
    with pytest.raises(errors.ColumnMissing, match="occurred_at"):
        apply(lon=[1.0], lat=[2.0])
    with pytest.raises(errors.ColumnMissing, match="“lat”"):
        apply(lon=[1.0], time=[WHEN])
    with pytest.raises(errors.ColumnMissing, match="“lon”"):
        apply(time=[WHEN])


@pytest.mark.parametrize(
    ("zone", "cell", "utc"),
    [
        (None, "2026-11-01 08:30", "2026-11-01T00:30"),
        (None, "2026-11-01T08:30:00Z", "2026-11-01T08:30"),
        ("Asia/Shanghai", "2026-11-01T08:30:00Z", "2026-11-01T00:30"),
        ("America/Chicago", "2018-01-01 00:00", "2018-01-01T06:00"),
    ],
)
def test_labels_are_believed_unless_the_option_says_otherwise(
    apply: Apply, conn: Connection, zone: str | None, cell: str, utc: str
) -> None:
    apply(LoadOptions(time_zone=zone), key=["1"], lon=[111.705], lat=[40.805], time=[cell])
    assert one(conn, "SELECT occurred_at FROM report")[0] == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_a_typed_column_labelled_utc_that_is_local(nine_grids: Connection, settings: Settings, tmp_path: Path) -> None:
    frame = pd.DataFrame({"lon": [111.705], "lat": [40.805], "Date": pd.to_datetime(["2026-11-01 08:30"], utc=True)})
    frame.to_parquet(tmp_path / "points.parquet")
    load_file(nine_grids, settings, "reports", tmp_path / "points.parquet", LoadOptions(time_zone="Asia/Shanghai"))
    assert one(nine_grids, "SELECT occurred_at FROM report")[0] == datetime(2026, 11, 1, 0, 30, tzinfo=UTC)


def test_excel_dates_and_serial_numbers(nine_grids: Connection, settings: Settings, tmp_path: Path) -> None:
    when = [datetime(2026, 11, 1, 8, 30), 46327.354166666664, "2026年11月1日 8时30分", "2026/11/1 8:30"]  # noqa: DTZ001
    frame = pd.DataFrame({"key": range(4), "lon": 111.705, "lat": 40.805, "时间": pd.Series(when, dtype=object)})
    frame.to_excel(tmp_path / "reports.xlsx", index=False)
    summary = load_file(nine_grids, settings, "reports", tmp_path / "reports.xlsx")
    assert counts(summary) == (4, 0, 0, 0)
    assert one(nine_grids, "SELECT DISTINCT occurred_at FROM report")[0] == datetime(2026, 11, 1, 0, 30, tzinfo=UTC)


def test_owners_are_those_of_the_day_of_the_report(
    load: Load, nine_grids: Connection, csv: Callable[..., Path]
) -> None:
    """A grid that was divided since: old reports keep the old one."""
    nine_grids.execute(text("UPDATE grid SET valid = daterange(NULL, '2026-06-01') WHERE code = 'a'"))
    columns: dict[str, list[Any]] = {
        "key": ["1", "2"],
        "lon": [111.705] * 2,
        "lat": [40.805] * 2,
        "time": ["2026-05-31 23:59", "2026-06-01 00:00"],
    }
    assert load("reports", csv(**columns)).new == 2
    rows = nine_grids.execute(text("SELECT reason FROM owner ORDER BY report_id")).all()
    assert [row[0] for row in rows] == ["inside", "none"]


def test_a_wrong_datum_is_told_with_the_likely_one(apply: Apply) -> None:
    lon = [111.7005 + n / 1000 for n in range(29)]
    lat = [40.8005 + n / 1000 for n in range(29)]
    x, y = from_wgs84(lon, lat, "gcj02")
    doubled = apply(LoadOptions(datum="bd09"), lon=list(x), lat=list(y), time=[WHEN] * 29)
    assert [note.code for note in doubled.notes if note.loud] == ["datum_suspect"]
    assert "gcj02" in next(note.text("en") for note in doubled.notes if note.loud)


def test_lists_and_other_odd_cells_reject_their_row_only(apply: Apply) -> None:
    summary = apply(
        key=["1", "2"], lon=[111.705] * 2, lat=[40.805] * 2, time=pd.Series([["2026"], WHEN]), text=[{"a": 1}, None]
    )
    assert reasons(summary) == [(1, "time_unreadable")]


def test_texts_that_mean_something_to_a_database_arrive_as_they_are(
    load: Load, csv: Callable[..., Path], conn: Connection
) -> None:
    texts = ["\\N", "\\.", "a\n\\.\nb", "NA", "null", '"', "\\\\", "=1+1"]
    path = csv(id=range(8), lon=[111.7] * 8, lat=[40.8] * 8, occurred_at=["2026-01-01"] * 8, text=texts, category=texts)
    assert load("reports", path).new == 8
    stored = conn.execute(select(report.c.text, report.c.category)).all()
    assert sorted(tuple(row) for row in stored) == sorted((each, each) for each in texts)
    assert load("reports", path).unchanged == 8
