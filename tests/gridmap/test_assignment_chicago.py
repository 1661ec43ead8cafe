"""Real reports against real areas: Chicago's 77 community areas as grids."""

from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest

from gridmap.assignment import GridIndex

pytestmark = pytest.mark.shared


def test_owners_are_the_areas_that_the_file_names(shared_data: Path) -> None:
    areas = geopandas.read_parquet(shared_data / "chicago" / "community_areas.parquet").to_crs("EPSG:4326")
    points = pd.read_parquet(shared_data / "chicago" / "points.parquet")
    assert (len(areas), len(points)) == (77, 156_385)
    index = GridIndex(areas.geometry, codes=areas["area_numbe"])

    located = index.locate_explained(points["Longitude"], points["Latitude"], threads=2)

    codes = np.array([*index.codes, "-"], dtype=object)[located.position]
    named = points["CommunityArea"].map(lambda value: "?" if pd.isna(value) else str(int(value))).to_numpy()
    same = codes == named
    inner = located.distance_to_edge_m > 25.0
    assert same.mean() >= 0.972
    assert same[inner].mean() >= 0.997
    assert inner.mean() > 0.5
