"""``categories`` (labels to class) and ``nomenclature`` (versions of the taxonomy)."""

from pathlib import Path
from typing import Annotated

import typer

from observatoire.cli.context import OPERATOR, Context, context_of, progress
from observatoire.errors import FieldError, InvalidRequest
from observatoire.intake.classing import deciding, queue, versions
from observatoire.intake.classing.deciding import Choice, Scope
from observatoire.store import correspondences, sources
from observatoire.store.reference import categories as category_store

SourceOption = Annotated[str | None, typer.Option(help="pour cette source")]
OrganisationOption = Annotated[str | None, typer.Option(help="pour toutes les sources de cette organisation")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    labels = typer.Typer(help="Libellés des sources et catégories.", no_args_is_help=True)
    labels.command("a-classer", help="Libellés à classer, les plus fréquents d'abord.")(list_waiting)
    labels.command("classer", help="Classe un libellé pour de bon et reclasse les faits reçus.")(class_label)
    labels.command("retirer", help="Revient sur une décision.")(take_back)
    labels.command("historique", help="Les décisions, les plus récentes d'abord.")(list_decisions)
    app.add_typer(labels, name="categories")
    taxonomy = typer.Typer(help="Nomenclature pivot et ses versions.", no_args_is_help=True)
    taxonomy.command("charger", help="Met en vigueur une nouvelle version, ou la refuse entière.")(load)
    taxonomy.command("versions", help="Les versions chargées.")(list_versions)
    taxonomy.command("reclasser", help="Relit tous les libellés, après une mise à jour du logiciel.")(reclass)
    app.add_typer(taxonomy, name="nomenclature")


def list_waiting(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Option(help="répétable ; toutes par défaut")] = None,
    tous: Annotated[bool, typer.Option(help="les libellés déjà classés aussi")] = False,
    limite: Annotated[int, typer.Option()] = 50,
) -> None:
    """Print labels, how often they are used, and the leaves proposed."""
    found = context_of(context)
    page = queue.Page(tuple(source or ()), tous, limite)
    answer = queue.waiting(found.database, page, OPERATOR, found.journal()).value
    for use in answer.labels:
        typer.echo(f"{use.occurrences:>8}  {use.source:<24} {use.category} ({use.mode})  {use.label}")
        for proposal in use.proposals:
            told = f"{proposal.category} {proposal.category_label}"
            typer.echo(f"{'':>10}→ {told} : {proposal.because}")
    typer.echo(f"{answer.total} libellés, nomenclature {answer.taxonomy}.")
    for own in answer.sources:
        if own.warning:
            typer.echo(f"  ! {own.warning}")


def class_label(
    context: typer.Context,
    libelle: str,
    categorie: str,
    source: SourceOption = None,
    organisation: OrganisationOption = None,
) -> None:
    """Class one label."""
    _decide(context_of(context), Choice(libelle, categorie), source, organisation)


def take_back(
    context: typer.Context,
    libelle: str,
    source: SourceOption = None,
    organisation: OrganisationOption = None,
) -> None:
    """Take the decision about one label back."""
    _decide(context_of(context), Choice(libelle, None), source, organisation)


def _decide(found: Context, choice: Choice, source: str | None, organisation: str | None) -> None:
    scope = _scope(found, source, organisation)
    done = deciding.decide(found.database, scope, [choice], OPERATOR, found.journal()).value
    for decision in done.decisions:
        typer.echo(f"« {decision.label} » : {decision.replaced} → {decision.category or 'décision retirée'}")
    if not done.decisions:
        typer.echo("Rien à changer : c'est déjà décidé ainsi.")
    typer.echo(f"{_reclassed(done.reclassed)}.")


def _scope(found: Context, source: str | None, organisation: str | None) -> Scope:
    with found.database.reading() as connection:
        if source is not None and organisation is None:
            chosen = [sources.get(connection, source)]
        else:
            chosen = [s for s in sources.every(connection) if s.organisation == organisation]
    if not chosen:
        fault = FieldError("--source, --organisation", "donnez l'une ou l'autre, connue de l'observatoire")
        raise InvalidRequest(fields=(fault,))
    return Scope(tuple(chosen), chosen[0].organisation, shared=source is None)


def list_decisions(context: typer.Context, limite: Annotated[int, typer.Option()] = 50) -> None:
    """Print the history of the decisions."""
    with context_of(context).database.reading() as connection:
        every = sources.every(connection)
        owners = sorted({s.organisation for s in every})
        records, total = correspondences.history(connection, [s.code for s in every], owners, limite, 0)
    for record in records:
        decision = record.decision
        scope = decision.source or f"organisation {decision.organisation}"
        told = f"{decision.replaced} → {decision.category or 'retirée'}"
        when = f"{record.number:>6}  {record.created_at:%Y-%m-%d %H:%M}"
        typer.echo(f"{when}  {scope}  « {decision.label} » : {told}  ({decision.author})")
    typer.echo(f"{total} décisions.")


def load(
    context: typer.Context,
    fichier: Path,
    passage: Annotated[
        Path | None, typer.Option(help="CSV « ancien;nouveau » : où passe chaque code")
    ] = None,
) -> None:
    """Put a new version of the taxonomy in force."""
    found = context_of(context)
    done = versions.load(found.database, fichier, passage, OPERATOR, found.journal(), progress()).value
    told = f"{done.leaves} catégories, {_reclassed(done.reclassed)}."
    typer.echo(f"Nomenclature {done.version} en vigueur : {told}")


def list_versions(context: typer.Context) -> None:
    """Print the versions of the taxonomy."""
    with context_of(context).database.reading() as connection:
        found = category_store.versions(connection)
    for version in found:
        typer.echo(f"{version.version:>4}  {version.loaded_at:%Y-%m-%d %H:%M}  {version.author}")
        for former, leaves in sorted(version.passages.items()):
            typer.echo(f"{'':>6}{former} → {', '.join(sorted(leaves))}")


def reclass(context: typer.Context) -> None:
    """Class every stored label again."""
    found = context_of(context)
    done = versions.reclass_all(found.database, OPERATOR, found.journal()).value
    typer.echo(f"{_reclassed(done.reclassed)} par la nomenclature {done.version}.")


def _reclassed(facts: int) -> str:
    return f"{facts} fait{'s' if facts > 1 else ''} reclassé{'s' if facts > 1 else ''}"
