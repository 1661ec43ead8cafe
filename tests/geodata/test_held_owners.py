"""What reports have, read in bulk and put together here: the same as the database says in one question."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select, text

from geodata.copying import copy_in
from geodata.days import numbered_day, today
from geodata.owners.days import city_days
from geodata.owners.held import HeldOwners, held_in_districts, held_owners, held_where
from geodata.settings import Settings
from geodata.tables import grid
from gridmap.assignment import REASONS
from gridmap.report import OPEN, OVER, STATES
from tests.geodata.cities import SIDE, SOUTH, WEST, insert_divisions, insert_grids

N = 900
# One question with all that decides, as a person would write it.
IN_ONE = """
    SELECT
        r.id AS report_id, r.intake_district AS district, coalesce(ST_X(r.geom), 'NaN') AS lon, coalesce(ST_Y(r.geom), 'NaN') AS lat,
        coalesce(o.as_of, CAST(r.reported_at AT TIME ZONE :zone AS date)) - DATE '1970-01-01' AS day,
        coalesce(CASE WHEN r.placed_by = 'received' AND r.status = ANY(:open_states) THEN r.accuracy_m END, 'NaN') AS accuracy_m,
        r.placed_by = 'address' AS by_address, CAST(CAST(coalesce(o.changed_xid, '0') AS text) AS bigint) AS owner_xid,
        coalesce(o.grid_id, -1) AS grid_id, coalesce(array_position(:reasons, o.reason) - 1, -1) AS reason,
        coalesce(o.distance_to_edge_m, 'NaN') AS distance_to_edge_m, coalesce(o.share, 'NaN') AS share,
        o.reason IS NOT DISTINCT FROM 'decided' AND EXISTS (
            SELECT FROM grid g WHERE g.id = o.grid_id
            AND (g.valid @> coalesce(o.as_of, CAST(r.reported_at AT TIME ZONE :zone AS date)) OR g.valid @> :today)
        ) AS kept
    FROM report r LEFT JOIN owner o ON o.report_id = r.id
    WHERE {where}
    ORDER BY r.id
