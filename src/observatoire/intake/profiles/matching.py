"""Which profile reads a header: that of the source first, then one that ships; never a guess."""

import re
from collections import Counter

from observatoire.errors import (
    AmbiguousColumns,
    FieldError,
    MissingColumns,
    OfficialSeriesFile,
    UnknownProfile,
    UnrecognisedColumns,
)
from observatoire.intake.faults import shape_of
from observatoire.intake.parsing.text import plain
from observatoire.intake.personal import looks_personal
from observatoire.intake.profiles.meaning import likeliest
from observatoire.intake.profiles.model import Profile, resolve
from observatoire.intake.profiles.shipping import shipped

_SUFFIX = re.compile(r" \((\d+)\)$")
_MONTH = re.compile(
    r"\d{4}-\d{2}-\d{2}|(janv|fevr?|mars|avr|mai|juin|juil|aout|sept?|oct|nov|dec)[a-z]*\.?[- ]\d{2}(\d{2})?"
)
_SSMSI = re.compile(r"codgeo(_\d{4})?|code[_.](departement|region)")


def match(
    header: tuple[str, ...],
    code: str | None,
    stored: Profile | None = None,
    repeated: tuple[str, ...] = (),
) -> Profile:
    """The profile asked for; else that of the source; else the fullest that ships and fits.

    Args:
        header: names of the columns, distinct.
        code: profile asked for, by its code (None: choose).
        stored: latest profile of the source itself.
        repeated: names that the file bore twice.

    Raises:
        OfficialSeriesFile: counts where facts are expected.
        UnknownProfile: no profile has this code.
        MissingColumns: the source's own profile names columns that are gone.
        UnrecognisedColumns: the header lacks columns.
        AmbiguousColumns: a column that the profile reads is there twice.
    """
    refuse_aggregates(header)
    found = _asked(header, code, stored) if code is not None or stored is not None else _fullest(header)
    _refuse_doubt(found, header, repeated)
    return found


def _asked(header: tuple[str, ...], code: str | None, stored: Profile | None) -> Profile:
    if stored is not None and code in (None, stored.code):
        missing = stored.missing(header)
        if missing:
            raise MissingColumns(
                stored.code, _listed(missing), _advice(stored, header), fields=_field_errors(missing)
            )
        return stored
    known = shipped()
    if code not in known:
        raise UnknownProfile(code, ", ".join([*known, *([stored.code] if stored else ())]))
    return _fitting([known[code]], header)


def _fullest(header: tuple[str, ...]) -> Profile:
    return _fitting(list(shipped().values()), header)


def _fitting(candidates: list[Profile], header: tuple[str, ...]) -> Profile:
    fitting = [profile for profile in candidates if not profile.missing(header)]
    if fitting:
        return max(fitting, key=lambda profile: (profile.pointed, len(resolve(profile.mapped, header))))
    nearest = min(candidates, key=lambda profile: len(profile.missing(header)) / len(profile.columns))
    raise UnrecognisedColumns(
        nearest.code,
        _listed(nearest.missing(header)),
        _listed(header[:30]),
        fields=_field_errors(nearest.missing(header)),
    )


def _field_errors(missing: tuple[str, ...]) -> tuple[FieldError, ...]:
    return tuple(FieldError("fichier", f"colonne « {column} » absente", column) for column in missing)


def shown(name: str) -> str:
    """A column's name as a message may tell it: in a file without a header it is a cell, maybe personal."""
    cut = name[:40]
    return shape_of(cut) if looks_personal(name[:200]) else cut


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"« {shown(name)} »" for name in names)


def _advice(profile: Profile, header: tuple[str, ...]) -> str:
    """What to do about columns that are gone: the likeliest new name of each."""
    missing = profile.missing(header)
    free = [name for name in header if name not in resolve(profile.mapped, header).values()]
    renamed = []
    for column in missing:
        guess = likeliest(
            column, [field for field, rule in profile.fields.items() if column in rule.columns], free
        )
        if guess is not None:
            renamed.append(f"« {column} » absente ; « {shown(guess)} » pourrait être la même.")
            free.remove(guess)
    if renamed:
        return f"{' '.join(renamed)} Si c'est le cas, enregistrez un nouveau profil de la source."
    return "Refaites l'export avec ces colonnes, ou enregistrez un nouveau profil de la source."


def _refuse_doubt(profile: Profile, header: tuple[str, ...], repeated: tuple[str, ...]) -> None:
    """Of two columns of one name the profile must name one, suffix included (« Date (1) » is the first)."""
    doubtful = [
        column
        for column, name in resolve(profile.mapped, header).items()
        if not _SUFFIX.search(column) and _is_twice(column, name, header, repeated)
    ]
    told = {_SUFFIX.sub("", plain(column)) for column in profile.mapped if _SUFFIX.search(column)}
    doubtful = [column for column in doubtful if plain(column) not in told]
    if doubtful:
        choices = "; ".join(
            f"« {shown(column)} » (écrivez « {shown(column)} (1) » ou « {shown(column)} (2) »)"
            for column in doubtful
        )
        raise AmbiguousColumns(
            choices,
            fields=tuple(FieldError("fichier", f"colonne « {shown(c)} » en double") for c in doubtful),
        )


def _is_twice(column: str, name: str, header: tuple[str, ...], repeated: tuple[str, ...]) -> bool:
    if plain(name) in {_SUFFIX.sub("", plain(other)) for other in repeated}:
        return True
    alike = Counter(plain(other) for other in header)[plain(name)]
    return alike > 1 and column not in header  # written differently: the same writing decides


def refuse_aggregates(header: tuple[str, ...]) -> None:
    """Refuse the headers of official series: they count facts, they are not facts.

    Raises:
        OfficialSeriesFile: SSMSI, état 4001 or a monthly table by index.
    """
    forms = [plain(name) for name in header]
    if any(_SSMSI.fullmatch(form) for form in forms) and {"annee", "indicateur", "classe"} & set(forms):
        raise OfficialSeriesFile("base statistique du SSMSI")
    index = any(form in ("index", "n°index", "no index", "n° index", "noindex") for form in forms)
    if index and any(form.startswith("index de l'etat 4001") for form in forms):
        raise OfficialSeriesFile("état 4001")
    if index and sum(_MONTH.fullmatch(form) is not None for form in forms) >= 2:
        raise OfficialSeriesFile("état 4001 mensuel")
