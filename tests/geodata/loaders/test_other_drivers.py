"""A file is read as what its name says: what GDAL would follow to other files or machines is not read at all."""

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geodata.loaders.errors import FileUnreadable
from geodata.loaders.looking import look_into
from geodata.loaders.readers import read_file

OURS = {"ESRI Shapefile", "ESRIJSON", "FlatGeobuf", "GPKG", "GeoJSON", "GeoJSONSeq", "JSONFG", "MEM", "OSM", "TopoJSON"}
FOLLOWED = {
    "virtual": '<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{path}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
    "pipeline": '{{"type": "gdal_streamed_alg", "command_line": "gdal vector filter {path} --of stream streamed_dataset"}}',
}


def test_gdal_has_the_drivers_of_our_formats_alone() -> None:
    """In a process of its own: nobody has loaded GDAL before."""
    told = "import geodata, pyogrio; print(*pyogrio.list_drivers(), sep='\\n')"
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert set(found.stdout.splitlines()) == OURS


@pytest.mark.parametrize("reader", [look_into, read_file])
@pytest.mark.parametrize("name", ["grids.geojson", "grids.gpkg", "grids.shp", "grids.fgb", "roads.osm.pbf"])
@pytest.mark.parametrize("followed", FOLLOWED)
def test_what_leads_to_another_file_is_not_read(
    tmp_path: Path, followed: str, name: str, reader: Callable[..., Any]
) -> None:
    secret = tmp_path / "secret.geojson"
    secret.write_text('{"type": "FeatureCollection", "name": "secret", "features": []}')
    sent = tmp_path / name
    sent.write_text(FOLLOWED[followed].format(path=secret))
    if not (reader is look_into and name.endswith(".pbf")):  # of which nothing is looked at
        with pytest.raises(FileUnreadable):
            reader(sent, "roads")
    packed = tmp_path / "sent.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(sent, name)
    if not (reader is look_into and name.endswith(".pbf")):
        with pytest.raises(FileUnreadable):
            reader(packed, "roads")
