from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, Index, PrimaryKeyConstraint, Table, Text

from geodata.tables.base import id_column, metadata, name_columns, one_of, ref_column

UNIT_KINDS = ("department", "utility", "property_company", "owners_body", "other")

#: Units that answer for something (承办单位): departments, public utilities, property companies, owners' bodies.
unit = Table(
    "unit",
    metadata,
    id_column(),
    ref_column(),
    Column("code", Text, nullable=False, unique=True),
    *name_columns(),
    Column("kind", Text, nullable=False, server_default="other"),
    Column("phone", Text, nullable=False, server_default=""),
    Column("address", Text, nullable=False, server_default=""),
    Column("closed_on", Date),
    one_of("kind", UNIT_KINDS),
    CheckConstraint("code <> '' AND name <> ''", name="named"),
)

#: What a unit is responsible for, city-wide: categories of reports.
unit_duty = Table(
    "unit_duty",
    metadata,
    Column("unit_id", BigInteger, ForeignKey("unit.id", ondelete="CASCADE"), nullable=False),
    Column("category", Text, nullable=False),
    PrimaryKeyConstraint("unit_id", "category"),
    CheckConstraint("category <> ''", name="category_not_blank"),
)
Index("ix_unit_duty_category", unit_duty.c.category)
