"""The queue of the workers."""

from sqlalchemy import Connection

from observatoire.store.imports import ImportRecord


def defer_import(connection: Connection, record: ImportRecord) -> None:
    """Put an import in the queue, in the transaction that records it."""
