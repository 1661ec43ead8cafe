from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Connection, select

from geodata.tables import division
from tests.geodata.loaders.conftest import Load, counts, reasons

LIST = {
    "level": ["area", "street", "village"],
    "code": ["150105", "150105001", "150105001018"],
    "name": ["赛罕区", "人民路街道", "仕奇社区"],
    "parent": ["1501", "150105", "150105001"],
}


def test_a_list_makes_its_city_and_a_second_load_changes_nothing(
    load: Load, csv: Callable[..., Path], conn: Connection
) -> None:
    first = load("divisions", csv(**LIST))
    assert counts(first) == (3, 0, 0, 0)
    assert "city_made" in {note.code for note in first.notes}
    rows = conn.execute(
        select(division.c.code, division.c.level, division.c.parent_code, division.c.name).order_by(division.c.code)
    )
    assert [tuple(row) for row in rows] == [
        ("1501", "city", None, "呼和浩特市"),
        ("150105", "district", "1501", "赛罕区"),
        ("150105001", "street", "150105", "人民路街道"),
        ("150105001018", "community", "150105001", "仕奇社区"),
    ]
    again = load("divisions", csv(**LIST))
    assert counts(again) == (0, 0, 3, 0)
    assert "city_made" not in {note.code for note in again.notes}


def test_a_new_name_is_a_change_and_absent_rows_stay(load: Load, csv: Callable[..., Path], conn: Connection) -> None:
    load("divisions", csv(**LIST))
    summary = load("divisions", csv(code=["150105001018"], name=["仕奇新社区"]))
    assert counts(summary) == (0, 1, 0, 0)
    assert conn.scalar(select(division.c.name).where(division.c.code == "150105001018")) == "仕奇新社区"
    assert len(conn.execute(select(division)).all()) == 4


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16", "utf-8"])
def test_encodings_are_found_out(load: Load, csv: Callable[..., Path], conn: Connection, encoding: str) -> None:
    assert load("divisions", csv(encoding=encoding, **LIST)).new == 3
    assert conn.scalar(select(division.c.name).where(division.c.code == "150105")) == "赛罕区"


def test_chinese_headers_padded_codes_and_level_words(load: Load, tmp_path: Path, conn: Connection) -> None:
    frame = pd.DataFrame(
        {
            "代码": [150105000000, 150105001000, 150105001018],
            "名称": ["赛罕区", "人民路街道", "仕奇社区"],
            "级别": ["旗县区", "街道", "社区"],
        }
    )
    frame.to_excel(tmp_path / "list.xlsx", index=False)
    assert load("divisions", tmp_path / "list.xlsx").new == 3
    assert set(conn.scalars(select(division.c.code))) == {"1501", "150105", "150105001", "150105001018"}


def test_orphans_and_contradictions_are_rejected_down_the_tree(load: Load, csv: Callable[..., Path]) -> None:
    summary = load(
        "divisions",
        csv(
            code=["150105", "150199001", "150199001001", "150105001", "160101"],
            name=["a", "b", "c", "d", "e"],
            parent=["1501", "150199", "150199001", "150104", "1601"],
        ),
    )
    assert summary.new == 1
    assert reasons(summary) == [
        (3, "parent_missing"),
        (4, "parent_missing"),
        (5, "parent_mismatch"),
        (6, "parent_missing"),
    ]
    assert "150105" in summary.rejects[2].reason.text("zh")


def test_codes_must_fit_their_level(load: Load, csv: Callable[..., Path]) -> None:
    summary = load(
        "divisions",
        csv(code=["1.50105E+11", "150105", "15010"], name=["a", "b", "c"], level=["village", "street", "area"]),
    )
    assert [code for _, code in reasons(summary)] == ["code_cut_short", "code_malformed", "code_malformed"]


def test_kinds_follow_code_and_name(load: Load, csv: Callable[..., Path], conn: Connection) -> None:
    load("divisions", csv(code=["150172", "150105"], name=["呼和浩特经济技术开发区", "赛罕区"]))
    kinds = {row.code: row.kind for row in conn.execute(select(division.c.code, division.c.kind))}
    assert kinds == {"1501": "administrative", "150172": "statistical", "150105": "administrative"}


def test_a_column_of_kinds_wins(load: Load, csv: Callable[..., Path], conn: Connection) -> None:
    load("divisions", csv(code=["150172"], name=["开发区"], kind=["行政"]))
    assert conn.scalar(select(division.c.kind).where(division.c.code == "150172")) == "administrative"
