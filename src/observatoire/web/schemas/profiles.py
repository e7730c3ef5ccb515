"""Profiles and previews on the wire."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from observatoire.web.schemas.base import Wire

_COLUMN = {"type": "string", "description": "nom de la colonne"}
_RULE = {
    "type": "object",
    "properties": {
        "colonnes": {"type": "array", "items": _COLUMN},
        "largeurs": {"type": "array", "items": {"type": "integer"}, "description": "compléter par des zéros"},
        "lien": {"type": "string", "description": "entre les colonnes jointes"},
        "remplacer": {
            "type": "array",
            "description": "couples [expression, texte] ; la première qui convient",
            "items": {"type": "array", "items": {"type": "string"}},
        },
        "echelle": {"type": "number"},
        "constante": {"type": "string"},
        "ordre": {"type": "string", "enum": ["lat,lon", "lon,lat"]},
    },
}
_FIELDS = "reference date heure fin heure_fin categorie commune lieu x y point quantite".split()

PROFILE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "carte des colonnes : ce qu'elle ne nomme pas n'est jamais lu",
    "required": ["champs"],
    "properties": {
        "libelle": {"type": "string"},
        "champs": {
            "type": "object",
            "required": ["date", "categorie"],
            "properties": {name: {"oneOf": [_COLUMN, _RULE]} for name in _FIELDS},
        },
        "facultatives": {"type": "array", "items": _COLUMN},
        "lieu": {
            "type": "object",
            "properties": {
                "epsg": {"type": "integer"},
                "absent": {"type": "array", "items": {"type": "string"}},
            },
        },
        "heure": {
            "type": "object",
            "properties": {
                "jour_exploitation": {"type": "boolean", "description": "heures jusqu'à 29:59"},
                "debut_vacation": {"type": "string", "description": "HH:MM"},
                "minuit_inconnu": {"type": "boolean"},
                "creneaux": {
                    "type": "object",
                    "additionalProperties": {"type": "string", "description": "HH:MM-HH:MM"},
                },
                "annee_2_chiffres": {"type": "integer", "enum": [1900, 2000]},
            },
        },
        "lignes": {
            "type": "object",
            "properties": {
                "doublons_internes": {"type": "string", "enum": ["garder", "ignorer"]},
                "ignorer": {
                    "type": "array",
                    "description": "règles [colonne, expression, …] des lignes qui ne sont pas des faits",
                    "items": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        "fichier": {
            "type": "object",
            "properties": {
                "feuille": {"type": "string"},
                "ligne_entete": {"type": "integer"},
                "reparer_encodage": {"type": "boolean"},
            },
        },
        "categories": {
            "type": "object",
            "description": "libellé de la source → code de la nomenclature",
            "additionalProperties": {"type": "string"},
        },
    },
}

ProfileContent = Annotated[dict[str, Any], WithJsonSchema(PROFILE_SCHEMA)]
"""A column map as sent; ``intake.profiles.notation`` says what is wrong with it."""


class ProfileOut(Wire):
    """A version of a source's profile."""

    source: str
    version: int
    author: str = Field(serialization_alias="auteur")
    created_at: datetime = Field(serialization_alias="cree_le")
    profile: ProfileContent = Field(serialization_alias="profil")


class LayoutOut(Wire):
    """How the file is laid out."""

    kind: str = Field(serialization_alias="type", description="csv, xlsx, xls, ods, geojson ou json")
    encoding: str | None = Field(serialization_alias="encodage")
    separator: str | None = Field(serialization_alias="separateur")
    sheet: str | None = Field(serialization_alias="feuille")
    sheets: list[str] = Field(serialization_alias="feuilles")
    header_lines: list[int] = Field(
        serialization_alias="lignes_entete", description="première et dernière ligne de l'en-tête"
    )


class ColumnOut(Wire):
    """What a column means: a field, or ``ignoree``."""

    column: str = Field(serialization_alias="colonne")
    meaning: str = Field(serialization_alias="sens")
    confidence: float = Field(serialization_alias="confiance", ge=0, le=1)
    because: str = Field(serialization_alias="raison")


class DateOrderOut(Wire):
    """In which order dates are written; ``prouve`` when some day is above 12 or the year comes first."""

    order: str = Field(serialization_alias="ordre", description="jour_mois_annee, annee_mois_jour ou autre")
    proven: bool = Field(serialization_alias="prouve")
    impossible: int = Field(
        serialization_alias="impossibles", description="dates dont le mois dépasserait 12, jour en premier"
    )


class CoordinatesOut(Wire):
    """The system that puts at least 95 % of the points in the source's territory."""

    declared_epsg: int | None = Field(serialization_alias="epsg_declare")
    epsg: int | None = Field(description="système proposé ; nul quand aucun ne convient")
    share_inside: float | None = Field(serialization_alias="part_dans_territoire")
    swapped: bool = Field(serialization_alias="inversees", description="x et y sont échangés dans le fichier")
    candidates: list[int] = Field(serialization_alias="candidats")


class ProfileUsedOut(Wire):
    """The profile that read the rows shown."""

    code: str
    version: int
    origin: str = Field(serialization_alias="origine", description="enregistre, livre, fourni ou propose")


class PreviewedRowOut(Wire):
    """A row as it would be stored; neither the reference nor any text of the file."""

    line: int = Field(serialization_alias="ligne")
    date: date | None
    clock: str | None = Field(serialization_alias="heure")
    end: str | None = Field(serialization_alias="fin")
    precision: str | None
    category: str = Field(serialization_alias="categorie")
    category_label: str = Field(serialization_alias="categorie_libelle")
    commune: str | None
    has_point: bool = Field(serialization_alias="a_un_point")
    anomalies: list[str]
    fault: str | None = Field(
        serialization_alias="erreur", description="code ; la ligne ne serait pas importée"
    )


class PreviewedAnomalyOut(Wire):
    """A fault or a flag among the rows looked at, with the first lines that bear it."""

    code: str
    count: int = Field(serialization_alias="nombre")
    label: str = Field(serialization_alias="libelle")
    lines: list[int] = Field(serialization_alias="lignes")


class PreviewOut(Wire):
    """What a file would become; nothing was written, nothing is kept."""

    layout: LayoutOut = Field(serialization_alias="lecture")
    columns: list[ColumnOut] = Field(serialization_alias="colonnes")
    date_order: DateOrderOut | None = Field(serialization_alias="ordre_dates")
    coordinates: CoordinatesOut | None = Field(serialization_alias="coordonnees")
    used: ProfileUsedOut | None = Field(serialization_alias="profil_lu")
    profile: ProfileContent | None = Field(
        serialization_alias="profil", description="profil proposé, à corriger et à enregistrer"
    )
    rows: list[PreviewedRowOut] = Field(serialization_alias="apercu", description="50 lignes au plus")
    anomalies: list[PreviewedAnomalyOut]
    examined: int = Field(serialization_alias="lignes_examinees")
    complete: bool = Field(serialization_alias="complet", description="tout le fichier a été examiné")
    warnings: list[str] = Field(serialization_alias="avertissements")
