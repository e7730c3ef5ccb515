"""``analyser croisements``."""

from typing import Annotated

import typer

from observatoire.analyses import crossing as crossing_room
from observatoire.cli.analyses.common import Day, Several, prove, question_of, told
from observatoire.cli.context import OPERATOR, context_of
from observatoire.domain.crossing import Dimension


def croisements(
    context: typer.Context,
    territoire: str,
    lignes: Annotated[Dimension, typer.Option(help="ce que disent les lignes")],
    colonnes: Annotated[Dimension, typer.Option(help="ce que disent les colonnes")],
    debut: Day = None,
    fin: Day = None,
    categorie: Several = None,
    source: Several = None,
) -> None:
    """The table, then the cells that depart from independence (q ≤ 0.05)."""
    found = context_of(context)
    question = question_of(territoire, debut, fin, categorie, source)
    question = question.with_parameters(lignes=lignes.value, colonnes=colonnes.value)
    value = crossing_room.cross(found.database, question, lignes, colonnes, OPERATOR, found.journal()).value
    table = value.table
    typer.echo("\t".join([f"{lignes.value} × {colonnes.value}", *(c.label for c in table.columns), "total"]))
    for row, cells in zip(table.rows, table.cells, strict=True):
        typer.echo("\t".join([row.label, *(told(cell.facts) for cell in cells), told(row.total)]))
    typer.echo("\t".join(["total", *(told(c.total) for c in table.columns), told(table.total)]))
    typer.echo(table.test.sentence)
    for row, cells in zip(table.rows, table.cells, strict=True):
        for column, cell in zip(table.columns, cells, strict=True):
            if cell.q is not None and cell.residual is not None and cell.q <= 0.05:
                facts = f"{told(cell.facts)} faits pour {cell.expected:.1f} attendus"
                typer.echo(f"  {row.label} × {column.label} : {facts}, résidu {cell.residual:+.1f}")
    prove(value.proof)
