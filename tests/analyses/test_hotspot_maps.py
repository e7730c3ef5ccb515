"""Hotspot maps on PostGIS: what the mask holds, and Gi* recomputed from raw facts with other tools."""

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import h3
import numpy as np
import psycopg
import pyproj
import pytest
import shapely

from observatoire.disclosure.policy import Role
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.store import accounts
from observatoire.store.reference import territories
from support.files import pm_file, pm_row
from support.world import EPCI, World

NORTH, SOUTH = "31149", "31557"
"""Colomiers and Tournefeuille share a border, on which a cluster sits."""
HALF_LOCATED = "31069"
"""Blagnac: in 2025, half of its facts have no point."""
OTHERS = ("31555", "31157", "31424", HALF_LOCATED)
YEARS = {
    2024: {"debut": "2024-01-01", "fin": "2025-01-01"},
    2025: {"debut": "2025-01-01", "fin": "2026-01-01"},
}
TO_LAMBERT = pyproj.Transformer.from_crs(4326, 2154, always_xy=True)


@dataclass
class Drawn:
    """Points drawn in some communes (degrees), with the year of each; None: no point."""

    world: World
    shapes: dict[str, Any]
    astride: tuple[float, float]
    rows: list[str] = field(default_factory=list)

    def add(self, code: str, year: int, point: tuple[float, float] | None) -> None:
        xy = ("", "")
        if point is not None:
            x, y = TO_LAMBERT.transform(*point)
            xy = (f"{x:.2f}".replace(".", ","), f"{y:.2f}".replace(".", ","))
        day = f"{1 + len(self.rows) % 28:02d}/{1 + len(self.rows) % 12:02d}/{year}"
        self.rows.append(pm_row(f"{year}-{len(self.rows):06d}", day, code=code, point=xy))


def scattered(rng: np.random.Generator, shape: Any, number: int) -> list[tuple[float, float]]:
    west, south, east, north = shape.bounds
    points: list[tuple[float, float]] = []
    while len(points) < number:
        x, y = rng.uniform(west, east), rng.uniform(south, north)
        if shapely.contains_xy(shape, x, y):
            points.append((x, y))
    return points


@pytest.fixture(scope="module")
def drawn(shared_world: World) -> Drawn:
    world = shared_world
    codes = [NORTH, SOUTH, *OTHERS]
    with world.database.reading() as connection:
        shapes = territories.contours(connection, TerritoryLevel.COMMUNE, codes)
    border = shapes[NORTH].buffer(1e-4).intersection(shapes[SOUTH].boundary)
    line = max(getattr(border, "geoms", [border]), key=lambda part: part.length)
    middle = line.interpolate(0.5, normalized=True)
    found = Drawn(world, shapes, (middle.x, middle.y))
    rng = np.random.default_rng(3)
    for year in YEARS:
        for code in codes:
            for rank, point in enumerate(scattered(rng, shapes[code], 60)):
                lost = code == HALF_LOCATED and year == 2025 and rank % 2
                found.add(code, year, None if lost else point)
        for code in (NORTH, SOUTH):
            near = shapes[code].intersection(middle.buffer(0.0015))
            for point in scattered(rng, near, 40):
                found.add(code, year, point)
    world.source("pm", organisation="Ville")
    world.source("une", territory=f"commune:{NORTH}", organisation="Ville")
    world.source("deux", territory=EPCI, organisation="Ville", couvert_depuis="2024-01-01")
    content = pm_file(found.rows)
    for code in ("pm", "une"):
        world.send(content, code, debut="2024-01-01", fin="2026-01-01")
    return found


def ask(drawn: Drawn, territory: str, year: int, headers: dict[str, str] | None = None, **more: Any) -> Any:
    params = {"territoire": territory, "source": "pm", **YEARS[year], **more}
    return drawn.world.get("/analyses/points-chauds", headers, **params)


