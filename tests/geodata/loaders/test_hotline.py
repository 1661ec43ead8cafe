"""Orders of the hotline as its platform exports them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, text

from geodata.loaders import LoadOptions, LoadSummary, load_file
from geodata.settings import Settings
from tests.geodata.cities import insert_building, insert_compound, middle_of
from tests.geodata.loaders.conftest import counts, reasons

Load = Callable[..., LoadSummary]
#: An export of one morning. The caller's columns are there, as they always are.
EXPORT: dict[str, list[Any]] = {
    "工单编号": ["HH-20260214-000123", "HH-20260214-000124", "HH-20260214-000125", "HH-20260214-000126"],
    "受理时间": ["2026-02-14 08:31:05", "2026/2/14 9:02", "2026年2月14日 9时40分", "2026-02-14 10:15:00"],
    "来电人": ["样例甲", "样例乙", "样例丙", "样例丁"],
    "联系电话": ["13800000001", "13800000002", "13800000003", "13800000004"],
    "诉求类别": ["供热", "噪声扰民", "井盖", None],
    "诉求内容": ["家中暖气不热", "夜间施工噪声", "井盖破损", "咨询政策"],
    "事发地址": ["赛罕区仕奇社区富邦小区3号楼2单元501", "富邦小区附近", "不知名胡同12号", "富邦小区10栋"],
    "办结时限": ["2026-02-19 18:00", "5个工作日", None, None],
}


@pytest.fixture
def compound(nine_grids: Connection) -> Connection:
    """富邦小区 in the grid e with two buildings."""
    lon, lat = middle_of("e")
    home = insert_compound(nine_grids, "c1", lon, lat, name="富邦小区")
    for number, shift in (("3", -0.001), ("10", 0.001)):
        insert_building(nine_grids, f"b{number}", lon + shift, lat, name=f"富邦小区{number}号楼", compound_id=home)
    return nine_grids


@pytest.fixture
def load(compound: Connection, settings: Settings) -> Load:
    def run(path: Path, **options: Any) -> LoadSummary:
        return load_file(compound, settings, "hotline", path, LoadOptions(**options))

    return run


def workbook(folder: Path, **columns: Any) -> Path:
    path = folder / "orders.xlsx"
    pd.DataFrame({**EXPORT, **columns}).to_excel(path, index=False)
    return path


def gb18030(folder: Path, **columns: Any) -> Path:
    path = folder / "orders.csv"
    pd.DataFrame({**EXPORT, **columns}).to_csv(path, index=False, encoding="gb18030")
    return path


@pytest.mark.parametrize("made", [workbook, gb18030])
def test_an_export_is_loaded_and_the_certain_addresses_are_placed(
    load: Load, conn: Connection, tmp_path: Path, made: Callable[..., Path]
) -> None:
    summary = load(made(tmp_path))
    assert counts(summary) == (4, 0, 0, 0)
    told = next(note for note in summary.notes if note.code == "addresses_searched")
    assert told.text("en") == (
        "4 rows have an address only: placed 2 automatically, 2 in the queue, 1 of them without candidates."
    )
    rows = conn.execute(
        text(
            "SELECT h.number, r.source, r.status, r.category, r.placed_by, g.code, o.reason, a.state, jsonb_array_length(a.candidates) > 0, r.intake_district "
            "FROM hotline_order h JOIN report r ON r.id = h.report_id JOIN owner o USING (report_id) JOIN address_search a USING (report_id) "
            "LEFT JOIN grid g ON g.id = o.grid_id ORDER BY h.number"
        )
    ).all()
    assert [tuple(row)[1:] for row in rows] == [
        ("hotline", "filed", "供热", "address", "e", "address", "assigned", True, "150105"),
        ("hotline", "filed", "噪声扰民", "received", None, "none", "open", True, "150105"),
        ("hotline", "filed", "井盖", "received", None, "none", "open", False, "1501"),
        ("hotline", "filed", "未分类", "address", "e", "address", "assigned", True, "150105"),
    ]
    assert [row.number for row in rows] == EXPORT["工单编号"]
    kinds = conn.execute(text("SELECT kind, count(*) FROM event GROUP BY kind ORDER BY kind")).all()
    assert [tuple(row) for row in kinds] == [("address_matched", 2), ("filed", 4)]
    causes = conn.execute(text("SELECT cause, count(*) FROM owner_history GROUP BY cause ORDER BY cause")).all()
    assert [tuple(row) for row in causes] == [("address_matched", 2), ("loaded", 2)]


def test_nothing_about_callers_is_kept(load: Load, conn: Connection, tmp_path: Path) -> None:
    summary = load(workbook(tmp_path))
    told = next(note for note in summary.notes if note.code == "callers_not_loaded")
    assert "来电人, 联系电话" in told.text("zh")
    kept = conn.scalar(
        text("SELECT string_agg(r::text, '') || (SELECT string_agg(e::text, '') FROM event e) FROM report r")
    )
    assert "样例甲" not in kept
    assert "13800000001" not in kept


def test_due_times_are_taken_and_none_is_made_up(load: Load, conn: Connection, tmp_path: Path) -> None:
    summary = load(workbook(tmp_path))
    assert next(note for note in summary.notes if note.code == "due_unreadable").loud
    due = conn.scalars(text("SELECT due_at FROM hotline_order ORDER BY number")).all()
    assert due == [datetime(2026, 2, 19, 10, tzinfo=UTC), None, None, None]


def test_a_limit_in_hours_counts_from_the_receipt(load: Load, conn: Connection, tmp_path: Path) -> None:
    path = workbook(tmp_path, **{"办结时限": [None] * 4, "时限（小时）": [24, 48, None, 2]})
    load(path)
    due = conn.scalars(
        text("SELECT due_at - r.reported_at FROM hotline_order h JOIN report r ON r.id = report_id ORDER BY number")
    ).all()
    assert [each and each.total_seconds() / 3600 for each in due] == [24, 48, None, 2]


def test_the_same_file_changes_nothing_and_a_changed_row_its_report(
    load: Load, conn: Connection, tmp_path: Path
) -> None:
    load(workbook(tmp_path))
    again = load(workbook(tmp_path))
    assert counts(again) == (0, 0, 4, 0)
    assert not [note for note in again.notes if note.code == "addresses_searched"]
    changed = dict(EXPORT)
    changed["诉求内容"] = ["家中暖气一直不热", *EXPORT["诉求内容"][1:]]
    changed["办结时限"] = [EXPORT["办结时限"][0], None, "2026-02-20 18:00", None]
    changed["事发地址"] = [*EXPORT["事发地址"][:3], "不知名胡同15号"]
    assert counts(load(workbook(tmp_path, **changed))) == (0, 3, 1, 0)
    rows = conn.execute(
        text(
            "SELECT r.text, r.placed_by, r.geom IS NULL, a.state, due_at IS NULL FROM hotline_order h JOIN report r ON r.id = h.report_id "
            "JOIN address_search a USING (report_id) ORDER BY number"
        )
    ).all()
    assert [tuple(row) for row in rows] == [
        ("家中暖气一直不热", "address", False, "assigned", False),
        ("夜间施工噪声", "received", True, "open", True),
        ("井盖破损", "received", True, "open", False),
        ("咨询政策", "received", True, "open", True),
    ]
    moved = conn.execute(text("SELECT cause, reason FROM owner_history ORDER BY id DESC LIMIT 1")).one()
    assert tuple(moved) == ("moved", "none")


def test_a_pin_that_a_person_set_survives_another_load(load: Load, conn: Connection, tmp_path: Path) -> None:
    load(workbook(tmp_path))
    conn.execute(
        text(
            "UPDATE report SET geom = ST_Point(111.705, 40.805, 4326), placed_by = 'person' "
            "WHERE id = (SELECT report_id FROM hotline_order WHERE number = 'HH-20260214-000125')"
        )
    )
    assert load(workbook(tmp_path, 诉求类别=["供热", "噪声扰民", "路面", None])).changed == 1
    row = conn.execute(text("SELECT placed_by, ST_X(geom) FROM report WHERE category = '路面'")).one()
    assert tuple(row) == ("person", 111.705)


def test_a_position_in_the_file_is_believed(load: Load, conn: Connection, tmp_path: Path) -> None:
    lon, lat = middle_of("a")
    load(workbook(tmp_path, 经度=[lon, None, None, None], 纬度=[lat, None, None, None]))
    row = conn.execute(
        text(
            "SELECT r.placed_by, g.code, o.reason, (SELECT count(*) FROM address_search a WHERE a.report_id = r.id) FROM report r "
            "JOIN owner o ON o.report_id = r.id JOIN grid g ON g.id = o.grid_id WHERE r.raw_lon IS NOT NULL"
        )
    ).one()
    assert tuple(row) == ("received", "a", "inside", 0)


def test_an_order_that_is_due_before_it_came_is_rejected(load: Load, tmp_path: Path) -> None:
    summary = load(workbook(tmp_path, 办结时限=["2026-02-13", None, None, None]))
    assert reasons(summary) == [(2, "due_before_received")]
    assert summary.new == 3


def test_a_due_time_in_ten_years_is_a_typing_error(load: Load, tmp_path: Path, conn: Connection) -> None:
    summary = load(workbook(tmp_path, 办结时限=["9999-12-31 23:59", "2036-03-01", "2036-02-01", None]))
    assert summary.new == 4
    assert next(note for note in summary.notes if note.code == "due_unreadable").en.startswith("In 2 rows")
    assert conn.scalar(text("SELECT count(due_at) FROM hotline_order")) == 1


def test_hours_without_end_are_refused(load: Load, tmp_path: Path) -> None:
    columns = {name: values for name, values in EXPORT.items() if name != "办结时限"}
    path = tmp_path / "hours.xlsx"
    pd.DataFrame({**columns, "时限（小时）": ["1e308", "-5", "99999", "24"]}).to_excel(path, index=False)
    summary = load(path)
    assert [row for row, _ in reasons(summary)] == [2, 3, 4]
    assert summary.new == 1


@pytest.mark.parametrize("number", ["x" * 61, "HH\t1", "/HH-1", "HH//1", ".", "..", "HH/../1"])
def test_a_number_that_no_address_can_end_in_is_refused(load: Load, tmp_path: Path, number: str) -> None:
    summary = load(gb18030(tmp_path, 工单编号=[number, "HH-1", "HH/2", "HH-3"]))
    assert reasons(summary) == [(2, "order_number_malformed")]
    assert summary.new == 3


def test_a_number_must_be_there_once(load: Load, tmp_path: Path) -> None:
    numbers = ["HH-1", "HH-1", None, "HH-2"]
    summary = load(workbook(tmp_path, 工单编号=numbers))
    assert reasons(summary) == [(3, "duplicate_key"), (4, "value_missing")]
