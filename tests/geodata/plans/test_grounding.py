"""The ground of a plan: everybody in exactly one unit, no ground twice, nothing lost between degrees and metres."""

from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, text

from geodata.actions.planning.grounding import Made, Progress, layers_for, make_ground
from geodata.plans.layers import NoCommunities
from geodata.plans.plane import Plane
from geodata.settings import Settings
from geodata.tables import division, road
from gridmap.coverage import tiling_flaws
from gridmap.planning.units import Rules
from tests.geodata.cities import COMMUNITY, insert_building, insert_compound, insert_grid, insert_household
from tests.geodata.test_schema import insert_report

NOW = datetime(2026, 11, 21, tzinfo=UTC)
EAST = COMMUNITY[:-1] + "9"
SEAM = 111.706


def shape(geometry: shapely.Geometry) -> object:
    return text("ST_Multi(ST_GeomFromText(:wkt, 4326))").bindparams(wkt=geometry.wkt)


@pytest.fixture
def street(conn: Connection) -> Connection:
    """Two communities with a slanting seam, four compounds, a road, a park's grid of its own, and one building on the seam."""
    west = shapely.Polygon([(111.7, 40.8), (SEAM, 40.8), (SEAM + 0.0007, 40.806), (111.7, 40.806)])
    east = shapely.Polygon([(SEAM, 40.8), (111.712, 40.8), (111.712, 40.806), (SEAM + 0.0007, 40.806)])
    rows = [("1501", "city", None), ("150105", "district", None), ("150105001", "street", None)]
    for code, level, ground in [*rows, (COMMUNITY, "community", west), (EAST, "community", east)]:
        place = {} if ground is None else {"geom": shape(ground)}
        conn.execute(division.insert().values(code=code, level=level, name=code, **place))
    for number, line in enumerate(([(111.699, 40.803), (111.713, 40.8031)], [(111.703, 40.799), (111.7031, 40.807)])):
        geom = shape(shapely.LineString(line))
        conn.execute(road.insert().values({"code": f"r{number}", "name": "东街", "class": "primary", "geom": geom}))
    home = 0
    for number, (lon, lat) in enumerate(
        [(111.7015, 40.8015), (111.7045, 40.8045), (111.709, 40.8015), (111.709, 40.8045)]
    ):
        inside = insert_compound(conn, f"c{number}", lon, lat, side=0.002)
        for at in range(4):
            key = insert_building(conn, f"b{number}{at}", lon + (at - 1.5) * 0.0005, lat, compound_id=inside)
            for _ in range(30):
                insert_household(conn, f"h{home}", key, care_groups=["独居老人"] if home % 10 == 0 else [])
                home += 1
    on_seam = insert_building(conn, "seam", SEAM + 0.0003 - 0.00005, 40.802)
    for _ in range(7):
        insert_household(conn, f"h{home}", on_seam)
        home += 1
    insert_grid(conn, "park", 111.711, 40.80, side=0.001)
    conn.execute(text("UPDATE grid SET kind = 'special', community_code = :east, name = '满都海公园'"), {"east": EAST})
    for day in ("2026-11-01", "2024-11-01"):
        times = dict.fromkeys(("occurred_at", "reported_at"), f"'{day} 08:30+08'")
        insert_report(conn, raw_lon="111.7015", raw_lat="40.8015", geom="ST_Point(111.7015, 40.8015, 4326)", **times)
    return conn


@pytest.fixture
def settings(tmp_path: object) -> Settings:
    return Settings()


def ground_of(conn: Connection, settings: Settings, area: str, progress: Progress | None = None) -> Made:
    return make_ground(layers_for(conn, settings, area, NOW), settings.metric_crs, Rules(), progress)


