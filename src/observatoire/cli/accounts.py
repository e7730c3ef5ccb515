"""``cle`` and ``organisation``: who may ask, for whom, over which territories."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer

from observatoire.cli.context import OPERATOR, context_of
from observatoire.disclosure.policy import KeyScope, Role
from observatoire.domain.organisation import DatedTerritory, Organisation, OrganisationKind
from observatoire.domain.origin import checked_origins
from observatoire.domain.territory import NATION, TerritoryCode
from observatoire.errors import Conflict, NotFound
from observatoire.store import accounts, key_life, organisations
from observatoire.store.engine import Connection

Territories = Annotated[list[str] | None, typer.Option("--territoire", help="niveau:code ; répétable")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    cle = typer.Typer(help="Clés d'accès à l'API.", no_args_is_help=True)
    cle.command("creer", help="Crée une clé et l'affiche une seule fois.")(creer_cle)
    cle.command("lister", help="Affiche les clés : à qui, pour quoi, jusqu'à quand.")(lister_cles)
    cle.command("revoquer", help="Révoque une clé, par son numéro.")(revoquer_cle)
    cle.command("renouveler", help="Donne un nouveau secret à une clé ; l'ancien ouvre encore un temps.")(
        renouveler_cle
    )
    app.add_typer(cle, name="cle")
    administrateur = typer.Typer(help="Le premier administrateur.", no_args_is_help=True)
    administrateur.callback()(lambda: None)
    administrateur.command("creer", help="Crée la clé d'un administrateur et l'affiche une seule fois.")(
        creer_administrateur
    )
    app.add_typer(administrateur, name="administrateur")
    organisation = typer.Typer(help="Organisations : qui envoie, qui demande.", no_args_is_help=True)
    organisation.command("creer", help="Crée une organisation.")(creer_organisation)
    organisation.command("modifier", help="Change ce qui est donné d'une organisation.")(
        modifier_organisation
    )
    organisation.command("lister", help="Affiche les organisations et leurs territoires.")(
        lister_organisations
    )
    app.add_typer(organisation, name="organisation")


def creer_cle(
    context: typer.Context,
    libelle: str,
    role: Annotated[Role, typer.Option()],
    organisation: Annotated[str, typer.Option()] = "",
    territoire: Territories = None,
    expire_le: Day = None,
    portee: Annotated[
        list[KeyScope] | None, typer.Option(help="à défaut, toutes celles du rôle ; répétable")
    ] = None,
) -> None:
    """Create a key; without a territory it has those of its organisation, else the nation."""
    grant = [TerritoryCode.parse(code) for code in territoire or ()]
    expires_at = expire_le.replace(tzinfo=UTC) if expire_le else None
    accounts.check_life(expires_at, role, portee or ())
    with context_of(context).database.importing() as connection:
        accounts.check_grant(connection, grant, "territoire")
        held = organisations.get(connection, organisation)
        if not grant and not (held and held.territories):
            grant = [NATION]
        key = accounts.create_key(
            connection, libelle, role.value, organisation, grant, expires_at, portee or ()
        )
        _written(connection, "clé créée", key[:8])
    typer.echo(key)


def lister_cles(context: typer.Context) -> None:
    """Print each key but its secret."""
    with context_of(context).database.reading() as connection:
        known = accounts.keys(connection)
    for key in known:
        where = ", ".join(key.grant) or "territoires de l'organisation"
        until = _life(key)
        whom = f" ; {key.organisation}" if key.organisation else ""
        typer.echo(f"{key.number}  {key.prefix}…  {key.label} : {key.role}{whom} ; {where} ; {until}")


def _life(key: accounts.ListedKey) -> str:
    """Until when, since when, by which other, and when last: what tells a key that is no use any more."""
    now = datetime.now(UTC)
    told = [f"{'expire' if key.expires_at > now else 'expirée'} le {key.expires_at:%d/%m/%Y}"]
    if key.is_open(now) and key.expires_at - now < key_life.SOON:
        told.append("à renouveler" if key.replaced_by is None else "en recouvrement")
    if key.replaced_by is not None:
        told.append(f"la clé {key.replaced_by} lui succède")
    if key.revoked_at:
        told.append(f"révoquée le {key.revoked_at:%d/%m/%Y}")
    told.append(f"utilisée le {key.last_used_at:%d/%m/%Y}" if key.last_used_at else "jamais utilisée")
    return " ; ".join(told)


def renouveler_cle(
    context: typer.Context,
    numero: int,
    recouvrement: Annotated[
        int, typer.Option(min=0, max=key_life.LONGEST_OVERLAP_DAYS, help="jours où l'ancienne ouvre encore")
    ] = key_life.OVERLAP_DAYS,
    expire_le: Day = None,
) -> None:
    """Print the new key alone on the output; what becomes of the old one goes to the error output."""
    expires_at = expire_le.replace(tzinfo=UTC) if expire_le else None
    accounts.check_life(expires_at)
    with context_of(context).database.importing() as connection:
        renewed = key_life.renew(connection, numero, timedelta(days=recouvrement), expires_at)
        _written(connection, "clé renouvelée", f"{numero} par {renewed.number}")
    typer.echo(renewed.key)
    until = f"{renewed.old_expires_at.astimezone():%d/%m/%Y à %H:%M}"
    typer.echo(f"La clé {renewed.number} succède à la clé {numero}, qui ouvre jusqu'au {until}.", err=True)


def creer_administrateur(
    context: typer.Context,
    libelle: Annotated[str, typer.Option(help="nom de la clé dans les journaux")] = "administration",
    encore: Annotated[bool, typer.Option("--encore", help="même s'il en existe un")] = False,
) -> None:
    """Print the key of an administrator of everything: no observatory comes with one."""
    with context_of(context).database.importing() as connection:
        key = key_life.create_administrator(connection, libelle, another=encore)
        _written(connection, "administrateur créé", key[:8])
    typer.echo(key)
    typer.echo("Conservez cette clé : elle ne sera plus affichée, et expire dans un an.", err=True)


def revoquer_cle(context: typer.Context, numero: int) -> None:
    """Revoke one key."""
    with context_of(context).database.importing() as connection:
        accounts.revoke(connection, numero)
        _written(connection, "clé révoquée", str(numero))
    typer.echo(f"Clé {numero} révoquée : elle n'ouvre plus rien, dans une demi-minute au plus tard.")


def creer_organisation(
    context: typer.Context,
    code: str,
    type: Annotated[OrganisationKind, typer.Option()],
    libelle: Annotated[str, typer.Option()] = "",
    territoire: Territories = None,
    depuis: Day = None,
) -> None:
    """Create an organisation with the territories that it has from a day on."""
    with context_of(context).database.importing() as connection:
        record = Organisation(code, libelle or code, type, _dated(connection, territoire, depuis))
        if not organisations.add(connection, record):
            raise Conflict(
                f"L'organisation « {code} » existe déjà : changez-la par « organisation modifier »."
            )
        _written(connection, "organisation", code)
    typer.echo(f"Organisation « {code} » créée.")


def modifier_organisation(
    context: typer.Context,
    code: str,
    libelle: Annotated[str | None, typer.Option()] = None,
    type: Annotated[OrganisationKind | None, typer.Option()] = None,
    territoire: Territories = None,
    depuis: Day = None,
    active: Annotated[
        bool | None, typer.Option("--active/--inactive", help="ses clés ouvrent-elles ?")
    ] = None,
    origine: Annotated[
        list[str] | None, typer.Option(help="page d'où ses clés sont reçues, https://… ; répétable")
    ] = None,
) -> None:
    """Change what is given of an organisation; territories given replace all of its own."""
    with context_of(context).database.importing() as connection:
        before = organisations.get(connection, code)
        if before is None:
            raise NotFound
        parts = _dated(connection, territoire, depuis) if territoire else before.territories
        record = Organisation(
            code,
            libelle or before.label,
            type or before.kind,
            parts,
            before.active if active is None else active,
            origins=checked_origins(origine, "origine") if origine else before.origins,
        )
        organisations.replace(connection, record)
        _written(connection, "organisation", code)
    typer.echo(f"Organisation « {code} » modifiée.")


def lister_organisations(context: typer.Context) -> None:
    """Print each organisation with its territories."""
    with context_of(context).database.reading() as connection:
        known = organisations.every(connection)
    for record in known:
        parts = ", ".join(_told(part) for part in record.territories) or "sans territoire déclaré"
        closed = "" if record.active else " ; inactive"
        typer.echo(f"{record.code}  {record.label} : {record.kind.value} ; {parts}{closed}")


def _told(part: DatedTerritory) -> str:
    until = f" jusqu'au {part.end:%d/%m/%Y} (exclu)" if part.end else ""
    return f"{part.territory} depuis le {part.start:%d/%m/%Y}{until}"


def _dated(
    connection: Connection, territories: list[str] | None, since: datetime | None
) -> tuple[DatedTerritory, ...]:
    codes = [TerritoryCode.parse(code) for code in dict.fromkeys(territories or ())]
    accounts.check_grant(connection, codes, "territoire")
    start: date = since.date() if since else datetime.now(UTC).date()
    return tuple(DatedTerritory(code, start) for code in codes)


def _written(connection: Connection, action: str, what: str) -> None:
    """The journal keeps what was done to organisations and keys, never a secret."""
    accounts.write_journal(connection, OPERATOR.name, OPERATOR.role or "", action, what, None)
