"""``analyser creneaux-horaires``."""

from typing import Annotated

import typer

from observatoire.analyses import time_slots
from observatoire.analyses.slot_cutting import Cutting
from observatoire.analyses.time_slots import DAYS, Cell
from observatoire.cli.analyses.common import Day, Several, prove, question_of, told
from observatoire.cli.context import OPERATOR, context_of
from observatoire.disclosure.released import Count
from observatoire.domain.day_kind import DayKind


def creneaux_horaires(
    context: typer.Context,
    territoire: str,
    debut: Day = None,
    fin: Day = None,
    categorie: Several = None,
    source: Several = None,
    decoupage: Annotated[str, typer.Option(help="1h, 3h, 6h ou service")] = "6h",
    aoristique: Annotated[bool, typer.Option(help="répartit les faits connus par un intervalle")] = False,
    jours: Annotated[DayKind, typer.Option()] = DayKind.EVERY,
) -> None:
    """Slots by weekday."""
    if decoupage not in ("1h", "3h", "6h", "service"):
        raise typer.BadParameter("1h, 3h, 6h ou service", param_hint="--decoupage")
    found = context_of(context)
    method = "aoristique" if aoristique else "connue"
    question = question_of(territoire, debut, fin, categorie, source)
    question = question.with_parameters(decoupage=decoupage, methode=method, jours=jours.value)
    cutting = Cutting.of(decoupage, None, "aoristique" if aoristique else "connue", jours)
    value = time_slots.tabulate(found.database, question, cutting, OPERATOR, found.journal()).value
    typer.echo(" " * 10 + "".join(f"{slot:>10}" for slot in value.slots))
    for day, row in zip(DAYS, value.matrix, strict=True):
        typer.echo(f"{day:<10}" + "".join(f"{_text(cell):>10}" for cell in row))
    typer.echo(f"heure inconnue : {told(value.unknown_hour)}")
    prove(value.proof)


def _text(cell: Cell) -> str:
    if isinstance(cell, Count):
        return told(cell)
    return "absent" if cell.value is None else f"{cell.value:.1f}".replace(".", ",")
