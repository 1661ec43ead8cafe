from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint

from geodata.tables.base import geometry_checks, geometry_column, id_column, metadata, name_columns, one_of

KINDS = ("general", "special", "rural", "pastoral")

#: Grids with their time in force: days in the city's time zone, [from, to). A code names at most one grid on any day.
grid = Table(
    "grid",
    metadata,
    id_column(),
    Column("code", Text, nullable=False),
    *name_columns(),
    Column("kind", Text, nullable=False, server_default="general"),
    Column("community_code", Text, ForeignKey("division.code")),
    Column("plan_id", BigInteger, ForeignKey("plan.id")),
    Column("valid", DATERANGE, nullable=False),
    geometry_column("MULTIPOLYGON"),
    Column("area_m2", Float, Computed("ST_Area(geom::geography)", persisted=True), nullable=False),
    Column("households", Integer),
    one_of("kind", KINDS),
    CheckConstraint("code <> '' AND code = btrim(code)", name="code_not_blank"),
    CheckConstraint("NOT isempty(valid)", name="valid_not_empty"),
    CheckConstraint("lower_inc(valid) OR lower_inf(valid)", name="valid_half_open"),
    CheckConstraint("households >= 0", name="households_not_negative"),
    *geometry_checks(),
    ExcludeConstraint(("code", "="), ("valid", "&&"), name="ex_grid_one_in_force", using="gist"),
)
Index("ix_grid_community_code", grid.c.community_code)
Index("ix_grid_valid", grid.c.valid, postgresql_using="gist")
