"""Gates, units with duties, people with posts, bodies of compounds: rows that hold for a time, loaded twice without harm."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
from sqlalchemy import Connection, text

from geodata.days import today
from geodata.loaders import LoadSummary, apply_frame, errors
from geodata.settings import Settings
from tests.geodata.cities import COMMUNITY
from tests.geodata.loaders.conftest import Load, counts, reasons

SQUARE = shapely.box(111.70, 40.80, 111.71, 40.81)
FOOT = shapely.box(111.7001, 40.8001, 111.7003, 40.8002)
Apply = Callable[..., LoadSummary]


@pytest.fixture
def apply(nine_grids: Connection, settings: Settings) -> Apply:
    """Load a frame from columns into the nine grids' database, which has a compound ``c1`` with a building ``b1``."""

    def run(kind: str, /, **columns: list[Any]) -> LoadSummary:
        return apply_frame(nine_grids, settings, kind, pd.DataFrame(columns))

    run("compounds", code=["c1", "c2"], name=["甲小区", "乙小区"], geom=[SQUARE, SQUARE])
    run("buildings", code=["b1"], compound_code=["c1"], geom=[FOOT])
    return run


@pytest.fixture
def grid_code(nine_grids: Connection) -> str:
    """One of the nine grids."""
    return str(nine_grids.scalar(text("SELECT min(code) FROM grid")))


def days(conn: Connection, table: str = "post", by: str = "person_id") -> list[tuple[Any, ...]]:
    """From and to of the rows, in order of their key."""
    query = f"SELECT lower(valid)::text, upper(valid)::text FROM {table} ORDER BY {by}, lower(valid) NULLS FIRST"
    return [tuple(row) for row in conn.execute(text(query))]


def test_gates_at_their_compound(apply: Apply, conn: Connection) -> None:
    rows = {
        "code": ["g1", "g2"],
        "compound_code": ["c1", "c1"],
        "类型": ["车行口", "人行"],
        "lon": [111.7, 111.71],
        "lat": [40.8, 40.81],
    }
    assert counts(apply("gates", **rows, name=["北门", "东门"])) == (2, 0, 0, 0)
    assert counts(apply("gates", **rows, name=["北门", "南门"])) == (0, 1, 1, 0)
    assert list(conn.scalars(text("SELECT kind FROM gate ORDER BY code"))) == ["vehicle", "pedestrian"]
    bad = apply(
        "gates", code=["g3", "g4", "g5"], compound_code=["c9", "c1", "c1"], lon=[111.7, None, 0], lat=[40.8, 40.8, 0]
    )
    assert reasons(bad) == [(1, "parent_missing"), (2, "geometry_missing"), (3, "null_island")]
    with pytest.raises(errors.GeometryColumnMissing):
        apply("gates", code=["g3"], compound_code=["c1"])


def test_gates_from_points(apply: Apply) -> None:
    point = shapely.Point(111.705, 40.8)
    assert apply("gates", code=["g1"], compound_code=["c1"], kind=["pedestrian"], geom=[point]).new == 1


def test_units_with_their_duties(apply: Apply, conn: Connection) -> None:
    rows = {"code": ["u1", "u2"], "name": ["城管（示例）", "热力（示例）"], "kind": ["部门", "utility"]}
    assert counts(apply("units", **rows, duties=["占道经营；小广告", ["供暖不热"]])) == (2, 0, 0, 0)
    assert counts(apply("units", **rows, duties=["小广告;占道经营", ["供暖不热"]])) == (0, 0, 2, 0)
    assert counts(apply("units", **rows, duties=["小广告", "供暖不热"])) == (0, 1, 1, 0)
    assert counts(apply("units", **rows)) == (0, 0, 2, 0)
    found = conn.execute(text("SELECT u.code, category FROM unit_duty JOIN unit u ON u.id = unit_id ORDER BY 1, 2"))
    assert [tuple(row) for row in found] == [("u1", "小广告"), ("u2", "供暖不热")]
    assert counts(apply("units", **{**rows, "name": ["城管局", "热力（示例）"]}, duties=["", "供暖不热"])) == (
        0,
        1,
        1,
        0,
    )
    assert conn.scalar(text("SELECT count(*) FROM unit_duty")) == 1


