from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from geodata.tables.base import (
    days_column,
    days_whole,
    geometry_checks,
    geometry_column,
    id_column,
    metadata,
    name_columns,
    one_of,
    ref_column,
)

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
    # Other and former names, as files have them.
    Column("aliases", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    geometry_column("MULTIPOLYGON"),
    *geometry_checks(),
)
Index("ix_compound_community_code", compound.c.community_code)

GATE_KINDS = ("vehicle", "pedestrian")

#: Gates of compounds, where one comes in from the street.
gate = Table(
    "gate",
    metadata,
    id_column(),
    Column("code", Text, nullable=False, unique=True),
    Column("compound_id", BigInteger, ForeignKey("compound.id"), nullable=False),
    *name_columns(),
    Column("kind", Text, nullable=False, server_default="vehicle"),
    geometry_column("POINT"),
    one_of("kind", GATE_KINDS),
    *geometry_checks(),
)
Index("ix_gate_compound_id", gate.c.compound_id)

BODY_KINDS = (
    "property_company",
    "owners_committee",
    "property_committee",
    "party_branch",
    "desk",
    "heating",
    "water",
)

#: Bodies of a compound (property company, owners' or property committee, branch, desk, heating, water), from when until when.
#: A body with a ``unit_id`` is a unit whose accounts see the compound.
compound_body = Table(
    "compound_body",
    metadata,
    id_column(),
    ref_column(),
    Column("compound_id", BigInteger, ForeignKey("compound.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("contact", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("unit_id", BigInteger, ForeignKey("unit.id")),
    days_column(),
    one_of("kind", BODY_KINDS),
    CheckConstraint("name <> ''", name="named"),
    *days_whole(),
    ExcludeConstraint(
        ("compound_id", "="), ("kind", "="), ("valid", "&&"), name="ex_compound_body_one_of_a_kind", using="gist"
    ),
)
Index("ix_compound_body_compound_id", compound_body.c.compound_id)
Index("ix_compound_body_unit_id", compound_body.c.unit_id)

#: Names of compounds that people taught with the order (``report_id``) that bore them, until they are withdrawn.
compound_alias = Table(
    "compound_alias",
    metadata,
    id_column(),
    Column("compound_id", BigInteger, ForeignKey("compound.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("report_id", BigInteger, ForeignKey("report.id"), nullable=False),
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawn_by", BigInteger, ForeignKey("account.id")),
    CheckConstraint("name <> ''", name="name_not_blank"),
    CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by_somebody"),
)
Index("ix_compound_alias_compound_id", compound_alias.c.compound_id)
Index("ix_compound_alias_report_id", compound_alias.c.report_id)
Index("ix_compound_alias_account_id", compound_alias.c.account_id)
Index("ix_compound_alias_withdrawn_by", compound_alias.c.withdrawn_by)
# A name means one compound.
Index(
    "ux_compound_alias_name",
    compound_alias.c.name,
    unique=True,
    postgresql_where=compound_alias.c.withdrawn_at.is_(None),
)
