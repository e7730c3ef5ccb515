"""What can be wrong with a row. A fault is data: a code, a field, a French sentence.

A ``Fault`` sets the row aside (``quarantaine``: to be corrected and sent again;
``ecartees``: totals, footers, repeated headers). A ``Flag`` keeps the row and says what was
understood. Codes are those of the import specification's table of awkward inputs.
"""

from dataclasses import dataclass
from enum import StrEnum


class Bucket(StrEnum):
    """Where a row that is not stored ends."""

    QUARANTINE = "quarantaine"
    SET_ASIDE = "ecartees"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is not stored; ``label`` tells the agent what to do."""

    code: str
    field: str
    label: str
    bucket: Bucket = Bucket.QUARANTINE


@dataclass(frozen=True, slots=True)
class Flag:
    """What was noted about a row that is stored."""

    code: str
    label: str


WRONG_FIELD_COUNT = Fault(
    "CSV_CHAMPS",
    "ligne",
    "La ligne n'a pas le même nombre de colonnes que l'en-tête : un séparateur manque ou est en trop.",
)
UNCLOSED_QUOTE = Fault(
    "CSV_GUILLEMET",
    "ligne",
    "Un guillemet ouvert n'est jamais refermé : corrigez la ligne indiquée, le reste du fichier en dépend.",
)
CELL_TOO_LONG = Fault(
    "CEL_LONGUE", "ligne", "Une cellule dépasse 10 000 caractères : ce n'est pas une valeur attendue."
)
TOTAL_LINE = Fault(
    "LIG_TOTAL", "ligne", "Ligne de total ou pied de page : elle ne décrit pas un fait.", Bucket.SET_ASIDE
)
REPEATED_HEADER = Fault(
    "LIG_ENTETE", "ligne", "En-tête répété : la ligne ne décrit pas un fait.", Bucket.SET_ASIDE
)
MISSING_DATE = Fault("DAT_ABSENTE", "date", "La date du fait manque : complétez-la au format JJ/MM/AAAA.")
INVALID_DATE = Fault(
    "DAT_INVALIDE", "date", "La date n'existe pas ou n'est pas lisible : écrivez JJ/MM/AAAA."
)
DATE_OUT_OF_BOUNDS = Fault(
    "DAT_BORNES", "date", "La date est dans le futur ou antérieure à 1990 : vérifiez l'année."
)
DAMAGED_CODE = Fault(
    "COG_EXPO",
    "commune",
    "Le code commune a été abîmé par le tableur (nombre en puissance de 10) : exportez-le comme texte.",
)
UNKNOWN_COMMUNE = Fault(
    "COG_INCONNU", "commune", "Le code commune n'existe pas, même parmi les anciens codes : vérifiez-le."
)
NO_PLACE = Fault("LIEU_ABSENT", "commune", "Ni code commune ni coordonnées : le fait ne peut pas être placé.")
POINT_NOWHERE = Fault(
    "GEO_HORS_FRANCE", "x, y", "Le point ne tombe dans aucune commune et aucun code commune n'est donné."
)
PERSONAL_VALUE = Fault(
    "PII_LIBRE",
    "categorie",
    "La catégorie contient ce qui ressemble à une donnée personnelle : remplacez-la par un libellé de liste.",
)

FAULTS = {
    fault.code: fault
    for fault in (
        WRONG_FIELD_COUNT,
        UNCLOSED_QUOTE,
        CELL_TOO_LONG,
        TOTAL_LINE,
        REPEATED_HEADER,
        MISSING_DATE,
        INVALID_DATE,
        DATE_OUT_OF_BOUNDS,
        DAMAGED_CODE,
        UNKNOWN_COMMUNE,
        NO_PLACE,
        POINT_NOWHERE,
        PERSONAL_VALUE,
    )
}

HOUR_MISSING = Flag("HEU_VIDE", "Heure absente : le fait n'entre pas dans les analyses horaires.")
HOUR_INVALID = Flag("HEU_INVALIDE", "Heure illisible ou impossible : date gardée, heure inconnue.")
HOUR_24 = Flag("HEU_24", "24:00 lu comme 00:00 le lendemain.")
HOUR_SLOT = Flag(
    "HEU_CRENEAU", "Heure donnée en toutes lettres (soirée, nuit…) : créneau gardé, heure inconnue."
)
HOUR_NON_EXISTENT = Flag(
    "HEU_INEXISTANTE", "Heure sautée par le passage à l'heure d'été : avancée d'une heure."
)
HOUR_AMBIGUOUS = Flag(
    "HEU_AMBIGUE", "Heure doublée par le passage à l'heure d'hiver : première occurrence retenue."
)
SERVICE_HOUR = Flag("HEU_EXPLOITATION", "Heure d'exploitation au-delà de 24 h : portée au lendemain.")
CODE_PADDED = Flag("COG_ZERO", "Zéro initial du code commune rétabli.")
CODE_FORMER = Flag("COG_FUSION", "Ancien code commune ramené à la commune actuelle.")
CODE_REPLACED = Flag("COG_POINT", "Code commune inconnu : commune déduite du point.")
POINT_ABSENT = Flag("GEO_ABSENT", "Pas de coordonnées : fait placé à la commune.")
POINT_UNREADABLE = Flag("GEO_ILLISIBLE", "Coordonnées illisibles : fait placé à la commune.")
POINT_OUTSIDE = Flag(
    "GEO_HORS", "Point à plus de 300 m de la commune déclarée : point écarté, commune gardée."
)
POINT_OFF_CONTOUR = Flag(
    "GEO_CONTOUR", "Contour de la commune absent ou incomplet : point gardé sur la foi du code déclaré."
)
CATEGORY_DEFAULT = Flag("CAT_A_CLASSER", "Libellé de catégorie inconnu : fait gardé, « à classer ».")
DUPLICATE_KEY = Flag(
    "DED_FICHIER", "Même référence plusieurs fois dans le fichier : la dernière ligne est retenue."
)
OUTSIDE_TERRITORY = Flag(
    "TER_HORS", "Commune hors du territoire que couvre la source : fait gardé, jamais compté."
)

FLAGS = {
    flag.code: flag
    for flag in (
        HOUR_MISSING,
        HOUR_INVALID,
        HOUR_24,
        HOUR_SLOT,
        HOUR_NON_EXISTENT,
        HOUR_AMBIGUOUS,
        SERVICE_HOUR,
        CODE_PADDED,
        CODE_FORMER,
        CODE_REPLACED,
        POINT_ABSENT,
        POINT_UNREADABLE,
        POINT_OUTSIDE,
        POINT_OFF_CONTOUR,
        CATEGORY_DEFAULT,
        DUPLICATE_KEY,
        OUTSIDE_TERRITORY,
    )
}


def label_of(code: str) -> str:
    """French sentence of a fault or flag code."""
    return (FAULTS.get(code) or FLAGS[code]).label


def shape_of(value: str) -> str:
    """The shape of a cell, never the cell: letters a, digits 9, at most 20 signs.

    A value set aside may be personal; its shape tells what went wrong without telling it.
    """
    return "".join("9" if c.isdigit() else "a" if c.isalpha() else c for c in value.strip()[:20])