def facts_by_cell(drawn: Drawn, year: int, resolution: int) -> dict[str, Counter[str]]:
    """commune -> facts by H3 cell, from the stored points and the reference library."""
    counts: dict[str, Counter[str]] = {}
    with psycopg.connect(drawn.world.database.url) as connection:
        rows = connection.execute(
            "select commune, st_y(geom), st_x(geom) from confidential.fact "
            "where source = 'pm' and geom is not null and extract(year from local_day) = %s",
            [year],
        )
        for commune, latitude, longitude in rows:
            cell = h3.cell_to_parent(h3.latlng_to_cell(latitude, longitude, 9), resolution)
            counts.setdefault(commune, Counter())[cell] += 1
    return counts


def cells_with_centre_in(shape: Any, resolution: int) -> set[str]:
    west, south, east, north = shape.buffer(0.02).bounds
    box = h3.LatLngPoly([(south, west), (south, east), (north, east), (north, west)])
    found = h3.polygon_to_cells(box, resolution)
    return {c for c in found if shapely.contains_xy(shape, *h3.cell_to_latlng(c)[::-1])}


def dense_gi_star(counts: dict[str, int], mask: set[str]) -> dict[str, tuple[float, float, float]]:
    """cell -> (z, p, q), by the formula of Ord & Getis 1995 on a full matrix and a plain BH."""
    cells = sorted(counts)
    x = np.array([counts[cell] for cell in cells], dtype=float)
    weights = np.array([[float(b in h3.grid_disk(a, 1)) for b in cells] for a in cells])
    n, mean = len(cells), x.mean()
    deviation = math.sqrt((x**2).mean() - mean**2)
    total = weights.sum(axis=1)
    spread = deviation * np.sqrt((n * (weights**2).sum(axis=1) - total**2) / (n - 1))
    z = dict(zip(cells, (weights @ x - mean * total) / spread, strict=True))
    p = {cell: math.erfc(abs(z[cell]) / math.sqrt(2)) for cell in mask}
    q, running = {}, 1.0
    for rank, cell in reversed(list(enumerate(sorted(mask, key=lambda cell: p[cell]), start=1))):
        running = min(running, p[cell] * len(mask) / rank)
        q[cell] = running
    return {cell: (z[cell], p[cell], q[cell]) for cell in mask}


def expected_map(
    drawn: Drawn, year: int, communes: set[str], around: set[str], resolution: int
) -> dict[str, tuple[float, float, float]]:
    """Gi* of the mask made of ``communes``, with a buffer in the communes ``around`` them."""
    with drawn.world.database.reading() as connection:
        shapes = territories.contours(connection, TerritoryLevel.COMMUNE, sorted(communes | around))
    mask = set().union(*(cells_with_centre_in(shapes[c], resolution) for c in communes))
    ring = {n for cell in mask for n in h3.grid_disk(cell, 1)} - mask
    outside = [shapes[c] for c in around]
    buffer = {
        cell
        for cell in ring
        if any(shapely.contains_xy(shape, *h3.cell_to_latlng(cell)[::-1]) for shape in outside)
    }
    stored = facts_by_cell(drawn, year, resolution)
    counts = {cell: sum(stored.get(c, Counter())[cell] for c in communes) for cell in mask}
    counts |= {cell: sum(stored.get(c, Counter())[cell] for c in around) for cell in buffer}
    return dense_gi_star(counts, mask)


def check(answer: Any, expected: dict[str, tuple[float, float, float]]) -> None:
    assert answer["resultat"]["masque"]["mailles"] == len(expected)
    shown = {f["properties"]["maille"]: f["properties"] for f in answer["resultat"]["features"]}
    assert set(shown) <= set(expected)
    for cell, properties in shown.items():
        z, p, q = expected[cell]
        assert properties["z"] == pytest.approx(z, abs=2e-6)
        assert properties["p"] == pytest.approx(p, abs=1e-9)
        assert properties["q"] == pytest.approx(q, abs=1e-9)
        grade = 0 if q > 0.05 else (1 if q > 0.01 else 2)
        names = {0: "non_significatif", 1: "concentration", 2: "concentration_forte"}
        assert properties["classe"] == (
            names[grade] if z > 0 or not grade else "creux" + "_fort" * (grade == 2)
        )
    hidden = {cell: value for cell, value in expected.items() if cell not in shown}
    assert all(q > 0.05 for _, _, q in hidden.values())


