from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Table, Text

from geodata.tables.base import metadata

#: Work orders of the hotline (12345工单): the number that both sides know a report by, and until when, where the order says so.
hotline_order = Table(
    "hotline_order",
    metadata,
    Column("report_id", BigInteger, ForeignKey("report.id"), primary_key=True, autoincrement=False),
    Column("number", Text, nullable=False, unique=True),
    Column("due_at", DateTime(timezone=True)),
    CheckConstraint("number <> ''", name="number_not_blank"),
)
