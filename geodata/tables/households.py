from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from geodata.tables.base import id_column, metadata, ref_column

#: Households (户): sensitive personal information. No page or tile reads this table without a stated purpose.
household = Table(
    "household",
    metadata,
    id_column(),
    ref_column(),
    Column("code", Text, nullable=False, unique=True),
    Column("building_id", BigInteger, ForeignKey("building.id"), nullable=False),
    Column("stairwell_id", BigInteger),
    Column("floor", Integer),
    Column("room", Text, nullable=False, server_default=""),
    Column("people", Integer, nullable=False, server_default="0"),
    Column("care_groups", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    CheckConstraint("people BETWEEN 0 AND 100", name="people_plausible"),
    CheckConstraint("floor BETWEEN -10 AND 200", name="floor_plausible"),
    ForeignKeyConstraint(
        ["building_id", "stairwell_id"], ["stairwell.building_id", "stairwell.id"], name="fk_household_stairwell"
    ),
)
Index("ix_household_building_id", household.c.building_id)
