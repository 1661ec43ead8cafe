"""Find buildings by name, address or code; whether a place lies in areas"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = ("name", "address", "code")

FUNCTION = """
-- Whether a point lies in areas: in a grid in force on a day whose code or community is one of them; NULL is everywhere.
CREATE FUNCTION place_in_areas(areas text[], place geometry, at date) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT areas IS NULL OR EXISTS (
        SELECT FROM grid g
        WHERE g.geom && place AND g.valid @> at AND in_areas(areas, g.code, g.community_code) AND ST_Intersects(g.geom, place)
    )
$$;
"""


def upgrade() -> None:
    for column in COLUMNS:
        # What a name starts with is found in any collation.
        op.create_index(
            f"ix_building_{column}_start",
            "building",
            [column],
            unique=False,
            postgresql_ops={column: "text_pattern_ops"},
        )
    op.execute(FUNCTION)


def downgrade() -> None:
    op.execute("DROP FUNCTION place_in_areas(text[], geometry, date)")
    for column in COLUMNS:
        op.drop_index(f"ix_building_{column}_start", table_name="building")
