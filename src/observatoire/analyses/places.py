"""Places that are not communes: which version of a zone answers, whether the facts in it are all known."""

from dataclasses import dataclass
from uuid import UUID

from observatoire.disclosure.policy import Caller
from observatoire.domain.period import Period
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.domain.zone import Zone, ZoneVersion
from observatoire.errors import FieldError, NotComputableResult, OutsideDiffusion, UnknownTerritory
from observatoire.store import assignments, zones
from observatoire.store.assignments import Subject
from observatoire.store.engine import Connection

SUBJECTS = {
    TerritoryLevel.QPV: Subject.QPV,
    TerritoryLevel.IRIS: Subject.IRIS,
}
POINTS_ONLY = (
    "Seuls les faits localisés par un point sont rattachés à ce territoire : ceux que l'on ne situe qu'à "
    "la commune n'y sont pas comptés."
)


class AssignmentUnderWay(NotComputableResult):
    """The place asked about is new and the facts are not all known to be in it; argument: how far, in %."""

    code = "rattachement_en_cours"
    title = "Rattachement en cours"
    message = (
        "Le rattachement des faits à ce territoire est en cours ({0} %) : un compte serait incomplet. "
        "Réessayez dans un moment."
    )


@dataclass(frozen=True, slots=True)
class Place:
    """What a question about a territory comes down to: its code, and what the reader must see."""

    territory: TerritoryCode
    notes: tuple[str, ...] = ()


def resolve(connection: Connection, territory: TerritoryCode, period: Period, caller: Caller) -> Place:
    """Find what a territory stands for over a period.

    Raises:
        OutsideDiffusion: a zone, for who may not read it; alike whether it exists or not.
        UnknownTerritory: a zone that does not exist, told to who reads everything.
        AssignmentUnderWay: the facts of the territory are not all known yet.
    """
    if territory.level is TerritoryLevel.ZONE:
        return _zone(connection, territory, period, caller)
    if territory.level.is_part_of_communes:
        subject = SUBJECTS.get(territory.level, Subject.TERRITORIES)
        for waiting in assignments.unfinished(connection):
            if caller.role is not None and waiting.subject in (subject, Subject.TERRITORIES):
                raise AssignmentUnderWay(_percent(waiting.progress))
        return Place(territory, (POINTS_ONLY,))
    return Place(territory)


def _zone(connection: Connection, territory: TerritoryCode, period: Period, caller: Caller) -> Place:
    identifier, _, asked = territory.code.partition("@")
    zone = zones.get(connection, UUID(identifier)) if caller.role is not None else None
    if zone is None or not readable(zone, caller):
        raise _closed(territory, caller)
    version = zone.version(int(asked)) if asked else zone.at_the_end_of(period)
    if version is None:
        raise _unknown(territory)
    _refuse_unassigned(connection, version)
    return Place(zone.code(version), (*_notes(zone, version, period), POINTS_ONLY))


def readable(zone: Zone, caller: Caller) -> bool:
    """Whether a zone exists for a caller: one's own, or any that meets the grant where the role is open."""
    communes = frozenset().union(*(version.communes for version in zone.versions))
    return caller.may_read_contract(zone.organisation, communes)


def _closed(territory: TerritoryCode, caller: Caller) -> Exception:
    if caller.sees_every_source and caller.communes is None:
        return _unknown(territory)
    return OutsideDiffusion("Le niveau « zone » n'est pas diffusé.")


def _unknown(territory: TerritoryCode) -> UnknownTerritory:
    fields = (FieldError("territoire", f"« {territory} » n'existe pas"),)
    return UnknownTerritory(str(territory), fields=fields)


def _refuse_unassigned(connection: Connection, version: ZoneVersion) -> None:
    if not version.assigned:
        record = assignments.of_version(connection, version.number)
        raise AssignmentUnderWay(_percent(record.progress if record else 0.0))
    for waiting in assignments.unfinished(connection, Subject.TERRITORIES):
        raise AssignmentUnderWay(_percent(waiting.progress))


def _percent(progress: float) -> int:
    return int(progress * 100)


def _notes(zone: Zone, version: ZoneVersion, period: Period) -> list[str]:
    until = f" au {version.valid_to:%d/%m/%Y} (exclu)" if version.valid_to else ""
    since = "du" if until else "depuis le"
    notes = [
        f"Zone « {version.label} », version {version.version} sur {len(zone.versions)}, en vigueur {since} "
        f"{version.valid_from:%d/%m/%Y}{until}."
    ]
    if version.valid_from > period.start or (version.valid_to and version.valid_to < period.end):
        notes.append(
            "Ce contour n'était pas en vigueur sur toute la période : il sert pourtant pour chaque mois, "
            "afin que les mois se comparent."
        )
    return notes
