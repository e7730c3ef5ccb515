"""``analyser synthese``."""

import typer

from observatoire.analyses import synthesis
from observatoire.analyses.synthesis import Summary
from observatoire.cli.analyses.common import Day, Several, prove, question_of, told
from observatoire.cli.context import OPERATOR, context_of


def synthese(
    context: typer.Context,
    territoire: str,
    debut: Day = None,
    fin: Day = None,
    categorie: Several = None,
    source: Several = None,
) -> None:
    """Totals per additivity group."""
    found = context_of(context)
    question = question_of(territoire, debut, fin, categorie, source)
    value = synthesis.summarise(found.database, question, OPERATOR, found.journal()).value
    assert isinstance(value, Summary)
    for group in value.groups:
        typer.echo(f"{group.group} : {told(group.total)} faits ({told(group.year_before)} un an avant)")
        for row in group.categories:
            if row.level == "famille":
                typer.echo(f"  {row.code} {row.label} : {told(row.facts)} ({told(row.year_before)})")
    prove(value.proof)
