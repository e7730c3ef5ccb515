"""What comes back to those who send: rows to mend, the report in words, what a source's data is worth."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from observatoire.web.schemas.base import CountOut, DisclosureOut, Wire


class RejectedOut(Wire):
    """A row set aside; ``cellules``: its mapped columns, by their names in the file."""

    line: int = Field(serialization_alias="ligne")
    reason_code: str = Field(serialization_alias="motif_code")
    field: str = Field(serialization_alias="champ")
    reason: str = Field(serialization_alias="motif")
    given: dict[str, str] = Field(serialization_alias="cellules")


class RejectsOut(Wire):
    """The rows of an import that are to be mended."""

    import_id: UUID = Field(serialization_alias="import")
    expires_at: datetime = Field(serialization_alias="expire_le")
    rejected: list[RejectedOut] = Field(serialization_alias="rejets")


class ReportTextOut(Wire):
    """The report of an import, in Markdown."""

    import_id: UUID = Field(serialization_alias="import")
    text: str = Field(serialization_alias="texte")


class SourceFaultOut(Wire):
    """A frequent fault of a source's lines."""

    code: str
    count: int = Field(serialization_alias="nombre")
    share_of_lines: float | None = Field(serialization_alias="part_des_lignes")
    label: str = Field(serialization_alias="libelle")


class EditionUseOut(Wire):
    """An edition that shows the source's group, and the years that it shows of it."""

    number: int = Field(serialization_alias="numero")
    published_at: datetime = Field(serialization_alias="publiee_le")
    first_year: int = Field(serialization_alias="premiere_annee")
    last_year: int = Field(serialization_alias="derniere_annee")


class RoleUseOut(Wire):
    """How many analyses a role has asked."""

    role: str
    count: int = Field(serialization_alias="nombre")


class SourceReportOut(Wire):
    """What a source's data is worth over a period, and what it was used for."""

    source: str
    label: str = Field(serialization_alias="libelle")
    start: date = Field(serialization_alias="debut")
    end: date = Field(serialization_alias="fin")
    facts: CountOut = Field(serialization_alias="faits")
    located_share: float | None = Field(serialization_alias="part_localisee")
    timed_share: float | None = Field(serialization_alias="part_avec_heure")
    classed_share: float | None = Field(serialization_alias="part_classee")
    median_delay: int | None = Field(
        serialization_alias="delai_median_jours", description="du fait à la réception du fichier qui le dit"
    )
    month_states: list[dict[str, str]] = Field(serialization_alias="etats_des_mois")
    months_received: int = Field(serialization_alias="mois_recus")
    missing: list[str] = Field(serialization_alias="mois_absents")
    files: int = Field(serialization_alias="fichiers")
    latest: datetime | None = Field(serialization_alias="dernier_envoi")
    read: int = Field(serialization_alias="lues")
    quarantined: int = Field(serialization_alias="quarantaine")
    rejected_share: float | None = Field(serialization_alias="part_rejetee")
    anomalies: list[SourceFaultOut] = Field(description="les cinq plus fréquentes")
    editions: list[EditionUseOut]
    analyses: list[RoleUseOut] = Field(description="analyses demandées, par rôle, jamais par personne")
    disclosure: DisclosureOut = Field(serialization_alias="diffusion")
    warnings: list[str] = Field(serialization_alias="avertissements")
