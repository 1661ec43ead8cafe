from pathlib import Path

import osmium
import pytest
from osmium.osm.mutable import Node, Relation, Way
from sqlalchemy import Connection, text

from tests.geodata.loaders.conftest import Load, counts


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """Two roads, a building, a building with a court, a pond, a river and a railway."""
    path = tmp_path / "city.osm.pbf"
    corners = [(0.0, 0.0), (0.001, 0.0), (0.001, 0.001), (0.0, 0.001)]
    places = {n + 1: (111.7 + x, 40.8 + y) for n, (x, y) in enumerate(corners)}
    places |= {n + 11: (111.7002 + x / 4, 40.8002 + y / 4) for n, (x, y) in enumerate(corners)}
    square, court = [1, 2, 3, 4, 1], [11, 12, 13, 14, 11]
    ways = [
        (101, [1, 2], {"highway": "primary_link", "name": "新华大街", "name:en": "Xinhua Street"}),
        (102, [2, 3], {"highway": "steps"}),
        (103, square, {"building": "apartments", "building:levels": "6", "height": "18 m", "name": "3号楼"}),
        (104, court, {}),
        (105, square, {}),
        (106, court, {"natural": "water"}),
        (107, [3, 4], {"waterway": "river"}),
        (108, [1, 3], {"railway": "rail"}),
        (109, [1, 4], {"power": "line"}),
    ]
    with osmium.SimpleWriter(str(path)) as writer:
        for number, location in places.items():
            writer.add_node(Node(id=number, location=location, version=1))
        for number, nodes, tags in ways:
            writer.add_way(Way(id=number, nodes=nodes, tags=tags, version=1))
        members = [("w", 105, "outer"), ("w", 104, "inner")]
        writer.add_relation(
            Relation(id=201, members=members, tags={"type": "multipolygon", "building": "yes"}, version=1)
        )
    return path


def test_roads(load: Load, extract: Path, conn: Connection) -> None:
    assert counts(load("roads", extract)) == (2, 0, 0, 0)
    rows = conn.execute(text("SELECT code, class, name, name_en FROM road ORDER BY code")).all()
    assert [tuple(row) for row in rows] == [
        ("w101", "primary", "新华大街", "Xinhua Street"),
        ("w102", "path", "", None),
    ]
    assert counts(load("roads", extract)) == (0, 0, 2, 0)


def test_buildings(load: Load, extract: Path, conn: Connection) -> None:
    assert counts(load("buildings", extract)) == (2, 0, 0, 0)
    rows = conn.execute(
        text(
            "SELECT code, use, floors, height_m, ST_NumInteriorRings(ST_GeometryN(geom, 1)) FROM building ORDER BY code"
        )
    ).all()
    assert [tuple(row) for row in rows] == [("r201", "", None, None, 1), ("w103", "apartments", 6, 18.0, 0)]


def test_landcover(load: Load, extract: Path, conn: Connection) -> None:
    assert counts(load("landcover", extract)) == (3, 0, 0, 0)
    rows = conn.execute(text("SELECT code, kind FROM landcover ORDER BY code")).all()
    assert [tuple(row) for row in rows] == [("w106", "water"), ("w107", "water"), ("w108", "rail")]
