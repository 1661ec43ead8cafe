"""Divisions as they were on other days: the first day of their present state, and states that ended"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None

#: Every state of every division with its days; those of before the first list that told a day have no first one.
VIEW = """
CREATE VIEW division_in_time AS
SELECT id, code, level, kind, name, name_en, geom, daterange(since, retired_on) AS valid FROM division
UNION ALL
SELECT d.id, f.code, d.level, f.kind, f.name, f.name_en, f.geom, f.valid FROM division_former f JOIN division d ON d.code = f.code
"""

#: A division with its names of a day. One that had no code of its own on that day has the names of today.
NAMES = """
CREATE FUNCTION division_of_day(wanted text, day date) RETURNS TABLE (code text, name text, name_en text)
LANGUAGE sql STABLE AS $$
SELECT d.code, coalesce(f.name, d.name), CASE WHEN f.code IS NULL THEN d.name_en ELSE f.name_en END
FROM division d
LEFT JOIN division_former f ON f.code = d.code AND f.valid @> day
WHERE d.code = wanted
$$
"""


def upgrade() -> None:
    op.add_column("division", sa.Column("since", sa.Date(), nullable=True))
    op.create_check_constraint(op.f("ck_division_days_in_order"), "division", "since <= retired_on")
    op.create_table(
        "division_former",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                "MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.CheckConstraint("NOT isempty(valid) AND NOT upper_inf(valid)", name=op.f("ck_division_former_has_ended")),
        sa.CheckConstraint("kind IN ('administrative', 'statistical')", name=op.f("ck_division_former_kind_known")),
        sa.ForeignKeyConstraint(["code"], ["division.code"], name=op.f("fk_division_former_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division_former")),
        postgresql.ExcludeConstraint(("code", "="), ("valid", "&&"), name="ex_division_former_one_state", using="gist"),
    )
    op.create_index("ix_division_former_code", "division_former", ["code"])
    op.create_index("idx_division_former_geom", "division_former", ["geom"], postgresql_using="gist")
    op.execute(VIEW)
    op.execute(NAMES)


def downgrade() -> None:
    op.execute("DROP FUNCTION division_of_day")
    op.execute("DROP VIEW division_in_time")
    op.drop_table("division_former")
    op.drop_constraint(op.f("ck_division_days_in_order"), "division", type_="check")
    op.drop_column("division", "since")
