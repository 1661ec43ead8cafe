import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from gridmap.datum import DATUMS, EAST, NORTH, SOUTH, WEST, UnequalLengths, UnknownDatum, from_wgs84, to_wgs84

SHIFTED = ("gcj02", "bd09", "gcj02_twice", "bd09_twice")
GEOD = Geod(ellps="WGS84")
in_box = st.tuples(st.floats(WEST, EAST), st.floats(SOUTH, NORTH))
in_china = st.tuples(st.floats(73.5, 135.1), st.floats(18.0, 53.6))


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return abs(GEOD.inv(*a, *b)[2])


@pytest.mark.parametrize("datum", DATUMS)
def test_scalars_give_floats_and_arrays_arrays(datum: str) -> None:
    for convert in (to_wgs84, from_wgs84):
        lon, lat = convert(111.7, 40.8, datum)
        assert type(lon) is float
        assert type(lat) is float
        lons, lats = convert([[111.7, 111.7]], [[40.8, 41]], datum)
        assert lons.dtype == lats.dtype == np.float64
        assert lons.shape == lats.shape == (1, 2)
        assert (lons[0, 0], lats[0, 0]) == (lon, lat)
        empty_lon, empty_lat = convert([], [], datum)
        assert empty_lon.shape == empty_lat.shape == (0,)


@pytest.mark.parametrize("datum", DATUMS)
def test_nan_and_infinity_stay_and_the_input_is_left_alone(datum: str) -> None:
    lons, lats = np.array([np.nan, 111.7, np.inf, 111.7]), np.array([40.8, np.nan, 40.8, -np.inf])
    kept = lons.copy(), lats.copy()
    for convert in (to_wgs84, from_wgs84):
        out_lon, out_lat = convert(lons, lats, datum)
        np.testing.assert_array_equal(out_lon, kept[0])
        np.testing.assert_array_equal(out_lat, kept[1])
        assert out_lon is not lons
    np.testing.assert_array_equal(lons, kept[0])


def test_cgcs2000_counts_as_wgs84() -> None:
    assert to_wgs84(111.7, 40.8, "cgcs2000") == (111.7, 40.8)
    assert from_wgs84(111.7, 40.8, "cgcs2000") == (111.7, 40.8)


def test_unknown_datum_lists_the_allowed_ones() -> None:
    with pytest.raises(UnknownDatum) as caught:
        to_wgs84(111.7, 40.8, "wgs72")
    assert "wgs84, cgcs2000, gcj02, bd09" in caught.value.text("zh")
    assert "wgs72" in caught.value.text("en")


def test_unequal_lengths_are_told() -> None:
    with pytest.raises(UnequalLengths):
        from_wgs84([1.0, 2.0], [1.0, 2.0, 3.0], "gcj02")


@pytest.mark.shared
def test_published_pairs_are_met_exactly(shared_data: Path) -> None:
    pairs = json.loads((shared_data / "gcj02_vectors" / "eviltransform_vectors.json").read_text())["wgs_to_gcj_latlng"]
    assert len(pairs) == 3
    for lat, lon, gcj_lat, gcj_lon in pairs:
        assert from_wgs84(lon, lat, "gcj02") == pytest.approx((gcj_lon, gcj_lat), abs=1e-12)
        assert to_wgs84(gcj_lon, gcj_lat, "gcj02") == pytest.approx((lon, lat), abs=1e-11)


@pytest.mark.shared
def test_cities_of_china(shared_data: Path) -> None:
    cities = json.loads((shared_data / "gcj02_vectors" / "gcoord_china_cities_664.json").read_text())
    assert len(cities) == 664
    columns = {key: np.array([city["coords"][key] for city in cities]).T for key in ("WGS84", "GCJ02", "BD09")}

    def farthest_m(got: tuple[np.ndarray, np.ndarray], want: np.ndarray) -> float:
        return float(np.abs(GEOD.inv(*got, *want)[2]).max())

    # The file's GCJ-02 differs from the published formula by 0.67 m throughout, and its BD-09 was made from that.
    assert farthest_m(from_wgs84(*columns["WGS84"], "gcj02"), columns["GCJ02"]) < 1.0
    assert farthest_m(from_wgs84(*columns["WGS84"], "bd09"), columns["BD09"]) < 1.0
    assert farthest_m(to_wgs84(*columns["GCJ02"], "gcj02"), columns["WGS84"]) < 1.0
    assert farthest_m(to_wgs84(*columns["BD09"], "bd09"), columns["WGS84"]) < 1.0


