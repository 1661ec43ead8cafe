from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from geodata.tables.base import id_column, metadata, one_of, ref_column

JOB_STATES = ("waiting", "running", "done", "failed", "cancelled")

#: Long work. A runner takes a row with SKIP LOCKED and keeps its lease by a heartbeat; a lease that ran out is taken over.
job = Table(
    "job",
    metadata,
    id_column(),
    ref_column(),
    Column("kind", Text, nullable=False),
    Column("arguments", JSONB, nullable=False, server_default=text("'{}'")),
    # A timer is a job with a key: at most one of each waits or runs.
    Column("unique_key", Text),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("run_after", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("leased_until", DateTime(timezone=True)),
    Column("runner", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("progress", Float, nullable=False, server_default="0"),
    Column("message", Text, nullable=False, server_default=""),
    Column("checkpoint", JSONB, nullable=False, server_default=text("'{}'")),
    Column("cancel_asked", Boolean, nullable=False, server_default=text("false")),
    Column("result", JSONB),
    one_of("state", JOB_STATES),
    CheckConstraint("progress BETWEEN 0 AND 1", name="progress_share"),
    CheckConstraint("(state = 'running') = (leased_until IS NOT NULL)", name="running_has_lease"),
    CheckConstraint("(state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)", name="ended_has_time"),
)
Index("ix_job_waiting", job.c.run_after, job.c.id, postgresql_where=text("state = 'waiting'"))
Index("ix_job_running", job.c.leased_until, postgresql_where=text("state = 'running'"))
Index("uq_job_unique_key", job.c.unique_key, unique=True, postgresql_where=text("state IN ('waiting', 'running')"))

#: A number per layer that grows with every change, in the same transaction: what caches and indexes go by. It comes from a
#: sequence, so that a change that was rolled back leaves no number behind that another could reuse.
layer_version = Table(
    "layer_version",
    metadata,
    Column("layer", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

#: Facts about the whole database: which sample was loaded, and the like.
fact = Table("fact", metadata, Column("name", Text, primary_key=True), Column("value", JSONB, nullable=False))
