"""``analyser evolution``."""

from typing import Annotated

import typer

from observatoire.analyses import evolution as evolution_room
from observatoire.analyses.comparable import Reference
from observatoire.analyses.evolution import By, EvolutionAnswer
from observatoire.cli.analyses.common import Day, Several, prove, question_of
from observatoire.cli.context import OPERATOR, context_of


def evolution(
    context: typer.Context,
    territoire: str,
    debut: Day = None,
    fin: Day = None,
    categorie: Several = None,
    source: Several = None,
    reference: Annotated[Reference, typer.Option()] = Reference.YEAR_BEFORE,
    par: Annotated[By | None, typer.Option(help="une ligne par domaine ou par famille")] = None,
) -> None:
    """The sentence that the two counts allow; one per domain or family where asked."""
    found = context_of(context)
    question = question_of(territoire, debut, fin, categorie, source)
    question = question.with_parameters(par=par or "ensemble", reference=reference.value)
    value = evolution_room.follow(found.database, question, reference, par, OPERATOR, found.journal()).value
    assert isinstance(value, EvolutionAnswer)
    typer.echo(value.whole.sentence)
    for row in value.lines:
        typer.echo(f"  {row.code} {row.label} : {row.sentence}")
    prove(value.proof)
