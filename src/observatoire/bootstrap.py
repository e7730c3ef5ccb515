"""The only file that knows every room: builds settings, database, services and the application."""

from typing import TYPE_CHECKING

from observatoire import production
from observatoire.cli.app import build_cli
from observatoire.settings import Settings
from observatoire.store.engine import Database

if TYPE_CHECKING:
    from fastapi import FastAPI


def make_database(settings: Settings) -> Database:
    """The database that the settings name."""
    return Database(settings.database_url)


def make_app() -> "FastAPI":
    """The web application (``uvicorn --factory observatoire.bootstrap:make_app``)."""
    # Loaded when asked for: a command that serves nothing starts twice as fast.
    from observatoire.web.app import build_app

    settings = Settings()
    production.check(settings)
    return build_app(make_database(settings), settings)


def work(database: Database, settings: Settings, *, tied: bool = False) -> None:
    """The worker, once the configuration may start."""
    from observatoire.worker import service

    production.check(settings)
    service.work(database, settings, tied=tied)


def main() -> None:
    """The command line."""
    build_cli(Settings, make_database, make_app, work)()
