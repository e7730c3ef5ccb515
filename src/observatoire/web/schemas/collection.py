"""Sources, imports, categories, territories on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from observatoire.domain.schedule import Periodicity
from observatoire.domain.series_break import BreakKind
from observatoire.domain.source import PlacePrecision, SourceKind, Visibility
from observatoire.web.schemas.base import Wire

MONTH = r"^(\d{4}-)?(0[1-9]|1[0-2])$"


class ScheduleWire(Wire):
    """What a source is expected to send, and when what it has not sent is late."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    periodicity: Periodicity = Field(validation_alias="periodicite", serialization_alias="periodicite")
    delay_days: int = Field(
        validation_alias="delai_jours",
        serialization_alias="delai_jours",
        ge=0,
        le=366,
        description="jours laissés après la fin de la période envoyée",
    )
    since: date = Field(validation_alias="attendu_depuis", serialization_alias="attendu_depuis")
    suspended: list[Annotated[str, Field(pattern=MONTH)]] = Field(
        default_factory=list,
        validation_alias="mois_suspendus",
        serialization_alias="mois_suspendus",
        max_length=60,
        description="« 2026-08 » une fois, « 08 » chaque année",
    )


class CoveredTerritoryWire(Wire):
    """A territory, and the days between which the source covers it."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    territory: str = Field(validation_alias="territoire", serialization_alias="territoire")
    valid_from: date = Field(validation_alias="valide_depuis", serialization_alias="valide_depuis")
    valid_to: date | None = Field(
        default=None, validation_alias="valide_jusqua", serialization_alias="valide_jusqua"
    )


class BreakIn(Wire):
    """A break to declare: the first day of the new way of counting, and why, in French."""

    model_config = ConfigDict(extra="forbid")

    day: date = Field(validation_alias="jour")
    kind: BreakKind = Field(validation_alias="type")
    reason: str = Field(validation_alias="motif", min_length=5, max_length=300)


class BreakOut(Wire):
    """A declared break: figures of both sides are not compared."""

    number: int = Field(serialization_alias="numero")
    source: str
    day: date = Field(serialization_alias="jour")
    kind: str = Field(serialization_alias="type")
    reason: str = Field(serialization_alias="motif")
    author: str = Field(serialization_alias="auteur")
    created_at: datetime = Field(serialization_alias="cree_le")


class BreakList(Wire):
    """The breaks of a source, by day."""

    breaks: list[BreakOut] = Field(serialization_alias="ruptures")


class SourceIn(Wire):
    """A source to create or replace; only code, libelle, type and territoire are required."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    code: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{1,63}$")
    label: str = Field(validation_alias="libelle", min_length=1, max_length=200)
    kind: SourceKind = Field(validation_alias="type")
    territory: str = Field(validation_alias="territoire")
    organisation: str | None = Field(default=None, max_length=200)
    covered_since: date | None = Field(default=None, validation_alias="couvert_depuis")
    covered_until: date | None = Field(default=None, validation_alias="couvert_jusqua")
    timezone: str | None = Field(default=None, validation_alias="fuseau")
    group: str | None = Field(default=None, validation_alias="groupe", pattern=r"^[a-z0-9][a-z0-9_-]{1,63}$")
    visibility: Visibility | None = Field(default=None, validation_alias="visibilite")
    fictional: bool = Field(default=False, validation_alias="fictif", description="données de démonstration")
    territories: list[CoveredTerritoryWire] | None = Field(
        default=None,
        validation_alias="territoires",
        max_length=100,
        description="territoires successifs ; le dernier est « territoire »",
    )
    precision: PlacePrecision = Field(
        default=PlacePrecision.POINT, description="lieu le plus fin qui soit conservé et montré"
    )
    retention_years: int | None = Field(
        default=None,
        validation_alias="conservation_annees",
        ge=1,
        le=30,
        description="âge à partir duquel un fait n'a plus de point",
    )
    charter_signed_on: date | None = Field(
        default=None,
        validation_alias="charte_signee_le",
        description="sans charte signée, rien ne sort du périmètre",
    )
    settling_days: int | None = Field(
        default=None,
        validation_alias="delai_consolidation_jours",
        ge=0,
        le=730,
        description="jours après la fin d'un mois pendant lesquels ses chiffres sont provisoires",
    )
    schedule: ScheduleWire | None = Field(default=None, validation_alias="calendrier")


class SourceOut(Wire):
    """A source and its contract."""

    code: str
    label: str = Field(serialization_alias="libelle")
    kind: str = Field(serialization_alias="type")
    organisation: str
    territory: str = Field(serialization_alias="territoire")
    covered_since: date = Field(serialization_alias="couvert_depuis")
    covered_until: date | None = Field(serialization_alias="couvert_jusqua")
    timezone: str = Field(serialization_alias="fuseau")
    group: str = Field(serialization_alias="groupe")
    visibility: str = Field(serialization_alias="visibilite")
    fictional: bool = Field(serialization_alias="fictif")
    territories: list[CoveredTerritoryWire] = Field(serialization_alias="territoires")
    precision: str
    retention_years: int | None = Field(serialization_alias="conservation_annees")
    charter_signed_on: date | None = Field(serialization_alias="charte_signee_le")
    settling_days: int | None = Field(serialization_alias="delai_consolidation_jours")
    schedule: ScheduleWire | None = Field(serialization_alias="calendrier")


