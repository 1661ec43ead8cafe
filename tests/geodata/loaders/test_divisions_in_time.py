"""Divisions as they were on other days: each edition of the list keeps what it changes, with its days."""

import math
from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from sqlalchemy import Connection

from geodata.divisions import names_of
from geodata.loaders import LoadOptions, apply_frame
from geodata.places import find_places
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from geodata.tiles import TileAddress, vector_tile
from gridmap.errors import GridmapError
from tests.geodata.cities import COMMUNITY, SIDE, SOUTH, WEST

STREET, NEW = COMMUNITY[:9], COMMUNITY[:9] + "099"
ABOVE = {"150105": "赛罕区", STREET: "人民路街道"}


def square(column: int, *, wide: int = 1) -> shapely.Polygon:
    return shapely.box(WEST + column * SIDE, SOUTH, WEST + (column + wide) * SIDE, SOUTH + SIDE)


def drawn(rows: dict[str, tuple[str, shapely.Polygon]]) -> gpd.GeoDataFrame:
    names, shapes = zip(*rows.values(), strict=True)
    return gpd.GeoDataFrame({"code": list(rows), "name": list(names)}, geometry=list(shapes), crs=4326)


def on(conn: Connection, day: str, words: str = STREET) -> dict[str, str]:
    """Names by code of the communities that a list of the day shows."""
    found = find_places(conn, EVERYTHING, words, date.fromisoformat(day), limit=50)
    return {each.code: each.name for each in found if each.kind == "community"}


@pytest.fixture
def in_time(conn: Connection, settings: Settings) -> Connection:
    """One community since ever, drawn wider, renamed and joined by another in 2024; given up in 2025; in force again in 2026."""
    above = {code: (name, square(0, wide=9)) for code, name in ABOVE.items()}
    first, second = STREET + "001", STREET + "002"
    for day, rows in (
        ("2023-12-31", {first: ("东社区", square(0)), second: ("西社区", square(5))}),
        (
            "2024-06-01",
            {first: ("东风社区", square(0, wide=2)), second: ("西社区", square(5)), NEW: ("新社区", square(7))},
        ),
        ("2025-06-01", {first: ("东风社区", square(0, wide=2)), NEW: ("新社区", square(7))}),
        (
            "2026-06-01",
            {first: ("东风社区", square(0, wide=2)), second: ("西社区", square(5)), NEW: ("新社区", square(7))},
        ),
    ):
        options = LoadOptions(edition=date.fromisoformat(day))
        for _ in range(2):  # a second time changes nothing
            apply_frame(conn, settings, "divisions", drawn(above | rows), options)
    return conn


def test_lists_show_the_divisions_of_their_day(in_time: Connection) -> None:
    first, second = STREET + "001", STREET + "002"
    assert on(in_time, "2001-01-01") == {first: "东社区", second: "西社区"}
    assert on(in_time, "2024-05-31") == {first: "东社区", second: "西社区"}
    assert on(in_time, "2024-06-01") == {first: "东风社区", second: "西社区", NEW: "新社区"}
    assert on(in_time, "2025-06-01") == {first: "东风社区", NEW: "新社区"}
    assert on(in_time, "2026-06-01") == {first: "东风社区", second: "西社区", NEW: "新社区"}
    assert on(in_time, "2024-05-31", "东社区") == {first: "东社区"}
    assert names_of(in_time, [first, second], date(2024, 5, 31))[first].name == "东社区"
    assert names_of(in_time, [first])[first].name == "东风社区"


def test_tiles_show_the_boundaries_of_their_day(in_time: Connection) -> None:
    across = (WEST + SIDE / 2) / 360 + 0.5
    up = 0.5 - math.asinh(math.tan(math.radians(SOUTH + SIDE / 2))) / (2 * math.pi)
    tile = TileAddress(13, int(across * 2**13), int(up * 2**13))
    then, later, now = (
        vector_tile(in_time, EVERYTHING, "divisions", tile, date.fromisoformat(day))
        for day in ("2024-05-31", "2024-06-01", "2026-11-01")
    )
    assert "东社区".encode() in then
    assert "东风社区".encode() not in then
    assert "东风社区".encode() in later
    assert later == now


def test_an_edition_is_corrected_by_loading_it_again_and_none_comes_before_it(
    in_time: Connection, settings: Settings
) -> None:
    first = STREET + "001"
    rows = {code: (name, square(0, wide=9)) for code, name in ABOVE.items()}
    rows |= {first: ("东凤社区", square(0, wide=2)), STREET + "002": ("西社区", square(5)), NEW: ("新社区", square(7))}
    for name in ("东凤社区", "东风新社区"):
        rows[first] = (name, square(0, wide=2))
        apply_frame(in_time, settings, "divisions", drawn(rows), LoadOptions(edition=date(2026, 6, 1)))
    assert on(in_time, "2026-05-31")[first] == "东风社区"
    assert on(in_time, "2026-06-01")[first] == "东风新社区"
    with pytest.raises(GridmapError) as caught:
        apply_frame(in_time, settings, "divisions", drawn(rows), LoadOptions(edition=date(2024, 1, 1)))
    assert caught.value.code == "edition_behind"


def test_a_list_without_a_day_corrects_what_was_and_is(in_time: Connection, settings: Settings) -> None:
    apply_frame(in_time, settings, "divisions", pd.DataFrame({"code": [NEW], "name": ["新建社区"]}))
    assert on(in_time, "2024-06-01")[NEW] == "新建社区"
