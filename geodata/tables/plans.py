from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from geodata.tables.base import geometry_checks, geometry_column, id_column, metadata, one_of, ref_column
from gridmap.planning.approval import PlanState, PlanStep

PLAN_STATES = tuple(PlanState)

#: A draft plan of grids (划分方案) for one division: its bounds on households, how far it has come, its latest saved version.
#: ``weighs`` are the planner's sliders; ``remarks`` what had to be adjusted when its ground was cut into units.
plan = Table(
    "plan",
    metadata,
    id_column(),
    ref_column(),
    Column("name", Text, nullable=False),
    Column("area_code", Text, ForeignKey("division.code"), nullable=False),
    Column("status", Text, nullable=False, server_default="draft"),
    Column("target", Integer, nullable=False, server_default="400"),
    Column("lower", Integer, nullable=False, server_default="300"),
    Column("upper", Integer, nullable=False, server_default="500"),
    Column("weighs", JSONB, nullable=False, server_default=text("'{}'")),
    Column("remarks", JSONB, nullable=False, server_default=text("'[]'")),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("valid_from", Date),
    Column("published_at", DateTime(timezone=True)),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    one_of("status", PLAN_STATES),
    CheckConstraint("name <> ''", name="named"),
    CheckConstraint("0 < lower AND lower <= target AND target <= upper", name="bounds_ordered"),
    CheckConstraint(
        "(status = 'published') = (published_at IS NOT NULL AND valid_from IS NOT NULL)", name="published_has_dates"
    ),
)
Index("ix_plan_area_code", plan.c.area_code)
Index("ix_plan_account_id", plan.c.account_id)

#: The ground of a plan in basic units (基础单元), numbered from 0, with what they ask of a worker: households, those of care groups
#: among them, cases of the last year. Lengths and areas are those of the projected system of the setting. A unit of a grid that the plan
#: leaves as it is carries that grid's code.
plan_unit = Table(
    "plan_unit",
    metadata,
    Column("plan_id", BigInteger, ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("community_code", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("compound_id", BigInteger, ForeignKey("compound.id")),
    Column("fixed_code", Text),
    Column("households", Integer, nullable=False),
    Column("care", Integer, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("area_m2", Float, nullable=False),
    Column("perimeter_m", Float, nullable=False),
    Column("x_m", Float, nullable=False),
    Column("y_m", Float, nullable=False),
    geometry_column("MULTIPOLYGON"),
    CheckConstraint("number >= 0", name="number_from_0"),
    CheckConstraint("care BETWEEN 0 AND households AND cases >= 0", name="weights_plausible"),
    *geometry_checks(),
)
Index("ix_plan_unit_compound_id", plan_unit.c.compound_id)

#: Which unit of a plan a building belongs to: exactly one.
plan_building = Table(
    "plan_building",
    metadata,
    Column("plan_id", BigInteger, primary_key=True),
    Column("building_id", BigInteger, ForeignKey("building.id", ondelete="CASCADE"), primary_key=True),
    Column("unit", Integer, nullable=False),
    ForeignKeyConstraint(
        ["plan_id", "unit"], ["plan_unit.plan_id", "plan_unit.number"], name="fk_plan_building_unit", ondelete="CASCADE"
    ),
)
Index("ix_plan_building_building_id", plan_building.c.building_id)
Index("ix_plan_building_unit", plan_building.c.unit, plan_building.c.plan_id)

#: Neighbouring units with the length of their common border, and what lies along it (road class, water, rail; "" for nothing).
#: A border of 0 m is a bridge between parts that do not touch.
plan_edge = Table(
    "plan_edge",
    metadata,
    Column("plan_id", BigInteger, ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True),
    Column("a", Integer, primary_key=True, autoincrement=False),
    Column("b", Integer, primary_key=True, autoincrement=False),
    Column("border_m", Float, nullable=False),
    Column("barrier", Text, nullable=False, server_default=""),
    CheckConstraint("0 <= a AND a < b", name="once"),
    CheckConstraint("border_m >= 0", name="border_m_not_negative"),
)

#: Saved versions of a plan, each whole: ``labels`` the place of each unit's grid in ``grids`` (-1: none yet), ``grids`` what a grid is
#: called, its kind, the code that it keeps, whether it is locked. ``base`` is the version that it was drawn from.
plan_version = Table(
    "plan_version",
    metadata,
    Column("plan_id", BigInteger, ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("base", Integer),
    Column("labels", ARRAY(Integer), nullable=False),
    Column("grids", JSONB, nullable=False),
    Column("figures", JSONB, nullable=False, server_default=text("'{}'")),
    Column("made_by", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("version > 0 AND base < version", name="version_after_base"),
    one_of("made_by", ("present", "suggested", "drawn", "imported", "merged")),
)
Index("ix_plan_version_account_id", plan_version.c.account_id)

#: What people say about a plan, at a place of its map or about the whole.
plan_comment = Table(
    "plan_comment",
    metadata,
    id_column(),
    ref_column(),
    Column("plan_id", BigInteger, ForeignKey("plan.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("settled_at", DateTime(timezone=True)),
    Column("settled_by", BigInteger, ForeignKey("account.id")),
    geometry_column("POINT", nullable=True),
    CheckConstraint("text <> ''", name="text_not_blank"),
    CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name="settled_by_somebody"),
    *geometry_checks(),
)
Index("ix_plan_comment_plan_id", plan_comment.c.plan_id)
Index("ix_plan_comment_account_id", plan_comment.c.account_id)
Index("ix_plan_comment_settled_by", plan_comment.c.settled_by)

#: The way of a plan to its publication, appended only: who took which step with which version, why, and which checks were signed off.
plan_event = Table(
    "plan_event",
    metadata,
    id_column(),
    Column("plan_id", BigInteger, ForeignKey("plan.id", ondelete="CASCADE"), nullable=False),
    Column("step", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    one_of("step", tuple(PlanStep)),
)
Index("ix_plan_event_plan_id", plan_event.c.plan_id)
Index("ix_plan_event_account_id", plan_event.c.account_id)
