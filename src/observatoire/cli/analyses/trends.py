"""``analyser tendances``."""

import typer

from observatoire.analyses import trends
from observatoire.analyses.trend_points import Step, TrendPoint
from observatoire.analyses.verdict_words import decimal
from observatoire.cli.analyses.common import Day, Several, prove, question_of, told
from observatoire.cli.context import OPERATOR, context_of


def tendances(
    context: typer.Context,
    territoire: str,
    debut: Day = None,
    fin: Day = None,
    categorie: Several = None,
    source: Several = None,
    pas: Step = Step.MONTH,
) -> None:
    """Series and the sentences that the tests allow."""
    found = context_of(context)
    question = question_of(territoire, debut, fin, categorie, source)
    asked = question.with_parameters(pas=pas.value)
    value = trends.follow(found.database, asked, pas, OPERATOR, found.journal()).value
    for point in value.series:
        typer.echo(f"  {point.period} : {_told(point)}")
    typer.echo(value.change.sentence)
    typer.echo(value.rank_test.sentence)
    for possible in value.possible_breaks.found:
        typer.echo(possible.sentence)
    prove(value.proof)


def _told(point: TrendPoint) -> str:
    if not point.provisional:
        return told(point.facts)
    if point.estimate is None:
        return f"{told(point.facts)} (provisoire)"
    low, value, high = (
        decimal(n, 0) for n in (point.estimate.lower, point.estimate.value, point.estimate.upper)
    )
    return (
        f"{told(point.facts)} (provisoire ; {value} attendus une fois les retards reçus, de {low} à {high})"
    )
