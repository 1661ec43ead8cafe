from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Index, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB

from geodata.tables.base import id_column, metadata, ref_column

#: What an account is told (提醒): a kind with its facts, about a report or not. Only the account itself reads it.
notice = Table(
    "notice",
    metadata,
    id_column(),
    ref_column(),
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("report_id", BigInteger, ForeignKey("report.id")),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("read_at", DateTime(timezone=True)),
    CheckConstraint("kind <> ''", name="kind_not_blank"),
)
Index("ix_notice_account_id", notice.c.account_id, notice.c.id.desc())
Index("ix_notice_unread", notice.c.account_id, postgresql_where=notice.c.read_at.is_(None))
Index("ix_notice_report_id", notice.c.report_id)
