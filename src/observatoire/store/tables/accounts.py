"""Who may ask, and what was asked."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

from observatoire.store.tables.base import metadata

organisation = Table(
    "organisation",
    metadata,
    Column("code", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default="true"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("origins", ARRAY(Text), nullable=False, server_default="{}"),
    schema="accounts",
)

organisation_territory = Table(
    "organisation_territory",
    metadata,
    Column(
        "organisation", Text, ForeignKey("accounts.organisation.code", ondelete="CASCADE"), nullable=False
    ),
    Column("level", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    PrimaryKeyConstraint("organisation", "level", "code", "valid_from"),
    CheckConstraint("valid_to > valid_from", name="dates"),
    schema="accounts",
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("prefix", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("organisation", Text, ForeignKey("accounts.organisation.code")),
    Column("grant", ARRAY(Text), nullable=False),
    Column("scopes", ARRAY(Text), nullable=False, server_default="{}"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column(
        "expires_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=text("now() + interval '1 year'"),
    ),
    Column("revoked_at", DateTime(timezone=True)),
    Column("last_used_at", DateTime(timezone=True)),
    Column("replaced_by", Integer, ForeignKey("accounts.api_key.id")),
    UniqueConstraint("sha256"),
    schema="accounts",
)

journal = Table(
    "journal",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("caller", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("audience", Text),
    schema="accounts",
)
