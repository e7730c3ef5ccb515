"""Numbers of the service itself: imports by state, last reception by source. No count of facts."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from observatoire.store.tables import import_


def imports_by_state(connection: Connection) -> dict[str, int]:
    """How many imports stand in each state."""
    rows = connection.execute(select(import_.c.state, func.count()).group_by(import_.c.state))
    return {row[0]: row[1] for row in rows}


def last_receptions(connection: Connection) -> dict[str, datetime]:
    """When the last valid import of each source was received."""
    rows = connection.execute(
        select(import_.c.source, func.max(import_.c.started_at))
        .where(import_.c.state == "valide")
        .group_by(import_.c.source)
    )
    return {row[0]: row[1] for row in rows}