def communes_of(drawn: Drawn, territory: str) -> set[str]:
    found = drawn.world.get("/territoires", {}, niveau="commune", dans=territory, limit=1000)
    return {t["code"] for t in found["territoires"]}


@pytest.mark.parametrize("code", [NORTH, SOUTH])
@pytest.mark.parametrize("year", YEARS)
def test_a_commune_with_its_buffer_equals_the_dense_formula(drawn: Drawn, code: str, year: int):
    around = communes_of(drawn, EPCI) - {code} - ({HALF_LOCATED} if year == 2025 else set())
    check(ask(drawn, f"commune:{code}", year), expected_map(drawn, year, {code}, around, 9))


@pytest.mark.parametrize("year", YEARS)
def test_a_whole_epci_equals_the_dense_formula(drawn: Drawn, year: int):
    communes = communes_of(drawn, EPCI) - ({HALF_LOCATED} if year == 2025 else set())
    answer = ask(drawn, EPCI, year)
    assert answer["resultat"]["masque"]["maille"] == 8
    assert answer["resultat"]["masque"]["mailles_tampon"] == 0
    check(answer, expected_map(drawn, year, communes, set(), 8))


@pytest.mark.parametrize("code", [NORTH, SOUTH])
def test_a_cluster_astride_a_border_is_found_from_both_sides(drawn: Drawn, code: str):
    features = ask(drawn, f"commune:{code}", 2024)["resultat"]["features"]
    strong = {
        f["properties"]["maille"] for f in features if f["properties"]["classe"] == "concentration_forte"
    }
    longitude, latitude = drawn.astride
    assert strong & set(h3.grid_disk(h3.latlng_to_cell(latitude, longitude, 9), 1))


def test_the_buffer_counts_only_where_the_source_covers(drawn: Drawn):
    alone = ask(drawn, f"commune:{NORTH}", 2024, source="une")
    assert alone["resultat"]["masque"]["mailles_tampon"] == 0
    with_neighbours = ask(drawn, f"commune:{NORTH}", 2024)
    assert with_neighbours["resultat"]["masque"]["mailles_tampon"] > 0
    assert alone["resultat"]["masque"]["identifiant"] == with_neighbours["resultat"]["masque"]["identifiant"]


@pytest.mark.parametrize(
    ("grant", "around"), [((NORTH,), set()), ((NORTH, SOUTH), {SOUTH}), ((NORTH, "31555"), {"31555"})]
)
def test_the_buffer_counts_only_inside_the_callers_grant(
    drawn: Drawn, grant: tuple[str, ...], around: set[str]
):
    """Else the sum of a neighbourhood would tell an agent what happens in the next commune."""
    name = f"agent de {'+'.join(grant)}"
    with drawn.world.database.importing() as connection:
        territories_granted = [TerritoryCode.parse(f"commune:{code}") for code in grant]
        key = accounts.create_key(connection, name, Role.AGENT.value, "Ville", territories_granted)
    answer = ask(drawn, f"commune:{NORTH}", 2024, drawn.world.headers(key))
    check(answer, expected_map(drawn, 2024, {NORTH}, around, 9))