def test_units_that_cannot_be_taken(apply: Apply) -> None:
    bad = apply("units", code=["u1", "u1", "u3"], name=["甲", "乙", None], kind=["department", "department", "衙门"])
    assert reasons(bad) == [(2, "duplicate_code"), (3, "value_missing")]
    assert reasons(apply("units", code=["u3"], name=["丙"], kind=["衙门"])) == [(1, "word_unknown")]


def test_a_person_with_several_posts(apply: Apply, conn: Connection, grid_code: str) -> None:
    rows = {
        "code": ["p1", "p1", "p2"], "name": ["包晓", "包晓", "云兰"], "phone": ["1", "1", "2"], "岗位": ["网格员", "楼栋长", "社区书记"],
        "area_code": [grid_code, None, COMMUNITY], "building_code": [None, "b1", None], "from": ["2025-01-01", None, "2024-03-01"],
        "to": [None, None, "2027-01-01"],
    }  # fmt: skip
    assert counts(apply("people", **rows)) == (3, 0, 0, 0)
    assert counts(apply("people", **rows)) == (0, 0, 3, 0)
    assert conn.scalar(text("SELECT count(*) FROM person")) == 2
    assert days(conn) == [(None, None), ("2025-01-01", None), ("2024-03-01", "2027-01-01")]
    renamed = {**rows, "phone": ["9", "9", "2"]}
    assert counts(apply("people", **renamed)) == (0, 2, 1, 0)
    ended = {**renamed, "to": ["2026-01-01", None, "2027-01-01"]}
    assert counts(apply("people", **ended)) == (0, 1, 2, 0)
    assert ("2025-01-01", "2026-01-01") in days(conn)


def worker(grid_code: str, *people: str, **more: list[Any]) -> dict[str, list[Any]]:
    """Rows of grid workers of one grid."""
    return {
        "code": list(people), "name": [f"姓{code}" for code in people], "kind": ["grid_worker"] * len(people),
        "area_code": [grid_code] * len(people), **more,
    }  # fmt: skip


def test_a_new_worker_ends_the_old_ones_post(apply: Apply, conn: Connection, grid_code: str) -> None:
    assert apply("people", **worker(grid_code, "p1", valid_from=["2024-01-01"])).new == 1
    assert apply("people", **worker(grid_code, "p2", valid_from=["2025-06-01"])).new == 1
    assert days(conn) == [("2024-01-01", "2025-06-01"), ("2025-06-01", None)]
    # The older file again, and the history in one file: nothing changes.
    assert counts(apply("people", **worker(grid_code, "p1", valid_from=["2024-01-01"]))) == (0, 0, 1, 0)
    both = worker(grid_code, "p2", "p1", valid_from=["2025-06-01", "2024-01-01"])
    assert counts(apply("people", **both)) == (0, 0, 2, 0)


def test_without_days_a_post_holds_always_and_a_successor_starts_today(
    apply: Apply, conn: Connection, grid_code: str, settings: Settings
) -> None:
    assert apply("people", **worker(grid_code, "p1")).new == 1
    assert days(conn) == [(None, None)]
    now = today(settings.zone).isoformat()
    assert apply("people", **worker(grid_code, "p2")).new == 1
    assert days(conn) == [(None, now), (now, None)]
    assert counts(apply("people", **worker(grid_code, "p2"))) == (0, 0, 1, 0)


def test_a_history_in_one_file_and_one_put_before(apply: Apply, conn: Connection, grid_code: str) -> None:
    three = worker(grid_code, "p1", "p3", "p2", valid_from=["2023-01-01", "2025-01-01", "2024-01-01"])
    assert apply("people", **three).new == 3
    expected = [("2023-01-01", "2024-01-01"), ("2024-01-01", "2025-01-01"), ("2025-01-01", None)]
    assert sorted(days(conn), key=str) == expected
    assert apply("people", **worker(grid_code, "p0", valid_from=["2020-01-01"])).new == 1
    assert ("2020-01-01", "2023-01-01") in days(conn)


def test_bounds_that_move_together_do_not_collide(apply: Apply, conn: Connection, grid_code: str) -> None:
    both = worker(grid_code, "p1", "p2", valid_from=["2024-01-01", "2025-01-01"])
    apply("people", **both)
    moved = {**both, "valid_from": ["2024-01-01", "2024-06-01"]}
    assert counts(apply("people", **moved)) == (0, 2, 0, 0)
    assert days(conn) == [("2024-01-01", "2024-06-01"), ("2024-06-01", None)]


