"""What can be wrong with, or noted about, what a row says: category, quantity, duplicates."""

from observatoire.intake.faults.model import Bucket, Fault, Flag

PERSONAL_VALUE = Fault(
    "PII_LIBRE",
    "categorie",
    "La cellule contient ce qui ressemble à une donnée personnelle (nom, téléphone, courriel, plaque, "
    "naissance…) : ôtez-la, puis renvoyez la ligne ; une nature de fait s'écrit par un libellé de liste.",
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
ERASED = Fault(
    "EFF_DEMANDE",
    "ligne",
    "Fait effacé à la demande de la source : il n'est pas importé de nouveau.",
    Bucket.ERASED,
)
OUTSIDE_PERIOD = Flag(
    "PER_HORS", "Fait daté hors de la période déclarée : gardé ; vérifiez la période ou la date."
)
ALIKE_ROWS = Flag(
    "DED_RANG",
    "Lignes identiques sans référence : comptées comme autant de faits. Envoyez-les dans un même fichier, "
    "ou importez avec doublons_internes=ignorer si c'est le même fait écrit deux fois.",
)
REVISED = Flag(
    "REV_CORR", "Fait déjà connu dont le contenu a changé : nouvelle version, l'ancienne archivée."
)
SAME_DAY_REVISION = Flag(
    "REV_EGALITE",
    "Contenus différents extraits le même jour : le dernier fichier reçu l'emporte. Déclarez « arrete_le ».",
)
INVALID_NUMBER = Fault(
    "NB_INVALIDE",
    "quantite",
    "La quantité n'est pas un nombre entier de 1 à 10 000 : corrigez-la, ou laissez vide pour 1.",
)
LARGE_QUANTITY = Flag("NB_GRAND", "Quantité supérieure à 50 : à confirmer.")
ABSENT_QUANTITY = Flag("NB_ABSENT", "Quantité secrète ou non disponible : le fait compte pour un.")
