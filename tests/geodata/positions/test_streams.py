"""The sample city's planted stream of wrong coordinates: found with its days, and no other accused."""

from datetime import timedelta

from sqlalchemy import Connection

from geodata.demo.city import City
from geodata.demo.peculiarities import WRONG_DATUM_DAYS
from geodata.positions.streams import list_streams
from tests.geodata.demo.conftest import UNTIL
from tests.geodata.positions.judged import couriers, keys_of


def test_the_planted_stream_is_found_with_its_days_and_no_other_is_accused(conn: Connection, planted: City) -> None:
    found = couriers(conn)
    first, after = (UNTIL - timedelta(days=days) for days in WRONG_DATUM_DAYS)
    assert (found.source, found.stated, found.likely) == ("courier", "wgs84", "gcj02")
    assert first <= found.from_day <= first + timedelta(days=3)
    assert after - timedelta(days=4) <= found.to_day < after
    assert found.reports == len(keys_of(planted, "wrong_datum"))
    assert found.confidence > 0.999
    assert found.shares["gcj02"][0] > 0.9 > found.shares["wgs84"][0]
    assert {row.likely for row in list_streams(conn) if not row.suspect} <= {"wgs84", "gcj02", "bd09", None}
