"""What each column of an unknown export probably means, and why: the agent corrects, nothing is decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from observatoire.intake.parsing.text import plain
from observatoire.intake.profiles.assembling import PARTS, Guess, Meanings, assemble
from observatoire.intake.profiles.coordinates import Coordinates, find_coordinates
from observatoire.intake.profiles.evidence import NEARLY_ALL, DateOrder, Looks, date_order, looks_of
from observatoire.intake.profiles.meaning import PERSONAL, is_personal, meanings_of
from observatoire.intake.profiles.model import POINT, FieldRule, Profile, resolve
from observatoire.intake.reading.document import Layout
from observatoire.space.crs import Extent

SAMPLE_ROWS = 2000
LEAST_CONFIDENCE = 0.5
PERSONAL_SHARE, NAMES_SHARE = 0.01, 0.5
"""Shares of the cells above which a column is taken for one of persons; streets bear names too."""

_PLACES = {"lieu", "voie", "numero_voie", "commune"}
LEARNT, OLDER, SHARED = 0.98, 0.92, 0.85
"""Confidence in what the source's latest profile, an older one, or other exporters' say of a name."""
IGNORED = "ignoree"


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """One column: the field that it serves (``ignoree``: none), from 0 to 1 how sure, and why (French)."""

    column: str
    meaning: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a header and some rows suggest; without a column for date or category, ``profile`` is None."""

    columns: tuple[ColumnMeaning, ...]
    date_order: DateOrder | None
    coordinates: Coordinates | None
    profile: Profile | None
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """Profiles to learn from: those of the source (latest last), and others."""

    own: tuple[Profile, ...] = ()
    others: tuple[Profile, ...] = ()


def propose(
    layout: Layout,
    rows: pl.DataFrame,
    *,
    box: Extent | None = None,
    known: Known | None = None,
    code: str = "propose",
) -> Proposal:
    """Meanings of the columns, order of dates, coordinate system, and a whole profile to correct.

    Args:
        layout: how the file is laid out.
        rows: text columns of the header; the first ``SAMPLE_ROWS`` are looked at.
        box: where the source's territory lies, in degrees.
        known: profiles to learn names from.
        code: code that the proposed profile bears.
    """
    known = known or Known()
    before = known.own[-1] if known.own else None
    rows = rows.head(SAMPLE_ROWS)
    cells = {name: rows[name].to_list() for name in layout.header}
    looks = {name: looks_of(values) for name, values in cells.items()}
    guesses = [guess for name in layout.header for guess in _guesses(name, looks[name], known, layout.header)]
    table = _shared_out([guess for guess in guesses if _is_decided(guess, before)])
    coordinates = _coordinates(table, cells, box, layout, before)
    _settle(table, coordinates)
    dates = table.of("date")
    profile, lacking = assemble(table, coordinates, cells, layout, before, code)
    second = {g.column: g.meaning for g in sorted(guesses, key=lambda g: g.confidence) if g.confidence > 0.5}
    return Proposal(
        columns=tuple(_told(name, table, looks[name], second.get(name)) for name in layout.header),
        date_order=date_order(cells[dates[0]]) if dates else None,
        coordinates=coordinates,
        profile=profile,
        lacking=lacking,
    )


def _is_decided(guess: Guess, before: Profile | None) -> bool:
    """Whether a field may be proposed: where the source has a profile, those that it chose and no other."""
    if before is None or guess.meaning in (PERSONAL, "code_postal"):
        return True
    if _is_place(guess):
        return before.pointed
    return PARTS.get(guess.meaning, guess.meaning) in before.fields


def _coordinates(
    table: Meanings,
    cells: dict[str, list[str | None]],
    box: Extent | None,
    layout: Layout,
    before: Profile | None,
) -> Coordinates | None:
    """Those that fall in the territory; else those of the source's profile, if its columns still stand."""
    if before is not None and not before.pointed:
        return None
    free = {
        name: values
        for name, values in cells.items()
        if name not in table.given or _is_place(table.given[name])
    }
    found = find_coordinates(free, {meaning: table.of(meaning) for meaning in ("x", "y", POINT)}, box)
    if before is None or before.epsg is None:
        return found
    rules: dict[str, FieldRule] = {f: before.fields[f] for f in ("x", "y", POINT) if f in before.fields}
    columns = [column for rule in rules.values() for column in rule.columns]
    there = resolve(columns, layout.header)
    scaled = any(rule.scale != 1.0 or len(rule.columns) > 1 for rule in rules.values())
    if len(there) < len(columns) or (found is not None and not scaled):
        return found
    return Coordinates(
        epsg=before.epsg,
        share=1.0,
        columns={there[column]: f for f, rule in rules.items() for column in rule.columns},
        rules=rules,
        reason=f"profil de la source, version {before.version}",
    )


