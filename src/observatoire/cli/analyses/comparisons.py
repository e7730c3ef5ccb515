"""``analyser comparaisons``."""

from typing import Annotated

import typer

from observatoire.analyses.comparisons import answering, asking
from observatoire.analyses.comparisons.model import ComparisonAnswer, ComparisonRow, PeerGroup
from observatoire.cli.analyses.common import Day, Several, prove, question_of
from observatoire.cli.context import OPERATOR, context_of


def comparaisons(
    context: typer.Context,
    territoire: str,
    debut: Day = None,
    fin: Day = None,
    categorie: Several = None,
    source: Several = None,
    avec: Annotated[
        list[str] | None, typer.Option(help="epci, departement, region, nation, pairs, communes")
    ] = None,
    criteres: Several = None,
    poids: Several = None,
    meme_departement: Annotated[bool, typer.Option(help="pairs du même département")] = False,
    nombre: Annotated[int, typer.Option(min=1, max=30)] = 8,
) -> None:
    """One sentence per territory, the official figures beside, the similar communes and why."""
    found = context_of(context)
    question = question_of(territoire, debut, fin, categorie, source)
    peers = asking.PeerWords(criteres, poids, meme_departement, nombre)
    asked = asking.understood(question, avec, peers)
    value = answering.compare(found.database, asked, OPERATOR, found.journal()).value
    assert isinstance(value, ComparisonAnswer)
    for row in value.rows:
        _tell(row)
    if value.peers is not None:
        _tell_peers(value.peers)
    prove(value.proof)


def _tell(row: ComparisonRow) -> None:
    typer.echo(row.sentence)
    if row.caution is not None:
        typer.echo(f"  ! {row.caution}")
    for figure in row.official:
        told = figure.measure.wording or f"{figure.measure.value:g} {figure.counting_unit}"
        rate = figure.official_rate
        per = f", {rate.value:.2f} pour 1000 ({rate.denominator})".replace(".", ",") if rate else ""
        typer.echo(f"  à côté, SSMSI {figure.period}, {figure.label} : {told}{per}")


def _tell_peers(group: PeerGroup) -> None:
    for criterion in group.criteria:
        typer.echo(f"Critère {criterion.label}, poids {criterion.weight:g} : {criterion.dropped or 'retenu'}")
    for peer in group.peers:
        typer.echo(f"  semblable : {peer.name} ({peer.code}), distance {peer.distance:.2f}")
