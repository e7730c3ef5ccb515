"""What can be wrong with, or noted about, the moment of a fact."""

from observatoire.intake.faults.model import Fault, Flag

MISSING_DATE = Fault("DAT_ABSENTE", "date", "La date du fait manque : complétez-la au format JJ/MM/AAAA.")
INVALID_DATE = Fault(
    "DAT_INVALIDE",
    "date",
    "La date n'existe pas ou n'est pas lisible (le jour vient avant le mois) : écrivez JJ/MM/AAAA.",
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
HOUR_WITHOUT_DAY = Flag(
    "HEU_SANS_JOUR",
    "Heure donnée en plus d'un intervalle, d'une semaine ou d'un mois : elle n'est pas retenue.",
)
HOUR_MIDNIGHT = Flag(
    "HEU_MINUIT",
    "00:00 veut souvent dire « heure inconnue » (plus de 3 % des heures) : "
    "la règle « minuit inconnu » du profil en décide.",
)
HOUR_NON_EXISTENT = Flag(
    "HEU_INEXISTANTE", "Heure sautée par le passage à l'heure d'été : avancée d'une heure."
)
HOUR_AMBIGUOUS = Flag(
    "HEU_AMBIGUE", "Heure doublée par le passage à l'heure d'hiver : première occurrence retenue."
)
SERVICE_HOUR = Flag("HEU_EXPLOITATION", "Heure d'exploitation au-delà de 24 h : portée au lendemain.")
SHIFT_HOUR = Flag(
    "HEU_VACATION", "Heure d'après minuit d'une vacation commencée la veille : portée au lendemain."
)
DATE_UNPROVEN = Flag(
    "DAT_AMBIGU",
    "Format non prouvé : aucun jour ne dépasse 12, les dates sont lues JJ/MM. Vérifiez-en une.",
)
DATE_SERIAL = Flag("DAT_EXCEL", "Date donnée en numéro de série du tableur : convertie.")
WEEKDAY_DISAGREES = Flag(
    "DAT_LETTRES", "Le jour de la semaine écrit n'est pas celui de la date : la date est retenue."
)
DATE_MONTH = Flag("DAT_MOIS", "Mois sans jour : le fait compte pour ce mois, sans jour ni heure.")
DATE_WEEK = Flag("DAT_SEMAINE", "Semaine sans jour : le fait est étalé sur ses sept jours.")
INTERVAL_MIDNIGHT = Flag("INT_MINUIT", "Fin avant le début le même jour : fin portée au lendemain.")
INTERVAL_REVERSED = Flag("INT_INVERSE", "Fin antérieure au début : seul le début est retenu.")
INTERVAL_END_UNREADABLE = Flag(
    "INT_FIN", "Fin illisible, impossible ou dans le futur : seul le début est retenu."
)
INTERVAL_LONG = Flag(
    "INT_LONG", "Intervalle de plus de 168 heures : date gardée, fait exclu des analyses horaires."
)
