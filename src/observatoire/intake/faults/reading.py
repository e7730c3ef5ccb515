"""What can be wrong with, or noted about, the file itself, its lines and its columns."""

from observatoire.intake.faults.model import Bucket, Fault

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
