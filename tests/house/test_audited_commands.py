"""Every command leaves one entry of the audit trail, or is named with those that leave none."""

from collections.abc import Iterator

import pytest
import typer.main
from sqlalchemy import text

from observatoire.bootstrap import make_app, make_database, work
from observatoire.cli import app as cli
from observatoire.cli import auditing
from observatoire.cli.context import OPERATOR
from observatoire.settings import Settings
from support.files import pm_file, pm_row
from support.terminal import Terminal
from support.world import EPCI, TOULOUSE, World


def commands(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    made: list[typer.Typer] = []

    class Heard(typer.Typer):
        def __init__(self, *words: object, **options: object) -> None:
            super().__init__(*words, **options)  # type: ignore[arg-type]
            made.append(self)

    monkeypatch.setattr(typer, "Typer", Heard)
    cli.build_cli(Settings, make_database, make_app, work)

    def named(found: object, before: str) -> Iterator[str]:
        for name, one in getattr(found, "commands", {}).items():
            yield from named(one, f"{before}{name} ") if hasattr(one, "commands") else [f"{before}{name}"]

    return set(named(typer.main.get_command(made[0]), ""))


def test_every_command_is_audited_or_named_with_those_that_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert commands(monkeypatch) == set(auditing.AUDITED) | auditing.WITHOUT_ENTRY
    assert not set(auditing.AUDITED) & auditing.WITHOUT_ENTRY


def entries(world: World) -> list[tuple[object, ...]]:
    with world.database.owning() as connection:
        kept = "key_label, action, object, sources, outcome, status, reason"
        rows = connection.execute(text(f"select {kept} from audit.entry order by id"))
        return [tuple(row) for row in rows]


def test_what_is_typed_is_written_with_its_end_and_never_an_argument(world: World, tmp_path) -> None:
    world.source("pm")
    shell, before = Terminal(world), len(entries(world))
    file = tmp_path / "Jean Dupont.csv"
    file.write_bytes(pm_file([pm_row("1")]))
    shell.run("importer", str(file), "--source", "pm")
    shell.run("importer", str(file), "--source", "Jean Dupont", code=2)
    shell.run("cle", "creer", "Jean Dupont", "--role", "analyste", "--territoire", EPCI)
    shell.run("analyser", "points-chauds", TOULOUSE, "--source=pm", code=2)
    shell.run("cle", "revoquer", "999999", code=2)
    shell.run("cle", "revoquer", code=2)
    left = entries(world)[before:]
    assert [e for e in left if e[0] == OPERATOR.name] == [
        (OPERATOR.name, "envoi", "observatoire importer", ["pm"], "fait", 0, None),
        (OPERATOR.name, "envoi", "observatoire importer", [], "refuse", 2, "source_inconnue"),
        (OPERATOR.name, "administration", "observatoire cle creer", [], "fait", 0, None),
        (OPERATOR.name, "lecture_mailles", "observatoire analyser points-chauds", ["pm"], "refuse", 2,
         "non_calculable"),
        (OPERATOR.name, "administration", "observatoire cle revoquer", [], "refuse", 2, "introuvable"),
    ]  # fmt: skip
    assert "Dupont" not in str(left)


def test_commands_that_count_or_list_leave_none(world: World) -> None:
    shell, before = Terminal(world), entries(world)
    shell.run("cle", "lister")
    shell.run("avis", "lister")
    shell.run("--help")
    assert entries(world) == before


def test_a_command_whose_entry_can_not_be_written_says_so_and_fails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("la base dit Jean Dupont")

    monkeypatch.setattr(auditing.trail, "add", broken)
    told = Terminal(world).run("organisation", "creer", "x", "--type", "autre", code=70).stderr
    assert "sans pouvoir être inscrite au journal d'audit (RuntimeError)" in told
    assert "Dupont" not in told