def test_units_hold_everybody_once_and_tile_their_communities(street: Connection, settings: Settings) -> None:
    told: list[str] = []
    made = ground_of(street, settings, "150105001", progress=lambda _share, name: told.append(name))
    ground = made.ground
    assert list(dict.fromkeys(told)) == [COMMUNITY, EAST]
    assert ground.units["households"].sum() == 487
    assert ground.units["care"].sum() == 48
    assert ground.units["cases"].sum() == 1
    assert len(ground.buildings) == 17
    assert ground.buildings["building_id"].is_unique
    communities = [
        shapely.from_wkb(bytes(row.shape))
        for row in street.execute(
            text("SELECT ST_AsBinary(geom) AS shape FROM division WHERE geom IS NOT NULL ORDER BY code")
        )
    ]
    of = (ground.units["community_code"] == EAST).to_numpy().astype(int)
    assert tiling_flaws(ground.shapes, communities, of) == []
    assert shapely.is_valid(ground.shapes).all()
    assert shapely.area(ground.shapes).sum() == pytest.approx(sum(each.area for each in communities), rel=1e-12)
    (fixed,) = np.flatnonzero(ground.units["fixed_code"].notna())
    assert ground.units.loc[fixed, ["kind", "name", "fixed_code"]].tolist() == ["fixed", "满都海公园", "park"]
    assert {row["counted"] for row in made.remarks} == {"households"}
    joined = ground.units["community_code"].to_numpy()[ground.edges]
    assert (joined[:, 0] == joined[:, 1]).all()
    assert (ground.edges[:, 0] < ground.edges[:, 1]).all()
    assert "primary" in ground.barrier


def test_each_building_lies_mostly_in_its_unit(street: Connection, settings: Settings) -> None:
    ground = ground_of(street, settings, "150105001").ground
    rows = street.execute(text("SELECT id, ST_AsBinary(geom) AS shape FROM building")).all()
    unit_of = dict(zip(ground.buildings["building_id"], ground.buildings["unit"], strict=True))
    for row in rows:
        house = shapely.from_wkb(bytes(row.shape))
        assert house.intersection(ground.shapes[unit_of[row.id]]).area > 0.45 * house.area


def test_where_nobody_counted_households_dwellings_or_people_stand_in(street: Connection, settings: Settings) -> None:
    street.execute(text("DELETE FROM household"))
    street.execute(text("UPDATE building SET people_estimate = 25"))
    made = ground_of(street, settings, COMMUNITY)
    assert made.remarks[0]["counted"] == "people"
    assert made.ground.units["households"].sum() % 10 == 0
    street.execute(text("UPDATE building SET dwellings = 12"))
    made = ground_of(street, settings, COMMUNITY)
    assert made.remarks[0]["counted"] == "dwellings"
    assert made.ground.units["households"].sum() % 12 == 0


def test_an_area_without_boundaries_is_told(conn: Connection, settings: Settings) -> None:
    with pytest.raises(NoCommunities):
        ground_of(conn, settings, "150105")


def test_tiles_come_back_onto_the_sides_of_their_outline() -> None:
    """A long side that is straight in degrees bends in the plane by decimetres: no corner may leave it."""
    outline = shapely.Polygon([(111.5, 40.7), (111.6, 40.72), (111.58, 40.8), (111.49, 40.79)])
    plane = Plane("EPSG:4546")
    (flat,) = plane.metres(np.array([outline]))
    middle = flat.centroid.x
    west, east = (
        shapely.intersection(flat, shapely.box(low, flat.bounds[1] - 1, high, flat.bounds[3] + 1))
        for low, high in ((flat.bounds[0] - 1, middle), (middle, flat.bounds[2] + 1))
    )
    tiles = plane.degrees(np.array([west, east]), outline)
    assert shapely.coverage_is_valid(tiles)
    assert (
        shapely.union_all(tiles).symmetric_difference(outline).area < 1e-14
    )  # square degrees: a tenth of a square millimetre
    assert set(map(tuple, shapely.get_coordinates(outline).tolist())) <= set(
        map(tuple, shapely.get_coordinates(tiles).tolist())
    )