def test_the_shift_at_hohhot_is_the_size_that_is_known() -> None:
    here = (111.70, 40.82)
    assert metres(here, from_wgs84(*here, "gcj02")) == pytest.approx(604, abs=8)
    assert metres(here, from_wgs84(*here, "bd09")) == pytest.approx(1397, abs=12)
    assert metres(here, from_wgs84(*here, "gcj02_twice")) == pytest.approx(1208, abs=16)


def test_shifted_twice_is_what_a_program_does_that_shifts_what_is_shifted() -> None:
    lon, lat = np.array([111.70, 87.6, 121.5]), np.array([40.82, 43.8, 31.2])
    np.testing.assert_array_equal(
        from_wgs84(*from_wgs84(lon, lat, "gcj02"), "gcj02"), from_wgs84(lon, lat, "gcj02_twice")
    )
    bd = from_wgs84(lon, lat, "bd09")
    as_if_gcj = from_wgs84(*to_wgs84(*bd, "gcj02"), "bd09")
    np.testing.assert_allclose(as_if_gcj, from_wgs84(lon, lat, "bd09_twice"), rtol=0, atol=1e-10)


@pytest.mark.parametrize("datum", SHIFTED)
@given(here=in_china)
def test_round_trip_over_china(datum: str, here: tuple[float, float]) -> None:
    assert metres(to_wgs84(*from_wgs84(*here, datum), datum), here) < 1e-3
    assert metres(from_wgs84(*to_wgs84(*here, datum), datum), here) < 1e-3
    assert metres(here, from_wgs84(*here, datum)) > 10


@pytest.mark.parametrize("datum", SHIFTED)
@given(here=in_box)
def test_round_trip_holds_up_to_the_border_of_the_box(datum: str, here: tuple[float, float]) -> None:
    assert metres(to_wgs84(*from_wgs84(*here, datum), datum), here) < 1e-3
    assert metres(from_wgs84(*to_wgs84(*here, datum), datum), here) < 1e-3


@pytest.mark.parametrize("datum", SHIFTED)
def test_round_trip_in_a_dense_band_on_both_sides_of_every_border(datum: str) -> None:
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(WEST - 0.05, EAST + 0.05, 40_000), rng.uniform(SOUTH - 0.05, NORTH + 0.05, 40_000)
    near = rng.uniform(-0.05, 0.05, 10_000)
    for quarter, (values, side) in enumerate(((lon, WEST), (lon, EAST), (lat, SOUTH), (lat, NORTH))):
        values[quarter * 10_000 : (quarter + 1) * 10_000] = side + near
    for there, back in ((from_wgs84, to_wgs84), (to_wgs84, from_wgs84)):
        again = back(*there(lon, lat, datum), datum)
        assert np.abs(GEOD.inv(*again, lon, lat)[2]).max() < 1e-3


@pytest.mark.parametrize("datum", DATUMS)
@given(lon=st.floats(-180, 180), lat=st.floats(-90, 90))
def test_identity_outside_the_box(datum: str, lon: float, lat: float) -> None:
    if not (WEST <= lon <= EAST and SOUTH <= lat <= NORTH):
        assert to_wgs84(lon, lat, datum) == (lon, lat)
        assert from_wgs84(lon, lat, datum) == (lon, lat)


@pytest.mark.parametrize("datum", SHIFTED)
@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ((WEST, 30.0), (np.nextafter(WEST, 0), 30.0)),
        ((EAST, 30.0), (np.nextafter(EAST, 180), 30.0)),
        ((100.0, SOUTH), (100.0, np.nextafter(SOUTH, 0))),
        ((100.0, NORTH), (100.0, np.nextafter(NORTH, 90))),
    ],
)
def test_no_jump_at_the_border(datum: str, inside: tuple[float, float], outside: tuple[float, float]) -> None:
    for convert in (to_wgs84, from_wgs84):
        assert convert(*outside, datum) == outside
        assert metres(convert(*inside, datum), inside) < 1e-3
