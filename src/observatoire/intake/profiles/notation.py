"""A profile as it is written: the same French nouns in a TOML file and in the JSON of a source.

``champs``: field to column, or to a table (colonnes, largeurs, lien, remplacer, echelle, constante, ordre);
``facultatives``: columns that an export may lack; ``lieu``: epsg, absent; ``heure``: jour_exploitation,
debut_vacation, minuit_inconnu, creneaux, annee_2_chiffres; ``lignes``: doublons_internes, ignorer;
``fichier``: feuille, ligne_entete, reparer_encodage; ``categories``: label to leaf of the taxonomy.
"""

from collections.abc import Collection, Mapping

from observatoire.errors import InvalidProfile
from observatoire.intake.parsing.text import plain
from observatoire.intake.profiles.checking import Checked
from observatoire.intake.profiles.model import (
    JOINTS,
    LATITUDE_FIRST,
    LONGITUDE_FIRST,
    MAPPABLE,
    POINT,
    FieldRule,
    LineRules,
    Profile,
    TimeRules,
)
from observatoire.intake.reading.document import Choices
from observatoire.space import crs

SECTIONS = (
    "code",
    "version",
    "libelle",
    "champs",
    "facultatives",
    "lieu",
    "heure",
    "lignes",
    "fichier",
    "categories",
)
RULE = ("colonnes", "largeurs", "lien", "remplacer", "echelle", "constante", "ordre")
KEEP, IGNORE = "garder", "ignorer"
REQUIRED = ("date", "categorie")
MOST_COLUMNS, MOST_PATTERNS = 12, 50
DAY = 1440


def from_json(content: object, code: str, version: int, leaves: Collection[str] | None = None) -> Profile:
    """A profile as sent or stored.

    Args:
        content: the decoded JSON; its own ``code`` and ``version`` are not believed.
        code: whose profile it is.
        version: its number.
        leaves: codes of the taxonomy, to hold the categories against (None: not checked).

    Raises:
        InvalidProfile: with one field error per fault.
    """
    checked = Checked()
    found = checked.table(content, "profil", SECTIONS)
    if not isinstance(content, Mapping):
        checked.refuse("profil", "un profil est une table de clés et de valeurs")
        raise InvalidProfile(fields=tuple(checked.faults))
    place = checked.table(found.get("lieu"), "lieu", ("epsg", "absent"))
    profile = Profile(
        code=code,
        version=version,
        label=checked.text(found.get("libelle"), "libelle", 200, code),
        fields=_fields(checked, found.get("champs")),
        epsg=_epsg(checked, place.get("epsg")),
        absent_coordinates=_absent(checked, place.get("absent")),
        time=_time(checked, found.get("heure")),
        lines=_lines(checked, found.get("lignes")),
        categories=_categories(checked, found.get("categories"), leaves),
        optional=frozenset(_names(checked, found.get("facultatives"), "facultatives", 200)),
        choices=_choices(checked, found.get("fichier")),
    )
    _check_whole(checked, profile, leaves)
    if checked.faults:
        raise InvalidProfile(fields=tuple(checked.faults))
    return profile


def _fields(checked: Checked, value: object) -> dict[str, FieldRule]:
    table = checked.table(value, "champs", MAPPABLE)
    return {field: _rule(checked, field, table[field]) for field in MAPPABLE if table.get(field) is not None}


def _rule(checked: Checked, field: str, value: object) -> FieldRule:
    path, joint = f"champs.{field}", JOINTS.get(field, "")
    if isinstance(value, str):
        return FieldRule(columns=(checked.name(value, path),), joint=joint)
    table = checked.table(value, path, RULE)
    if not isinstance(value, Mapping):
        return FieldRule()
    columns = _names(checked, table.get("colonnes"), f"{path}.colonnes", MOST_COLUMNS)
    widths = [
        checked.integer(width, f"{path}.largeurs", 0, 20) or 0
        for width in checked.items(table.get("largeurs"), f"{path}.largeurs", MOST_COLUMNS)
    ]
    if widths and len(widths) != len(columns):
        checked.refuse(f"{path}.largeurs", "une largeur par colonne est attendue")
        widths = []
    constant = table.get("constante")
    if (constant is None) == (not columns):
        checked.refuse(path, "soit des colonnes, soit une constante", "colonnes ou constante")
    return FieldRule(
        columns=columns,
        widths=tuple(widths),
        joint=checked.text(table.get("lien"), f"{path}.lien", 10, joint),
        replacements=_pairs(checked, table.get("remplacer"), f"{path}.remplacer"),
        scale=checked.scale(table.get("echelle"), f"{path}.echelle"),
        constant=None if constant is None else checked.text(constant, f"{path}.constante", 120),
        order=checked.choice(table.get("ordre"), f"{path}.ordre", (LATITUDE_FIRST, LONGITUDE_FIRST)),
    )


def _names(checked: Checked, value: object, path: str, most: int) -> tuple[str, ...]:
    return tuple(checked.name(name, path) for name in checked.items(value, path, most))


def _pairs(checked: Checked, value: object, path: str) -> tuple[tuple[str, str], ...]:
    """(pattern, replacement) of a field."""
    pairs = []
    for pair in checked.items(value, path, MOST_PATTERNS):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            checked.refuse(path, "des couples [expression, texte] sont attendus")
        else:
            pairs.append((checked.pattern(pair[0], path), checked.text(pair[1], path, 200)))
    return tuple(pairs)


