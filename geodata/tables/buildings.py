from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from geodata.tables.base import geometry_checks, geometry_column, id_column, metadata, name_columns, ref_column

#: Footprints of buildings (楼栋). ``people_estimate`` is an estimate of others; households that we know are rows of their own.
building = Table(
    "building",
    metadata,
    id_column(),
    ref_column(),
    Column("code", Text, nullable=False, unique=True),
    *name_columns(),
    Column("compound_id", BigInteger, ForeignKey("compound.id")),
    Column("address", Text, nullable=False, server_default=""),
    Column("use", Text, nullable=False, server_default=""),
    Column("floors", Integer),
    Column("height_m", Float),
    Column("dwellings", Integer),
    Column("people_estimate", Float),
    geometry_column("MULTIPOLYGON"),
    CheckConstraint("floors BETWEEN 0 AND 200", name="floors_plausible"),
    CheckConstraint("height_m BETWEEN 0 AND 1000", name="height_m_plausible"),
    CheckConstraint("dwellings >= 0", name="dwellings_not_negative"),
    CheckConstraint("people_estimate >= 0 AND people_estimate < 'Infinity'", name="people_estimate_not_negative"),
    *geometry_checks(),
)
Index("ix_building_compound_id", building.c.compound_id)
# What a name starts with is found in any collation.
Index("ix_building_name_start", building.c.name, postgresql_ops={"name": "text_pattern_ops"})
Index("ix_building_address_start", building.c.address, postgresql_ops={"address": "text_pattern_ops"})
Index("ix_building_code_start", building.c.code, postgresql_ops={"code": "text_pattern_ops"})

#: Stairwells (单元) with their door.
stairwell = Table(
    "stairwell",
    metadata,
    id_column(),
    Column("building_id", BigInteger, ForeignKey("building.id"), nullable=False),
    Column("number", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    geometry_column("POINT", nullable=True),
    UniqueConstraint("building_id", "number"),
    # Households name their stairwell together with its building, so that both must agree.
    UniqueConstraint("building_id", "id"),
    *geometry_checks(),
)
