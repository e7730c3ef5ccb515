"""``analyser``: the use cases of the API, told in plain text on the terminal."""

import typer

from observatoire.cli.analyses import (
    comparisons,
    crossing,
    evolution,
    hotspots,
    portrait,
    synthesis,
    time_slots,
    trends,
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Analyses : où, quand, comment cela évolue.", no_args_is_help=True)
    group.command("synthese", help="Totaux par catégorie et par source.")(synthesis.synthese)
    group.command("points-chauds", help="Où se concentrent les faits.")(hotspots.points_chauds)
    group.command("creneaux-horaires", help="Jour et heure.")(time_slots.creneaux_horaires)
    group.command("evolution", help="Une période face aux années d'avant.")(evolution.evolution)
    group.command("comparaisons", help="Taux face à ceux d'autres territoires.")(comparisons.comparaisons)
    group.command("croisements", help="Deux classements des mêmes faits.")(crossing.croisements)
    group.command("portrait", help="Un territoire, en un appel.")(portrait.portrait)
    group.command("tendances", help="Série, pente annuelle, ruptures possibles, mois encore provisoires.")(
        trends.tendances
    )
    app.add_typer(group, name="analyser")
