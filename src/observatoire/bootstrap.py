"""The only file that knows every room: builds settings, database, services and the application."""

from fastapi import FastAPI

from observatoire import production
from observatoire.cli.app import build_cli
from observatoire.settings import Settings
from observatoire.store.engine import Database
from observatoire.web.app import build_app
from observatoire.worker import service


def make_database(settings: Settings) -> Database:
    """The database that the settings name."""
    return Database(settings.database_url)


def make_app() -> FastAPI:
    """The web application (``uvicorn --factory observatoire.bootstrap:make_app``)."""
    settings = Settings()
    production.check(settings)
    return build_app(make_database(settings), settings)


def work(database: Database, settings: Settings, *, tied: bool = False) -> None:
    """The worker, once the configuration may start."""
    production.check(settings)
    service.work(database, settings, tied=tied)


def main() -> None:
    """The command line."""
    build_cli(Settings, make_database, make_app, work)()
