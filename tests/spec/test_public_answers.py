"""From what the public and the partners can get, no count of 1 to 4 can be read or solved."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from conftest import COMPLETE
from observatoire.disclosure.policy import Role
from spec.attacker import Attack, Published, solved, sums_of
from spec.differencing import Differences
from spec.rate_attacker import (
    counts_read,
    facts_behind_the_common_rate,
    told_of_the_hidden,
    variance_of,
)
from spec.tiny_cities import EPCIS, FAMILIES, NEVER_COUNTED, YEARS, City, correct, draw, members, send
from support.files import LANDLORD_HEADER
from support.world import World

CITIES = range(40 if COMPLETE else 5)
NOT_COUNTS_OF_FACTS = {
    "version",
    "edition",
    "communes",
    "communes_couvertes",
    "part_population",
    "mois_recus",
    "nomenclature",
    "arretee_par",
}
DEPARTEMENTS, REGIONS = ("18", "36", "44", "56"), ("24", "52", "53")
PARENTS_OF_DEPARTEMENTS = {"18": "24", "36": "24", "44": "52", "56": "53"}


class Town:
    """The filled observatory, what it must hold, and everything that outsiders can get."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cities = [draw(world, number) for number in CITIES]
        for city in self.cities:
            send(world, city)
        self.parts = self._parts()
        self.places = sorted(set(self.parts) | {p for parts in self.parts.values() for p in parts})
        self.small = {place for place in self.places if place[:8] == "commune:" and self._is_small(place)}
        self.publish()
        self.first = {place: self._ask({}, place) for place in self.places}
        for number, city in enumerate(self.cities):
            correct(world, city, YEARS[0], number)
        self.publish(reviser=[YEARS[0]])
        self.audiences = {
            "public": {},
            "analyste d'ailleurs": world.headers(world.key("ailleurs", Role.ANALYSTE, grant="commune:13055")),
            "partenaire": world.headers(world.key("voisin", Role.PARTENAIRE, "autre", "commune:13055")),
        }

    def publish(self, **body: Any) -> None:
        answer = self.world.client.post("/api/v1/editions", json=body, headers=self.world.admin)
        assert answer.status_code == 201, answer.text

    def _is_small(self, place: str) -> bool:
        return self.world.get(f"/territoires/{place}", {})["population"] < 2000

    def _parts(self) -> dict[str, tuple[str, ...]]:
        """Territory -> the parts whose figures add up to its own."""
        parts = {f"epci:{e}": members(self.world, f"epci:{e}") for e in EPCIS}
        parts |= {f"departement:{d}": members(self.world, f"departement:{d}") for d in DEPARTEMENTS}
        concerned = {c for e in EPCIS for c in parts[f"epci:{e}"]}
        named = {k: tuple(f"commune:{c}" for c in v if c in concerned) for k, v in parts.items()}
        for region in REGIONS:
            held = [d for d, r in PARENTS_OF_DEPARTEMENTS.items() if r == region]
            named[f"region:{region}"] = tuple(f"departement:{d}" for d in held)
        named["nation:FR"] = tuple(f"region:{r}" for r in REGIONS)
        return named

    @cache  # noqa: B019 - lives as long as the module's fixture
    def answer(self, audience: str, place: str) -> dict:
        return self._ask(self.audiences[audience], place)

    def _ask(self, headers: dict[str, str], place: str) -> dict:
        years = {"debut": f"{YEARS[0]}-01-01", "fin": f"{YEARS[-1] + 1}-01-01"}
        return self.world.get("/analyses/synthese", headers, territoire=place, **years)

    def years(self, audience: str) -> Iterator[tuple[str, str, dict]]:
        """(place, group, year) of everything answered."""
        for place in self.places:
            for group in self.answer(audience, place)["resultat"]["groupes"]:
                for year in group["annees"]:
                    yield place, group["groupe"], year

    def published(self, audience: str, city: City, year: int) -> Published:
        """One group and year as the reader holds it; what reads « absent » holds no fact.

        The reader is given more than that: which of the values that a small commune hides are zeros.
        """
        truth = self.truth(city, year)
        cells: dict[tuple[str, str], int | None] = {}
        for place, group, found in self.years(audience):
            if group == city.group and found["annee"] == year:
                values = {"*": found["faits"], **{c["code"]: c["faits"] for c in found["categories"]}}
                for code, value in values.items():
                    hidden = value["etat"] == "secret" and (place not in self.small or truth[place, code])
                    cells[place, code] = None if hidden else value["valeur"] or 0
        families = {code: code[0] for _, code in cells if len(code) == 2}
        return Published(cells, sums_of(self.parts.items(), families, {place for place, _ in cells}))

    def truth(self, city: City, year: int) -> Counter[tuple[str, str]]:
        """True facts by (place, category), counted from the rows written."""
        above: dict[str, set[str]] = {}
        for place, parts in self.parts.items():
            for part in parts:
                above.setdefault(part, set()).add(place)
        counts: Counter[tuple[str, str]] = Counter()
        for (commune, family, when), number in city.facts.items():
            if when != year:
                continue
            reached, queue = set(), [f"commune:{commune}"]
            while queue:
                place = queue.pop()
                if place not in reached:
                    reached.add(place)
                    queue.extend(above.get(place, ()))
            for place in reached:
                for category in ("*", family[0], family):
                    counts[place, category] += number
        return counts


