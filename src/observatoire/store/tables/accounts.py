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
    LargeBinary,
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

person = Table(
    "person",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("login", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("organisation", Text, ForeignKey("accounts.organisation.code")),
    Column("grant", ARRAY(Text), nullable=False),
    Column("active", Boolean, nullable=False, server_default="true"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("password", Text),
    Column("password_set_at", DateTime(timezone=True)),
    Column("otp_secret", LargeBinary),
    Column("otp_confirmed_at", DateTime(timezone=True)),
    Column("otp_last_step", BigInteger),
    UniqueConstraint("login"),
    schema="accounts",
)
"""``login``: the professional address, in lower case; ``password``: argon2id, with its parameters;
``otp_secret``: sealed by the vault's key; ``otp_last_step``: no code up to it passes again."""

invitation = Table(
    "invitation",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("holder", Integer, ForeignKey("accounts.person.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    schema="accounts",
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("holder", Integer, ForeignKey("accounts.person.id", ondelete="CASCADE"), nullable=False),
    Column("sha256", Text, nullable=False),
    Column("used_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("holder", "sha256"),
    schema="accounts",
)

identity = Table(
    "identity",
    metadata,
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("holder", Integer, ForeignKey("accounts.person.id", ondelete="CASCADE"), nullable=False),
    Column("linked_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("issuer", "subject"),
    schema="accounts",
)

session = Table(
    "session",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("holder", Integer, ForeignKey("accounts.person.id", ondelete="CASCADE"), nullable=False),
    Column("stage", Text, nullable=False),
    Column("means", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("id_token", LargeBinary),
    UniqueConstraint("sha256"),
    schema="accounts",
)
"""``stage``: what is still to be proved; ``id_token``: sealed, kept for the provider's own logout."""

attempt = Table(
    "attempt",
    metadata,
    Column("key", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    Column("blocked_until", DateTime(timezone=True), nullable=False),
    schema="accounts",
)
"""Failed attempts under a keyed hash of a login or of a network address, forgotten within a day;
``last_at``: up to when forgiveness has been counted, at most the longest wait before the last attempt."""
