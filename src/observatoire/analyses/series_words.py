"""How official figures read in French: a state, a reason why a sum is not made."""

from observatoire.disclosure.released import ValueState
from observatoire.domain.territory import TerritoryLevel
from observatoire.store.reference.series import IndicatorRecord, SeriesSum

ACCUSED = "mis en cause"
COUNTED = {"victime", "victime entendue", "infraction", "véhicule", ACCUSED, "fait constaté"}
PLURALS = {
    TerritoryLevel.DEPARTEMENT: "départements",
    TerritoryLevel.COMMUNE: "communes",
    TerritoryLevel.ARRONDISSEMENT: "arrondissements",
}


def wording(state: ValueState, unit: str, *, refused: bool = False) -> str | None:
    """How a figure that is not a number reads, and how zero does; ``refused``: a sum that is not made."""
    if state is ValueState.SECRET:
        return "non diffusé"
    if state is ValueState.ABSENT:
        return "somme non faite" if refused else "donnée absente"
    if state is ValueState.ZERO and unit in COUNTED:
        return "aucun fait enregistré"
    return None


def reason_for(row: SeriesSum, indicator: IndicatorRecord, level: TerritoryLevel, parts: int) -> str | None:
    """Why the parts can't be summed; None when they can."""
    name = PLURALS[level]
    if not indicator.additive and parts > 1:
        if indicator.unit == ACCUSED:
            return f"mis en cause : la somme des {name} compterait plusieurs fois la même personne"
        return f"« {indicator.unit} » : cette valeur ne se déduit pas de celles des {name}"
    if row.cells < parts:
        return (
            f"{_some(parts - row.cells, level)} sur {parts} sans valeur pour cette période dans cette édition"
        )
    if row.secret:
        return f"{_some(row.secret, level)} sur {parts} sans valeur diffusée : la somme n'est pas connue"
    if row.absent:
        return f"{_some(row.absent, level)} sur {parts} sans valeur : la somme n'est pas connue"
    return None


def _some(number: int, level: TerritoryLevel) -> str:
    return f"{number} {PLURALS[level] if number > 1 else PLURALS[level].removesuffix('s')}"
