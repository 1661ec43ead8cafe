"""The two-column table: out and in again, and every bad row by its line."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.errors import GridmapError
from gridmap.planning.assignment_table import UnreadableAssignment, assignment_rows, read_assignment

UNITS = ["u1", "u2", "u3"]


def told(flaws: tuple[GridmapError, ...]) -> list[tuple[str, int | None]]:
    return [(flaw.code, flaw.row) for flaw in flaws]


def as_csv(rows: list[list[str]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z"], exclude_characters="'\ufeff"),
    min_size=1,
    max_size=8,
)


@given(st.dictionaries(texts, texts | st.just(""), min_size=1, max_size=8))
def test_out_and_in_again(plan: dict[str, str]) -> None:
    units, grids = list(plan), list(plan.values())
    found = read_assignment(as_csv(assignment_rows(units, grids)).encode("utf-8-sig"), units)
    rounded = [flaw for flaw in found.flaws if flaw.code == "rounded_code"]
    if not rounded:
        assert (found.grids, found.flaws) == (grids, ())
        labels, names = found.labels()
        assert [names[label] if label >= 0 else "" for label in labels] == grids


def test_headings_delimiters_and_encodings() -> None:
    plain = "u1,A\nu2,B\nu3,\n"
    for text in (
        plain,
        "unit_id,grid\n" + plain,
        "单元,网格\r\n" + plain.replace("\n", "\r\n"),
        plain.replace(",", ";"),
        plain.replace(",", "\t"),
    ):
        for data in (text, text.encode("gb18030"), text.encode("utf-8-sig"), "\ufeff" + text):
            found = read_assignment(data, UNITS)
            assert (found.grids, found.flaws, found.unassigned) == (["A", "B", ""], (), 1)


def test_bad_rows_by_line() -> None:
    text = "unit_id,grid\nu1,A\n\nu9,A\nu1,B\nu2,C,D\nu2\n"
    found = read_assignment(text, UNITS)
    assert told(found.flaws) == [
        ("unknown_unit", 4),
        ("repeated_unit", 5),
        ("not_two_columns", 6),
        ("not_two_columns", 7),
        ("missing_units", None),
    ]
    assert found.grids == ["A", "", ""]
    assert found.flaws[1].values["first"] == 2
    assert "u2、u3" in found.flaws[-1].text("zh")


def test_lines_are_counted_as_an_editor_does() -> None:
    found = read_assignment('unit_id,grid\nu1,"a\nb"\nu9,A\nu2,\nu3,\n', UNITS)
    assert told(found.flaws) == [("unknown_unit", 4)]


def test_a_wrong_heading_is_a_bad_row() -> None:
    assert told(read_assignment("编号,归属\nu1,A\nu2,A\nu3,A", UNITS).flaws) == [("unknown_unit", 1)]


def test_codes_that_a_spreadsheet_rounded() -> None:
    found = read_assignment("u1,1.50105E+14\nu2,150105001018002\n1.5E+11,A\nu3,", UNITS)
    assert told(found.flaws) == [("rounded_code", 1), ("rounded_code", 3), ("missing_units", None)]
    assert found.grids[1] == "150105001018002"


def test_nothing_and_what_is_no_table() -> None:
    assert told(read_assignment(b"", UNITS).flaws) == [("missing_units", None)]
    assert read_assignment("", []).flaws == ()
    with pytest.raises(UnreadableAssignment):
        read_assignment(b"\xff\xfe\x00\xd8\x80\x80", UNITS)
    with pytest.raises(UnreadableAssignment):
        read_assignment("u1," + "x" * 200_000, UNITS)


def test_a_file_of_flaws_alone_is_read_no_further() -> None:
    found = read_assignment("x\n" * 1_000_000, ["1"])
    assert [flaw.row for flaw in found.flaws] == list(range(1, 101))