def test_a_commune_with_too_few_points_is_out_of_the_mask_and_named(drawn: Drawn):
    for year, out in ((2024, []), (2025, [HALF_LOCATED])):
        answer = ask(drawn, EPCI, year)
        places = answer["resultat"]["masque"]["hors_masque"]
        assert [p["territoire"] for p in places] == [f"commune:{code}" for code in out]
        told = [text for text in answer["preuve"]["avertissements"] if "moins de 70 %" in text]
        assert len(told) == len(out)
        excluded = {e["motif"]: e["nombre"] for e in answer["preuve"]["effectif"]["exclus"]}
        assert excluded["localisation_insuffisante"] == (60 if out else 0)
        if out:
            assert places == [
                {
                    "territoire": f"commune:{HALF_LOCATED}",
                    "nom": "Blagnac",
                    "faits": 60,
                    "faits_localises": 30,
                }
            ]
            assert "Blagnac" in told[0]


def test_no_cell_of_a_commune_out_of_the_mask_is_shown(drawn: Drawn):
    inside = cells_with_centre_in(drawn.shapes[HALF_LOCATED], 8)
    shown = {f["properties"]["maille"] for f in ask(drawn, EPCI, 2025)["resultat"]["features"]}
    assert inside & {f["properties"]["maille"] for f in ask(drawn, EPCI, 2024)["resultat"]["features"]}
    assert not inside & shown


def identifier(answer: Any) -> str:
    mask = answer["resultat"]["masque"]
    assert answer["preuve"]["methode"]["parametres"]["masque"] == mask["identifiant"]
    assert answer["preuve"]["methode"]["parametres"]["mailles"] == mask["mailles"]
    found: str = mask["identifiant"]
    return found


def test_the_mask_identifier_changes_exactly_with_the_mask(drawn: Drawn):
    same = {identifier(ask(drawn, f"commune:{NORTH}", year)) for year in YEARS}
    assert len(same) == 1
    different = [
        identifier(ask(drawn, EPCI, 2024)),
        identifier(ask(drawn, EPCI, 2025)),
        identifier(ask(drawn, EPCI, 2024, maille=9)),
        identifier(ask(drawn, f"commune:{SOUTH}", 2024)),
        *same,
    ]
    assert len(set(different)) == len(different)
    assert identifier(ask(drawn, EPCI, 2024, categorie="A1")) == different[0]


def test_a_cell_keeps_its_identifier_from_one_period_to_the_next(drawn: Drawn):
    def identifiers(year: int) -> dict[str, str]:
        features = ask(drawn, f"commune:{NORTH}", year)["resultat"]["features"]
        return {f["properties"]["maille"]: f["id"] for f in features}

    one, other = identifiers(2024), identifiers(2025)
    common = set(one) & set(other)
    assert common
    assert all(one[cell] == other[cell] for cell in common)


def test_cells_are_the_hexagons_that_h3_draws(drawn: Drawn):
    for feature in ask(drawn, f"commune:{NORTH}", 2024)["resultat"]["features"]:
        (ring,) = feature["geometry"]["coordinates"]
        assert ring[0] == ring[-1]
        drawn_by_h3 = [[lon, lat] for lat, lon in h3.cell_to_boundary(feature["properties"]["maille"])]
        assert (
            shapely.Polygon(ring).equals_exact(shapely.Polygon(drawn_by_h3), 2e-6)
            or shapely.Polygon(ring).symmetric_difference(shapely.Polygon(drawn_by_h3)).area
            < 1e-9 * shapely.Polygon(ring).area + 1e-10
        )


def test_geojson_carries_the_question_and_the_proof_beside_the_features(drawn: Drawn):
    plain = ask(drawn, f"commune:{NORTH}", 2024)
    geojson = ask(drawn, f"commune:{NORTH}", 2024, f="geojson")
    assert geojson["type"] == "FeatureCollection"
    assert geojson["features"] == plain["resultat"]["features"]
    assert (geojson["question"], geojson["preuve"]) == (plain["question"], plain["preuve"])


def test_a_source_that_received_nothing_makes_no_map(drawn: Drawn):
    params = {"territoire": EPCI, "source": "deux", **YEARS[2024]}
    problem = drawn.world.get("/analyses/points-chauds", None, 422, **params)
    assert problem["type"].endswith("/non_calculable")
    assert "« deux » 2024-01" in problem["detail"]
