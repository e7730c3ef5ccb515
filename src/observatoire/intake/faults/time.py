"""What can be wrong with, or noted about, the moment of a fact."""

from observatoire.intake.faults.model import Fault, Flag

MISSING_DATE = Fault("DAT_ABSENTE", "date", "La date du fait manque : complétez-la au format JJ/MM/AAAA.")
INVALID_DATE = Fault(
    "DAT_INVALIDE", "date", "La date n'existe pas ou n'est pas lisible : écrivez JJ/MM/AAAA."
)
DATE_OUT_OF_BOUNDS = Fault(
    "DAT_BORNES", "date", "La date est dans le futur ou antérieure à 1990 : vérifiez l'année."
)
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
