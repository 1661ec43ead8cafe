from sqlalchemy import Column, ForeignKey, Index, Table, Text

from geodata.tables.base import geometry_checks, geometry_column, id_column, metadata, name_columns, ref_column

#: Named residential compounds (小区).
compound = Table(
    "compound",
    metadata,
    id_column(),
    ref_column(),
    Column("code", Text, nullable=False, unique=True),
    *name_columns(),
    Column("community_code", Text, ForeignKey("division.code")),
    Column("address", Text, nullable=False, server_default=""),
    Column("property_company", Text, nullable=False, server_default=""),
    geometry_column("MULTIPOLYGON"),
    *geometry_checks(),
)
Index("ix_compound_community_code", compound.c.community_code)
