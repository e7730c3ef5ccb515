"""What commands share: settings, database, caller, progress."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import typer

from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Caller, Role
from observatoire.domain.territory import NATION
from observatoire.settings import Settings
from observatoire.store import accounts
from observatoire.store.engine import Database

# Whoever runs commands on the server holds the database: the command line is the administration.
OPERATOR = Caller("ligne de commande", Role.ADMINISTRATION, "", (NATION,), None)


@dataclass(frozen=True, slots=True)
class Context:
    """One run of the command."""

    settings: Settings
    database: Database
    make_app: Callable[[], Any]
    work: Callable[..., None]

    def journal(self) -> Journal:
        """A sink for passages of the gate."""
        return accounts.journal_of(self.database)


def context_of(context: typer.Context) -> Context:
    """The context that the callback has built."""
    found: Context = context.obj
    return found


def progress() -> Callable[[str], None]:
    """Prints each step with the seconds since the start."""
    started = time.monotonic()

    def show(step: str) -> None:
        typer.echo(f"  [{time.monotonic() - started:5.1f} s] {step}")

    return show