def _is_place(guess: Guess) -> bool:
    return guess.meaning in ("x", "y", POINT)


def _guesses(name: str, looks: Looks, known: Known, header: tuple[str, ...]) -> Iterable[Guess]:
    """Everything that one column may mean."""
    learnt = _learnt(name, known)
    if learnt is not None:
        yield learnt
    if not (learnt and _is_learnt(learnt)) and (reason := _personal(name, looks)):
        yield Guess(name, PERSONAL, 0.95, reason)
        return
    named = meanings_of(name)
    if plain(name) in ("n°", "no", "numero") and _next_is_street(name, header):
        named = {"numero_voie": 0.9}
    for meaning, confidence in named.items():
        if meaning != PERSONAL:
            yield _weighed(name, meaning, confidence, looks)
    yield from _by_content(name, named, looks)


def _personal(name: str, looks: Looks) -> str | None:
    """Why a column may speak of persons; a reference is hashed, so its digits are no matter."""
    if is_personal(name):
        return "le nom annonce des personnes ou du texte libre"
    if looks.personal > PERSONAL_SHARE and "reference" not in meanings_of(name):
        return "téléphones, courriels, plaques ou noms dans le contenu"
    if looks.names > NAMES_SHARE and not _PLACES & set(meanings_of(name)):
        return "des noms de personnes dans le contenu"
    return None


def _next_is_street(name: str, header: tuple[str, ...]) -> bool:
    position = header.index(name) + 1
    return position < len(header) and "voie" in meanings_of(header[position])


def _learnt(name: str, known: Known) -> Guess | None:
    """What an earlier profile said of this column."""
    for profile in reversed(known.own):
        for field_ in profile.meanings((name,)).values():
            sure = LEARNT if profile is known.own[-1] else OLDER
            return Guess(name, field_, sure, f"profil de la source, version {profile.version}")
    told = [f for p in known.others for f in p.meanings((name,)).values() if len(p.fields[f].columns) == 1]
    if not told or is_personal(name):
        return None
    field_ = max(set(told), key=lambda f: (told.count(f), f))
    if told.count(field_) <= len(told) / 2:
        return None  # others disagree
    return Guess(name, field_, SHARED, "d'autres exports nomment ainsi ce champ")


def _weighed(name: str, meaning: str, confidence: float, looks: Looks) -> Guess:
    """A name's meaning, strengthened or doubted by the cells."""
    share = _agreement(meaning, looks)
    reason = f"nom reconnu « {meaning} »" if meaning in PARTS else "nom de colonne reconnu"
    if share is None or looks.filled == 0:
        return Guess(name, meaning, confidence, reason)
    if share >= NEARLY_ALL:
        return Guess(name, meaning, 1 - (1 - confidence) * 0.4, f"{reason}, contenu conforme")
    if share < 0.3:
        return Guess(name, meaning, confidence * 0.3, f"{reason}, mais le contenu le dément")
    return Guess(name, meaning, confidence, reason)


def _agreement(meaning: str, looks: Looks) -> float | None:
    """Share of the cells that agree with a meaning; None when cells can't tell."""
    shares: dict[str, float] = {
        "date": looks.dates,
        "heure": max(looks.hours, looks.numbers),
        "heure_fin": max(looks.hours, looks.numbers),
        "fin": max(looks.dates, looks.hours),
        "x": looks.numbers,
        "y": looks.numbers,
        POINT: looks.points,
        "quantite": looks.numbers,
        "categorie": _agreement_of_labels(looks),
    }
    return shares.get(meaning)


def _agreement_of_labels(looks: Looks) -> float:
    """A closed list agrees; codes and long texts can't tell; dates, hours and points are no labels."""
    if looks.is_list:
        return 1.0
    return 0.0 if max(looks.dates, looks.hours, looks.points) >= NEARLY_ALL else 0.5


