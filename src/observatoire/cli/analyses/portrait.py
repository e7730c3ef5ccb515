"""``analyser portrait``."""

import typer

from observatoire.analyses import portrait as portrait_room
from observatoire.analyses.context import ContextValue
from observatoire.analyses.synthesis import Summary
from observatoire.cli.analyses.common import Day, prove, question_of, told
from observatoire.cli.context import OPERATOR, context_of


def portrait(context: typer.Context, territoire: str, debut: Day = None, fin: Day = None) -> None:
    """Context, local facts by group and domain, the last point of each of the State's series."""
    found = context_of(context)
    question = question_of(territoire, debut, fin, None, None)
    value = portrait_room.draw(found.database, question, OPERATOR, found.journal()).value
    assert isinstance(value.local, Summary)
    typer.echo(f"{value.name} ({value.territory})")
    typer.echo(f"  population : {_indicator(value.context.population)}")
    typer.echo(f"  logements : {_indicator(value.context.dwellings)}")
    typer.echo(f"  taux de pauvreté, en % : {_indicator(value.context.poverty)}")
    for group in value.local.groups:
        typer.echo(f"{group.group} : {told(group.total)} faits")
        for row in group.categories:
            typer.echo(f"  {row.code} {row.label} : {told(row.facts)}")
    for series in value.official.series:
        last = series.points[-1]
        known = last.value.value
        figure = f"{known:g}" if known is not None else last.value.wording
        typer.echo(f"État, {series.indicator.label} ({last.period}) : {figure} ({series.indicator.unit})")
    prove(value.local.proof)
    for warning in value.warnings:
        typer.echo(f"  ! {warning}")


def _indicator(found: ContextValue) -> str:
    if found.value is None:
        return found.reason or {"secret": "n.d.", "absent": "absent"}[found.state]
    return f"{found.value:g} ({found.vintage}, {found.dataset})"
