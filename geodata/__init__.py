"""The floor between the subject and the web: PostGIS, files, jobs, the command line."""

import os

#: Drivers of GDAL beside those of the formats that we take (``geodata.loaders.readers``). GDAL opens a file as what it finds inside,
#: whatever its name says, and some of these follow names in it: to other files of the machine, other machines, a command.
_NOT_OURS = (
    "ADBC", "AIVector", "AVCBin", "AVCE00", "AmigoCloud", "CSV", "CSW", "Carto", "DGN", "DXF", "EDIGEO", "EEDA", "Elasticsearch",
    "GDALG", "GML", "GPSBabel", "GPX", "GTFS", "GeoRSS", "HTTP", "Idrisi", "JML", "KML", "LIBKML", "LVBAG", "MBTiles", "MVT", "MapML",
    "MapInfo File", "MiraMonVector", "NGW", "OAPIF", "ODS", "OGCAPI", "OGR_GMT", "OGR_PDS", "OGR_VRT", "OpenFileGDB", "PCIDSK", "PDF",
    "PDS4", "PGDUMP", "PLSCENES", "PMTiles", "S57", "SQLite", "SXF", "Selafin", "VDV", "VFK", "VICAR", "WAsP", "WFS", "XLSX",
)  # fmt: skip

# GDAL reads this when it is first loaded, so it stands before anything that loads it.
os.environ["GDAL_SKIP"] = ",".join(_NOT_OURS)
