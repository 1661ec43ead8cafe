from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Float, ForeignKey, Index, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB

from geodata.tables.base import metadata, one_of
from geodata.tables.reports import REASONS

DOUBT_KINDS = ("accuracy", "published")
DOUBT_STATES = ("open", "confirmed", "transferred", "withdrawn")

#: Owners in doubt (归属存疑) and what a person decided: the latest question about a report. Earlier ones stay in its events and its
#: history of owners. ``grid_id``, ``reason`` and ``share`` are the owner that is asked about, as the rule found it (no grid: none held it).
doubt = Table(
    "doubt",
    metadata,
    Column("report_id", BigInteger, ForeignKey("report.id"), primary_key=True, autoincrement=False),
    # What makes it doubtful: how good the position is, or a new edition of the grids.
    Column("kind", Text, nullable=False),
    Column("grid_id", BigInteger, ForeignKey("grid.id")),
    Column("reason", Text, nullable=False),
    Column("share", Float),
    # [[code of a grid, its share or null], ...], the likeliest first, the grid that is asked about among them.
    Column("alternatives", JSONB, nullable=False, server_default=text("'[]'")),
    Column("state", Text, nullable=False, server_default="open"),
    Column("opened_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("decided_at", DateTime(timezone=True)),
    Column("decided_by", BigInteger, ForeignKey("account.id")),
    Column("chosen_grid_id", BigInteger, ForeignKey("grid.id")),
    Column("intake_district", Text, nullable=False),
    one_of("kind", DOUBT_KINDS),
    one_of("reason", REASONS),
    one_of("state", DOUBT_STATES),
    CheckConstraint("share BETWEEN 0 AND 1", name="share_plausible"),
    CheckConstraint("jsonb_typeof(alternatives) = 'array'", name="alternatives_listed"),
    CheckConstraint("(grid_id IS NULL) = (reason = 'none')", name="none_has_no_grid"),
    CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="open_is_undecided"),
    CheckConstraint("state <> 'transferred' OR chosen_grid_id IS NOT NULL", name="transferred_to_a_grid"),
)
Index("ix_doubt_open", doubt.c.opened_at, doubt.c.report_id, postgresql_where=text("state = 'open'"))
Index("ix_doubt_decided_at", doubt.c.decided_at.desc(), doubt.c.report_id, postgresql_where=text("state <> 'open'"))
Index("ix_doubt_grid_id", doubt.c.grid_id)
Index("ix_doubt_chosen_grid_id", doubt.c.chosen_grid_id, postgresql_where=doubt.c.chosen_grid_id.is_not(None))
Index("ix_doubt_decided_by", doubt.c.decided_by, postgresql_where=doubt.c.decided_by.is_not(None))