def _epsg(checked: Checked, value: object) -> int | None:
    epsg = checked.integer(value, "lieu.epsg", 1024, 32767)
    if epsg is not None and not crs.exists(epsg):
        checked.refuse("lieu.epsg", "système de coordonnées inconnu", "2154, 4326, 3942 à 3950…")
        return None
    return epsg


def _absent(checked: Checked, value: object) -> frozenset[str]:
    texts = checked.items(value, "lieu.absent", 50)
    return frozenset(["", *(checked.text(text, "lieu.absent", 40).strip() for text in texts)])


def _time(checked: Checked, value: object) -> TimeRules:
    known = ("jour_exploitation", "debut_vacation", "minuit_inconnu", "creneaux", "annee_2_chiffres")
    table = checked.table(value, "heure", known)
    start = table.get("debut_vacation")
    century = checked.integer(table.get("annee_2_chiffres"), "heure.annee_2_chiffres", 1900, 2000)
    if century not in (None, 1900, 2000):
        checked.refuse("heure.annee_2_chiffres", "un siècle est attendu", "1900 ou 2000")
    return TimeRules(
        service_day=checked.flag(table.get("jour_exploitation"), "heure.jour_exploitation"),
        day_starts_at=0 if start is None else checked.clock(start, "heure.debut_vacation") % DAY,
        midnight_unknown=checked.flag(table.get("minuit_inconnu"), "heure.minuit_inconnu"),
        slots=_slots(checked, table.get("creneaux")),
        two_digit_year_base=2000 if century is None else century,
    )


def _slots(checked: Checked, value: object) -> dict[str, tuple[int, int]]:
    slots = {}
    for word, span in checked.table(value, "heure.creneaux").items():
        path = f"heure.creneaux.{word}"
        bounds = span.split("-") if isinstance(span, str) else ()
        if len(bounds) != 2 or not plain(checked.text(word, path, 40)):
            checked.refuse(path, "un créneau va d'une heure à une autre", "22:00-06:00")
            continue
        start, end = (checked.clock(bound.strip(), path) for bound in bounds)
        slots[plain(word)] = (start % DAY, end if end > start % DAY else end + DAY)
    return slots


def _lines(checked: Checked, value: object) -> LineRules:
    table = checked.table(value, "lignes", ("doublons_internes", "ignorer"))
    ignored = []
    for rule in checked.items(table.get("ignorer"), "lignes.ignorer", MOST_PATTERNS):
        if not isinstance(rule, list | tuple) or len(rule) not in (2, 4, 6):
            checked.refuse("lignes.ignorer", "des listes [colonne, expression, …] sont attendues")
            continue
        names = [checked.name(name, "lignes.ignorer") for name in rule[::2]]
        patterns = [checked.pattern(pattern, "lignes.ignorer") for pattern in rule[1::2]]
        ignored.append(tuple(zip(names, patterns, strict=True)))
    alike = checked.choice(table.get("doublons_internes"), "lignes.doublons_internes", (KEEP, IGNORE))
    return LineRules(ignored=tuple(ignored), ignore_alike=alike == IGNORE)


def _choices(checked: Checked, value: object) -> Choices:
    table = checked.table(value, "fichier", ("feuille", "ligne_entete", "reparer_encodage"))
    return Choices(
        sheet=checked.text(table.get("feuille"), "fichier.feuille", 200) or None,
        header_line=checked.integer(table.get("ligne_entete"), "fichier.ligne_entete", 1, 1000),
        repair_encoding=checked.flag(table.get("reparer_encodage"), "fichier.reparer_encodage"),
    )


def _categories(checked: Checked, value: object, leaves: Collection[str] | None) -> dict[str, str]:
    table = {}
    for label, leaf in checked.table(value, "categories").items():
        path = f"categories.{label}"
        if not isinstance(leaf, str) or (leaves is not None and leaf not in leaves):
            checked.refuse(path, "cette catégorie n'est pas dans la nomenclature", "un code tel que A101")
        elif form := plain(checked.text(label, "categories", 200)):
            table[form] = leaf
    return table


def _check_whole(checked: Checked, profile: Profile, leaves: Collection[str] | None) -> None:
    """What only the profile as a whole can tell."""
    fields = profile.fields
    for field in REQUIRED:
        if field not in fields:
            checked.refuse(f"champs.{field}", "ce champ est obligatoire")
    if ("x" in fields) != ("y" in fields):
        checked.refuse("champs", "x et y vont ensemble")
    if POINT in fields and "x" in fields:
        checked.refuse("champs.point", "soit x et y, soit point")
    if profile.epsg is None and ("x" in fields or POINT in fields):
        checked.refuse("lieu.epsg", "des coordonnées demandent leur système", "2154, 4326, 3942 à 3950…")
    _check_optional(checked, profile)
    category = fields.get("categorie")
    constant = category.constant if category else None
    if constant is not None and leaves is not None and constant not in leaves:
        checked.refuse("champs.categorie.constante", "cette catégorie n'est pas dans la nomenclature")


def _check_optional(checked: Checked, profile: Profile) -> None:
    unread = profile.optional - set(profile.mapped)
    if unread:
        checked.refuse(
            "facultatives", "une colonne facultative n'est lue par aucun champ", "une colonne de champs"
        )
    for field in REQUIRED:
        rule = profile.fields.get(field)
        if rule and rule.columns and profile.optional.issuperset(rule.columns):
            checked.refuse("facultatives", f"le champ « {field} » demande au moins une colonne obligatoire")
