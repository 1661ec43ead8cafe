"""Distances in metres and the nearest grid of points in a gap."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from gridmap.assignment import GridIndex, Reason

GEOD = Geod(ellps="WGS84")
SAG_M = 0.03  # an edge of a kilometre, straight in degrees, bends by this much in a projection


def test_a_street_between_two_grids_goes_to_the_nearer_within_the_limit() -> None:
    west, east = shapely.box(111.700, 40.80, 111.710, 40.81), shapely.box(111.711, 40.80, 111.720, 40.81)
    index = GridIndex([west, east], codes=["w", "e"])
    lon, lat = np.array([111.7104, 111.7106, 111.7105, 111.7104]), np.array([40.805, 40.805, 40.805, 40.82])
    wide = index.locate_explained(lon, lat, gap_limit_m=60.0)
    assert wide.position.tolist() == [0, 1, 1, -1]  # the middle is equally near to both: by code
    assert wide.reason_names.tolist() == ["gap", "gap", "gap", "none"]
    metre = 84_400.0  # a degree of longitude at this latitude, roughly
    np.testing.assert_allclose(wide.distance_to_edge_m[:3], np.array([0.0004, 0.0004, 0.0005]) * metre, rtol=2e-3)
    assert np.isnan(wide.distance_to_edge_m[3])
    assert index.locate(lon, lat, gap_limit_m=30.0).tolist() == [-1, -1, -1, -1]
    assert index.locate(lon, lat).tolist() == [-1, -1, -1, -1]
    assert index.locate(lon, lat, gap_limit_m=np.inf).tolist() == [0, 1, 1, 0]
    assert index.locate_one(111.7104, 40.805, gap_limit_m=60.0) == 0
    explained = index.explain(111.7104, 40.805, gap_limit_m=60.0)
    assert (explained.code, explained.reason) == ("w", Reason.GAP)
    assert explained.distance_to_edge_m == pytest.approx(wide.distance_to_edge_m[0])


def test_the_limit_itself_is_still_near() -> None:
    index = GridIndex([shapely.box(111.70, 40.80, 111.71, 40.81)])
    distance_m = index.locate_explained([111.7101], [40.805], gap_limit_m=1e3).distance_to_edge_m[0]
    assert index.locate_one(111.7101, 40.805, gap_limit_m=distance_m) == 0
    assert index.locate_one(111.7101, 40.805, gap_limit_m=np.nextafter(distance_m, 0)) == -1


def test_equally_near_grids_of_a_shared_corner_go_by_code_whichever_way_they_run() -> None:
    corner = (111.71, 40.81)
    below = shapely.Polygon([(111.70, 40.80), (111.71, 40.80), corner, (111.70, 40.805)])
    beside = shapely.Polygon([(111.70, 40.805), corner, (111.70, 40.82)])
    for codes in (["a", "b"], ["b", "a"]):
        for grids in ([below, beside], [below.reverse(), beside], [below, beside.reverse()]):
            assert GridIndex(grids, codes=codes).locate_one(111.712, 40.8101, gap_limit_m=1e4) == codes.index("a")


@given(
    lat=st.sampled_from([0.0, 40.0, 49.0]),
    azimuth=st.floats(0, 360),
    distance_m=st.floats(1, 5000),
)
def test_distances_are_within_a_thousandth_of_the_geodesic(lat: float, azimuth: float, distance_m: float) -> None:
    """Against a tiny grid at a known geodesic distance, at 40 and up to 49 degrees north, to 5 km."""
    lon_there, lat_there, _ = GEOD.fwd(111.7, lat, azimuth, distance_m)
    spot = shapely.Point(lon_there, lat_there).buffer(1e-9)
    found_m = GridIndex([spot]).locate_explained([111.7], [lat], gap_limit_m=1e4).distance_to_edge_m[0]
    assert found_m == pytest.approx(distance_m, rel=1e-3, abs=1e-3)


def test_nearest_grid_and_distance_agree_with_a_projection_centred_at_the_point() -> None:
    rng = np.random.default_rng(5)
    centres = rng.uniform((111.6, 40.7), (111.8, 40.9), (60, 2))
    grids = [shapely.Point(centre).buffer(rng.uniform(0.001, 0.01), quad_segs=2) for centre in centres]
    lon, lat = rng.uniform(111.55, 111.85, 200), rng.uniform(40.65, 40.95, 200)
    located = GridIndex(grids).locate_explained(lon, lat, gap_limit_m=5_000)
    assert (located.reason_names == "gap").sum() > 50
    for x, y, position, reason, got_m in zip(
        lon, lat, located.position, located.reason_names, located.distance_to_edge_m, strict=True
    ):
        plane = Transformer.from_crs("EPSG:4326", f"+proj=aeqd +lon_0={x} +lat_0={y}", always_xy=True)
        flat = shapely.transform(grids, plane.transform, interleaved=False)
        here = shapely.Point(0, 0)
        distances_m = shapely.distance(flat, here)
        if reason == "gap":
            assert distances_m[position] == pytest.approx(distances_m.min(), rel=1e-3, abs=SAG_M)
            assert got_m == pytest.approx(distances_m[position], rel=1e-3, abs=SAG_M)
        elif reason == "none":
            assert distances_m.min() > 4_990
        else:
            assert got_m == pytest.approx(shapely.distance(shapely.boundary(flat[position]), here), rel=1e-3, abs=SAG_M)