@pytest.fixture(scope="module")
def town(shared_world: World) -> Town:
    return Town(shared_world)


AUDIENCES = ("public", "analyste d'ailleurs", "partenaire")
audiences = pytest.mark.parametrize("audience", AUDIENCES)


def numbers(content: object, key: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(content, dict):
        for name, inside in content.items():
            yield from numbers(inside, name)
    elif isinstance(content, list):
        for inside in content:
            yield from numbers(inside, key)
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield key, content


def texts(content: object) -> Iterator[str]:
    if isinstance(content, dict | list):
        for inside in content.values() if isinstance(content, dict) else content:
            yield from texts(inside)
    elif isinstance(content, str):
        yield content


@audiences
def test_no_body_holds_a_number_from_one_to_four_that_counts_facts(town: Town, audience: str):
    for place in town.places:
        body = town.answer(audience, place)
        for key, value in numbers(body):
            assert not 0 < value < 5 or key in NOT_COUNTS_OF_FACTS, (place, key, value)
        for text in texts(body):
            assert not re.search(r"(?<!\d)[1-4] fait", text), text


@audiences
def test_every_value_shown_is_true_and_every_small_count_reads_secret(town: Town, audience: str):
    shown = 0
    for city in town.cities:
        for year in YEARS:
            truth = town.truth(city, year)
            for cell, value in town.published(audience, city, year).cells.items():
                if value is None:
                    assert truth[cell], f"a zero reads secret at {cell}"
                else:
                    assert value == truth[cell], (city.group, year, cell)
                    shown += value > 0
    assert shown > 100


@audiences
def test_a_null_value_says_why_and_a_number_says_that_it_is_one(town: Town, audience: str):
    states = Counter()
    for _, _, year in town.years(audience):
        for value in [year["faits"], *(c["faits"] for c in year["categories"])]:
            states[value["etat"]] += 1
            assert (value["valeur"] is None) == (value["etat"] in ("secret", "absent"))
            assert (value["valeur"] == 0) == (value["etat"] == "zero")
    assert set(states) == {"publie", "zero", "secret", "absent"}


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("number", CITIES)
def test_no_hidden_small_count_can_be_solved(town: Town, number: int, year: int):
    city = town.cities[number]
    truth = town.truth(city, year)
    published = town.published("public", city, year)
    small = [cell for cell, count in truth.items() if 0 < count < 5]
    assert all(published.cells[cell] is None for cell in small)
    assert solved(published, lambda cell: 0 < truth[cell] < 5) == []


def test_the_attacker_solves_what_primary_suppression_alone_would_show(town: Town):
    """The attack is worth something: without complementary suppression it succeeds."""
    broken = 0
    for city in town.cities:
        truth = town.truth(city, YEARS[0])
        cells = town.published("public", city, YEARS[0]).cells
        primary = {cell: None if 0 < truth[cell] < 5 else truth[cell] for cell in cells}
        sums = town.published("public", city, YEARS[0]).sums
        attack = Attack(Published(primary, sums))
        broken += any(attack.width(cell) < 5 for cell in attack.hidden[:20])
    assert broken > len(town.cities) / 2


@audiences
def test_every_outside_audience_gets_the_same_figures(town: Town, audience: str):
    for place in town.places:
        assert town.answer(audience, place)["resultat"] == town.answer("public", place)["resultat"]


@audiences
def test_a_year_with_a_month_that_never_came_says_absent_and_never_zero(town: Town, audience: str):
    incomplete = {(city.group, city.incomplete_year) for city in town.cities if city.incomplete_year}
    seen = Counter()
    for _, group, year in town.years(audience):
        states = {c["faits"]["etat"] for c in year["categories"]} | {year["faits"]["etat"]}
        if (group, year["annee"]) in incomplete:
            assert year["couverture"]["mois_recus"] == 10
            assert "zero" not in states
            seen["incomplete"] += 1
        else:
            assert year["couverture"]["mois_recus"] == 12
            assert "absent" not in states
            seen["complete"] += 1
    assert seen["incomplete"]
    assert seen["complete"]


def test_an_incomplete_year_is_told_in_words(town: Town):
    city = next(city for city in town.cities if city.incomplete_year)
    place = city.territories[0]
    warnings = town.answer("public", place)["preuve"]["avertissements"]
    sentence = f"« {city.group} » {city.incomplete_year} : 10 mois reçus sur 12, le total est partiel."
    assert sentence in warnings


def test_sensitive_and_service_facts_enter_no_public_figure(town: Town):
    """They were in the files: neither their families nor any total holds them."""
    for place in town.places:
        for group in town.answer("public", place)["resultat"]["groupes"]:
            for year in group["annees"]:
                codes = {c["code"] for c in year["categories"]}
                assert "S" not in codes
                assert "S1" not in codes
                h1 = next(c for c in year["categories"] if c["code"] == "H1")
                waits = {"secret"} if place in town.small else set()
                assert h1["faits"]["etat"] in {"zero", "absent", *waits}
    assert set(NEVER_COUNTED) == {"H1", "S1"}


@audiences
@pytest.mark.parametrize("category", ["A", "A1", "D2"])
def test_asking_one_category_gives_the_same_cells(town: Town, audience: str, category: str):
    for place in ("nation:FR", f"epci:{EPCIS[0]}"):
        whole = town.answer(audience, place)["resultat"]["groupes"]
        part = town.world.get(
            "/analyses/synthese",
            town.audiences[audience],
            territoire=place,
            debut=f"{YEARS[0]}-01-01",
            fin=f"{YEARS[-1] + 1}-01-01",
            categorie=category,
        )["resultat"]["groupes"]
        for one, other in zip(whole, part, strict=True):
            for a, b in zip(one["annees"], other["annees"], strict=True):
                assert a["faits"] == b["faits"]
                kept = {c["code"]: c["faits"] for c in b["categories"]}
                assert kept == {c["code"]: c["faits"] for c in a["categories"] if c["code"] in kept}
                assert category in kept


ONE_YEAR = {"debut": f"{YEARS[0]}-01-01", "fin": f"{YEARS[0] + 1}-01-01"}
RATED = ("*", "A", "D", *FAMILIES) if COMPLETE else ("*", "A1", "D2")
RATED_YEAR = YEARS[1]
"""The first whose residents are known."""


@cache
def compared(town: Town, audience: str, category: str) -> tuple[tuple[str, dict, list[dict]], ...]:
    """(group, its answer, its rows) of each comparison: EPCI with their communes, communes with peers."""
    busy = sorted({f"commune:{c}" for city in town.cities for c, *_ in city.facts})
    asked = [
        (f"epci:{e}", {"avec": "communes,departement,region,nation" if COMPLETE else "communes,departement"})
        for e in EPCIS
    ]
    peers = {"avec": "epci,pairs", "criteres": "population", "meme_departement": "true", "nombre": 30}
    asked += [(place, peers) for place in busy[:: 4 if COMPLETE else 12]]
    found = []
    for place, words in asked:
        params = {
            "territoire": place,
            "debut": f"{RATED_YEAR}-01-01",
            "fin": f"{RATED_YEAR + 1}-01-01",
            **words,
        }
        params |= {} if category == "*" else {"categorie": category}
        answer = town.world.get("/analyses/comparaisons", town.audiences[audience], **params)
        found += [(g["groupe"], g, g["lignes"]) for g in answer["resultat"]["groupes"]]
    return tuple(found)


def test_no_rate_interval_or_smoothed_rate_gives_back_a_hidden_count(town: Town):
    roads, hidden = Counter(), 0
    for audience, category in [("public", c) for c in RATED] + [("partenaire", "A1")]:
        for group, answer, rows in compared(town, audience, category):
            truth = town.truth(next(city for city in town.cities if city.group == group), RATED_YEAR)
            for row in rows:
                if row["faits"]["etat"] == "secret":
                    hidden += 1
                    assert told_of_the_hidden(row) == []
                    assert not re.search(r"(?<!\d)[1-4] fait", row["phrase"])
                read = counts_read(row, answer["communes_ensemble"])
                for road, number in read.items():
                    roads[road] += 1
                    assert number == pytest.approx(truth[row["territoire"], category], abs=1e-4), (road, row)
                    assert round(number) not in range(1, 5)
    assert hidden > 50
    assert set(roads) == {"compte", "taux", "taux_bas", "taux_haut", "taux_lisse"}, (
        "every road is open to him"
    )


def test_the_common_rate_and_its_spread_hold_no_hidden_count(town: Town):
    checked = 0
    for category in RATED:
        for _, answer, rows in compared(town, "public", category):
            together = answer["communes_ensemble"]
            own = [row for row in rows if row["role"] == "commune" and row["comparable"]]
            if together is None:
                assert not any(row["taux_lisse"] or row["limites"] for row in own)
                continue
            shown = [row["faits"]["valeur"] for row in own if row["faits"]["valeur"] is not None]
            checked += len(shown) < len(own)
            assert together["communes"] == len(shown)
            assert facts_behind_the_common_rate(own, together) == pytest.approx(sum(shown))
            assert together["variance"] == pytest.approx(variance_of(own), rel=1e-6, abs=1e-12)
    assert checked, "some commune hides beside a common rate"


def test_all_that_comparisons_tell_with_all_that_summaries_tell_solves_no_small_count(town: Town):
    for number in list(CITIES)[:: 1 if COMPLETE else 2]:
        city = town.cities[number]
        truth = town.truth(city, RATED_YEAR)
        published = town.published("public", city, RATED_YEAR)
        cells = dict(published.cells)
        for category in RATED:
            for group, answer, rows in compared(town, "public", category):
                for row in rows if group == city.group else ():
                    for value in counts_read(row, answer["communes_ensemble"]).values():
                        cells[row["territoire"], category] = round(value)
        small = {cell for cell, count in truth.items() if 0 < count < 5}
        assert solved(Published(cells, published.sums), small.__contains__) == []


OFF_THE_GRID = {
    "a part of a year": ("synthese", {"debut": "2022-01-01", "fin": "2022-07-01"}),
    "a year that does not start in January": ("synthese", {"debut": "2022-03-01", "fin": "2023-03-01"}),
    "one day": ("synthese", {"debut": "2022-01-01", "fin": "2022-01-02"}),
    "a leaf category": ("synthese", {**ONE_YEAR, "categorie": "A101"}),
    "a leaf of a family with one leaf": ("synthese", {**ONE_YEAR, "categorie": "F201"}),
    "a source": ("synthese", {**ONE_YEAR, "source": "ville-0-0"}),
    "a group": ("synthese", {**ONE_YEAR, "source": "ville-0"}),
    "a source that does not exist": ("synthese", {**ONE_YEAR, "source": "nulle-part"}),
    "a neighbourhood": ("synthese", {**ONE_YEAR, "territoire": "qpv:QN03190Z"}),
    "an arrondissement": ("synthese", {**ONE_YEAR, "territoire": "arrondissement:75118"}),
    "hotspots": ("points-chauds", ONE_YEAR),
    "hotspots of a group": ("points-chauds", {**ONE_YEAR, "source": "ville-0"}),
    "time slots": ("creneaux-horaires", ONE_YEAR),
    "trends": ("tendances", ONE_YEAR),
    "an evolution of some months": ("evolution", {"debut": "2022-01-01", "fin": "2022-07-01"}),
    "an evolution of a source": ("evolution", {**ONE_YEAR, "source": "ville-0-0"}),
    "an evolution of a leaf": ("evolution", {**ONE_YEAR, "categorie": "A101"}),
}


@audiences
@pytest.mark.parametrize("case", OFF_THE_GRID)
def test_a_question_off_the_grid_is_refused_and_told_what_exists(town: Town, audience: str, case: str):
    analysis, params = OFF_THE_GRID[case]
    asked = {"territoire": f"epci:{EPCIS[0]}", **params}
    problem = town.world.get(f"/analyses/{analysis}", town.audiences[audience], 422, **asked)
    assert problem["type"].endswith("/hors_diffusion"), problem
    assert "années civiles entières" in problem["detail"]
    assert "/analyses/synthese" in problem["detail"]
    assert not [value for key, value in numbers(problem) if key != "status"]


def test_a_source_that_exists_and_one_that_does_not_are_refused_alike(town: Town):
    def refusal(source: str) -> dict:
        return town.world.get(
            "/analyses/synthese", {}, 422, territoire=f"epci:{EPCIS[0]}", source=source, **ONE_YEAR
        )

    assert refusal("ville-0-0") == refusal("nulle-part")


@audiences
def test_what_was_published_stays_when_facts_are_added_until_the_next_edition(town: Town, audience: str):
    """The answer comes from the edition, never from the facts."""
    city = town.cities[0]
    place = city.territories[0]
    before = town.answer(audience, place)
    commune = next(iter(city.facts))[0]
    row = f"tardif-{AUDIENCES.index(audience)};05/05/{YEARS[0]};12:00;R;{commune};{FAMILIES['A1']};"
    done = town.world.send(
        "\r\n".join([LANDLORD_HEADER, row, ""]).encode(), f"{city.group}-0",
        debut=f"{YEARS[0]}-05-01", fin=f"{YEARS[0]}-06-01",
    )  # fmt: skip
    assert done["lignes"]["creees"] == 1
    Town.answer.cache_clear()
    assert town.answer(audience, place) == before


def test_the_edition_number_and_policy_travel_with_the_answer(town: Town):
    body = town.answer("public", "nation:FR")
    edition = town.world.get("/editions", {})["editions"][0]
    assert body["preuve"]["diffusion"] == {
        "audience": "public",
        "politique": edition["politique"],
        "version": edition["version"],
        "edition": edition["numero"],
    }
    assert town.answer("partenaire", "nation:FR")["preuve"]["diffusion"]["audience"] == "partenaires"


@pytest.mark.parametrize("place", ["nation:FR", f"epci:{EPCIS[1]}", "departement:18"])
def test_who_may_read_everything_can_see_what_the_outside_sees(town: Town, place: str):
    """``diffusion=edition`` inside the grant: the published figures, not the exact ones."""
    years = {"debut": f"{YEARS[0]}-01-01", "fin": f"{YEARS[-1] + 1}-01-01"}
    seen = town.world.get("/analyses/synthese", territoire=place, diffusion="edition", **years)
    assert seen["resultat"] == town.answer("partenaire", place)["resultat"]
    exact = town.world.get("/analyses/synthese", territoire=place, **years)
    assert exact["preuve"]["diffusion"]["audience"] == "interne"
    assert exact["resultat"] != seen["resultat"]


def test_years_that_the_edition_does_not_hold_read_as_nothing_rather_than_zero(town: Town):
    answer = town.world.get(
        "/analyses/synthese", {}, territoire="nation:FR", debut="1990-01-01", fin="1991-01-01"
    )
    assert answer["resultat"]["groupes"] == []
    assert any("ce n'est pas un zéro" in warning for warning in answer["preuve"]["avertissements"])


PAIRS = 10_000 if COMPLETE else 150


def test_no_difference_of_two_published_figures_is_a_small_count(town: Town):
    """Nested zones, nested categories, both at once, two editions, two formats: thousands of subtractions."""
    now = {place: town.answer("public", place) for place in town.places}
    pairs = Differences(town.parts, [town.first, now], np.random.default_rng(PAIRS))
    seen = Counter()
    for _ in range(PAIRS):
        kind, larger, smaller = pairs.draw()
        seen[kind] += 1
        assert abs(larger - smaller) not in range(1, 5), (kind, larger, smaller)
    assert set(seen) == {"zone", "categorie", "zone et categorie", "edition"}
    assert min(seen.values()) > PAIRS / 20


def test_the_year_that_was_not_revised_reads_the_same_in_both_editions(town: Town):
    for place in town.places:
        before = {g["groupe"]: g["annees"] for g in town.first[place]["resultat"]["groupes"]}
        for group in town.answer("public", place)["resultat"]["groupes"]:
            kept = [y for y in group["annees"] if y["annee"] != YEARS[0]]
            assert kept == [y for y in before[group["groupe"]] if y["annee"] != YEARS[0]]
            assert {y["couverture"]["arretee_par"] for y in kept} <= {1}


def test_a_zero_of_a_small_commune_waits_and_that_of_a_large_one_does_not(town: Town):
    states = {"small": Counter(), "large": Counter()}
    for place, _, year in town.years("public"):
        if place.startswith("commune:") and year["couverture"]["mois_recus"] == 12:
            kind = "small" if place in town.small else "large"
            states[kind].update(c["faits"]["etat"] for c in year["categories"])
    assert not states["small"]["zero"], "two years are not three"
    assert states["large"]["zero"]
