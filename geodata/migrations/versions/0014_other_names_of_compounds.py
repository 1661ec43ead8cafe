"""Other and former names of compounds, from files and from orders; versions of stairwells"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0015"
branch_labels = None
depends_on = None

VERSIONED = ("stairwell", "compound_alias")


def upgrade() -> None:
    op.add_column("compound", sa.Column("aliases", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False))
    op.create_table(
        "compound_alias",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("compound_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("name <> ''", name=op.f("ck_compound_alias_name_not_blank")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name=op.f("ck_compound_alias_withdrawn_by_somebody")
        ),
        sa.ForeignKeyConstraint(["compound_id"], ["compound.id"], name=op.f("fk_compound_alias_compound_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_compound_alias_report_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_compound_alias_account_id")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["account.id"], name=op.f("fk_compound_alias_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compound_alias")),
    )
    for column in ("compound_id", "report_id", "account_id", "withdrawn_by"):
        op.create_index(f"ix_compound_alias_{column}", "compound_alias", [column])
    op.create_index(
        "ux_compound_alias_name",
        "compound_alias",
        ["name"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    for table in VERSIONED:
        op.execute(
            f"CREATE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION bump_layer_version()"
        )


def downgrade() -> None:
    op.execute("DROP TRIGGER bump_version ON stairwell")
    op.drop_table("compound_alias")
    op.drop_column("compound", "aliases")
