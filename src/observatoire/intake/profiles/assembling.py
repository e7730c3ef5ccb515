"""From meanings given to columns to a whole profile, that keeps what the source had decided before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from observatoire.intake.profiles.coordinates import Coordinates
from observatoire.intake.profiles.evidence import hours_above_24, midnight_share
from observatoire.intake.profiles.model import JOINTS, FieldRule, LineRules, Profile, TimeRules, resolve
from observatoire.intake.reading.document import Choices, Layout

MIDNIGHT_SHARE = 0.03
PARTS = {"numero_voie": "lieu", "voie": "lieu", "sous_categorie": "categorie"}
"""Meanings that only make part of a field."""

_ORDER_OF_PARTS = ("categorie", "sous_categorie", "numero_voie", "voie", "lieu")
_READABLE = ("reference", "date", "heure", "fin", "heure_fin", "categorie", "commune", "lieu", "quantite")


@dataclass(slots=True)
class Guess:
    """A meaning that a column may have, how sure and why."""

    column: str
    meaning: str
    confidence: float
    reason: str


@dataclass(slots=True)
class Meanings:
    """Meanings given so far, by column."""

    given: dict[str, Guess] = field(default_factory=dict)

    def of(self, *meanings: str) -> list[str]:
        """Columns given one of some meanings, parts in their natural order, then as they stand."""
        found = [g for g in self.given.values() if g.meaning in meanings]
        found.sort(key=lambda g: _ORDER_OF_PARTS.index(g.meaning) if g.meaning in _ORDER_OF_PARTS else 0)
        return [guess.column for guess in found]


def assemble(
    table: Meanings,
    coordinates: Coordinates | None,
    cells: Mapping[str, Sequence[str | None]],
    layout: Layout,
    before: Profile | None,
    code: str,
) -> tuple[Profile | None, tuple[str, ...]]:
    """A profile, or None with the fields that lack.

    ``before``: the latest profile of the source; its rules outlive a renamed column.
    """
    fields = _fields(table, layout, before)
    if coordinates is not None:
        fields |= coordinates.rules
    lacking = tuple(name for name in ("date", "categorie") if name not in fields)
    if lacking:
        return None, lacking
    profile = Profile(
        code=code,
        version=1,
        label=before.label if before else "Profil proposé",
        fields=fields,
        epsg=coordinates.epsg if coordinates else None,
        time=_time(table, cells, before),
        choices=_choices(layout, before),
    )
    return _with_memory(profile, before, layout.header), ()


def _fields(table: Meanings, layout: Layout, before: Profile | None) -> dict[str, FieldRule]:
    fields: dict[str, FieldRule] = {}
    for name in _READABLE:
        columns = table.of(name, *(part for part, whole in PARTS.items() if whole == name))
        earlier = before.fields.get(name) if before else None
        if columns:
            fields[name] = _rule(name, columns, layout, earlier)
        elif earlier is not None and earlier.constant is not None:
            fields[name] = earlier
    return fields


def _rule(name: str, columns: list[str], layout: Layout, earlier: FieldRule | None) -> FieldRule:
    """An earlier rule over the same columns is kept whole: widths, replacements."""
    if earlier and earlier.columns:
        there = resolve(earlier.columns, layout.header)
        if len(there) == len(earlier.columns) and set(there.values()) == set(columns):
            return earlier
        if len(earlier.columns) == len(columns) == 1:  # renamed: it is still written in the same way
            return replace(earlier, columns=_explicit(columns, layout))
    return FieldRule(columns=_explicit(columns, layout), joint=JOINTS.get(name, ""))


def _explicit(columns: list[str], layout: Layout) -> tuple[str, ...]:
    """Names of columns, the first of two alike said to be so."""
    return tuple(f"{column} (1)" if column in layout.repeated else column for column in columns)


def _time(table: Meanings, cells: Mapping[str, Sequence[str | None]], before: Profile | None) -> TimeRules:
    rules = before.time if before else TimeRules()
    hours = [cell for name in table.of("heure") for cell in cells[name]]
    return replace(
        rules,
        service_day=rules.service_day or hours_above_24(hours),
        midnight_unknown=rules.midnight_unknown or midnight_share(hours) > MIDNIGHT_SHARE,
    )


def _choices(layout: Layout, before: Profile | None) -> Choices:
    """A workbook of several sheets needs the name of its sheet."""
    chosen = before.choices if before else Choices()
    return replace(chosen, sheet=layout.sheet) if len(layout.sheets) > 1 else chosen


def _with_memory(profile: Profile, before: Profile | None, header: tuple[str, ...]) -> Profile:
    """What the earlier profile knew besides columns."""
    if before is None:
        return profile
    kept = tuple(
        rule for rule in before.lines.ignored if len(resolve((c for c, _ in rule), header)) == len(dict(rule))
    )
    profile = replace(
        profile,
        categories=before.categories,
        absent_coordinates=before.absent_coordinates,
        lines=LineRules(kept, before.lines.ignore_alike),
    )
    return replace(profile, optional=before.optional & set(profile.mapped))
