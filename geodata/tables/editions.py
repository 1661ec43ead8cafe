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
    UniqueConstraint,
    func,
)

from geodata.tables.base import id_column, metadata, one_of

SUCCESSIONS = ("renamed", "recoded", "merged", "split")

#: Days on which other grids come into force. ``applied_at`` is missing while reports still wait to be re-routed; what became of them
#: stands beside it: re-routed, asked about, left with the grid of the time.
publication = Table(
    "publication",
    metadata,
    id_column(),
    Column("day", Date, nullable=False, unique=True),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("applied_at", DateTime(timezone=True)),
    Column("rerouted", Integer, nullable=False, server_default="0"),
    Column("asked", Integer, nullable=False, server_default="0"),
    Column("kept", Integer, nullable=False, server_default="0"),
)
Index("ix_publication_account_id", publication.c.account_id)

#: What became of the ground of editions that ended on a day (网格沿革). No old grid: ground that was nobody's; no new one: that is nobody's
#: now. Shares are of households, of ground where a grid has none; those of one grid add up to 1.
grid_lineage = Table(
    "grid_lineage",
    metadata,
    id_column(),
    Column("day", Date, nullable=False),
    Column("old_grid_id", BigInteger, ForeignKey("grid.id")),
    Column("new_grid_id", BigInteger, ForeignKey("grid.id")),
    Column("households", Integer, nullable=False),
    Column("buildings", Integer, nullable=False),
    Column("area_m2", Float, nullable=False),
    Column("share_of_old", Float),
    Column("share_of_new", Float),
    UniqueConstraint("old_grid_id", "new_grid_id", "day"),
    CheckConstraint("num_nonnulls(old_grid_id, new_grid_id) > 0", name="of_a_grid"),
    CheckConstraint("share_of_old BETWEEN 0 AND 1 AND share_of_new BETWEEN 0 AND 1", name="shares_plausible"),
)
Index("ix_grid_lineage_new_grid_id", grid_lineage.c.new_grid_id)
Index("ix_grid_lineage_day", grid_lineage.c.day)

#: Divisions that another edition of the official list calls otherwise, by another name or another code, or that went into others: the
#: whole of one together with others (merged), parts of one (split), with the ``share`` of the old one where shapes tell it.
division_succession = Table(
    "division_succession",
    metadata,
    id_column(),
    Column("day", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("old_code", Text, nullable=False),
    Column("new_code", Text, nullable=False),
    Column("old_name", Text, nullable=False),
    Column("share", Float),
    UniqueConstraint("old_code", "new_code", "day"),
    one_of("kind", SUCCESSIONS),
    CheckConstraint("(kind = 'renamed') = (old_code = new_code)", name="kind_fits_codes"),
    CheckConstraint("share BETWEEN 0 AND 1", name="share_plausible"),
)
Index("ix_division_succession_new_code", division_succession.c.new_code)
