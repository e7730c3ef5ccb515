"""What an administrator turns on and off."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from observatoire.store.tables import switch

NATIONAL_GEOCODER = "geocodage_national"


@dataclass(frozen=True, slots=True)
class SwitchRecord:
    """A switch, and who turned it last."""

    on: bool
    changed_by: str
    changed_at: datetime


def find(connection: Connection, name: str) -> SwitchRecord | None:
    """A switch; None: it was never turned on."""
    row = connection.execute(select(switch).where(switch.c.name == name)).one_or_none()
    return None if row is None else SwitchRecord(row.on, row.changed_by, row.changed_at)


def turn(connection: Connection, name: str, on: bool, caller: str) -> None:
    """Turn a switch."""
    statement = insert(switch).values(name=name, on=on, changed_by=caller)
    told = {"on": on, "changed_by": caller, "changed_at": func.now()}
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=told))
