"""Tiny random cities: few communes, few families, small counts, in EPCI that straddle départements.

Each city is one additivity group of its own, so that one edition holds many of them. Facts have a
commune and no point; the truth is what a plain Python counter says of the rows written.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from support.files import LANDLORD_HEADER
from support.world import World

EPCIS = ("243600236", "244400610")
"""12 communes in the départements 18 and 36; 15 communes in 44 (région 52) and 56 (région 53)."""
YEARS = (2022, 2023)
FAMILIES = {"A1": "A101", "A2": "A201", "A4": "A401", "B1": "B101", "C1": "C101", "D2": "D206"}
NEVER_COUNTED = {"H1": "H101", "S1": "S101"}
"""A leaf of sensitivity 2 and one of service activity: neither enters any published figure."""

Cell = tuple[str, str, int]
"""(commune, family, year)."""


@dataclass
class City:
    """One group: its sources with the communes that each covers, and the facts by cell."""

    group: str
    territories: tuple[str, ...]
    communes: tuple[str, ...]
    facts: Counter[Cell] = field(default_factory=Counter)
    incomplete_year: int | None = None


def members(world: World, territory: str) -> tuple[str, ...]:
    """Commune codes of a territory, from the public API."""
    found = world.get("/territoires", {}, niveau="commune", dans=territory, limit=1000)
    return tuple(t["code"] for t in found["territoires"])


def draw(world: World, number: int) -> City:
    """A city; the same number draws the same one."""
    rng = np.random.default_rng(number)
    kind = number % 4
    if kind == 0:
        territories = tuple(f"epci:{code}" for code in EPCIS)
    elif kind == 1:
        territories = (f"epci:{EPCIS[int(rng.integers(2))]}",)
    else:
        all_communes = [c for code in EPCIS for c in members(world, f"epci:{code}")]
        chosen = rng.choice(len(all_communes), size=int(rng.integers(2, 7)), replace=False)
        territories = tuple(f"commune:{all_communes[i]}" for i in sorted(chosen))
    communes = tuple(c for t in territories for c in ([t[8:]] if t[:3] == "com" else members(world, t)))
    city = City(f"ville-{number}", territories, communes)
    families = rng.choice(list(FAMILIES), size=int(rng.integers(1, 6)), replace=False)
    busy = rng.choice(communes, size=min(len(communes), int(rng.integers(2, 9))), replace=False)
    scale = float(rng.choice([1.0, 3.0, 8.0]))
    for commune in busy:
        for family in families:
            for year in YEARS:
                count = int(rng.poisson(scale * rng.exponential()))
                if count:
                    city.facts[str(commune), str(family), year] = count
    if kind == 3:
        city.incomplete_year = YEARS[1]
    return city


def send(world: World, city: City) -> None:
    """Create the sources of a city (one per territory) and send one file to each, by the import API."""
    for rank, territory in enumerate(city.territories):
        code = f"{city.group}-{rank}"
        world.source(code, "bailleur", territory, groupe=city.group, visibilite="public")
        inside = {territory[8:]} if territory.startswith("commune:") else set(members(world, territory))
        for year in YEARS:
            rows = _rows(city, code, inside, year)
            if city.incomplete_year == year:
                # November and December were never sent; the facts drawn all lie before.
                world.send(_file(rows), code, debut=f"{year}-01-01", fin=f"{year}-11-01")
            elif rows:
                world.send(_file(rows), code, debut=f"{year}-01-01", fin=f"{year + 1}-01-01")
            else:
                body = {"debut": f"{year}-01-01", "fin": f"{year + 1}-01-01"}
                answer = world.client.post(f"/api/v1/sources/{code}/neant", json=body, headers=world.admin)
                assert answer.status_code == 201, answer.text


def _file(rows: list[str]) -> bytes:
    return "\r\n".join([LANDLORD_HEADER, *rows, ""]).encode("cp1252")


def _rows(city: City, source: str, inside: set[str], year: int) -> list[str]:
    wanted = [(c, FAMILIES[f], n) for (c, f, y), n in sorted(city.facts.items()) if y == year and c in inside]
    somewhere = sorted(inside)[0]
    if wanted or city.incomplete_year == year:
        wanted += [(somewhere, leaf, 2) for leaf in NEVER_COUNTED.values()]
    rows = []
    for commune, leaf, count in wanted:
        for _ in range(count):
            rank = len(rows)
            day = f"{1 + rank % 28:02d}/{1 + rank % 10:02d}/{year}"
            rows.append(f"{source}-{year}-{rank};{day};12:00;Résidence 1;{commune};{leaf};")
    return rows


def correct(world: World, city: City, year: int, number: int) -> None:
    """Facts of a past year that come late: one here, many there. What was published does not know them."""
    rng = np.random.default_rng(1_000 + number)
    known = sorted((c, f) for c, f, y in city.facts if y == year)
    for rank, territory in enumerate(city.territories):
        inside = {territory[8:]} if territory.startswith("commune:") else set(members(world, territory))
        own = [leaf for leaf in known if leaf[0] in inside]
        if not own:
            continue
        source, rows = f"{city.group}-{rank}", []
        for at in rng.choice(len(own), size=min(len(own), 3), replace=False):
            commune, family = own[int(at)]
            late = int(rng.choice([1, 2, 7, 12]))
            city.facts[commune, family, year] += late
            rows += [
                f"{source}-tard-{at}-{n};{1 + n:02d}/06/{year};12:00;R;{commune};{FAMILIES[family]};"
                for n in range(late)
            ]
        world.send(_file(rows), source, debut=f"{year}-06-01", fin=f"{year}-07-01")
