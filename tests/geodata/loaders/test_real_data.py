"""Real files, whole: counts as published, owners as the source knows them."""

from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Connection, text

from tests.geodata.loaders.conftest import Load, counts, reasons

pytestmark = pytest.mark.shared


def test_hohhot_divisions(load: Load, shared_data: Path, conn: Connection) -> None:
    path = shared_data / "hohhot_divisions" / "hohhot_2023.csv"
    assert counts(load("divisions", path)) == (1505, 0, 0, 0)
    levels = dict(conn.execute(text("SELECT level, count(*) FROM division GROUP BY level")).all())  # type: ignore[arg-type]
    assert levels == {"city": 1, "district": 10, "street": 99, "community": 1396}
    kinds = dict(conn.execute(text("SELECT code, kind FROM division WHERE code IN ('150105', '150172')")).all())  # type: ignore[arg-type]
    assert kinds == {"150105": "administrative", "150172": "statistical"}
    assert conn.scalar(text("SELECT name FROM division WHERE code = '150105001018'")) == "仕奇社区居委会"
    assert counts(load("divisions", path)) == (0, 0, 1505, 0)


def test_vologda(load: Load, shared_data: Path, conn: Connection) -> None:
    path = shared_data / "vologda" / "vologda.gpkg"
    buildings = load("buildings", path)
    assert counts(buildings) == (25_322, 0, 0, 2)
    assert {code for _, code in reasons(buildings)} == {"duplicate_geometry"}
    people = conn.scalar(text("SELECT sum(people_estimate) FROM building WHERE floors IS NOT NULL"))
    assert people > 350_000
    assert counts(load("roads", path)) == (1_895, 0, 0, 6)
    assert counts(load("landcover", path, layer="water")) == (221, 0, 0, 0)
    assert counts(load("landcover", path, layer="railways")) == (328, 0, 0, 0)
    assert counts(load("service-points", path, layer="school")) == (42, 0, 0, 0)
    assert counts(load("buildings", path)) == (0, 0, 25_322, 2)


@pytest.mark.slow
def test_chicago(load: Load, shared_data: Path, conn: Connection) -> None:
    folder = shared_data / "chicago"
    areas = load("grids", folder / "community_areas.parquet", mapping={"code": "area_numbe", "name": "community"})
    assert counts(areas) == (77, 0, 0, 0)
    mapping = {"category": "PrimaryType", "address_text": "Block", "text": "Description"}
    reports = load("reports", folder / "points.parquet", mapping=mapping, time_zone="America/Chicago")
    assert counts(reports) == (156_385, 0, 0, 0)
    assert not [note for note in reports.notes if note.loud]
    rows = conn.execute(
        text(
            "SELECT g.code, o.distance_to_edge_m FROM report r JOIN owner o ON o.report_id = r.id LEFT JOIN grid g ON g.id = o.grid_id ORDER BY r.id"
        )
    ).all()
    found = pd.DataFrame(rows, columns=["code", "distance_m"])
    source = pd.read_parquet(folder / "points.parquet")["CommunityArea"]
    same = found["code"].astype(float).to_numpy() == source.to_numpy()
    assert same.mean() >= 0.972
    assert same[found["distance_m"] > 25].mean() >= 0.997
    first = conn.scalar(text("SELECT min(occurred_at) FROM report"))
    assert first.isoformat() == "2018-01-01T06:00:00+00:00"
    again = load("reports", folder / "points.parquet", mapping=mapping, time_zone="America/Chicago")
    assert counts(again) == (0, 0, 156_385, 0)
