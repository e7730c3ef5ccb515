"""``analyser points-chauds``."""

from typing import Annotated

import typer

from observatoire.analyses import hotspots
from observatoire.cli.analyses.common import Day, Several, prove, question_of
from observatoire.cli.context import OPERATOR, context_of

SHOWN = 15


def points_chauds(
    context: typer.Context,
    territoire: str,
    debut: Day = None,
    fin: Day = None,
    categorie: Several = None,
    source: Several = None,
    maille: Annotated[int | None, typer.Option(min=4, max=9)] = None,
) -> None:
    """Cells of concentration, strongest first."""
    found = context_of(context)
    question = question_of(territoire, debut, fin, categorie, source).with_parameters(
        maille="defaut" if maille is None else str(maille), couche="concentration", seuil="0.05"
    )
    value = hotspots.find(found.database, question, maille, 0.05, OPERATOR, found.journal()).value
    assert isinstance(value, hotspots.HotspotMap), "the operator reads everywhere"
    hot = sorted((c for c in value.cells if c.grade.startswith("concentration")), key=lambda c: -c.z)
    typer.echo(f"{len(hot)} mailles de concentration sur {value.mask_cells} (masque {value.mask_identifier})")
    for cell in hot[:SHOWN]:
        typer.echo(f"  {cell.cell} : {cell.facts} faits, z = {cell.z:.2f}, q = {cell.q:.2g}, {cell.grade}")
    for place in value.out_of_mask[:SHOWN]:
        typer.echo(f"  hors masque : {place.name} ({place.located} faits localisés sur {place.facts})")
    prove(value.proof)