def _by_content(name: str, named: dict[str, float], looks: Looks) -> Iterable[Guess]:
    """What the cells alone suggest of a column whose name says nothing."""
    if named or looks.filled == 0:
        return
    if looks.dates >= NEARLY_ALL and looks.numbers < NEARLY_ALL:
        yield Guess(name, "date", 0.6, "le contenu est fait de dates")
    elif looks.hours >= NEARLY_ALL:
        yield Guess(name, "heure", 0.55, "le contenu est fait d'heures")
    elif looks.points >= NEARLY_ALL:
        yield Guess(name, POINT, 0.7, "le contenu est fait de couples de coordonnées")
    elif looks.is_list and looks.filled >= 20 and looks.distinct >= 3:
        yield Guess(name, "categorie", 0.5, "peu de libellés distincts, courts")


def _shared_out(guesses: list[Guess]) -> Meanings:
    """The surest guess first; each column has one meaning and each meaning one column."""
    table = Meanings()
    decided = {guess.meaning for guess in guesses if _is_learnt(guess)}
    for guess in sorted(guesses, key=lambda g: -g.confidence):
        if guess.confidence < LEAST_CONFIDENCE or guess.column in table.given:
            continue
        if _is_learnt(guess) or guess.meaning in (PERSONAL, "code_postal"):
            table.given[guess.column] = guess
        elif PARTS.get(guess.meaning, guess.meaning) not in decided and not table.of(guess.meaning):
            table.given[guess.column] = guess
    return table


def _is_learnt(guess: Guess) -> bool:
    """Several columns may make one field only where a profile said so."""
    return guess.confidence == LEARNT


def _settle(table: Meanings, coordinates: Coordinates | None) -> None:
    """Coordinates go as a pair whose system is known, or not at all; parts of a field need their whole."""
    for name in table.of("x", "y", POINT):
        if coordinates is None or name not in coordinates.columns:
            table.given[name] = Guess(name, IGNORED, 0.5, "coordonnées dont le système n'a pas été reconnu")
    if coordinates is not None:
        for name, meaning in coordinates.columns.items():
            table.given[name] = Guess(name, meaning, max(0.95, coordinates.share), coordinates.reason)
    if not table.of("voie", "lieu"):
        for name in table.of("numero_voie"):
            del table.given[name]


def _told(name: str, table: Meanings, looks: Looks, second: str | None) -> ColumnMeaning:
    """``second``: what the column would have meant, had another not been surer."""
    guess = table.given.get(name)
    if guess is None:
        reason = (
            "donnée personnelle possible dans le contenu"
            if looks.personal or looks.names
            else "sens non reconnu"
        )
        if second and (taken := table.of(second)):
            reason = f"même sens que « {taken[0]} », moins sûr"
        return ColumnMeaning(name, IGNORED, 0.0, f"colonne ignorée : {reason}")
    confidence = round(guess.confidence, 2)
    if guess.meaning == PERSONAL:
        return ColumnMeaning(name, IGNORED, confidence, f"ignorée : donnée personnelle ({guess.reason})")
    if guess.meaning == "code_postal":
        return ColumnMeaning(name, IGNORED, confidence, "code postal : ce n'est pas un code commune")
    return ColumnMeaning(name, PARTS.get(guess.meaning, guess.meaning), confidence, guess.reason)


def columns_of(profile: Profile, header: Sequence[str]) -> tuple[ColumnMeaning, ...]:
    """The columns of a header as a profile reads them."""
    meanings = profile.meanings(tuple(header))
    rules = {c for rule in profile.lines.ignored for c, _ in rule}
    filters = set(resolve(rules, tuple(header)).values())
    read = f"profil « {profile.code} », version {profile.version}"
    told = []
    for name in header:
        if name in meanings:
            told.append(ColumnMeaning(name, meanings[name], 1.0, read))
        elif name in filters:
            told.append(
                ColumnMeaning(name, IGNORED, 1.0, f"{read} : lue pour écarter des lignes, jamais gardée")
            )
        elif is_personal(name):
            told.append(ColumnMeaning(name, IGNORED, 1.0, "ignorée : donnée personnelle (le nom l'annonce)"))
        else:
            told.append(ColumnMeaning(name, IGNORED, 1.0, f"{read} : colonne non lue"))
    return tuple(told)
