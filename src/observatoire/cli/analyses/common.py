"""What every command of ``analyser`` shares: its filters, a count and a proof in plain text."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from observatoire.analyses.proof import Proof
from observatoire.analyses.question import Question
from observatoire.disclosure.released import Count
from observatoire.domain.period import Period
from observatoire.domain.territory import TerritoryCode

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
Several = Annotated[list[str] | None, typer.Option()]


def question_of(
    territory: str,
    start: datetime | None,
    end: datetime | None,
    categories: list[str] | None,
    sources: list[str] | None,
) -> Question:
    """The question that the options make; the last twelve complete months by default."""
    default = Period.last_twelve_complete_months(datetime.now(UTC).date())
    period = Period(start.date() if start else default.start, end.date() if end else default.end)
    return Question(TerritoryCode.parse(territory), period, tuple(categories or ()), tuple(sources or ()))


def told(count: Count) -> str:
    """A count, or why there is none."""
    return (
        f"{count.value}" if count.value is not None else {"secret": "n.d.", "absent": "absent"}[count.state]
    )


def prove(proof: Proof) -> None:
    """What the figures rest on."""
    typer.echo(f"Effectif : {proof.headcount.kept} faits retenus sur {proof.headcount.total}")
    for exclusion in proof.headcount.excluded:
        typer.echo(f"  exclus, {exclusion.reason} : {exclusion.count}")
    typer.echo(f"Méthode : {proof.method.name} v{proof.method.version} ; empreinte {proof.digest}")
    for warning in proof.warnings:
        typer.echo(f"  ! {warning}")