def test_a_taken_post_is_told(apply: Apply, conn: Connection, grid_code: str) -> None:
    apply("people", **worker(grid_code, "p1", valid_from=["2025-01-01"]))
    same_day = apply("people", **worker(grid_code, "p2", valid_from=["2025-01-01"]))
    assert reasons(same_day) == [(1, "term_taken")]
    over = apply("people", **worker(grid_code, "p2", valid_from=["2024-01-01"], valid_to=["2025-03-01"]))
    assert reasons(over) == [(1, "term_taken")]
    twice = apply("people", **worker(grid_code, "p3", "p4", valid_from=["2026-01-01"] * 2, valid_to=["2026-02-01"] * 2))
    assert reasons(twice) == [(2, "term_taken")]
    assert conn.scalar(text("SELECT count(*) FROM person")) == 2


def test_people_that_cannot_be_taken(apply: Apply, conn: Connection, grid_code: str) -> None:
    bad = apply(
        "people",
        code=["p1", "p2", "p3", "p4", "p5", "p5", "p6", "p7"], name=["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"],
        kind=["网格员", "网格员", "皇帝", "楼栋长", "网格员", "楼栋长", "网格员", "楼栋长"],
        area_code=["nowhere", COMMUNITY, grid_code, grid_code, grid_code, None, grid_code, None],
        building_code=[None, None, None, "b1", None, "b1", None, None],
        valid_from=[None] * 6 + ["2026-01-02", None], valid_to=[None] * 6 + ["2026-01-01", None],
    )  # fmt: skip
    assert reasons(bad) == [
        (1, "parent_missing"), (2, "parent_missing"), (3, "word_unknown"), (4, "place_not_one"), (6, "person_differs"), (7, "days_reversed"),
        (8, "place_not_one"),
    ]  # fmt: skip
    assert list(conn.scalars(text("SELECT code FROM person"))) == ["p5"]
    told = "\n".join(bad.lines("zh", most=20))
    assert not any(name in told for name in "甲乙丙丁戊己")


def body(kind: str, *names: str, **more: list[Any]) -> dict[str, list[Any]]:
    """Rows of bodies of the compound ``c1``."""
    return {"compound_code": ["c1"] * len(names), "kind": [kind] * len(names), "name": list(names), **more}


def test_bodies_with_their_history(apply: Apply, conn: Connection) -> None:
    apply("units", code=["u1"], name=["示例物业"], kind=["物业"])
    first = body("物业公司", "示例物业", contact=["包晓"], phone=["1"], unit_code=["u1"], valid_from=["2020-05-01"])
    assert counts(apply("bodies", **first)) == (1, 0, 0, 0)
    assert counts(apply("bodies", **first)) == (0, 0, 1, 0)
    assert counts(apply("bodies", **{**first, "phone": ["2"]})) == (0, 1, 0, 0)
    assert apply("bodies", **body("物业公司", "另一物业", valid_from=["2026-01-01"])).new == 1
    assert apply("bodies", **body("业委会", "甲小区业委会")).new == 1
    assert days(conn, "compound_body", "id") == [("2020-05-01", "2026-01-01"), ("2026-01-01", None), (None, None)]
    assert conn.scalar(text("SELECT count(*) FROM compound_body WHERE unit_id IS NOT NULL")) == 1


def test_bodies_that_cannot_be_taken(apply: Apply) -> None:
    bad = apply(
        "bodies", compound_code=["c9", "c1", "c1", "c1"], kind=["物业", "教会", "供热", "供水"], name=["甲", "乙", None, "丁"],
        unit_code=[None, None, None, "u9"],
    )  # fmt: skip
    assert reasons(bad) == [(1, "parent_missing"), (2, "word_unknown"), (3, "value_missing"), (4, "parent_missing")]


def test_from_files_with_chinese_headers(apply: Apply, load: Load, csv: Callable[..., Path], grid_code: str) -> None:
    columns = {
        "工号": ["007"],
        "姓名": ["包晓"],
        "手机号": ["19900000001"],
        "岗位": ["网格员"],
        "网格编码": [grid_code],
        "上岗日期": ["2026/3/1"],
    }
    assert load("people", csv(**columns)).new == 1
    assert counts(load("people", csv(**columns))) == (0, 0, 1, 0)
