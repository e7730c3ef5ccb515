"""Every aggregate equals a slow, obvious recount in Python of the facts dumped from the database."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import psycopg
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import COMPLETE
from observatoire.domain.territory import TerritoryLevel
from observatoire.store.reference import territories
from support.files import LANDLORD_HEADER, pm_file, pm_row
from support.world import EPCI, TOULOUSE, World

TO_LAMBERT = pyproj.Transformer.from_crs(4326, 2154, always_xy=True)
CENTRE = "epci:243600236"
"""12 communes in the départements 18 and 36."""
SOURCES = {
    "pm": ("police_municipale", EPCI, "polices"),
    "pm-centre": ("police_municipale", CENTRE, "polices"),
    "bailleur": ("bailleur", TOULOUSE, "bailleur"),
    "etat": ("autre", "nation:FR", "etat"),
}
LEAVES = ("A101", "A102", "A201", "B101", "C101", "D206", "E102", "H101", "S101", "Z999")
PLACES = (
    EPCI,
    CENTRE,
    TOULOUSE,
    "commune:31149",
    "commune:75056",
    "arrondissement:75118",
    "departement:31",
    "departement:36",
    "departement:75",
    "region:76",
    "region:24",
    "nation:FR",
    "qpv:QN03190Z",
)
FIRST, LAST = date(2023, 1, 1), date(2026, 1, 1)


@dataclass(frozen=True)
class Fact:
    source: str
    category: str
    day: date
    hour_of_week: int | None
    commune: str
    point: tuple[float, float] | None
    declared: str


class Recount:
    """The facts, and which communes each territory and source holds (no dataclass: no endless repr)."""

    def __init__(
        self, world: World, facts: tuple[Fact, ...], communes: dict[str, frozenset[str]], shape: Any
    ) -> None:
        self.world, self.facts, self.communes, self.neighbourhood = world, facts, communes, shape

    def inside(self, fact: Fact, place: str) -> bool:
        if place.startswith("qpv:"):
            return fact.point is not None and shapely.intersects_xy(self.neighbourhood, *fact.point)
        if place.startswith("arrondissement:"):
            return fact.declared == place.split(":")[1]
        return fact.commune in self.communes[place]

    def of(self, place: str, sources: set[str], start: date, end: date, wanted: list[str]) -> list[Fact]:
        """The facts of a question: a fact counts where its own source covers its commune."""
        return [
            fact
            for fact in self.facts
            if fact.source in sources
            and start <= fact.day < end
            and fact.commune in self.communes[SOURCES[fact.source][1]]
            and self.inside(fact, place)
            and (
                any(fact.category.startswith(code) for code in wanted)
                if wanted
                else not fact.category.startswith("S")
            )
        ]

    def unplaced(self, place: str, sources: set[str], start: date, end: date, wanted: list[str]) -> int:
        """Facts that may lie in a part of a commune or not: nothing but the commune is known of them."""
        if not place.startswith(("qpv:", "arrondissement:")):
            return 0
        parents = self.world.get(f"/territoires/{place}", {})["parents"]
        around = {
            p["territoire"].partition(":")[2] for p in parents if p["territoire"].startswith("commune:")
        }
        everywhere = self.of("nation:FR", sources, start, end, wanted)
        return sum(f.point is None and f.commune in around and f.declared == f.commune for f in everywhere)


def members(world: World, territory: str) -> frozenset[str]:
    level, code = territory.split(":")
    if level in ("commune", "arrondissement", "qpv"):
        return frozenset({code if level == "commune" else {"75118": "75056"}.get(code, "31555")})
    codes: set[str] = set()
    while True:
        page = world.get("/territoires", {}, niveau="commune", dans=territory, limit=1000, offset=len(codes))
        codes |= {t["code"] for t in page["territoires"]}
        if len(codes) == page["total"]:
            return frozenset(codes)


def rows_of(rng: np.random.Generator, world: World, source: str, number: int) -> bytes:
    near = [*sorted(members(world, EPCI))[:6], "31555", "31555", "31555", "31149"]
    far = sorted(members(world, CENTRE))
    pools = {
        "pm": [*near, far[0]],
        "pm-centre": [*far, "18033"],
        "bailleur": ["31555", "31555", "31149"],
        "etat": [*near, *far, "75118", "75118", "75056", "2A004", "97411"],
    }
    with world.database.reading() as connection:
        shape = territories.contours(connection, TerritoryLevel.QPV, ["QN03190Z"])["QN03190Z"]
    west, south, east, north = shape.bounds
    lines = []
    for rank in range(number):
        code = str(rng.choice(pools[source]))
        day = FIRST + timedelta(days=int(rng.integers((LAST - FIRST).days)))
        hour = f"{int(rng.integers(24)):02d}h{int(rng.integers(60)):02d}" if rng.random() < 0.8 else ""
        leaf = str(rng.choice(LEAVES))
        if source == "bailleur":
            lines.append(f"{rank};{day:%d/%m/%Y};{hour};Les Tilleuls;{code};{leaf};")
            continue
        point = ("", "")
        if code == "31555" and rng.random() < 0.7:
            x, y = TO_LAMBERT.transform(rng.uniform(west, east), rng.uniform(south, north))
            point = (f"{x:.1f}".replace(".", ","), f"{y:.1f}".replace(".", ","))
        lines.append(pm_row(str(rank), f"{day:%d/%m/%Y}", hour, leaf, code, point))
    if source == "bailleur":
        return "\r\n".join([LANDLORD_HEADER, *lines, ""]).encode()
    return pm_file(lines)


@pytest.fixture(scope="module")
def recount(shared_world: World) -> Recount:
    world = shared_world
    rng = np.random.default_rng(11)
    for code, (kind, territory, group) in SOURCES.items():
        world.source(code, kind, territory, groupe=group)
        report = world.send(rows_of(rng, world, code, 600), code, debut=str(FIRST), fin=str(LAST))
        assert report["lignes"]["creees"] == 600
    with psycopg.connect(world.database.url) as connection:
        rows = connection.execute(
            "select source, category, local_day, hour_of_week, commune, st_x(geom), st_y(geom), "
            "declared_commune from confidential.fact"
        ).fetchall()
    facts = tuple(Fact(*row[:5], (row[5], row[6]) if row[5] else None, row[7]) for row in rows)
    places = {*PLACES, *(territory for _, territory, _ in SOURCES.values())}
    with world.database.reading() as connection:
        shape = territories.contours(connection, TerritoryLevel.QPV, ["QN03190Z"])["QN03190Z"]
    return Recount(world, facts, {place: members(world, place) for place in places}, shape)


@st.composite
def periods(draw: st.DrawFn) -> tuple[date, date]:
    start = draw(st.dates(FIRST, LAST - timedelta(days=1)))
    end = draw(st.dates(start + timedelta(days=1), LAST))
    if draw(st.booleans()):
        start = start.replace(day=1)
    return start, end


NODES = sorted({leaf[:size] for leaf in LEAVES for size in (1, 2, 4) if leaf[0] != "S"})
categories = st.lists(
    st.sampled_from(NODES),
    max_size=3,
    unique=True,
)
chosen_sources = st.lists(st.sampled_from([*SOURCES, "polices"]), max_size=3, unique=True)
slow = settings(
    max_examples=150 if COMPLETE else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def resolved(recount: Recount, place: str, asked: list[str]) -> set[str] | None:
    """The sources that a question is about; None when one of those asked does not cover the place."""
    present = {
        code for code, (_, territory, _) in SOURCES.items()
        if recount.communes[territory] & recount.communes[place]
    }  # fmt: skip
    found: set[str] = set()
    for name in asked:
        those = {code for code in present if name in (code, SOURCES[code][2])}
        if not those:
            return None
        found |= those
    return found if asked else present


def ask(recount: Recount, analysis: str, place: str, period: tuple[date, date], **more: Any) -> Any:
    params = {"territoire": place, "debut": str(period[0]), "fin": str(period[1]), **more}
    return recount.world.client.get(
        f"/api/v1/analyses/{analysis}", params=params, headers=recount.world.admin
    ).json()


def value(count: dict[str, Any]) -> int:
    return count["valeur"] or 0


@slow
@given(place=st.sampled_from(PLACES), period=periods(), wanted=categories, asked=chosen_sources)
def test_a_summary_equals_the_recount(
    recount: Recount, place: str, period: tuple[date, date], wanted: list[str], asked: list[str]
):
    answer = ask(recount, "synthese", place, period, categorie=wanted, source=asked)
    sources = resolved(recount, place, asked)
    if sources is None:
        assert answer["type"].endswith("/code_inconnu")
        return
    facts = recount.of(place, sources, *period, wanted)
    unplaced = recount.unplaced(place, sources, *period, wanted)
    groups = {g["groupe"]: g for g in answer["resultat"]["groupes"]}
    assert set(groups) == {SOURCES[s][2] for s in sources}
    assert answer["preuve"]["effectif"]["retenus"] == len(facts)
    assert answer["preuve"]["effectif"]["total"] == len(facts) + unplaced
    for name, group in groups.items():
        own = [f for f in facts if SOURCES[f.source][2] == name]
        assert value(group["faits"]) == len(own)
        by_source = {s["source"]: value(s["faits"]) for s in group["sources"]}
        assert by_source == {s: sum(f.source == s for f in own) for s in sources if SOURCES[s][2] == name}
        nodes: Counter[str] = Counter()
        for fact in own:
            nodes.update((fact.category[0], fact.category[:2], fact.category))
        told = {row["code"]: value(row["faits"]) for row in group["categories"] if value(row["faits"])}
        assert told == nodes
        located = sum(f.point is not None for f in own)
        assert group["part_localisee"] == (round(located / len(own), 4) if own else None)


STEPS: dict[str, Callable[[date], str]] = {
    "mois": lambda day: f"{day:%Y-%m}",
    "semaine": lambda day: "{}-W{:02d}".format(*day.isocalendar()[:2]),
    "annee": lambda day: f"{day:%Y}",
}


@slow
@given(
    place=st.sampled_from(PLACES),
    period=periods(),
    wanted=categories,
    asked=chosen_sources,
    step=st.sampled_from(list(STEPS)),
)
def test_time_slots_and_trends_equal_the_recount(
    recount: Recount, place: str, period: tuple[date, date], wanted: list[str], asked: list[str], step: str
):
    sources = resolved(recount, place, asked)
    slots = ask(recount, "creneaux-horaires", place, period, categorie=wanted, source=asked)
    series = ask(recount, "tendances", place, period, categorie=wanted, source=asked, pas=step)
    if sources is None:
        assert slots["type"].endswith("/code_inconnu")
        assert series["type"].endswith("/code_inconnu")
        return
    if len({SOURCES[s][2] for s in sources}) != 1:
        assert slots["type"].endswith("/sources_non_additionnables")
        assert series["type"].endswith("/sources_non_additionnables")
        return
    facts = recount.of(place, sources, *period, wanted)
    total = len(facts) + recount.unplaced(place, sources, *period, wanted)
    hours = Counter(f.hour_of_week for f in facts)
    week = [value(count) for day in slots["resultat"]["matrice"] for count in day]
    assert week == [hours[hour] for hour in range(168)]
    assert value(slots["resultat"]["heure_inconnue"]) == hours[None]
    assert [value(c) for c in slots["resultat"]["par_jour"]] == [
        sum(week[d : d + 24]) for d in range(0, 168, 24)
    ]
    assert [value(c) for c in slots["resultat"]["par_creneau"]] == [sum(week[h::24]) for h in range(24)]
    assert slots["preuve"]["effectif"]["total"] == total
    points = series["resultat"]["series"]
    told = {p["periode"]: value(p["faits"]) for p in points if value(p["faits"])}
    assert told == Counter(STEPS[step](f.day) for f in facts)
    asked_days = [period[0] + timedelta(days=n) for n in range((period[1] - period[0]).days)]
    assert {p["periode"]: p["jours"] for p in points} == Counter(map(STEPS[step], asked_days))
    assert series["preuve"]["effectif"]["total"] == total


@slow
@given(
    place=st.sampled_from(PLACES),
    days=st.tuples(st.integers(0, 364), st.integers(1, 366)),
    wanted=categories,
    source=st.sampled_from(["pm", "pm-centre", "bailleur", "etat"]),
)
def test_the_two_counts_of_an_evolution_equal_the_recount(
    recount: Recount, place: str, days: tuple[int, int], wanted: list[str], source: str
):
    """Any days of 2025, against the same ones of 2024; row by row, the families too."""
    first = date(2025, 1, 1) + timedelta(days=days[0])
    period = (first, min(first + timedelta(days=days[1]), LAST))
    before = (first.replace(year=2024), period[1].replace(year=period[1].year - 1))
    answer = ask(recount, "evolution", place, period, categorie=wanted, source=source, par="famille")
    if resolved(recount, place, [source]) is None:
        assert answer["type"].endswith("/code_inconnu")
        return
    sides = [recount.of(place, {source}, *side, wanted) for side in (period, before)]
    unplaced = sum(recount.unplaced(place, {source}, *side, wanted) for side in (period, before))
    if not any(sides) and not unplaced:
        assert answer["type"].endswith("/non_calculable")
        return
    result = answer["resultat"]
    whole = result["ensemble"]
    assert [value(whole["faits"]), value(whole["faits_reference"])] == [len(side) for side in sides]
    assert result["jours"] == (period[1] - period[0]).days
    assert result["jours_reference"] == (before[1] - before[0]).days
    families = [Counter(f.category[:2] for f in side) for side in sides]
    told = {row["code"]: (value(row["faits"]), value(row["faits_reference"])) for row in result["lignes"]}
    assert told == {code: tuple(n[code] for n in families) for code in {*families[0], *families[1]}}
    headcount = answer["preuve"]["effectif"]
    assert headcount["retenus"] == sum(len(side) for side in sides)
    assert headcount["total"] == headcount["retenus"] + unplaced


def test_each_level_is_the_sum_of_its_covered_communes(recount: Recount):
    period = (FIRST, LAST)
    for place in (EPCI, CENTRE, "departement:36", "region:24"):
        covered = sorted(recount.communes[place] & (recount.communes[EPCI] | recount.communes[CENTRE]))
        parts = [
            ask(recount, "synthese", f"commune:{code}", period, source="polices")["resultat"]["groupes"]
            for code in covered
        ]
        whole = ask(recount, "synthese", place, period, source="polices")["resultat"]["groupes"]
        assert value(whole[0]["faits"]) == sum(value(groups[0]["faits"]) for groups in parts) > 0


def test_the_coverage_sentence_counts_communes_and_residents(recount: Recount):
    answer = ask(recount, "synthese", "departement:36", (FIRST, LAST), source="pm-centre")
    inside = recount.communes["departement:36"]
    covered = recount.communes[CENTRE] & inside
    population = {}
    for offset in (0, 1000):
        page = recount.world.get(
            "/territoires", {}, niveau="commune", dans="departement:36", limit=1000, offset=offset
        )
        population |= {t["code"]: t["population"] for t in page["territoires"]}
    share = sum(population[c] for c in covered) / sum(population.values())
    proof = answer["preuve"]["couverture"]
    assert (proof["communes"], proof["communes_couvertes"]) == (len(inside), len(covered))
    assert proof["part_population"] == pytest.approx(share)
    sentence = f"{len(covered)} communes sur {len(inside)} couvertes, {share:.0%} de la population."
    assert sentence.replace("%", " %") in answer["preuve"]["avertissements"]


def test_a_wholly_covered_territory_says_nothing_of_coverage(recount: Recount):
    warnings = ask(recount, "synthese", EPCI, (FIRST, LAST), source="pm")["preuve"]["avertissements"]
    assert not [text for text in warnings if "communes sur" in text]


def test_an_arrondissement_is_never_added_to_its_commune(recount: Recount):
    period = (FIRST, LAST)
    paris = ask(recount, "synthese", "commune:75056", period)["resultat"]["groupes"][0]
    eighteenth = ask(recount, "synthese", "arrondissement:75118", period)["resultat"]["groupes"][0]
    departement = ask(recount, "synthese", "departement:75", period)["resultat"]["groupes"][0]
    assert 0 < value(eighteenth["faits"]) < value(paris["faits"]) == value(departement["faits"])


# ---- additivity ------------------------------------------------------------------------------


def test_two_sources_of_one_group_add(recount: Recount):
    period = (FIRST, LAST)
    parts = [
        ask(recount, "tendances", "nation:FR", period, source=code)["resultat"]["series"]
        for code in ("pm", "pm-centre")
    ]
    both = ask(recount, "tendances", "nation:FR", period, source="polices")["resultat"]["series"]
    named = ask(recount, "tendances", "nation:FR", period, source=["pm", "pm-centre"])["resultat"]["series"]
    assert both == named
    inside = [value(a["faits"]) + value(b["faits"]) for a, b in zip(*parts, strict=True)]
    # A fact of one source in the other's territory is outside its own alone, inside the group's.
    assert all(value(point["faits"]) >= facts for point, facts in zip(both, inside, strict=True))


@pytest.mark.parametrize("analysis", ["points-chauds", "tendances", "creneaux-horaires", "evolution"])
def test_several_groups_are_refused_and_listed(recount: Recount, analysis: str):
    problem = ask(recount, analysis, TOULOUSE, (FIRST, LAST))
    assert problem["type"].endswith("/sources_non_additionnables")
    assert problem["status"] == 422
    assert [e["valeur_attendue"] for e in problem["erreurs"]] == ["bailleur", "etat", "polices"]
    for group in ("bailleur", "etat", "polices"):
        assert f"« {group} »" in problem["detail"]


def test_a_summary_answers_by_group_and_holds_no_sum_of_groups(recount: Recount):
    answer = ask(recount, "synthese", TOULOUSE, (FIRST, LAST))
    assert set(answer["resultat"]) == {"groupes"}
    totals = {g["groupe"]: value(g["faits"]) for g in answer["resultat"]["groupes"]}
    assert set(totals) == {"bailleur", "etat", "polices"}
    assert all(totals.values())


@pytest.mark.parametrize("asked", [["pm", "bailleur"], ["polices", "etat"]])
def test_naming_sources_of_two_groups_is_refused_too(recount: Recount, asked: list[str]):
    problem = ask(recount, "tendances", TOULOUSE, (FIRST, LAST), source=asked)
    assert problem["type"].endswith("/sources_non_additionnables")


def test_one_group_asked_by_its_name_is_answered(recount: Recount):
    answer = ask(recount, "creneaux-horaires", TOULOUSE, (FIRST, LAST), source="bailleur")
    assert answer["preuve"]["effectif"]["total"] > 0
