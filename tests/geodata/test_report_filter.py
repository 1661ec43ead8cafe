"""The filter in the address."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.report_filter import LACKS, ReportFilter
from gridmap.errors import GridmapError
from gridmap.report import SOURCES, STATES


def test_nothing_chosen_is_everything() -> None:
    assert ReportFilter.parse({}) == ReportFilter()
    assert ReportFilter.parse({"from": "", "category": " ", "bbox": ""}) == ReportFilter()
    assert ReportFilter().query() == {}


def test_an_address_is_read() -> None:
    found = ReportFilter.parse(
        {
            "bbox": "111.6,40.7,111.8,40.9",
            "from": "2026-01-01",
            "to": "2026-02-01",
            "category": ["井盖, 缺失"],
            "source": "hotline,patrol",
            "area": "150105",
        }
    )
    assert found == ReportFilter(
        bbox=(111.6, 40.7, 111.8, 40.9),
        from_day=date(2026, 1, 1),
        to_day=date(2026, 2, 1),
        categories=("井盖, 缺失",),
        sources=("hotline", "patrol"),
        area="150105",
    )


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"bbox": "1,2,3"}, "bbox", "bad_bbox"),
        ({"bbox": "nan,0,1,1"}, "bbox", "bad_bbox"),
        ({"bbox": "40,111,41,112"}, "bbox", "bad_bbox"),
        ({"bbox": "2,0,1,1"}, "bbox", "bad_bbox"),
        ({"from": "20.11.2026"}, "from", "bad_day"),
        ({"to": "2026-02-30"}, "to", "bad_day"),
        ({"from": "2026-02-01", "to": "2026-02-01"}, "to", "empty_period"),
        ({"source": "radio"}, "source", "unknown_source"),
        ({"status": "lost"}, "status", "unknown_status"),
        ({"lacking": "sense"}, "lacking", "unknown_lack"),
    ],
)
def test_a_wrong_part_is_named(query: dict[str, str], field: str, code: str) -> None:
    with pytest.raises(GridmapError) as caught:
        ReportFilter.parse(query)
    assert (caught.value.field, caught.value.code) == (field, code)


words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)


@given(
    st.builds(
        ReportFilter,
        from_day=st.none() | st.dates(date(2000, 1, 1), date(2019, 12, 31)),
        to_day=st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
        categories=st.lists(words, unique=True, max_size=3).map(lambda v: tuple(sorted(v))),
        sources=st.lists(st.sampled_from(SOURCES), unique=True).map(lambda v: tuple(sorted(v))),
        statuses=st.lists(st.sampled_from(STATES), unique=True).map(lambda v: tuple(sorted(v))),
        area=st.none() | words,
        lacking=st.none() | st.sampled_from(LACKS),
    )
)
def test_written_and_read_again_it_is_the_same_filter(chosen: ReportFilter) -> None:
    assert ReportFilter.parse(chosen.query()) == chosen
