"""What happens, how often, when, and under which labels: the fictional field of facts.

A ``Kind`` is one leaf of the pivot taxonomy for one source. Its labels are the taxonomy's own
labels or synonyms, so that an importer can class them; a few unknown labels come from ``dirt``.
"""

from dataclasses import dataclass

from observatoire.demo.plan import LANDLORD, POLICE, TRANSPORT

HOURS: dict[str, tuple[int, ...]] = {
    "jour": (1, 1, 0, 0, 0, 1, 2, 5, 9, 10, 10, 9, 8, 8, 9, 10, 10, 10, 9, 7, 5, 3, 2, 1),
    "pointe": (2, 1, 1, 0, 0, 1, 4, 10, 10, 6, 5, 6, 7, 6, 6, 7, 10, 12, 11, 8, 5, 4, 3, 3),
    "soir": (9, 6, 4, 2, 1, 1, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 8, 10, 12, 13, 14, 15, 15, 12),
    "nuit": (15, 12, 8, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 6, 10, 16, 18),
    "plat": (3, 2, 2, 2, 2, 2, 3, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 6, 6, 6, 5, 5, 4, 4),
}
"""24 weights per profile: the local civil hour, from midnight."""

OPERATING_HOURS = (2, 4, 8, 9, 6, 5, 6, 8, 7, 6, 7, 11, 12, 11, 9, 7, 7, 6, 5, 4, 1)
"""Weights of hours 5 to 25 of the operating day: 24 and 25 are the small hours of the next day."""

