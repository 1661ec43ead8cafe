from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from geodata.tables.base import id_column, metadata, one_of
from gridmap.access import Role

#: People who sign in. A password is stored as its argon2 hash.
account = Table(
    "account",
    metadata,
    id_column(),
    Column("name", Text, nullable=False, unique=True),
    Column("display_name", Text, nullable=False, server_default=""),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("disabled_at", DateTime(timezone=True)),
    one_of("role", tuple(str(role) for role in Role)),
    CheckConstraint("name = lower(btrim(name)) AND name <> ''", name="name_normal"),
)

#: Sessions live here, not in the cookie, so that they can be ended. The cookie's secret is stored as its SHA-256.
web_session = Table(
    "web_session",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("data", JSONB, nullable=False, server_default=text("'{}'")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("expires_at > created_at", name="expires_later"),
)
Index("ix_web_session_account_id", web_session.c.account_id)
Index("ix_web_session_expires_at", web_session.c.expires_at)

#: Tokens for programs; stored as SHA-256.
api_token = Table(
    "api_token",
    metadata,
    id_column(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
)
Index("ix_api_token_account_id", api_token.c.account_id)

#: Requests counted by key and window, for rate limits that hold over all server processes.
rate_window = Table(
    "rate_window",
    metadata,
    Column("key", Text, nullable=False),
    Column("window_start", DateTime(timezone=True), nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("key", "window_start"),
    prefixes=["UNLOGGED"],
)
Index("ix_rate_window_window_start", rate_window.c.window_start)

#: Who did or saw what: sign-ins, loads, exports, views of personal data. Appended only.
audit_log = Table(
    "audit_log",
    metadata,
    id_column(),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False, server_default=""),
    Column("purpose", Text, nullable=False, server_default=""),
    Column("request_id", Text, nullable=False, server_default=""),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    CheckConstraint("action <> ''", name="action_not_blank"),
)
Index("ix_audit_log_at", audit_log.c.at)
Index("ix_audit_log_account_id_at", audit_log.c.account_id, audit_log.c.at)
