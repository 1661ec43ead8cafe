from sqlalchemy import CheckConstraint, Column, Table, Text

from geodata.tables.base import geometry_checks, geometry_column, id_column, metadata, name_columns, one_of, ref_column

ROAD_CLASSES = (
    "motorway",
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "residential",
    "service",
    "path",
    "unclassified",
)
LANDCOVER_KINDS = ("water", "green", "rail")

#: Centre lines of roads with their class.
road = Table(
    "road",
    metadata,
    id_column(),
    Column("code", Text, nullable=False, unique=True),
    *name_columns(),
    Column("class", Text, nullable=False, server_default="unclassified"),
    geometry_column("MULTILINESTRING"),
    one_of("class", ROAD_CLASSES),
    *geometry_checks(),
)

#: Water, green and railways of the base map: areas, and lines where the source has only lines.
landcover = Table(
    "landcover",
    metadata,
    id_column(),
    Column("code", Text, nullable=False, unique=True),
    *name_columns(),
    Column("kind", Text, nullable=False),
    geometry_column("GEOMETRY"),
    one_of("kind", LANDCOVER_KINDS),
    CheckConstraint("ST_Dimension(geom) IN (1, 2)", name="geom_line_or_area"),
    *geometry_checks(),
)

#: Service halls, clinics, rest stations ... (服务点) by kind.
service_point = Table(
    "service_point",
    metadata,
    id_column(),
    ref_column(),
    Column("code", Text, nullable=False, unique=True),
    *name_columns(),
    Column("kind", Text, nullable=False, server_default="other"),
    Column("opening_hours", Text, nullable=False, server_default=""),
    Column("address", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    geometry_column("POINT"),
    *geometry_checks(),
)
