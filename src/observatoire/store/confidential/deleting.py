"""A source deleted with all that it sent and all that was made of it."""

from datetime import datetime

from sqlalchemy import Connection, text

from observatoire.store.queries import query

BEFORE_THE_FACTS = ("deleted_places", "deleted_facts", "delete_versions", "delete_history")
AFTER_THE_FACTS = (
    "delete_zones", "delete_erasures", "delete_places_to_check", "delete_learnt_places", "delete_idempotency",
    "delete_decisions_and_proofs", "delete_profiles", "delete_imports", "delete_jobs", "delete_source",
)  # fmt: skip


def ask(connection: Connection, source: str) -> datetime | None:
    """Say that a source is about to be deleted; since when it is, None when it does not exist."""
    return connection.execute(text(query("ask_deletion")), {"source": source}).scalar_one_or_none()


def delete(connection: Connection, source: str) -> int:
    """Delete a source of which this was asked; how many facts it had."""
    values = {"source": source}
    for name in BEFORE_THE_FACTS:
        connection.execute(text(query(name)), values)
    facts: int = connection.execute(text(query("delete_facts")), values).rowcount
    for name in AFTER_THE_FACTS:
        connection.execute(text(query(name)), values)
    return facts
