"""A profile back to the JSON that it was read from: what a source stores, and what a preview proposes."""

from collections.abc import Mapping
from typing import Any

from observatoire.intake.profiles.model import (
    FIELDS,
    JOINTS,
    LATITUDE_FIRST,
    POINT,
    FieldRule,
    Profile,
    TimeRules,
)
from observatoire.intake.profiles.notation import DAY, IGNORE


def to_json(profile: Profile) -> dict[str, Any]:
    """What ``from_json`` reads back into the same profile, without ``code``, ``version`` nor defaults."""
    written = {
        "libelle": profile.label,
        "champs": {field: _written_rule(field, rule) for field, rule in _ordered(profile.fields)},
        "facultatives": sorted(profile.optional),
        "lieu": _without_blanks(
            {
                "epsg": profile.epsg,
                "absent": sorted(profile.absent_coordinates - {""}),
            }
        ),
        "heure": _written_time(profile.time),
        "lignes": _without_blanks(
            {
                "doublons_internes": IGNORE if profile.lines.ignore_alike else None,
                "ignorer": [[text for pair in rule for text in pair] for rule in profile.lines.ignored],
            }
        ),
        "fichier": _without_blanks(
            {
                "feuille": profile.choices.sheet,
                "ligne_entete": profile.choices.header_line,
                "reparer_encodage": profile.choices.repair_encoding,
            }
        ),
        "categories": dict(sorted(profile.categories.items())),
    }
    return _without_blanks(written)


def _ordered(fields: Mapping[str, FieldRule]) -> list[tuple[str, FieldRule]]:
    return [(field, fields[field]) for field in (*FIELDS, POINT) if field in fields]


def _written_rule(field: str, rule: FieldRule) -> str | dict[str, Any]:
    joint = JOINTS.get(field, "")
    if rule == FieldRule(columns=rule.columns, joint=joint) and len(rule.columns) == 1:
        return rule.columns[0]
    written = _without_blanks(
        {
            "colonnes": list(rule.columns),
            "largeurs": list(rule.widths),
            "remplacer": [list(pair) for pair in rule.replacements],
            "echelle": None if rule.scale == 1.0 else rule.scale,
            "ordre": None if rule.order == LATITUDE_FIRST else rule.order,
        }
    )
    if rule.joint != joint:
        written["lien"] = rule.joint
    if rule.constant is not None:
        written["constante"] = rule.constant
    return written


def _written_time(rules: TimeRules) -> dict[str, Any]:
    return _without_blanks(
        {
            "jour_exploitation": rules.service_day,
            "debut_vacation": clock(rules.day_starts_at) if rules.day_starts_at else None,
            "minuit_inconnu": rules.midnight_unknown,
            "creneaux": {word: f"{clock(a)}-{clock(b)}" for word, (a, b) in sorted(rules.slots.items())},
            "annee_2_chiffres": None if rules.two_digit_year_base == 2000 else rules.two_digit_year_base,
        }
    )


def clock(minutes: int) -> str:
    """Minutes after midnight as ``HH:MM``; beyond a day, the hour of the next day."""
    minutes = minutes if minutes <= DAY else minutes - DAY
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _without_blanks(table: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value not in (None, False, [], {})}
