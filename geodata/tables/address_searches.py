from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from geodata.tables.base import metadata, one_of

#: ``open`` waits for a person, ``assigned`` was placed by the match alone, ``placed`` by a person, ``unplaceable`` a person could not.
SEARCH_STATES = ("open", "assigned", "placed", "unplaceable")

#: What became of the address of a report that came without coordinates, with the candidates that were found for it.
address_search = Table(
    "address_search",
    metadata,
    Column("report_id", BigInteger, ForeignKey("report.id"), primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("candidates", JSONB, nullable=False, server_default=text("'[]'")),
    # Of the first candidate.
    Column("score", Float),
    # The latest version of the layers that the address was looked for in: newer buildings may make it findable.
    Column("layers_version", BigInteger, nullable=False, server_default="0"),
    Column("searched_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # The place of the chosen one among the candidates; none where a person set the pin.
    Column("chosen", Integer),
    Column("why", Text, nullable=False, server_default=""),
    Column("decided_by", BigInteger, ForeignKey("account.id")),
    Column("decided_at", DateTime(timezone=True)),
    one_of("state", SEARCH_STATES),
    CheckConstraint("jsonb_typeof(candidates) = 'array'", name="candidates_listed"),
    CheckConstraint("(state IN ('open', 'assigned')) = (decided_at IS NULL)", name="decided_has_time"),
    CheckConstraint("state <> 'unplaceable' OR why <> ''", name="unplaceable_has_reason"),
)
Index("ix_address_search_state", address_search.c.state, address_search.c.report_id)
Index("ix_address_search_decided_by", address_search.c.decided_by)
