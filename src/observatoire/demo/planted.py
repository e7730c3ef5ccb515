"""What was planted, counted on the facts as a good importer would understand them.

Altered cells are taken into account: an unknown label counts in Z999, ``24:00`` the next day,
``12:75`` has no hour, a point outside the commune or at (0, 0) is no point.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from observatoire.demo import dirt, events
from observatoire.demo.assembly import BuiltFile, Demo, SourceRows
from observatoire.demo.catalogue import KINDS, RISE_PER_YEAR, RISING_FAMILY
from observatoire.demo.events import FIRST_HOTSPOT, FRIDAY_LEAF, FRIDAY_NIGHT, Days
from observatoire.demo.places import HOTSPOTS, Floats, Ints, to_lonlat
from observatoire.demo.plan import MONTHS, POLICE, shift
from observatoire.domain.incident import TO_BE_CLASSED
from observatoire.space.cells import cells_of, to_hex

FRIDAY_HOURS = (118, 119, 120, 121)
"""Hours of the local week (Monday 00:00 is 0) from Friday 22:00 to Saturday 02:00."""


@dataclass(frozen=True, slots=True)
class Understood:
    """Facts of a source (n) after import: leaf, local day, minute of that day or -1, metres or NaN."""

    leaf: npt.NDArray[np.str_]
    day: Days
    minute: Ints
    xy: Floats
    planted: Ints

    @property
    def family(self) -> npt.NDArray[np.str_]:
        """The two-character family of each fact."""
        return self.leaf.astype("U2")

    @property
    def week_hour(self) -> Ints:
        """Hour of the local week (n,), Monday 00:00 is 0; -1 where the hour is unknown."""
        weekday = (self.day.astype("datetime64[D]").astype(int) + 3) % 7
        return np.where(self.minute < 0, -1, weekday * 24 + self.minute // 60)


def understand(source: SourceRows, corrected: dict[int, str]) -> Understood:
    """The facts of a source as they stand once every file is imported."""
    facts = source.facts
    leaf = np.array([kind.leaf for kind in KINDS[source.source]])[facts.kind].astype("U4")
    day, minute, xy = facts.local_day.copy(), facts.minute.copy(), facts.xy.copy()
    minute[minute >= 0] %= 1440
    for rank, new_leaf in corrected.items():
        leaf[rank] = new_leaf
    for kind, ranks in source.altered.items():
        if kind == dirt.UNKNOWN_LABEL:
            leaf[ranks] = TO_BE_CLASSED
        elif kind == dirt.HOUR_INVALID:
            minute[ranks] = events.UNKNOWN_MINUTE
        elif kind == dirt.HOUR_24:
            day[ranks] += np.timedelta64(1, "D")
            minute[ranks] = 0
        elif kind in (dirt.POINT_OUTSIDE, dirt.POINT_ZERO):
            xy[ranks] = np.nan
    return Understood(leaf, day, minute, xy, facts.planted)


def describe(demo: Demo) -> dict[str, Any]:
    """The whole truth as JSON-able values; counts are of facts unless their name says otherwise."""
    understood = {
        code: understand(rows, demo.corrected if code == POLICE else {})
        for code, rows in demo.sources.items()
    }
    police = understood[POLICE]
    first = demo.plan.first_month
    return {
        "avertissement": "Données fictives : aucun fait décrit ici n'a eu lieu.",
        "graine": demo.seed,
        "premier_mois": f"{first:%Y-%m}",
        "fin": demo.plan.end.isoformat(),
        "faits": {
            "total": sum(len(facts.leaf) for facts in understood.values()),
            "par_source": {code: len(facts.leaf) for code, facts in understood.items()},
            "par_source_et_mois": {code: _monthly(facts, first) for code, facts in understood.items()},
        },
        "points_chauds": [_hotspot(demo, police, rank) for rank in range(len(HOTSPOTS))],
        "creneau": _friday(police),
        "hausse": _rise(police, first),
        "familles_stables": _stable_families(police, first),
        "mois_jamais_envoyes": _by_source(demo.plan.silent_months),
        "mois_neant": _by_source((nil.source, nil.month) for nil in demo.plan.nil_months),
        "ruptures": [planned.as_json() for planned in demo.plan.breaks],
        "anomalies": _dirt(demo),
        "fichiers": [_file(built) for built in demo.files],
    }


def _monthly(facts: Understood, first: date) -> dict[str, int]:
    """Facts per local month; months without facts read 0 (absent or nil: see the other keys)."""
    counts = np.bincount(events.month_index(facts.day, first), minlength=MONTHS)
    return {f"{shift(first, index):%Y-%m}": int(count) for index, count in enumerate(counts)}


def _hotspot(demo: Demo, police: Understood, rank: int) -> dict[str, Any]:
    spec, centre = HOTSPOTS[rank], demo.hotspot_centres[rank]
    lonlat = to_lonlat(centre[None, :])
    inside = np.hypot(police.xy[:, 0] - centre[0], police.xy[:, 1] - centre[1]) <= spec.radius_m
    recent = events.month_index(police.day, demo.plan.first_month) >= MONTHS - 12
    planted = police.planted == FIRST_HOTSPOT + rank
    located = planted & ~np.isnan(police.xy[:, 0])
    return {
        "nom": f"{spec.name} (données fictives)",
        "source": POLICE,
        "commune": spec.commune,
        "centre": [round(float(lonlat[0, 0]), 6), round(float(lonlat[0, 1]), 6)],
        "rayon_m": spec.radius_m,
        "mailles": {str(level): _cell(lonlat, level) for level in (8, 9)},
        "categories": dict(spec.leaves),
        "faits_plantes": int(planted.sum()),
        "faits_plantes_localises": int(located.sum()),
        "faits_dans_le_disque": int(inside.sum()),
        "faits_dans_le_disque_12_derniers_mois": int((inside & recent).sum()),
    }


def _cell(lonlat: Floats, level: int) -> str:
    """The H3 cell that holds the centre, at that resolution."""
    return to_hex(cells_of(lonlat[:, 0], lonlat[:, 1], level))[0]


def _friday(police: Understood) -> dict[str, Any]:
    noise = police.leaf == FRIDAY_LEAF
    known = noise & (police.minute >= 0)
    inside = known & np.isin(police.week_hour, FRIDAY_HOURS)
    return {
        "source": POLICE,
        "categorie": FRIDAY_LEAF,
        "debut": "vendredi 22:00",
        "fin": "samedi 02:00",
        "heures_de_la_semaine": list(FRIDAY_HOURS),
        "faits_plantes": int((police.planted == FRIDAY_NIGHT).sum()),
        "faits_de_la_categorie": int(noise.sum()),
        "faits_a_heure_connue": int(known.sum()),
        "faits_dans_le_creneau": int(inside.sum()),
        "part_du_creneau": round(float(inside.sum() / known.sum()), 4),
        "part_attendue_sans_motif": round(len(FRIDAY_HOURS) / 168, 4),
    }


def _rise(police: Understood, first: date) -> dict[str, Any]:
    return {
        "source": POLICE,
        "famille": RISING_FAMILY,
        "hausse_par_an": RISE_PER_YEAR,
        "faits_par_annee_glissante": _per_year(police.family == RISING_FAMILY, police, first),
    }


def _stable_families(police: Understood, first: date) -> dict[str, list[int]]:
    """Facts per family and per twelve months from the first, for every family without a trend."""
    families = sorted({kind.family for kind in KINDS[POLICE]} - {RISING_FAMILY})
    return {family: _per_year(police.family == family, police, first) for family in families}


def _per_year(rows: npt.NDArray[np.bool_], facts: Understood, first: date) -> list[int]:
    years = events.month_index(facts.day[rows], first) // 12
    return [int(count) for count in np.bincount(years, minlength=MONTHS // 12)]


def _by_source(pairs: Iterable[tuple[str, date]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for source, month in pairs:
        grouped.setdefault(source, []).append(f"{month:%Y-%m}")
    return grouped


def _dirt(demo: Demo) -> dict[str, dict[str, Any]]:
    """Per kind of dirt: rows over all the files, distinct facts concerned, and what is to become of them.

    A fact altered in a month that is sent twice makes two rows; a row that is no fact concerns none.
    """
    rows = dict.fromkeys(dirt.OUTCOMES, 0)
    for built in demo.files:
        for kind, count in built.dirt.items():
            rows[kind] += count
    facts = dict.fromkeys(dirt.OUTCOMES, 0)
    for source in demo.sources.values():
        for kind, ranks in source.altered.items():
            facts[kind] += len(ranks)
    return {
        kind: {"lignes": rows[kind], "faits": facts[kind], "issue_attendue": outcome}
        for kind, outcome in dirt.OUTCOMES.items()
    }


def _file(built: BuiltFile) -> dict[str, Any]:
    return {
        **built.planned.as_json(),
        "octets": len(built.file.content),
        "faits": built.facts,
        "lignes": {"lues": sum(built.buckets.values()), **built.buckets},
        "anomalies": built.dirt,
    }
