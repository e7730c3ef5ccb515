"""``analyser``: the use cases of the API, told in plain text on the terminal."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from observatoire.analyses import evolution as evolution_room
from observatoire.analyses import hotspots, synthesis, time_slots, trends
from observatoire.analyses.comparable import Reference
from observatoire.analyses.evolution import By, EvolutionAnswer
from observatoire.analyses.proof import Proof
from observatoire.analyses.question import Question
from observatoire.analyses.synthesis import Summary
from observatoire.analyses.time_slots import DAYS
from observatoire.cli.context import OPERATOR, context_of
from observatoire.disclosure.released import Count
from observatoire.domain.period import Period
from observatoire.domain.territory import TerritoryCode

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
Several = Annotated[list[str] | None, typer.Option()]
SHOWN = 15


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Analyses : où, quand, comment cela évolue.", no_args_is_help=True)
    group.command("synthese", help="Totaux par catégorie et par source.")(synthese)
    group.command("points-chauds", help="Où se concentrent les faits.")(points_chauds)
    group.command("creneaux-horaires", help="Jour et heure.")(creneaux_horaires)
    group.command("evolution", help="Une période face aux années d'avant.")(evolution)
    group.command("tendances", help="Série mensuelle et pente annuelle.")(tendances)
    app.add_typer(group, name="analyser")


def _question(
    territory: str,
    start: datetime | None,
    end: datetime | None,
    categories: list[str] | None,
    sources: list[str] | None,
) -> Question:
    default = Period.last_twelve_complete_months(datetime.now(UTC).date())
    period = Period(start.date() if start else default.start, end.date() if end else default.end)
    return Question(TerritoryCode.parse(territory), period, tuple(categories or ()), tuple(sources or ()))


def _text(count: Count) -> str:
    return (
        f"{count.value}" if count.value is not None else {"secret": "n.d.", "absent": "absent"}[count.state]
    )


def _prove(proof: Proof) -> None:
    typer.echo(f"Effectif : {proof.headcount.kept} faits retenus sur {proof.headcount.total}")
    for exclusion in proof.headcount.excluded:
        typer.echo(f"  exclus, {exclusion.reason} : {exclusion.count}")
    typer.echo(f"Méthode : {proof.method.name} v{proof.method.version} ; empreinte {proof.digest}")
    for warning in proof.warnings:
        typer.echo(f"  ! {warning}")


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
    question = _question(territoire, debut, fin, categorie, source)
    value = synthesis.summarise(found.database, question, OPERATOR, found.journal()).value
    assert isinstance(value, Summary)
    for group in value.groups:
        typer.echo(f"{group.group} : {_text(group.total)} faits ({_text(group.year_before)} un an avant)")
        for row in group.categories:
            if row.level == "famille":
                typer.echo(f"  {row.code} {row.label} : {_text(row.facts)} ({_text(row.year_before)})")
    _prove(value.proof)


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
    question = _question(territoire, debut, fin, categorie, source)
    value = hotspots.find(found.database, question, maille, 0.05, OPERATOR, found.journal()).value
    hot = sorted((c for c in value.cells if c.grade.startswith("concentration")), key=lambda c: -c.z)
    typer.echo(f"{len(hot)} mailles de concentration sur {value.mask_cells} (masque {value.mask_identifier})")
    for cell in hot[:SHOWN]:
        typer.echo(f"  {cell.cell} : {cell.facts} faits, z = {cell.z:.2f}, q = {cell.q:.2g}, {cell.grade}")
    for place in value.out_of_mask[:SHOWN]:
        typer.echo(f"  hors masque : {place.name} ({place.located} faits localisés sur {place.facts})")
    _prove(value.proof)


def creneaux_horaires(
    context: typer.Context,
    territoire: str,
    debut: Day = None,
    fin: Day = None,
    categorie: Several = None,
    source: Several = None,
) -> None:
    """Six-hour slots by weekday."""
    found = context_of(context)
    question = _question(territoire, debut, fin, categorie, source)
    value = time_slots.tabulate(found.database, question, "6h", OPERATOR, found.journal()).value
    typer.echo(" " * 10 + "".join(f"{slot:>10}" for slot in value.slots))
    for day, row in zip(DAYS, value.matrix, strict=True):
        typer.echo(f"{day:<10}" + "".join(f"{_text(count):>10}" for count in row))
    typer.echo(f"heure inconnue : {_text(value.unknown_hour)}")
    _prove(value.proof)


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
    question = _question(territoire, debut, fin, categorie, source)
    value = trends.follow(found.database, question, OPERATOR, found.journal()).value
    for point in value.series:
        typer.echo(f"  {point.month} : {_text(point.facts)}")
    typer.echo(value.change.sentence)
    _prove(value.proof)


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
    question = _question(territoire, debut, fin, categorie, source)
    question = replace(question, parameters=(("par", par or "ensemble"), ("reference", reference.value)))
    value = evolution_room.follow(found.database, question, reference, par, OPERATOR, found.journal()).value
    assert isinstance(value, EvolutionAnswer)
    typer.echo(value.whole.sentence)
    for row in value.lines:
        typer.echo(f"  {row.code} {row.label} : {row.sentence}")
    _prove(value.proof)
