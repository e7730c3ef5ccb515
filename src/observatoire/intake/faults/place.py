"""What can be wrong with, or noted about, the place of a fact."""

from observatoire.intake.faults.model import Fault, Flag

DAMAGED_CODE = Fault(
    "COG_EXPO",
    "commune",
    "Le code commune a été abîmé par le tableur (nombre en puissance de 10) : exportez-le comme texte.",
)
UNKNOWN_COMMUNE = Fault(
    "COG_INCONNU", "commune", "Le code commune n'existe pas, même parmi les anciens codes : vérifiez-le."
)
NOT_ALLOCATABLE = Fault(
    "COG_NON_VENTILABLE",
    "commune",
    "Cette ancienne commune a été partagée entre plusieurs, et aucun point ne dit dans laquelle est "
    "le fait : indiquez le code actuel ou les coordonnées.",
)
NO_PLACE = Fault("LIEU_ABSENT", "commune", "Ni code commune ni coordonnées : le fait ne peut pas être placé.")
HOMONYM = Fault(
    "GEO_HOMONYME",
    "lieu",
    "Lieu connu de plusieurs communes que couvre la source, et aucune n'est donnée : précisez la commune, ou "
    "répondez dans les lieux à vérifier, puis renvoyez la ligne.",
)
POINT_NOWHERE = Fault(
    "GEO_HORS_FRANCE", "x, y", "Le point ne tombe dans aucune commune et aucun code commune n'est donné."
)
CODE_PADDED = Flag("COG_ZERO", "Zéro initial du code commune rétabli.")
NAMED_COMMUNE = Flag("COG_NOM", "Commune reconnue à son nom, parmi celles que couvre la source.")
DEFAULT_COMMUNE = Flag("COG_DEFAUT", "Commune non précisée : celle que couvre la source.")
CODE_FORMER = Flag("COG_FUSION", "Ancien code commune ramené à la commune actuelle.")
CODE_DIVIDED = Flag(
    "COG_SCISSION", "Commune partagée depuis le fait : placé par son point dans l'une de ses parties."
)
NOT_SHARED_OUT = Flag(
    "COG_PARTAGE",
    "Commune partagée depuis le fait, sans point qui dise dans quelle partie : gardé à la commune déclarée, "
    "non ventilable.",
)
CODE_REPLACED = Flag("COG_POINT", "Code commune inconnu : commune déduite du point.")
POINT_ABSENT = Flag("GEO_ABSENT", "Pas de coordonnées : fait placé à la commune.")
POINT_UNREADABLE = Flag("GEO_ILLISIBLE", "Coordonnées illisibles : fait placé à la commune.")
POINT_OUTSIDE = Flag(
    "GEO_HORS", "Point à plus de 300 m de la commune déclarée : point écarté, commune gardée."
)
POINT_AT_SEA = Flag(
    "GEO_MER",
    "Point en mer, hors des frontières ou dans un vide de la carte : aucune commune ne le contient ; "
    "point écarté, commune gardée.",
)
POINT_ABROAD = Flag("GEO_MONDE", "Point loin de France : point écarté, commune gardée.")
POINT_EXCHANGED = Flag(
    "GEO_INVERSE",
    "Longitude et latitude (ou X et Y) inversées : remises dans l'ordre, "
    "car seul l'ordre inverse tombe dans la commune déclarée.",
)
MAGNET_POINT = Flag(
    "GEO_AIMANT",
    "Point aimant : plus de 5 % des lignes du fichier sont à ce même point (mairie, poste de police, "
    "centre de la commune) ; point écarté, commune gardée.",
)
IN_OLD_LAMBERT = Flag(
    "GEO_L2E",
    "Coordonnées en Lambert II étendu (EPSG 27572), lues dans un autre système : points écartés, "
    "communes gardées. Annulez l'import, corrigez le système dans le profil et renvoyez le fichier.",
)
IN_CONIC_ZONE = Flag(
    "GEO_CC",
    "Coordonnées en conique conforme (CC42 à CC50), lues dans un autre système : points écartés, communes "
    "gardées. Annulez l'import, corrigez le système dans le profil (l'aperçu dit lequel) et renvoyez le "
    "fichier.",
)
IN_OTHER_SYSTEM = Flag(
    "GEO_SYSTEME",
    "Coordonnées lues dans un autre système que le leur : points écartés, communes gardées. Annulez "
    "l'import, corrigez le système dans le profil (l'aperçu dit lequel) et renvoyez le fichier.",
)
POINT_OFF_CONTOUR = Flag(
    "GEO_CONTOUR", "Contour de la commune absent ou incomplet : point gardé sur la foi du code déclaré."
)
OUTSIDE_TERRITORY = Flag(
    "TER_HORS", "Commune hors du territoire que couvre la source : fait gardé, jamais compté."
)
BY_ADDRESS = Flag("GEO_ADRESSE", "Pas de coordonnées : fait placé d'après son adresse.")
BY_CROSSING = Flag(
    "GEO_ANGLE", "Croisement de deux voies : fait placé là où elles se rencontrent, sinon sur la voie connue."
)
BY_NAME = Flag("GEO_LIEU", "Lieu nommé : fait placé d'après la table des lieux ou une réponse déjà donnée.")
TO_CHECK = Flag("GEO_VERIFIER", "Adresse douteuse : fait placé à la commune, lieu à vérifier.")
NOT_FOUND = Flag("GEO_INTROUVABLE", "Adresse introuvable : fait placé à la commune, lieu à vérifier.")
GEOCODER_DOWN = Flag(
    "GEO_INDISPONIBLE",
    "Le service de géocodage n'a pas répondu : fait placé à la commune, adresse à géocoder plus tard.",
)