WEEKDAYS: dict[str, tuple[float, ...]] = {
    "ouvre": (1.15, 1.15, 1.15, 1.15, 1.15, 0.85, 0.40),
    "sorties": (0.80, 0.80, 0.85, 0.95, 1.20, 1.40, 1.00),
    "plat": (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
}
"""7 weights per profile, Monday first."""

SEASONS: dict[str, tuple[float, ...]] = {
    "plat": (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.95, 1.0, 1.05, 1.0, 1.0),
    "ete": (0.75, 0.75, 0.85, 0.95, 1.10, 1.30, 1.35, 1.20, 1.10, 0.95, 0.85, 0.85),
    "hiver": (1.20, 1.10, 1.05, 0.95, 0.90, 0.85, 0.85, 0.90, 0.90, 1.00, 1.10, 1.20),
    "fetes": (1.40, 0.60, 0.60, 0.60, 0.70, 1.30, 2.20, 0.90, 0.70, 0.90, 0.80, 1.30),
}
"""12 weights per profile, January first."""

RISING_FAMILY = "D2"
RISE_PER_YEAR = 0.25
"""The real rise: police facts of family D2, relative rise per year, over all the months."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One leaf for one source: relative share, labels, and profiles of hour, weekday, season."""

    leaf: str
    share: float
    labels: tuple[str, ...]
    hours: str = "plat"
    week: str = "plat"
    season: str = "plat"

    @property
    def family(self) -> str:
        """The two-character family of the leaf."""
        return self.leaf[:2]


def _kind(leaf: str, share: float, labels: str, hours: str, week: str, season: str) -> Kind:
    return Kind(leaf, share, tuple(labels.split("|")), hours, week, season)


POLICE_KINDS: tuple[Kind, ...] = (
    _kind("A101", 6.5, "Tapage nocturne|Nuisances sonores nocturnes", "nuit", "plat", "ete"),
    _kind("A102", 5.5, "Tapage diurne|Bruit moto|Échappement libre", "jour", "plat", "ete"),
    _kind("A103", 2.5, "Terrasse bruyante|Musique bar", "soir", "sorties", "ete"),
    _kind("A201", 8.0, "Rassemblement|Attroupement|Regroupement", "soir", "plat", "ete"),
    _kind("A202", 2.0, "Occupation hall|Cage d'escalier", "soir", "plat", "hiver"),
    _kind("A203", 2.0, "Intrusion|Occupation illicite|Campement", "plat", "plat", "plat"),
    _kind("A204", 2.0, "Vente à la sauvette|Mendicité", "jour", "ouvre", "plat"),
    _kind("A301", 4.5, "Différend de voisinage|Conflit de voisinage", "soir", "plat", "plat"),
    _kind("A302", 1.0, "Différend familial", "soir", "plat", "plat"),
    _kind("A303", 3.0, "Différend|Altercation|Litige", "jour", "plat", "plat"),
    _kind("A401", 3.0, "Divagation|Chien errant|Animal errant", "jour", "plat", "plat"),
    _kind("A402", 1.5, "Chien dangereux|Aboiements", "jour", "plat", "plat"),
    _kind("A501", 1.5, "Pétards|Feu d'artifice|Barbecue sauvage", "soir", "sorties", "fetes"),
    _kind("B101", 8.0, "Dépôt sauvage|Encombrants|Gravats", "jour", "ouvre", "plat"),
    _kind("B102", 2.0, "Déjections canines|Jet de mégots|Épanchement", "jour", "ouvre", "plat"),
    _kind("B103", 2.0, "Tag|Graffiti|Affichage sauvage", "jour", "ouvre", "plat"),
    _kind("B201", 2.0, "Éclairage en panne|Mobilier cassé|Voirie", "jour", "ouvre", "hiver"),
    _kind("C101", 16.0, "Stationnement gênant|Double file|Trottoir|GIG-GIC", "jour", "ouvre", "plat"),
    _kind("C102", 6.0, "Stationnement abusif|Épave|Ventouse|VHU", "jour", "ouvre", "plat"),
    _kind("C201", 2.5, "Rodéo motorisé|Rodéo urbain|Quad", "soir", "sorties", "ete"),
    _kind("C202", 2.0, "Vitesse excessive|Conduite dangereuse", "pointe", "plat", "plat"),
    _kind("C203", 2.0, "Accident matériel|AVP|Accident corporel", "pointe", "ouvre", "plat"),
    _kind("C204", 2.5, "Trottinette|Vélo trottoir|Feu rouge", "pointe", "ouvre", "plat"),
    _kind("D101", 2.5, "Dégradation mobilier urbain|Abribus cassé", "soir", "plat", "plat"),
    _kind("D102", 2.0, "Dégradation|Porte cassée", "soir", "plat", "plat"),
    _kind("D103", 1.5, "Dégradation véhicule|Rétroviseur|Pneus crevés", "nuit", "plat", "plat"),
    _kind("D105", 1.0, "Feu de poubelle|Incendie conteneur", "nuit", "plat", "fetes"),
    _kind("D201", 1.6, "Cambriolage|Tentative cambriolage|VPE", "jour", "ouvre", "hiver"),
    _kind("D203", 1.2, "Vol de voiture|Vol de scooter", "nuit", "plat", "plat"),
    _kind("D204", 2.2, "Vol à la roulotte|Vol dans véhicule", "soir", "plat", "plat"),
    _kind("D206", 1.8, "Vol de vélo|Vol trottinette", "jour", "ouvre", "ete"),
    _kind("D208", 2.2, "Vol à la tire|Vol portable|Vol simple", "jour", "plat", "plat"),
    _kind("E102", 1.6, "Agression|Coups|Violences", "soir", "sorties", "plat"),
    _kind("E103", 1.3, "Rixe|Bagarre", "soir", "sorties", "plat"),
    _kind("E104", 0.6, "Vol avec violence|Arrachage collier", "soir", "plat", "plat"),
    _kind("E106", 2.0, "Menaces|Insultes|Injures", "jour", "plat", "plat"),
    _kind("E202", 0.6, "Harcèlement de rue|Outrage sexiste", "soir", "sorties", "plat"),
    _kind("F101", 2.0, "Consommation cannabis|Usage stup", "soir", "plat", "plat"),
    _kind("F102", 1.5, "Deal|Revente", "soir", "plat", "plat"),
    _kind("F103", 1.5, "Protoxyde|Cartouches", "nuit", "sorties", "plat"),
    _kind("F201", 2.5, "Ivresse|IPM|Individu alcoolisé", "nuit", "sorties", "plat"),
    _kind("G101", 0.8, "Outrage|Rébellion", "soir", "plat", "plat"),
    _kind("G102", 0.8, "Jets de projectiles|Caillassage", "soir", "plat", "fetes"),
    _kind("G104", 3.0, "Arrêté municipal|Alcool voie publique", "soir", "sorties", "ete"),
    _kind("H101", 2.0, "Malaise|Assistance|Personne égarée", "jour", "plat", "plat"),
    _kind("H102", 3.0, "Objet trouvé|Levée de doute|Alarme", "plat", "plat", "plat"),
    _kind("Z901", 1.0, "Divers|Renseignement", "jour", "plat", "plat"),
)

TRANSPORT_KINDS: tuple[Kind, ...] = (
    _kind("D102", 20.0, "Vandalisme", "plat", "plat", "plat"),
    _kind("D208", 16.0, "Vol à la tire|Vol portable", "plat", "ouvre", "plat"),
    _kind("B103", 10.0, "Tag|Graffiti", "plat", "plat", "plat"),
    _kind("F101", 10.0, "Fumeurs", "plat", "plat", "plat"),
    _kind("E102", 8.0, "Agression", "plat", "sorties", "plat"),
    _kind("E106", 8.0, "Insultes|Menaces", "plat", "ouvre", "plat"),
    _kind("F201", 7.0, "Individu alcoolisé", "plat", "sorties", "plat"),
    _kind("A303", 6.0, "Altercation", "plat", "plat", "plat"),
    _kind("G102", 4.0, "Jets de projectiles|Caillassage", "plat", "plat", "fetes"),
    _kind("D101", 4.0, "Abribus cassé", "plat", "plat", "plat"),
    _kind("H102", 3.0, "Colis suspect", "plat", "ouvre", "plat"),
    _kind("H101", 2.0, "Malaise", "plat", "plat", "plat"),
    _kind("E104", 1.0, "Vol avec violence", "plat", "plat", "plat"),
    _kind("E202", 1.0, "Harcèlement de rue", "plat", "sorties", "plat"),
)

LANDLORD_KINDS: tuple[Kind, ...] = (
    _kind("A202", 22.0, "Occupation hall|Squat hall|Entrave circulation hall", "soir", "plat", "hiver"),
    _kind("D102", 20.0, "Vandalisme|Porte cassée|Boîtes aux lettres|Ascenseur", "soir", "plat", "plat"),
    _kind("B101", 14.0, "Encombrants|Dépôt d'ordures", "jour", "ouvre", "plat"),
    _kind("A101", 9.0, "Nuisances sonores nocturnes|Tapage nocturne", "nuit", "sorties", "ete"),
    _kind("A301", 8.0, "Conflit de voisinage|Trouble de voisinage", "soir", "plat", "plat"),
    _kind("C102", 6.0, "Véhicule abandonné|Épave", "jour", "ouvre", "plat"),
    _kind("B103", 5.0, "Tag|Graffiti", "jour", "ouvre", "plat"),
    _kind("B201", 4.0, "Éclairage en panne|Rats", "jour", "ouvre", "plat"),
    _kind("F102", 3.0, "Deal|Trafic", "soir", "plat", "plat"),
    _kind("E106", 3.0, "Menaces|Insultes", "jour", "ouvre", "plat"),
    _kind("D105", 2.0, "Feu de poubelle|Incendie conteneur", "nuit", "plat", "fetes"),
    _kind("D202", 2.0, "Cambriolage cave", "nuit", "plat", "plat"),
    _kind("A203", 1.0, "Squat logement", "plat", "plat", "plat"),
)

KINDS: dict[str, tuple[Kind, ...]] = {
    POLICE: POLICE_KINDS,
    TRANSPORT: TRANSPORT_KINDS,
    LANDLORD: LANDLORD_KINDS,
}

UNKNOWN_LABELS = ("Motif 47", "Motif 12", "À préciser", "Code interne Q3")
"""Labels that are in no taxonomy: to be classed by a person (leaf Z999)."""

CORRECTIONS: dict[str, tuple[str, str]] = {
    "A301": ("A303", "Altercation"),
    "A303": ("A301", "Conflit de voisinage"),
    "C101": ("C102", "Stationnement abusif"),
    "C102": ("C101", "Stationnement gênant"),
    "D101": ("D103", "Dégradation véhicule"),
    "D103": ("D101", "Dégradation mobilier urbain"),
}
"""Leaf -> the leaf and label put in its place by the corrected file. Always inside the same family,
so that the planted trends stay what the truth says."""
