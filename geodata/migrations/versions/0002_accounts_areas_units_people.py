"""Accounts with areas and units, staff, bodies of compounds, coverage"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


VERSIONED = ("household", "unit", "unit_duty", "person", "post", "compound_body", "gate", "account_area")

FUNCTIONS = """
-- Whether a grid lies in areas, by its code and its community's: areas are codes of divisions or grids, NULL is everywhere.
CREATE FUNCTION in_areas(areas text[], code text, community_code text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT areas IS NULL OR code = ANY (areas) OR EXISTS (
        SELECT 1 FROM unnest(areas) area WHERE starts_with(community_code, area)
    )
$$;
"""

ROLES = (
    "grid_worker", "building_head", "branch_secretary", "community_secretary", "property_company", "owners_body", "street_officer",
    "dispatcher", "unit_handler", "hotline_agent", "boundary_editor", "approver", "leader", "admin",
)  # fmt: skip
# Accounts that were there before saw everything; those whose role may have the whole city go on so, the others wait for an area.
CITY_ROLES = ("dispatcher", "hotline_agent", "boundary_editor", "approver", "leader", "admin")


def _words(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _role_check(roles: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_account_role_known"), "account", type_="check")
    op.create_check_constraint(op.f("ck_account_role_known"), "account", f"role IN ({_words(roles)})")


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("code <> '' AND name <> ''", name=op.f("ck_person_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("code", name=op.f("uq_person_code")),
        sa.UniqueConstraint("ref", name=op.f("uq_person_ref")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), server_default="other", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("code <> '' AND name <> ''", name=op.f("ck_unit_named")),
        sa.CheckConstraint(
            "kind IN ('department', 'utility', 'property_company', 'owners_body', 'other')",
            name=op.f("ck_unit_kind_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
        sa.UniqueConstraint("ref", name=op.f("uq_unit_ref")),
    )
    op.create_table(
        "unit_duty",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.CheckConstraint("category <> ''", name=op.f("ck_unit_duty_category_not_blank")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_duty_unit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit_id", "category", name=op.f("pk_unit_duty")),
    )
    op.create_index("ix_unit_duty_category", "unit_duty", ["category"], unique=False)
    op.create_table(
        "account_area",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), server_default=sa.text("'(,)'"), nullable=False),
        sa.Column("stands_in_for", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("area_code <> ''", name=op.f("ck_account_area_area_code_not_blank")),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_account_area_valid_not_empty")),
        sa.CheckConstraint("lower_inc(valid) OR lower_inf(valid)", name=op.f("ck_account_area_valid_half_open")),
        sa.CheckConstraint("stands_in_for <> account_id", name=op.f("ck_account_area_deputy_of_another")),
        sa.CheckConstraint("stands_in_for IS NULL OR NOT upper_inf(valid)", name=op.f("ck_account_area_deputy_ends")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_area_account_id")),
        sa.ForeignKeyConstraint(["stands_in_for"], ["account.id"], name=op.f("fk_account_area_stands_in_for")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_area")),
    )
    op.create_index("ix_account_area_account_id", "account_area", ["account_id"], unique=False)
    op.create_index("ix_account_area_area_code", "account_area", ["area_code"], unique=False)
    op.create_index("ix_account_area_stands_in_for", "account_area", ["stands_in_for"], unique=False)
    op.create_table(
        "compound_body",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("compound_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), server_default=sa.text("'(,)'"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("compound_id"), "="),
            (sa.column("kind"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_compound_body_one_of_a_kind",
        ),
        sa.CheckConstraint(
            "kind IN ('property_company', 'owners_committee', 'property_committee', 'party_branch', 'desk', 'heating', 'water')",
            name=op.f("ck_compound_body_kind_known"),
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_compound_body_named")),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_compound_body_valid_not_empty")),
        sa.CheckConstraint("lower_inc(valid) OR lower_inf(valid)", name=op.f("ck_compound_body_valid_half_open")),
        sa.ForeignKeyConstraint(["compound_id"], ["compound.id"], name=op.f("fk_compound_body_compound_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_compound_body_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compound_body")),
        sa.UniqueConstraint("ref", name=op.f("uq_compound_body_ref")),
    )
    op.create_index("ix_compound_body_compound_id", "compound_body", ["compound_id"], unique=False)
    op.create_index("ix_compound_body_unit_id", "compound_body", ["unit_id"], unique=False)
    op.create_geospatial_table(
        "gate",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("compound_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), server_default="vehicle", nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("kind IN ('vehicle', 'pedestrian')", name=op.f("ck_gate_kind_known")),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name=op.f("ck_gate_geom_valid")),
        sa.CheckConstraint(
            "ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90",
            name=op.f("ck_gate_geom_on_earth"),
        ),
        sa.ForeignKeyConstraint(["compound_id"], ["compound.id"], name=op.f("fk_gate_compound_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate")),
        sa.UniqueConstraint("code", name=op.f("uq_gate_code")),
    )
    op.create_geospatial_index(
        "idx_gate_geom", "gate", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_gate_compound_id", "gate", ["compound_id"], unique=False)
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("name <> '' AND page <> ''", name=op.f("ck_saved_filter_named")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_filter_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("account_id", "page", "name", name=op.f("uq_saved_filter_account_id_page_name")),
        sa.UniqueConstraint("ref", name=op.f("uq_saved_filter_ref")),
    )
    op.create_table(
        "building_grid",
        sa.Column("building_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("grids", sa.Integer(), nullable=False),
        sa.Column("households", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("(grid_id IS NULL) = (grids = 0)", name=op.f("ck_building_grid_grids_counted")),
        sa.CheckConstraint("households >= 0", name=op.f("ck_building_grid_households_not_negative")),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_building_grid_building_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_building_grid_grid_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("building_id", name=op.f("pk_building_grid")),
    )
    op.create_index("ix_building_grid_grid_id", "building_grid", ["grid_id"], unique=False)
    op.create_geospatial_table(
        "finding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("grid_a", sa.Text(), nullable=True),
        sa.Column("grid_b", sa.Text(), nullable=True),
        sa.Column("building_id", sa.BigInteger(), nullable=True),
        sa.Column("area_m2", sa.Float(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column(
            "geom",
            Geometry(srid=4326, dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"),
            nullable=True,
        ),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('gap', 'overlap', 'outside', 'building_in_none', 'building_in_several')",
            name=op.f("ck_finding_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_finding_building_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("ref", name=op.f("uq_finding_ref")),
    )
    op.create_geospatial_index(
        "idx_finding_geom", "finding", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_finding_building_id", "finding", ["building_id"], unique=False)
    op.create_index("ix_finding_kind_area_code", "finding", ["kind", "area_code"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("compound_id", sa.BigInteger(), nullable=True),
        sa.Column("building_id", sa.BigInteger(), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), server_default=sa.text("'(,)'"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("area_code"), "="),
            (sa.column("valid"), "&&"),
            where=sa.text("kind = 'grid_worker'"),
            using="gist",
            name="ex_post_one_grid_worker",
        ),
        sa.CheckConstraint(
            "kind IN ('grid_worker', 'deputy_worker', 'branch_secretary', 'community_secretary', 'community_worker', 'building_head', 'desk')",
            name=op.f("ck_post_kind_known"),
        ),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_post_valid_not_empty")),
        sa.CheckConstraint("lower_inc(valid) OR lower_inf(valid)", name=op.f("ck_post_valid_half_open")),
        sa.CheckConstraint("num_nonnulls(area_code, compound_id, building_id) = 1", name=op.f("ck_post_one_place")),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_post_building_id")),
        sa.ForeignKeyConstraint(["compound_id"], ["compound.id"], name=op.f("fk_post_compound_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_post_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("ref", name=op.f("uq_post_ref")),
    )
    op.create_index("ix_post_area_code", "post", ["area_code", "kind"], unique=False)
    op.create_index("ix_post_building_id", "post", ["building_id"], unique=False)
    op.create_index("ix_post_compound_id", "post", ["compound_id"], unique=False)
    op.create_index("ix_post_person_id", "post", ["person_id"], unique=False)
    op.add_column("account", sa.Column("unit_id", sa.BigInteger(), nullable=True))
    op.add_column("account", sa.Column("person_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_account_unit_id", "account", ["unit_id"], unique=False)
    op.create_unique_constraint(op.f("uq_account_person_id"), "account", ["person_id"])
    op.create_foreign_key(op.f("fk_account_person_id"), "account", "person", ["person_id"], ["id"])
    op.create_foreign_key(op.f("fk_account_unit_id"), "account", "unit", ["unit_id"], ["id"])
    op.create_index(
        "ix_report_account_id",
        "report",
        ["account_id", sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")],
        postgresql_where=sa.text("account_id IS NOT NULL"),
    )
    _role_check((*ROLES, "mobile_reporter"))
    op.execute(FUNCTIONS)
    for table in VERSIONED:
        op.execute(
            f"CREATE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION bump_layer_version()"
        )
    whole_city = f"SELECT id, '*' FROM account WHERE role IN ({_words(CITY_ROLES)})"  # noqa: S608  (our own words)
    op.execute(f"INSERT INTO account_area (account_id, area_code) {whole_city}")


def downgrade() -> None:
    op.drop_index("ix_report_account_id", table_name="report")
    op.execute("DROP TRIGGER bump_version ON household")
    op.drop_constraint(op.f("fk_account_unit_id"), "account", type_="foreignkey")
    op.drop_constraint(op.f("fk_account_person_id"), "account", type_="foreignkey")
    op.drop_constraint(op.f("uq_account_person_id"), "account", type_="unique")
    op.drop_index("ix_account_unit_id", table_name="account")
    op.drop_column("account", "person_id")
    op.drop_column("account", "unit_id")
    op.drop_index("ix_post_person_id", table_name="post")
    op.drop_index("ix_post_compound_id", table_name="post")
    op.drop_index("ix_post_building_id", table_name="post")
    op.drop_index("ix_post_area_code", table_name="post")
    op.drop_table("post")
    op.drop_index("ix_finding_kind_area_code", table_name="finding")
    op.drop_index("ix_finding_building_id", table_name="finding")
    op.drop_geospatial_index("idx_finding_geom", table_name="finding", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("finding")
    op.drop_index("ix_building_grid_grid_id", table_name="building_grid")
    op.drop_table("building_grid")
    op.drop_table("saved_filter")
    op.drop_index("ix_gate_compound_id", table_name="gate")
    op.drop_geospatial_index("idx_gate_geom", table_name="gate", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("gate")
    op.drop_index("ix_compound_body_unit_id", table_name="compound_body")
    op.drop_index("ix_compound_body_compound_id", table_name="compound_body")
    op.drop_table("compound_body")
    op.drop_index("ix_account_area_stands_in_for", table_name="account_area")
    op.drop_index("ix_account_area_area_code", table_name="account_area")
    op.drop_index("ix_account_area_account_id", table_name="account_area")
    op.drop_table("account_area")
    op.drop_index("ix_unit_duty_category", table_name="unit_duty")
    op.drop_table("unit_duty")
    op.drop_table("unit")
    op.drop_table("person")
    op.execute("DROP FUNCTION in_areas(text[], text, text)")
    op.execute("DELETE FROM account WHERE role = 'mobile_reporter'")
    _role_check(ROLES)
