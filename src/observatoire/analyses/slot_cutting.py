"""How days are cut into slots, and how it is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from observatoire.analyses import calendars
from observatoire.analyses.errors import InvalidCuts
from observatoire.analyses.origin import Method as NamedMethod
from observatoire.analyses.proof import MethodProof
from observatoire.domain.day_kind import DayKind
from observatoire.errors import FieldError
from observatoire.statistics import time_slots as slots_room
from observatoire.statistics.slot_weights import SlotWeights
from observatoire.statistics.time_slots import Split

Method = Literal["connue", "aoristique"]
METHOD = NamedMethod("creneaux_horaires", 2)
CUSTOM = "personnalise"
_ONLY_CUSTOM = FieldError("bornes", "va avec « decoupage=personnalise », et seulement avec lui", "6,12,18,0")
_NO_DAY = FieldError("bornes", "de 2 à 24 heures, de 0 à 23, dans l'ordre", "6,12,18,0")


@dataclass(frozen=True, slots=True)
class Cutting:
    """How days are cut, which hours count, and on which days. ``name``: the preset, or « personnalise »."""

    name: str
    split: Split
    method: Method = "connue"
    days: DayKind = DayKind.EVERY

    @classmethod
    def of(
        cls, name: str, cuts: Sequence[int] | None, method: Method = "connue", days: DayKind = DayKind.EVERY
    ) -> "Cutting":
        """A preset, or « personnalise » with its cuts: an hour below the one before is of the next day.

        Raises:
            InvalidCuts: cuts without « personnalise » or the reverse, or that do not cut a day.
        """
        if (name == CUSTOM) != bool(cuts):
            raise InvalidCuts(fields=(_ONLY_CUSTOM,))
        if not cuts:
            return cls(name, slots_room.preset(name), method, days)
        followed = [*cuts[:1]]
        for cut in cuts[1:]:
            followed.append(cut if cut > followed[-1] else cut + 24)
        try:
            return cls(name, Split(tuple(followed)), method, days)
        except ValueError:
            raise InvalidCuts(fields=(_NO_DAY,)) from None


def method_of(cutting: Cutting) -> MethodProof:
    """How the figures were made, as the proof states it."""
    parameters: dict[str, object] = {
        "decoupage": cutting.name,
        "methode": cutting.method,
        "jours": cutting.days.value,
        "heures": "heure civile locale de la commune ; durées réelles, changements d'heure compris",
    }
    if cutting.name == CUSTOM:
        parameters["bornes"] = [cut % 24 for cut in cutting.split.cuts]
    if (rests_on := calendars.snapshot(cutting.days)) is not None:
        parameters["calendrier"] = rests_on
    if cutting.method == "aoristique":
        parameters["intervalle"] = 0.95
        return MethodProof(METHOD.name, METHOD.version, parameters, AORISTIC_REFERENCES)
    return MethodProof(METHOD.name, METHOD.version, parameters, REFERENCES)


REFERENCES = (
    "test binomial exact par créneau contre l'exposition en heures ; Benjamini & Hochberg (1995)",
    "Haberman (1973), Biometrics 29 : résidus ajustés",
)
AORISTIC_REFERENCES = (
    "Ratcliffe (2000), IJGIS 14(7) : poids aoristiques, en minutes réelles",
    "Fay & Feuer (1997), Statistics in Medicine 16(7) : intervalle d'une somme de poids",
)


def warnings_of(unknown: int, total: int, spread: SlotWeights, cutting: Cutting) -> list[str]:
    """What the reader must know of the hours; ``unknown`` and ``total``: facts."""
    warnings = []
    if unknown:
        warnings.append(
            f"{_share(unknown, total)} des faits ont une heure inconnue : ils sont comptés à part, "
            "jamais répartis."
        )
    if spread.excluded:
        warnings.append(
            f"{_share(spread.excluded, total)} des faits tiennent dans plus de 168 heures : "
            "ils ne sont dans aucun créneau."
        )
    if spread.over_a_day:
        warnings.append(
            f"{_share(spread.over_a_day, total)} des faits sont répartis sur plus de 24 heures : "
            "ils ne disent presque rien de l'heure."
        )
    if round(spread.elsewhere, 3):
        warnings.append(
            f"{_share(spread.elsewhere, spread.kept)} de ce que pèsent les faits retenus tombe sur d'autres "
            "jours que ceux demandés : cette part n'est dans aucun créneau."
        )
    if cutting.method == "aoristique":
        warnings.append(
            "Les faits dont l'heure n'est connue que par un intervalle comptent pour une part dans chaque "
            "créneau : ces valeurs ne sont pas des nombres de faits."
        )
    return warnings


def _share(part: float, total: int) -> str:
    share = part / total
    return "moins de 1\u00a0%" if 0 < share < 0.005 else f"{share:.0%}".replace("%", "\u00a0%")
