"""``territoires``, ``qpv``, ``iris``: contours brought by the operator, and what became of them."""

from pathlib import Path
from typing import Annotated

import typer

from observatoire.atlas import parts, service
from observatoire.atlas.parts import Loaded
from observatoire.atlas.replacing import Replacement
from observatoire.cli.context import Context, context_of, progress
from observatoire.cli.zones import Epsg, Layer, assign

FORMATS = "GeoJSON (ou .gz), GeoPackage ou Shapefile (ou .zip)"
SHOWN = 12


def register(app: typer.Typer) -> None:
    """Add the commands."""
    territoires = typer.Typer(help="Contours et mouvements des communes.", no_args_is_help=True)
    territoires.command("charger", help=f"Remplace les contours des communes : {FORMATS}.")(
        charger_territoires
    )
    territoires.command(
        "mouvements", help="Charge les mouvements de communes de l'Insee (v_mvt_commune, CSV)."
    )(charger_mouvements)
    app.add_typer(territoires, name="territoires")
    qpv = typer.Typer(help="Quartiers prioritaires de la politique de la ville.", no_args_is_help=True)
    qpv.command("charger", help=f"Charge une couche de QPV, génération 2015 ou 2024 : {FORMATS}.")(
        charger_qpv
    )
    app.add_typer(qpv, name="qpv")
    iris = typer.Typer(help="IRIS (découpage statistique de l'Insee).", no_args_is_help=True)
    iris.command("charger", help=f"Charge une couche d'IRIS : {FORMATS}.")(charger_iris)
    app.add_typer(iris, name="iris")


def charger_territoires(
    context: typer.Context, fichier: Path, couche: Layer = None, epsg: Epsg = None
) -> None:
    """Replace contours, and tell what became of each."""
    found = context_of(context)
    done, asked = service.load_contours(
        found.database, found.settings.data, fichier, progress(), layer=couche, epsg=epsg
    )
    for line in told(done):
        typer.echo(line)
    assign(found, asked)


def charger_mouvements(context: typer.Context, fichier: Path) -> None:
    """Load the movements of communes; do it again after ``preparer --recharger``."""
    former, divided = service.load_movements(context_of(context).database, fichier)
    typer.echo(
        f"{former} anciens codes ramenés à une commune d'aujourd'hui ; {divided} codes partagés entre "
        "plusieurs communes : leurs faits sont placés par leur point, sinon dits non ventilables."
    )


def told(done: Replacement) -> list[str]:
    """What became of a file of contours, in French."""
    drawn = done.drawn
    replaced = _counted(done.communes, "commune"), _counted(done.arrondissements, "arrondissement")
    lines = [f"Contour remplacé : {' et '.join(replaced)}."]
    overlaps = [f"{o.code} et {o.other} ({o.area_km2:.2f} km²)".replace(".", ",") for o in done.overlaps]
    for words, codes in (
        ("gardent leur ancien contour (absentes du fichier, ou inutilisables)", done.kept),
        ("laissées : le contour tombe loin du précédent", done.elsewhere),
        ("laissées : sans polygone dans le fichier", drawn.empty),
        ("anciens codes réunis à leur commune d'aujourd'hui", drawn.merged),
        ("codes inconnus, ignorés", drawn.unknown),
        ("contours invalides, réparés", sorted(drawn.repaired)),
        ("chevauchements entre voisines, signalés", overlaps),
    ):
        if codes:
            lines.append(f"  {len(codes)} {words} : {_listed(codes)}")
    if done.holes:
        lines.append(
            f"  {_counted(done.holes, 'trou')} qu'aucune commune ne couvre (défaut « trou_voisin »)."
        )
    return lines


def _listed(codes: "list[str] | tuple[str, ...]") -> str:
    more = f" et {len(codes) - SHOWN} autres" if len(codes) > SHOWN else ""
    return ", ".join(codes[:SHOWN]) + more


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}"


def charger_qpv(context: typer.Context, fichier: Path, couche: Layer = None, epsg: Epsg = None) -> None:
    """Load a layer of priority neighbourhoods."""
    found = context_of(context)
    loaded = parts.load_neighbourhoods(found.database, fichier, layer=couche, epsg=epsg)
    _tell(found, loaded, f"quartiers prioritaires chargés depuis {fichier.name}")


def charger_iris(
    context: typer.Context,
    fichier: Path,
    millesime: Annotated[int | None, typer.Option(help="par défaut, celui des communes")] = None,
    couche: Layer = None,
    epsg: Epsg = None,
) -> None:
    """Load a layer of IRIS."""
    found = context_of(context)
    loaded = parts.load_iris(found.database, fichier, progress(), vintage=millesime, layer=couche, epsg=epsg)
    _tell(found, loaded, f"IRIS chargés depuis {fichier.name}")


def _tell(found: Context, loaded: Loaded, words: str) -> None:
    typer.echo(f"{loaded.number} {words}.")
    if loaded.repaired:
        typer.echo(f"  {loaded.repaired} contours invalides, réparés")
    assign(found, loaded.assignment)
