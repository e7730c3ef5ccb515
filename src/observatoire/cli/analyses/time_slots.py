"""``analyser creneaux-horaires``."""

import typer

from observatoire.analyses import time_slots
from observatoire.analyses.time_slots import DAYS
from observatoire.cli.analyses.common import Day, Several, prove, question_of, told
from observatoire.cli.context import OPERATOR, context_of


def creneaux_horaires(
    context: typer.Context,
    territoire: str,
    debut: Day = None,
    fin: Day = None,
    categorie: Several = None,
    source: Several = None,
) -> None:
    """Six-hour slots by weekday."""
    found = context_of(context)
    question = question_of(territoire, debut, fin, categorie, source)
    question = question.with_parameters(decoupage="6h", methode="connue")
    value = time_slots.tabulate(found.database, question, "6h", OPERATOR, found.journal()).value
    typer.echo(" " * 10 + "".join(f"{slot:>10}" for slot in value.slots))
    for day, row in zip(DAYS, value.matrix, strict=True):
        typer.echo(f"{day:<10}" + "".join(f"{told(count):>10}" for count in row))
    typer.echo(f"heure inconnue : {told(value.unknown_hour)}")
    prove(value.proof)
