"""What can be wrong with, or noted about, the file itself, its lines and its columns."""

from observatoire.intake.faults.model import Bucket, Fault, Flag

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
UNWRITABLE_CHARACTER = Fault(
    "CEL_CARACTERE",
    "ligne",
    "Une cellule contient un caractère nul ou incomplet, qui n'est pas du texte : retirez-le.",
)
NESTED_VALUE = Fault(
    "JSON_IMBRIQUE",
    "ligne",
    "Une valeur est elle-même une liste ou un objet JSON : exportez une valeur simple par colonne.",
)
NOT_AN_OBJECT = Fault(
    "JSON_OBJET", "ligne", "L'élément n'est pas un objet JSON (ou une « Feature ») : il n'a pas de colonnes."
)
REPEATED_KEY = Fault(
    "JSON_CLE_DOUBLE", "ligne", "L'objet JSON porte deux fois la même clé : gardez celle qui convient."
)
NOT_A_POINT = Fault(
    "GEO_GEOMETRIE",
    "ligne",
    "La géométrie n'est pas un point (ligne, polygone…) : exportez un point par fait, ou aucune géométrie.",
)
TOTAL_LINE = Fault(
    "LIG_TOTAL", "ligne", "Ligne de total ou pied de page : elle ne décrit pas un fait.", Bucket.SET_ASIDE
)
SUBTOTAL_LINE = Fault(
    "LIG_SOUSTOTAL", "ligne", "Ligne de sous-total : elle ne décrit pas un fait.", Bucket.SET_ASIDE
)
REPEATED_HEADER = Fault(
    "LIG_ENTETE", "ligne", "En-tête répété : la ligne ne décrit pas un fait.", Bucket.SET_ASIDE
)
TITLE_LINE = Fault(
    "LIG_TITRE",
    "ligne",
    "Ligne de titre au-dessus de l'en-tête : elle ne décrit pas un fait.",
    Bucket.SET_ASIDE,
)

DAMAGED_ENCODING = Flag(
    "ENC_MOJIBAKE",
    "Accents abîmés par un double encodage (« Ã© » pour « é ») : demandez la réparation de l'encodage, "
    "ou refaites l'export en UTF-8.",
)
REPAIRED_ENCODING = Flag(
    "ENC_REPARE", "Accents abîmés par un double encodage, réparés à votre demande cellule par cellule."
)
COMPOSED_HEADER = Flag(
    "XLS_ENTETE", "En-tête sur deux lignes : les noms de colonnes ont été composés, à confirmer."
)
HIDDEN_CELLS = Flag(
    "XLS_MASQUE",
    "Lignes, colonnes ou feuilles masquées, ou filtre actif : tout ce que contient la feuille a été lu.",
)
FORMULA_WITHOUT_VALUE = Flag(
    "XLS_FORMULE",
    "Formules sans valeur enregistrée, lues comme vides : ouvrez le classeur dans le tableur et "
    "enregistrez-le.",
)
REPEATED_COLUMN = Flag(
    "COL_DOUBLE",
    "Noms de colonnes en double (suivis de « (2) ») ou vides (« colonne 3 ») : vérifiez la correspondance.",
)
PROJECTED_POINTS = Flag(
    "GEO_PROJETE",
    "Coordonnées du GeoJSON dans un autre système que WGS 84 : lues dans les colonnes « x » et « y », "
    "le système est à dire dans le profil.",
)