class SourceList(Wire):
    """Sources that the caller may read; how many others exist."""

    sources: list[SourceOut]
    others: int = Field(serialization_alias="autres_sources")


class NilIn(Wire):
    """« Rien à signaler » from ``debut`` to ``fin`` (exclusive)."""

    model_config = ConfigDict(extra="forbid")

    start: date = Field(validation_alias="debut")
    end: date = Field(validation_alias="fin")
    as_of: date | None = Field(default=None, validation_alias="arrete_le")


class ConfirmationIn(Wire):
    """What is decided for an import held for review."""

    model_config = ConfigDict(extra="forbid")

    repair: bool = Field(
        default=False, validation_alias="reparer", description="réparer les caractères doublement encodés"
    )


class FileOut(Wire):
    """The file as received."""

    name: str = Field(serialization_alias="nom")
    size: int = Field(serialization_alias="octets")
    sha256: str
    encoding: str | None = Field(serialization_alias="encodage")
    separator: str | None = Field(serialization_alias="separateur")
    sheet: str | None = Field(serialization_alias="feuille")


class LinesOut(Wire):
    """``lues`` equals the sum of the others, always."""

    read: int = Field(serialization_alias="lues")
    created: int = Field(serialization_alias="creees")
    revised: int = Field(serialization_alias="revisees")
    unchanged: int = Field(serialization_alias="inchangees")
    duplicates: int = Field(serialization_alias="doublons")
    quarantined: int = Field(serialization_alias="quarantaine")
    set_aside: int = Field(serialization_alias="ecartees")
    erased: int = Field(serialization_alias="effacees", description="à la demande de la source")


class AnomalyOut(Wire):
    """How many rows carry a fault or a flag."""

    code: str
    count: int = Field(serialization_alias="nombre")
    label: str = Field(serialization_alias="libelle")


class ImportPeriodOut(Wire):
    """The months that the file covers; ``deduite`` when the sender did not say."""

    start: date = Field(serialization_alias="debut")
    end: date = Field(serialization_alias="fin")
    deduced: bool = Field(serialization_alias="deduite")


class ImportLocationOut(Wire):
    """How many of the rows kept have a point."""

    facts: int = Field(serialization_alias="faits")
    located: int = Field(serialization_alias="localises")
    share: float | None = Field(serialization_alias="part_localisee")


class ImportOut(Wire):
    """An import and its report."""

    id: UUID
    state: str = Field(serialization_alias="etat")
    source: str
    profile: str | None = Field(serialization_alias="profil")
    simulation: bool
    nil: bool = Field(serialization_alias="neant")
    file: FileOut | None = Field(serialization_alias="fichier")
    lines: LinesOut = Field(serialization_alias="lignes")
    anomalies: list[AnomalyOut]
    period: ImportPeriodOut | None = Field(serialization_alias="periode")
    coverage: str = Field(serialization_alias="couverture")
    as_of: date = Field(serialization_alias="arrete_le")
    location: ImportLocationOut | None = Field(serialization_alias="localisation")
    progress: float = Field(serialization_alias="progression")
    to_confirm: list[str] = Field(serialization_alias="a_confirmer")
    started_at: datetime = Field(serialization_alias="demarre_le")
    finished_at: datetime | None = Field(serialization_alias="termine_le")
    message: str | None


class ImportList(Wire):
    """Imports, latest first."""

    imports: list[ImportOut]
    total: int


class TerritoryOut(Wire):
    """A territory of a list."""

    territory: str = Field(serialization_alias="territoire")
    level: str = Field(serialization_alias="niveau")
    code: str
    name: str = Field(serialization_alias="nom")
    kind: str | None = Field(serialization_alias="type")
    vintage: int = Field(serialization_alias="millesime")
    population: int | None
    population_vintage: int | None = Field(serialization_alias="population_millesime")
    fictional: bool = Field(serialization_alias="fictif")


class TerritoryList(Wire):
    """Territories, with how many match."""

    territories: list[TerritoryOut] = Field(serialization_alias="territoires")
    total: int


class ParentOut(Wire):
    """A membership, with the dates between which it holds."""

    territory: str = Field(serialization_alias="territoire")
    name: str = Field(serialization_alias="nom")
    vintage: int = Field(serialization_alias="millesime")
    valid_from: date = Field(serialization_alias="valide_depuis")
    valid_to: date | None = Field(serialization_alias="valide_jusqua")


class TerritoryDetail(TerritoryOut):
    """A territory: parents, area, box, source of the contour, known defects."""

    parents: list[ParentOut]
    area_km2: float | None = Field(serialization_alias="superficie_km2")
    bbox: list[float] | None
    contour_source: str | None = Field(serialization_alias="contour_source")
    defects: list[str] = Field(serialization_alias="defauts_connus")
