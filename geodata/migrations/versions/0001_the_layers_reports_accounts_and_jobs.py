"""The layers, reports, accounts and jobs"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

from geodata.tables.xid8 import Xid8

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# Layers whose every change, by whatever way, must be seen by caches and indexes in the same transaction.
VERSIONED = ("division", "grid", "compound", "building", "road", "landcover", "service_point")
APPENDED_ONLY = ("owner_history", "event", "audit_log")

FUNCTIONS = """
-- A sequence is not rolled back: no number ever stands for two states, so a cache may go by it even when a dry run filled it.
CREATE SEQUENCE layer_version_number;

CREATE FUNCTION bump_layer_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO layer_version (layer, version) VALUES (TG_TABLE_NAME, nextval('layer_version_number'))
    ON CONFLICT (layer) DO UPDATE SET version = nextval('layer_version_number'), changed_at = now();
    RETURN NULL;
END $$;

-- History is appended, not edited. Only the removal of the sample city may delete, and only from reports' history.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME <> 'audit_log' AND current_setting('gridmap.remove_sample', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is appended only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is appended only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION stamp_changed_xid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_xid := pg_current_xact_id();
    RETURN NEW;
END $$;
"""


def _triggers() -> list[str]:
    found = [
        f"CREATE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION bump_layer_version()"
        for table in VERSIONED
    ]
    for table in APPENDED_ONLY:
        found.append(
            f"CREATE TRIGGER appended_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        found.append(
            f"CREATE TRIGGER appended_only_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
        )
    for table in ("report", "owner"):
        found.append(
            f"CREATE TRIGGER stamp_changed BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION stamp_changed_xid()"
        )
        # Rows that went away leave no stamp; snapshots of the reports go by this number instead.
        found.append(
            f"CREATE TRIGGER bump_version AFTER DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION bump_layer_version()"
        )
    return found


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), server_default="", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name = lower(btrim(name)) AND name <> ''", name=op.f("ck_account_name_normal")),
        sa.CheckConstraint(
            "role IN ('grid_worker', 'building_head', 'branch_secretary', 'community_secretary', 'property_company', 'owners_body', 'street_officer', 'dispatcher', 'unit_handler', 'hotline_agent', 'boundary_editor', 'approver', 'leader', 'admin')",
            name=op.f("ck_account_role_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_geospatial_table(
        "division",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="administrative", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column(
            "parent_code",
            sa.Text(),
            sa.Computed(
                "CASE length(code) WHEN 6 THEN left(code, 4) WHEN 9 THEN left(code, 6) WHEN 12 THEN left(code, 9) END",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "code ~ '^[0-9]+$' AND length(code) = CASE level WHEN 'city' THEN 4 WHEN 'district' THEN 6 WHEN 'street' THEN 9 ELSE 12 END",
            name=op.f("ck_division_code_fits_level"),
        ),
        sa.CheckConstraint("kind IN ('administrative', 'statistical')", name=op.f("ck_division_kind_known")),
        sa.CheckConstraint(
            "level IN ('city', 'district', 'street', 'community')", name=op.f("ck_division_level_known")
        ),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name=op.f("ck_division_geom_valid")),
        sa.CheckConstraint(
            "ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90",
            name=op.f("ck_division_geom_on_earth"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_code"],
            ["division.code"],
            name=op.f("fk_division_parent_code"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division")),
        sa.UniqueConstraint("code", name=op.f("uq_division_code")),
    )
    op.create_geospatial_index(
        "idx_division_geom", "division", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_division_parent_code", "division", ["parent_code"], unique=False)
    op.create_table(
        "fact",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_fact")),
    )
    op.create_geospatial_table(
        "landcover",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("kind IN ('water', 'green', 'rail')", name=op.f("ck_landcover_kind_known")),
        sa.CheckConstraint("ST_Dimension(geom) IN (1, 2)", name=op.f("ck_landcover_geom_line_or_area")),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name=op.f("ck_landcover_geom_valid")),
        sa.CheckConstraint(
            "ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90",
            name=op.f("ck_landcover_geom_on_earth"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_landcover")),
        sa.UniqueConstraint("code", name=op.f("uq_landcover_code")),
    )
    op.create_geospatial_index(
        "idx_landcover_geom", "landcover", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "layer_version",
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("layer", name=op.f("pk_layer_version")),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status <> 'published' OR (published_at IS NOT NULL AND valid_from IS NOT NULL)",
            name=op.f("ck_plan_published_has_dates"),
        ),
        sa.CheckConstraint("status IN ('draft', 'approved', 'published')", name=op.f("ck_plan_status_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("ref", name=op.f("uq_plan_ref")),
    )
    op.create_table(
        "rate_window",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "window_start", name=op.f("pk_rate_window")),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_rate_window_window_start", "rate_window", ["window_start"], unique=False)
    op.create_geospatial_table(
        "road",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("class", sa.Text(), server_default="unclassified", nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTILINESTRING",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "class IN ('motorway', 'trunk', 'primary', 'secondary', 'tertiary', 'residential', 'service', 'path', 'unclassified')",
            name=op.f("ck_road_class_known"),
        ),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name=op.f("ck_road_geom_valid")),
        sa.CheckConstraint(
            "ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90",
            name=op.f("ck_road_geom_on_earth"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road")),
        sa.UniqueConstraint("code", name=op.f("uq_road_code")),
    )
    op.create_geospatial_index(
        "idx_road_geom", "road", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_geospatial_table(
        "service_point",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), server_default="other", nullable=False),
        sa.Column("opening_hours", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
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
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name=op.f("ck_service_point_geom_valid")),
        sa.CheckConstraint(
            "ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90",
            name=op.f("ck_service_point_geom_on_earth"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_point")),
        sa.UniqueConstraint("code", name=op.f("uq_service_point_code")),
        sa.UniqueConstraint("ref", name=op.f("uq_service_point_ref")),
    )
    op.create_geospatial_index(
        "idx_service_point_geom", "service_point", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index("ix_api_token_account_id", "api_token", ["account_id"], unique=False)
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), server_default="", nullable=False),
        sa.Column("purpose", sa.Text(), server_default="", nullable=False),
        sa.Column("request_id", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint("action <> ''", name=op.f("ck_audit_log_action_not_blank")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_audit_log_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_account_id_at", "audit_log", ["account_id", "at"], unique=False)
    op.create_index("ix_audit_log_at", "audit_log", ["at"], unique=False)
    op.create_geospatial_table(
        "compound",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("community_code", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("property_company", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name=op.f("ck_compound_geom_valid")),
        sa.CheckConstraint(
            "ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90",
            name=op.f("ck_compound_geom_on_earth"),
        ),
        sa.ForeignKeyConstraint(["community_code"], ["division.code"], name=op.f("fk_compound_community_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compound")),
        sa.UniqueConstraint("code", name=op.f("uq_compound_code")),
        sa.UniqueConstraint("ref", name=op.f("uq_compound_ref")),
    )
    op.create_geospatial_index(
        "idx_compound_geom", "compound", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_compound_community_code", "compound", ["community_code"], unique=False)
    op.create_geospatial_table(
        "grid",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), server_default="general", nullable=False),
        sa.Column("community_code", sa.Text(), nullable=True),
        sa.Column("plan_id", sa.BigInteger(), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("area_m2", sa.Float(), sa.Computed("ST_Area(geom::geography)", persisted=True), nullable=False),
        sa.Column("households", sa.Integer(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("code"), "="), (sa.column("valid"), "&&"), using="gist", name="ex_grid_one_in_force"
        ),
        sa.CheckConstraint("code <> '' AND code = btrim(code)", name=op.f("ck_grid_code_not_blank")),
        sa.CheckConstraint("kind IN ('general', 'special', 'rural', 'pastoral')", name=op.f("ck_grid_kind_known")),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_grid_valid_not_empty")),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name=op.f("ck_grid_geom_valid")),
        sa.CheckConstraint(
            "ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90",
            name=op.f("ck_grid_geom_on_earth"),
        ),
        sa.CheckConstraint("households >= 0", name=op.f("ck_grid_households_not_negative")),
        sa.CheckConstraint("lower_inc(valid) OR lower_inf(valid)", name=op.f("ck_grid_valid_half_open")),
        sa.ForeignKeyConstraint(["community_code"], ["division.code"], name=op.f("fk_grid_community_code")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_grid_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid")),
    )
    op.create_geospatial_index(
        "idx_grid_geom", "grid", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_grid_community_code", "grid", ["community_code"], unique=False)
    op.create_index("ix_grid_valid", "grid", ["valid"], unique=False, postgresql_using="gist")
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("unique_key", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("runner", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("progress", sa.Float(), server_default="0", nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "checkpoint", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("cancel_asked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("(state = 'running') = (leased_until IS NOT NULL)", name=op.f("ck_job_running_has_lease")),
        sa.CheckConstraint(
            "(state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)", name=op.f("ck_job_ended_has_time")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_job_state_known")
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 1", name=op.f("ck_job_progress_share")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_job_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("ref", name=op.f("uq_job_ref")),
    )
    op.create_index(
        "ix_job_running", "job", ["leased_until"], unique=False, postgresql_where=sa.text("state = 'running'")
    )
    op.create_index(
        "ix_job_waiting", "job", ["run_after", "id"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index(
        "uq_job_unique_key",
        "job",
        ["unique_key"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_web_session_expires_later")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_web_session_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
    )
    op.create_index("ix_web_session_account_id", "web_session", ["account_id"], unique=False)
    op.create_index("ix_web_session_expires_at", "web_session", ["expires_at"], unique=False)
    op.create_geospatial_table(
        "building",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("compound_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("use", sa.Text(), server_default="", nullable=False),
        sa.Column("floors", sa.Integer(), nullable=True),
        sa.Column("height_m", sa.Float(), nullable=True),
        sa.Column("dwellings", sa.Integer(), nullable=True),
        sa.Column("people_estimate", sa.Float(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "people_estimate >= 0 AND people_estimate < 'Infinity'",
            name=op.f("ck_building_people_estimate_not_negative"),
        ),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name=op.f("ck_building_geom_valid")),
        sa.CheckConstraint(
            "ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90",
            name=op.f("ck_building_geom_on_earth"),
        ),
        sa.CheckConstraint("dwellings >= 0", name=op.f("ck_building_dwellings_not_negative")),
        sa.CheckConstraint("floors BETWEEN 0 AND 200", name=op.f("ck_building_floors_plausible")),
        sa.CheckConstraint("height_m BETWEEN 0 AND 1000", name=op.f("ck_building_height_m_plausible")),
        sa.ForeignKeyConstraint(["compound_id"], ["compound.id"], name=op.f("fk_building_compound_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
        sa.UniqueConstraint("code", name=op.f("uq_building_code")),
        sa.UniqueConstraint("ref", name=op.f("uq_building_ref")),
    )
    op.create_geospatial_index(
        "idx_building_geom", "building", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_building_compound_id", "building", ["compound_id"], unique=False)
    op.create_geospatial_table(
        "report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default="other", nullable=False),
        sa.Column("status", sa.Text(), server_default="filed", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("address_text", sa.Text(), server_default="", nullable=False),
        sa.Column("raw_lon", sa.Float(), nullable=True),
        sa.Column("raw_lat", sa.Float(), nullable=True),
        sa.Column("datum", sa.Text(), server_default="wgs84", nullable=False),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("intake_district", sa.Text(), nullable=False),
        sa.Column("grid_at_capture", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("changed_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.CheckConstraint("category <> ''", name=op.f("ck_report_category_not_blank")),
        sa.CheckConstraint("datum IN ('wgs84', 'cgcs2000', 'gcj02', 'bd09')", name=op.f("ck_report_datum_known")),
        sa.CheckConstraint("geom IS NOT NULL OR address_text <> ''", name=op.f("ck_report_has_place")),
        sa.CheckConstraint("occurred_at >= '1990-01-01+00'", name=op.f("ck_report_occurred_plausible")),
        sa.CheckConstraint(
            "reported_at <= received_at + interval '1 day'", name=op.f("ck_report_reported_before_received")
        ),
        sa.CheckConstraint(
            "source IN ('patrol', 'building_head', 'courier', 'resident', 'hotline', 'chat', 'other')",
            name=op.f("ck_report_source_known"),
        ),
        sa.CheckConstraint(
            "status IN ('filed', 'to_review', 'invalid', 'merged', 'self_governed', 'whistled', 'street_handling', 'sent_back', 'refused', 'dispatched', 'accepted', 'returned', 'in_progress', 'suspended', 'to_check', 'closed', 'rework', 'rated', 'reopened', 'upheld')",
            name=op.f("ck_report_status_known"),
        ),
        sa.CheckConstraint(
            "(raw_lon IS NULL) = (raw_lat IS NULL) AND (raw_lon IS NULL) = (geom IS NULL)",
            name=op.f("ck_report_point_whole"),
        ),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name=op.f("ck_report_geom_valid")),
        sa.CheckConstraint(
            "ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90",
            name=op.f("ck_report_geom_on_earth"),
        ),
        sa.CheckConstraint("accuracy_m BETWEEN 0 AND 100000", name=op.f("ck_report_accuracy_m_plausible")),
        sa.CheckConstraint("occurred_at <= reported_at", name=op.f("ck_report_occurred_before_reported")),
        sa.CheckConstraint(
            "raw_lon BETWEEN -180 AND 180 AND raw_lat BETWEEN -90 AND 90", name=op.f("ck_report_raw_on_earth")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_report_account_id")),
        sa.ForeignKeyConstraint(["grid_at_capture"], ["grid.id"], name=op.f("fk_report_grid_at_capture")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("ref", name=op.f("uq_report_ref")),
    )
    op.create_geospatial_index(
        "idx_report_geom", "report", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(
        "ix_report_category_occurred_at",
        "report",
        ["category", sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_report_changed_xid", "report", ["changed_xid"], unique=False)
    op.create_index("ix_report_intake_district_reported_at", "report", ["intake_district", "reported_at"], unique=False)
    op.create_index(
        "ix_report_occurred_at",
        "report",
        [sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("intake_district", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint("kind <> ''", name=op.f("ck_event_kind_not_blank")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_event_account_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_event_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_report_id", "event", ["report_id", "id"], unique=False)
    op.create_table(
        "owner",
        sa.Column("report_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("distance_to_edge_m", sa.Float(), nullable=True),
        sa.Column("index_version", sa.BigInteger(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("intake_district", sa.Text(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.CheckConstraint("(grid_id IS NULL) = (reason = 'none')", name=op.f("ck_owner_none_has_no_grid")),
        sa.CheckConstraint(
            "reason IN ('inside', 'edge', 'edge_tie', 'gap', 'overlap', 'none')", name=op.f("ck_owner_reason_known")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_owner_grid_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_owner_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_owner")),
    )
    op.create_index("ix_owner_changed_xid", "owner", ["changed_xid"], unique=False)
    op.create_index("ix_owner_grid_id", "owner", ["grid_id", sa.literal_column("report_id DESC")], unique=False)
    op.create_table(
        "owner_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("index_version", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("intake_district", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "cause IN ('filed', 'loaded', 'assigned', 'moved', 'transferred', 'published')",
            name=op.f("ck_owner_history_cause_known"),
        ),
        sa.CheckConstraint(
            "reason IN ('inside', 'edge', 'edge_tie', 'gap', 'overlap', 'none')",
            name=op.f("ck_owner_history_reason_known"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_owner_history_account_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_owner_history_grid_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_owner_history_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_history")),
    )
    op.create_index("ix_owner_history_report_id", "owner_history", ["report_id", "id"], unique=False)
    op.create_table(
        "report_key",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_key_report_id")),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_report_key")),
    )
    op.create_index("ix_report_key_report_id", "report_key", ["report_id"], unique=False)
    op.create_geospatial_table(
        "stairwell",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("building_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name=op.f("ck_stairwell_geom_valid")),
        sa.CheckConstraint(
            "ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90",
            name=op.f("ck_stairwell_geom_on_earth"),
        ),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_stairwell_building_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stairwell")),
        sa.UniqueConstraint("building_id", "id", name=op.f("uq_stairwell_building_id_id")),
        sa.UniqueConstraint("building_id", "number", name=op.f("uq_stairwell_building_id_number")),
    )
    op.create_geospatial_index(
        "idx_stairwell_geom", "stairwell", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "household",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("building_id", sa.BigInteger(), nullable=False),
        sa.Column("stairwell_id", sa.BigInteger(), nullable=True),
        sa.Column("floor", sa.Integer(), nullable=True),
        sa.Column("room", sa.Text(), server_default="", nullable=False),
        sa.Column("people", sa.Integer(), server_default="0", nullable=False),
        sa.Column("care_groups", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint("floor BETWEEN -10 AND 200", name=op.f("ck_household_floor_plausible")),
        sa.CheckConstraint("people BETWEEN 0 AND 100", name=op.f("ck_household_people_plausible")),
        sa.ForeignKeyConstraint(
            ["building_id", "stairwell_id"], ["stairwell.building_id", "stairwell.id"], name="fk_household_stairwell"
        ),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_household_building_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        sa.UniqueConstraint("code", name=op.f("uq_household_code")),
        sa.UniqueConstraint("ref", name=op.f("uq_household_ref")),
    )
    op.create_index("ix_household_building_id", "household", ["building_id"], unique=False)
    op.execute(FUNCTIONS)
    for trigger in _triggers():
        op.execute(trigger)


def downgrade() -> None:
    op.drop_index("ix_household_building_id", table_name="household")
    op.drop_table("household")
    op.drop_geospatial_index("idx_stairwell_geom", table_name="stairwell", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("stairwell")
    op.drop_index("ix_report_key_report_id", table_name="report_key")
    op.drop_table("report_key")
    op.drop_index("ix_owner_history_report_id", table_name="owner_history")
    op.drop_table("owner_history")
    op.drop_index("ix_owner_grid_id", table_name="owner")
    op.drop_index("ix_owner_changed_xid", table_name="owner")
    op.drop_table("owner")
    op.drop_index("ix_event_report_id", table_name="event")
    op.drop_table("event")
    op.drop_index("ix_report_occurred_at", table_name="report")
    op.drop_index("ix_report_intake_district_reported_at", table_name="report")
    op.drop_index("ix_report_changed_xid", table_name="report")
    op.drop_index("ix_report_category_occurred_at", table_name="report")
    op.drop_geospatial_index("idx_report_geom", table_name="report", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("report")
    op.drop_index("ix_building_compound_id", table_name="building")
    op.drop_geospatial_index("idx_building_geom", table_name="building", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("building")
    op.drop_index("ix_web_session_expires_at", table_name="web_session")
    op.drop_index("ix_web_session_account_id", table_name="web_session")
    op.drop_table("web_session")
    op.drop_index("uq_job_unique_key", table_name="job", postgresql_where=sa.text("state IN ('waiting', 'running')"))
    op.drop_index("ix_job_waiting", table_name="job", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index("ix_job_running", table_name="job", postgresql_where=sa.text("state = 'running'"))
    op.drop_table("job")
    op.drop_index("ix_grid_valid", table_name="grid", postgresql_using="gist")
    op.drop_index("ix_grid_community_code", table_name="grid")
    op.drop_geospatial_index("idx_grid_geom", table_name="grid", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("grid")
    op.drop_index("ix_compound_community_code", table_name="compound")
    op.drop_geospatial_index("idx_compound_geom", table_name="compound", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("compound")
    op.drop_index("ix_audit_log_at", table_name="audit_log")
    op.drop_index("ix_audit_log_account_id_at", table_name="audit_log")
    op.drop_table("audit_log")
    op.drop_index("ix_api_token_account_id", table_name="api_token")
    op.drop_table("api_token")
    op.drop_geospatial_index(
        "idx_service_point_geom", table_name="service_point", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("service_point")
    op.drop_geospatial_index("idx_road_geom", table_name="road", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("road")
    op.drop_index("ix_rate_window_window_start", table_name="rate_window")
    op.drop_table("rate_window")
    op.drop_table("plan")
    op.drop_table("layer_version")
    op.drop_geospatial_index("idx_landcover_geom", table_name="landcover", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("landcover")
    op.drop_table("fact")
    op.drop_index("ix_division_parent_code", table_name="division")
    op.drop_geospatial_index("idx_division_geom", table_name="division", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("division")
    op.drop_table("account")
    for function in ("bump_layer_version", "refuse_change", "refuse_truncate", "stamp_changed_xid"):
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DROP SEQUENCE layer_version_number")