"""


@pytest.fixture(scope="module")
def city(engine: Engine) -> None:
    """Reports with and without place, owner, share and accuracy, around midnight and in years of summer time, some decided."""
    rng = np.random.default_rng(11)
    with engine.begin() as conn:
        insert_divisions(conn)
        insert_grids(conn)
        conn.execute(text("UPDATE grid SET valid = '(,2024-06-01)' WHERE code IN ('a', 'b')"))
        conn.execute(text("UPDATE grid SET valid = '[2025-01-01,)' WHERE code = 'c'"))
        conn.execute(text("UPDATE grid SET valid = '[2010-01-01,2012-01-01)' WHERE code = 'd'"))
        grids = np.array(conn.scalars(select(grid.c.id).order_by(grid.c.code)).all())
        copy_in(conn, "report", _reports(rng))
        copy_in(conn, "owner", _owners(rng, grids))


def _reports(rng: np.random.Generator) -> pd.DataFrame:
    lon, lat = WEST + rng.uniform(-0.2, 3.2, N) * SIDE, SOUTH + rng.uniform(-0.2, 3.2, N) * SIDE
    # 16:00 UTC is midnight in the city; in the summers up to 1991 it was 15:00.
    days = pd.to_datetime(
        rng.choice(["1990-04-14", "1990-04-15", "1990-07-01", "1991-09-14", "2000-01-01", "2024-05-31"], N), utc=True
    )
    at = days + pd.to_timedelta(rng.choice([0, 14, 15, 16, 17], N), "h") + pd.to_timedelta(rng.integers(-2, 3, N), "us")
    placed = rng.random(N) > 0.2
    return pd.DataFrame(
        {
            "id": rng.permutation(3 * N)[:N] + 1,
            "category": "积水",
            "status": rng.choice([str(state) for state in STATES], N),
            "raw_lon": np.where(placed, lon, np.nan),
            "raw_lat": np.where(placed, lat, np.nan),
            "geom": [
                f"SRID=4326;POINT({x!r} {y!r})" if there else None
                for x, y, there in zip(lon.tolist(), lat.tolist(), placed, strict=True)
            ],
            "address_text": "旧城某处",
            "placed_by": np.where(placed, rng.choice(["received", "address"], N), "received"),
            "accuracy_m": np.where(rng.random(N) > 0.5, rng.uniform(1, 90, N), np.nan),
            "occurred_at": at,
            "reported_at": at,
            "intake_district": rng.choice(["150102", "150105", "1501"], N),
        }
    )


def _owners(rng: np.random.Generator, grids: np.ndarray[Any, Any]) -> pd.DataFrame:
    reports = _reports(np.random.default_rng(11))
    rows = reports[rng.random(N) > 0.1].reset_index(drop=True)
    n = len(rows)
    reason = rng.choice([str(reason) for reason in REASONS], n)
    nowhere = reason == "none"
    return pd.DataFrame(
        {
            "report_id": rows["id"],
            "grid_id": pd.array(rng.choice(grids, n), dtype="Int64").copy(),
            "reason": reason,
            "distance_to_edge_m": np.where(rng.random(n) > 0.3, rng.uniform(0, 50, n), np.nan),
            "share": np.where(rng.random(n) > 0.8, rng.random(n), np.nan),
            "index_version": 1,
            "as_of": [date(2024, 5, 31) if new else None for new in rng.random(n) > 0.7],
            "intake_district": rows["intake_district"],
        }
    ).assign(grid_id=lambda frame: frame["grid_id"].mask(nowhere))


def in_one(conn: Connection, settings: Settings, where: str, **parameters: Any) -> pd.DataFrame:
    given = {
        "zone": settings.time_zone, "today": today(settings.zone), "reasons": [str(each) for each in REASONS], "open_states": list(OPEN),
    }  # fmt: skip
    rows = conn.execute(text(IN_ONE.format(where=where)), {**given, **parameters})
    return pd.DataFrame(rows.all(), columns=list(rows.keys()))


def same(held: HeldOwners, expected: pd.DataFrame) -> None:
    assert len(held) == len(expected)
    for name in expected:
        found = getattr(held, name)
        found = found.astype(str) if name == "district" else found
        np.testing.assert_array_equal(found, expected[name].to_numpy(dtype=found.dtype), err_msg=name)


def test_all_that_decides_is_as_one_question_says(engine: Engine, city: None, settings: Settings) -> None:
    with engine.connect() as conn:
        expected = in_one(conn, settings, "TRUE")
        assert expected["kept"].sum() > 10
        assert (expected["reason"] == REASONS.index("decided")).sum() > expected["kept"].sum()
        assert set(expected["reason"]) == {-1, *range(len(REASONS))}
        same(held_where(conn, settings), expected)


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"district": "150105"}, "r.intake_district = '150105'"),
        ({"unassigned": True}, "o.grid_id IS NULL"),
        ({"area": "c"}, "o.grid_id IN (SELECT id FROM grid WHERE code = 'c')"),
        ({"area": "150102001001"}, "o.grid_id IN (SELECT id FROM grid WHERE starts_with(community_code, '150102001001'))"),
        ({"ended": list(OVER)}, "r.status <> ALL(:over)"),
        ({"first": 200, "until": 450}, "r.id >= 200 AND r.id < 450"),
        ({"first": 300, "until": 301}, "r.id = 300"),
        ({"district": "150102", "first": 450}, "r.intake_district = '150102' AND r.id >= 450"),
        ({"area": "nowhere"}, "FALSE"),
        ({"district": "1599"}, "FALSE"),
    ],
)  # fmt: skip
def test_conditions_choose_the_same(
    engine: Engine, city: None, settings: Settings, asked: dict[str, Any], where: str
) -> None:
    with engine.connect() as conn:
        same(held_where(conn, settings, **asked), in_one(conn, settings, where, over=list(OVER)))


def test_keys_choose_the_same_however_few_and_far_apart(engine: Engine, city: None, settings: Settings) -> None:
    with engine.connect() as conn:
        every = conn.scalars(text("SELECT id FROM report ORDER BY id")).all()
        for keys in ([], [0], every[:1], every[::100], every[10:200], [*every[::-3], *every[:5], 10**9]):
            expected = in_one(conn, settings, "r.id = ANY(:keys)", keys=list(keys))
            same(held_owners(conn, settings, keys), expected)


def test_districts_are_read_together_and_told_apart(engine: Engine, city: None, settings: Settings) -> None:
    with engine.connect() as conn:
        held = held_in_districts(conn, settings, ["1501", "150102", "150105"])
        for code, reports in held.items():
            same(reports, in_one(conn, settings, "r.intake_district = :code", code=code))


FIRST = datetime(2000, 1, 1, tzinfo=UTC)
YEAR = 366 * 86_400_000_000


@given(
    st.lists(st.integers(-100 * YEAR, 90 * YEAR), min_size=1),
    st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]),
)
def test_days_are_those_of_the_city_in_every_year(instants: list[int], name: str) -> None:
    zone = ZoneInfo(name)
    days = [(FIRST + timedelta(microseconds=instant)).astimezone(zone).date() for instant in instants]
    assert [numbered_day(day) for day in city_days(np.array(instants), zone)] == days


def test_a_midnight_in_summer_time_is_an_hour_earlier() -> None:
    def day(*at: int) -> date:
        instant = (datetime(*at, tzinfo=UTC) - FIRST) // timedelta(microseconds=1)  # type: ignore[misc, arg-type]
        return numbered_day(city_days(np.array([instant]), ZoneInfo("Asia/Shanghai"))[0])

    assert (day(1988, 7, 1, 14, 59), day(1988, 7, 1, 15)) == (date(1988, 7, 1), date(1988, 7, 2))
    assert (day(2024, 7, 1, 15, 59), day(2024, 7, 1, 16)) == (date(2024, 7, 1), date(2024, 7, 2))
