"""What can be wrong with, or noted about, what a row says: category, quantity, duplicates."""

from observatoire.intake.faults.model import Bucket, Fault, Flag

PERSONAL_VALUE = Fault(
    "PII_LIBRE",
    "categorie",
    "La catégorie contient ce qui ressemble à une donnée personnelle : remplacez-la par un libellé de liste.",
)
CATEGORY_DEFAULT = Flag("CAT_A_CLASSER", "Libellé de catégorie inconnu : fait gardé, « à classer ».")
DUPLICATE_KEY = Flag(
    "DED_FICHIER", "Même référence plusieurs fois dans le fichier : la dernière ligne est retenue."
)
NOT_A_FACT = Fault(
    "LIG_IGNOREE",
    "ligne",
    "Ligne que le profil de la source déclare ne pas être un fait : elle n'est pas importée.",
    Bucket.SET_ASIDE,
)
INVALID_NUMBER = Fault(
    "NB_INVALIDE",
    "quantite",
    "La quantité n'est pas un nombre entier de 1 à 10 000 : corrigez-la, ou laissez vide pour 1.",
)
LARGE_QUANTITY = Flag("NB_GRAND", "Quantité supérieure à 50 : à confirmer.")
ABSENT_QUANTITY = Flag("NB_ABSENT", "Quantité secrète ou non disponible : le fait compte pour un.")
