"""The only file that knows every room: builds settings, database, services and the application."""

from fastapi import FastAPI

from observatoire.cli.app import build_cli
from observatoire.settings import Settings
from observatoire.store.engine import Database
from observatoire.web.app import build_app
from observatoire.worker.service import work


def make_database(settings: Settings) -> Database:
    """The database that the settings name."""
    return Database(settings.database_url)


def make_app() -> FastAPI:
    """The web application (``uvicorn --factory observatoire.bootstrap:make_app``)."""
    settings = Settings()
    return build_app(make_database(settings), settings)


def main() -> None:
    """The command line."""
    build_cli(Settings, make_database, make_app, work)()
