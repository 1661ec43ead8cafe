from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    func,
)

from geodata.tables.base import id_column, metadata, one_of, ref_column

#: Which grid in force holds each building (the one with most of its ground), into how many grids it reaches, and its households.
#: Derived from the layers; a job renews it as a whole.
building_grid = Table(
    "building_grid",
    metadata,
    Column(
        "building_id", BigInteger, ForeignKey("building.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("grid_id", BigInteger, ForeignKey("grid.id", ondelete="CASCADE")),
    Column("grids", Integer, nullable=False),
    Column("households", Integer, nullable=False, server_default="0"),
    CheckConstraint("(grid_id IS NULL) = (grids = 0)", name="grids_counted"),
    CheckConstraint("households >= 0", name="households_not_negative"),
)
Index("ix_building_grid_grid_id", building_grid.c.grid_id)

FINDING_KINDS = ("gap", "overlap", "outside", "building_in_none", "building_in_several")

#: What is wrong with the layers, found by the last run: gaps and overlaps of grids, parts outside their community, buildings that no
#: grid or several hold. Replaced as a whole by each run. ``on_day`` is NULL for the grids of today, else the day whose grids were looked
#: at because somebody asked for it.
finding = Table(
    "finding",
    metadata,
    id_column(),
    ref_column(),
    Column("kind", Text, nullable=False),
    Column("area_code", Text),
    Column("grid_a", Text),
    Column("grid_b", Text),
    Column("building_id", BigInteger, ForeignKey("building.id", ondelete="CASCADE")),
    Column("area_m2", Float),
    Column("households", Integer),
    Column("geom", Geometry("GEOMETRY", srid=4326, spatial_index=True)),
    Column("found_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("on_day", Date),
    one_of("kind", FINDING_KINDS),
)
Index("ix_finding_on_day", finding.c.on_day, postgresql_where=finding.c.on_day.is_not(None))
Index("ix_finding_kind_area_code", finding.c.kind, finding.c.area_code)
Index("ix_finding_building_id", finding.c.building_id)
