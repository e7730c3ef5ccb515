"""``analyser tendances``."""

import typer

from observatoire.analyses import trends
from observatoire.cli.analyses.common import Day, Several, prove, question_of, told
from observatoire.cli.context import OPERATOR, context_of


def tendances(
    context: typer.Context,
    territoire: str,
    debut: Day = None,
    fin: Day = None,
    categorie: Several = None,
    source: Several = None,
) -> None:
    """Monthly series and the sentence that the test allows."""
    found = context_of(context)
    question = question_of(territoire, debut, fin, categorie, source).with_parameters(pas="mois")
    value = trends.follow(found.database, question, OPERATOR, found.journal()).value
    for point in value.series:
        typer.echo(f"  {point.month} : {told(point.facts)}")
    typer.echo(value.change.sentence)
    prove(value.proof)
