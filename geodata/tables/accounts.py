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
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from geodata.tables.base import days_column, days_whole, id_column, metadata, one_of, ref_column
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
    Column("unit_id", BigInteger, ForeignKey("unit.id")),
    Column("person_id", BigInteger, ForeignKey("person.id"), unique=True),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("disabled_at", DateTime(timezone=True)),
    one_of("role", tuple(str(role) for role in Role)),
    CheckConstraint("name = lower(btrim(name)) AND name <> ''", name="name_normal"),
)
Index("ix_account_unit_id", account.c.unit_id)

#: Where an account may see and act: codes of divisions or grids, from when until when. A deputy's row names the account that it
#: stands in for (AB 岗) and always has an end.
account_area = Table(
    "account_area",
    metadata,
    id_column(),
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("area_code", Text, nullable=False),
    days_column(),
    Column("stands_in_for", BigInteger, ForeignKey("account.id")),
    CheckConstraint("area_code <> ''", name="area_code_not_blank"),
    CheckConstraint("stands_in_for IS NULL OR NOT upper_inf(valid)", name="deputy_ends"),
    CheckConstraint("stands_in_for <> account_id", name="deputy_of_another"),
    *days_whole(),
)
Index("ix_account_area_account_id", account_area.c.account_id)
Index("ix_account_area_area_code", account_area.c.area_code)
Index("ix_account_area_stands_in_for", account_area.c.stands_in_for)

#: Filters that a person keeps under a name, per page.
saved_filter = Table(
    "saved_filter",
    metadata,
    id_column(),
    ref_column(),
    Column("account_id", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("page", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("account_id", "page", "name"),
    CheckConstraint("name <> '' AND page <> ''", name="named"),
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
