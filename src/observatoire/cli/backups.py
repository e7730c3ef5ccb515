"""``sauvegarde``: encrypted backups are made, verified, restored; keys are kept apart."""

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from observatoire.backup import creating, keys, restoring, sealing, since, verifying
from observatoire.backup.errors import NoFolder
from observatoire.backup.manifest import Manifest
from observatoire.backup.replaying import Replay
from observatoire.backup.restoring import Restored
from observatoire.backup.since import Since
from observatoire.cli.context import OPERATOR, Context, context_of, progress
from observatoire.store import accounts
from observatoire.store.dumping import another
from observatoire.store.engine import Database
from observatoire.vocabulary.agreement import agree

TAMPERED = 1
"""Exit status of a restore whose audit trail does not hold: what is restored stands, to be looked at."""

Recipients = Annotated[
    list[str] | None,
    typer.Option(help="clé publique age (répétable) ; à défaut, OBSERVATOIRE_BACKUP_RECIPIENTS"),
]
Identity = Annotated[Path, typer.Option(help="fichier de l'identité age, qui ne vit pas sur ce serveur")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Sauvegardes chiffrées, vérifiées, restaurées.", no_args_is_help=True)
    group.command("identite", help="Crée une identité age ; à faire hors de ce serveur.")(identite)
    group.command("creer", help="Sauvegarde la base et ses fichiers, chiffrés pour un destinataire.")(creer)
    group.command("verifier", help="Lit une sauvegarde jusqu'au bout et la confronte à son manifeste.")(
        verifier
    )
    group.command("restaurer", help="Restaure dans une base vide, contrôle, puis purge.")(restaurer)
    group.command("suites", help="Liste chiffrée de ce qui est décidé depuis : effacements à rejouer.")(
        suites
    )
    group.command("cles", help="Scelle les clés de l'installation par une phrase secrète.")(cles)
    group.command("rendre-cles", help="Rétablit les clés scellées sur un serveur neuf.")(rendre_cles)
    app.add_typer(group, name="sauvegarde")


def identite(fichier: Annotated[Path, typer.Argument(help="nouveau fichier")]) -> None:
    """Make a pair of keys."""
    public = keys.new_identity(fichier)
    typer.echo(f"Clé publique, à donner au serveur : {public}")
    typer.echo(f"« {fichier} » ouvre les sauvegardes : deux copies hors du serveur, aucune dessus.")


def creer(
    context: typer.Context,
    destination: Annotated[Path, typer.Argument(help="dossier, ou nouveau fichier")],
    destinataire: Recipients = None,
    garder: Annotated[
        int | None, typer.Option(min=1, help="ne garder que les N dernières du dossier")
    ] = None,
) -> None:
    """Back up."""
    found, now = context_of(context), datetime.now(UTC)
    if garder is not None and not destination.is_dir():
        raise NoFolder(destination)
    made = creating.create(found.database, found.settings, destination, _recipients(found, destinataire), now)
    with found.database.importing() as connection:
        accounts.write_journal(
            connection, OPERATOR.name, OPERATOR.role or "", "sauvegarde", made.path.name, None
        )
    typer.echo(f"{made.path} : {_size(made.size)}, {_holds(made.manifest)}.")
    if garder is not None:
        for name in creating.rotate(destination, garder, now, found.settings.backup_days):
            typer.echo(f"supprimée : {name}")


def verifier(context: typer.Context, fichier: File, identite: Identity) -> None:
    """Read a backup to its end."""
    found = context_of(context)
    key = found.settings.trail_key() if found.settings.holds_keys() else None
    with fichier.open("rb") as source:
        verified = verifying.verify(source, sealing.identities_of(identite), key)
    made = verified.manifest
    typer.echo(f"Sauvegarde intacte, du {_moment(made.made_at)}, schéma {made.revision} : {_holds(made)}.")
    if verified.signed is None:
        typer.echo("Origine non vérifiée : les clés de l'installation ne sont pas ici.")


def restaurer(
    context: typer.Context,
    fichier: File,
    identite: Identity,
    vers: Annotated[str, typer.Option(help="base vide du même serveur, ou adresse postgresql://…")],
    fichiers: Annotated[
        Path | None, typer.Option(help="dossier des fichiers ; à défaut, OBSERVATOIRE_VAR")
    ] = None,
    suites: Annotated[
        Path | None, typer.Option(exists=True, help="liste écrite par « sauvegarde suites »")
    ] = None,
) -> None:
    """Restore into an empty database, check, purge, tell what must be done again."""
    found = context_of(context)
    settings = restoring.settings_for(found.settings, fichiers or found.settings.var)
    identities = sealing.identities_of(identite)
    target = Database(another(found.settings.database_url, vers), pooled=False)
    with ExitStack() as stack:
        stack.callback(target.dispose)
        source: BinaryIO = stack.enter_context(fichier.open("rb"))
        listed = since.read(stack.enter_context(suites.open("rb")), identities) if suites else None
        done = restoring.restore(source, identities, target, settings, progress())
    typer.echo(f"Restaurée : {_holds(done.manifest)} ; schéma, comptes et politiques de lignes conformes.")
    _tell_since(done.manifest, listed)
    _tell_trail(done)


def _tell_since(manifest: Manifest, listed: Since | None) -> None:
    if listed is None:
        typer.echo(
            "Sans « --suites », ce qui a été retiré depuis (imports, clés, accès) est revenu : retrouvez-le "
            "avant de rouvrir le service."
        )
        return
    again = listed.after(manifest.made_at)
    erased = sum(kind is Replay.ERASURE for kind, _ in again)
    typer.echo(
        f"À refaire avant de rouvrir, d'après la liste arrêtée au {_moment(listed.until)} : "
        f"{agree(len(again), 'décision', 'décisions')}, "
        f"dont {agree(erased, 'effacement ou retrait', 'effacements ou retraits')}."
    )
    for kind, decision in again:
        what = f"{decision.action} {decision.subject}"
        what += f", {decision.sources}" if decision.sources else ""
        typer.echo(f"  {_moment(decision.at)}  {kind} : {what} ({decision.caller})")


def _tell_trail(done: Restored) -> None:
    if done.trail.fault is None:
        typer.echo(f"Journal d'audit intact : {agree(done.trail.seals, 'scellement', 'scellements')}.")
        return
    typer.secho(f"Journal d'audit altéré : {done.trail.fault.kind}.", err=True, fg="red")
    raise typer.Exit(TAMPERED)


def suites(
    context: typer.Context,
    fichier: Annotated[Path, typer.Argument(help="liste, remplacée à chaque fois")],
    destinataire: Recipients = None,
) -> None:
    """Write what was decided within the life of a backup."""
    found = context_of(context)
    to, days = _recipients(found, destinataire), found.settings.backup_days
    number = since.write(found.database, found.settings, fichier, to, datetime.now(UTC), OPERATOR.name)
    typer.echo(f"{fichier} : {agree(number, 'décision', 'décisions')} des {days} derniers jours.")


def cles(context: typer.Context, fichier: Annotated[Path, typer.Argument(help="nouveau fichier")]) -> None:
    """Seal the keys."""
    secret = typer.prompt("Phrase secrète", hide_input=True, confirmation_prompt=True)
    keys.write(context_of(context).settings, fichier, secret)
    typer.echo(f"« {fichier} » : à garder hors du serveur, et ailleurs que les sauvegardes.")


def rendre_cles(context: typer.Context, fichier: File) -> None:
    """Put the keys back."""
    settings = context_of(context).settings
    done = keys.put_back(settings, fichier, typer.prompt("Phrase secrète", hide_input=True))
    told = f"clés rétablies : {', '.join(done)}" if done else "les clés étaient déjà en place"
    typer.echo(f"{settings.var} : {told}.")


def _recipients(found: Context, given: list[str] | None) -> list[str]:
    return given or list(found.settings.words(found.settings.backup_recipients))


def _holds(manifest: Manifest) -> str:
    files = agree(len(manifest.files), "fichier", "fichiers")
    return f"{agree(manifest.rows, 'ligne', 'lignes')} de {len(manifest.tables)} tables, {files}"


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} Mo".replace(".", ",")


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%d/%m/%Y à %H:%M} UTC"
