"""What an edition tells of a year stays told: late facts, completed years, withdrawals, and its map."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import h3
import numpy as np
import pytest
from sqlalchemy import text

from observatoire.analyses import edition_tables, publication
from observatoire.analyses.errors import EditionRefused
from observatoire.cli.context import OPERATOR
from observatoire.disclosure.policy import Role
from observatoire.space.crs import to_metric
from support.files import pm_file, pm_row
from support.scatter import CENTRE, comma
from support.terminal import Terminal
from support.world import EPCI, TOULOUSE, World

COLOMIERS = "commune:31149"
PLACES = (TOULOUSE, COLOMIERS, EPCI, "departement:31", "nation:FR")
LEAVES = ("A101", "B101", "D206")
MAP = {"debut": "2023-01-01", "fin": "2024-01-01"}
FORBIDDEN = {"z", "p", "q", "attendu", "rapport", "faits_voisinage"}


def rows_of(
    year: int, number: int, seed: int, *, code: str = "31555", months: range = range(1, 13)
) -> list[str]:
    """Facts of a year around the Capitole, half of them in one corner; elsewhere they have no point."""
    chance = np.random.default_rng(seed)
    reach = np.where(chance.random(number) < 0.5, 0.004, 0.02)
    lon = CENTRE[0] + reach * chance.uniform(-1, 1, number)
    lat = CENTRE[1] + reach * chance.uniform(-1, 1, number)
    x, y = to_metric(lon, lat, 2154)
    placed = code == "31555"
    return [
        pm_row(
            f"{code}-{year}-{seed}-{n}",
            f"{1 + n % 28:02d}/{months[n % len(months)]:02d}/{year}",
            nature=LEAVES[int(chance.integers(3))],
            code=code,
            point=(comma(x[n]), comma(y[n])) if placed and n % 10 else ("", ""),
        )
        for n in range(number)
    ]


class Story:
    """One observatory through five editions; what everyone could read after each is kept."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.source("ville", territory=EPCI, visibilite="public", couvert_depuis="2022-01-01")
        for year, number in ((2022, 150), (2023, 500)):
            rows = rows_of(year, number, year) + rows_of(year, 40, year + 1, code="31149")
            world.send(pm_file(rows), "ville", debut=f"{year}-01-01", fin=f"{year + 1}-01-01")
        early = rows_of(2024, 200, 1, months=range(1, 11))
        world.send(pm_file(early), "ville", debut="2024-01-01", fin="2024-11-01")
        self.editions: list[dict[str, Any]] = []
        self.read: list[dict[str, Any]] = []
        self.edition()
        late = [
            pm_row(f"tard-{n}", "05/05/2023", nature="A101", code="31149", point=("", "")) for n in range(2)
        ]
        world.send(pm_file(late), "ville", debut="2023-05-01", fin="2023-06-01")
        world.send(
            pm_file(rows_of(2024, 60, 2, months=range(11, 13))), "ville", debut="2024-11-01", fin="2025-01-01"
        )
        self.edition()
        self.edition(reviser=[2023])
        self.withdrawal = self.post("/editions/3/retrait", 200, motif="Essai de retrait")
        self.after_withdrawal = self.everything()
        self.second_withdrawal = self.post("/editions/3/retrait", 409, motif="Essai de retrait")
        self.unknown_withdrawal = self.post("/editions/99/retrait", 404, motif="Essai de retrait")
        self.edition()

    def post(self, path: str, status: int, **body: Any) -> dict[str, Any]:
        answer = self.world.client.post(f"/api/v1{path}", json=body, headers=self.world.admin)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def edition(self, **body: Any) -> None:
        self.editions.append(self.post("/editions", 201, **body))
        self.read.append(self.everything())

    def everything(self) -> dict[str, Any]:
        years = {"debut": "2022-01-01", "fin": "2025-01-01"}
        return {
            place: self.world.get("/analyses/synthese", {}, territoire=place, **years)["resultat"]["groupes"]
            for place in PLACES
        }

    def year(self, at: int, place: str, year: int) -> dict[str, Any]:
        (group,) = self.read[at][place]
        found: dict[str, Any] = next(y for y in group["annees"] if y["annee"] == year)
        return found


@pytest.fixture(scope="module")
def story(shared_world: World) -> Story:
    return Story(shared_world)


def test_late_facts_change_nothing_of_a_year_that_was_told(story: Story):
    for place in PLACES:
        for year in (2022, 2023):
            assert story.year(1, place, year) == story.year(0, place, year)
            assert story.year(1, place, year)["couverture"]["arretee_par"] == 1


def test_a_year_whose_missing_months_came_is_told_whole(story: Story):
    before, after = (story.year(at, TOULOUSE, 2024) for at in (0, 1))
    assert before["couverture"]["mois_recus"] == 10
    assert before["faits"]["valeur"] == 200
    assert after["couverture"] == {**before["couverture"], "mois_recus": 12, "arretee_par": 2}
    assert after["faits"]["valeur"] == 260


def test_a_revision_shows_no_change_of_one_to_four(story: Story):
    told, revised = story.year(0, COLOMIERS, 2023), story.year(2, COLOMIERS, 2023)
    assert told["faits"]["valeur"] == 40
    assert revised["faits"] == {"valeur": None, "etat": "secret"}, "40 then 42 would show two facts"
    for place in PLACES:
        for old, new in zip(
            story.year(0, place, 2023)["categories"], story.year(2, place, 2023)["categories"], strict=True
        ):
            values = old["faits"]["valeur"], new["faits"]["valeur"]
            assert None in values or abs(values[0] - values[1]) not in range(1, 5), (place, old, new)


def test_each_edition_says_what_it_repeats_adds_and_revises(story: Story):
    assert [e["audit"]["annees"] for e in story.editions] == [
        {"nouvelle": 3},
        {"reprise": 2, "revisee": 1},
        {"reprise": 2, "revisee": 1},
        {"reprise": 3},
    ]
    assert [e["precedente"] for e in story.editions] == [None, 1, 2, 2]
    # The last repeats what the second told, and rests on the same: their digest is one.
    assert len({e["empreinte"] for e in story.editions}) == 3


def test_a_withdrawn_edition_answers_nothing_and_stays_listed_with_its_reason(story: Story):
    assert story.withdrawal["motif_retrait"] == "Essai de retrait"
    assert story.withdrawal["retiree_le"]
    assert story.after_withdrawal == story.read[1]
    listed = story.world.get("/editions", {})["editions"]
    assert [e["numero"] for e in listed] == [4, 3, 2, 1]
    assert [bool(e["retiree_le"]) for e in listed] == [False, True, False, False]
    assert story.second_withdrawal["type"].endswith("/edition_retiree")
    assert story.unknown_withdrawal["type"].endswith("/introuvable")


def test_what_follows_a_withdrawn_edition_repeats_the_one_in_force(story: Story):
    assert story.read[3] == story.read[1]


@pytest.mark.parametrize("role", [Role.ANALYSTE, Role.AGENT, Role.PARTENAIRE])
def test_only_the_administration_publishes_and_withdraws(story: Story, role: Role):
    headers = story.world.headers(story.world.key(f"x-{role}", role, "Ville"))
    for path in ("/api/v1/editions", "/api/v1/editions/1/retrait"):
        answer = story.world.client.post(path, json={"motif": "essai"}, headers=headers)
        assert answer.status_code == 403, answer.text


def hotspots(story: Story, headers: dict[str, str], **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = story.world.get(
        "/analyses/points-chauds", headers, **{"territoire": EPCI, **MAP, **more}
    )
    return found


def test_the_public_map_shows_cells_of_five_or_more_with_their_class_and_nothing_else(story: Story):
    answer = hotspots(story, {})
    cells = [feature["properties"] for feature in answer["resultat"]["features"]]
    assert len(cells) > 5
    for cell in cells:
        assert cell["faits"] >= 5
        assert not FORBIDDEN & cell.keys()
    assert answer["resultat"]["masque"] is None
    assert answer["preuve"]["effectif"] is None
    assert not keys_found(answer, FORBIDDEN | {"moyenne_par_maille"})
    assert answer["preuve"]["diffusion"]["edition"] == 4
    assert any("peut être vide" in warning for warning in answer["preuve"]["avertissements"])


def keys_found(content: Any, keys: set[str]) -> set[str]:
    if isinstance(content, dict):
        inside = set().union(*(keys_found(value, keys) for value in content.values()), set())
        return (keys & content.keys()) | inside
    if isinstance(content, list):
        return set().union(*(keys_found(value, keys) for value in content), set())
    return set()


def test_the_map_is_a_recount_and_the_town_minus_its_cells_is_no_small_count(story: Story):
    cells = {
        f["properties"]["maille"]: f["properties"]["faits"]
        for f in hotspots(story, {})["resultat"]["features"]
    }
    with story.world.database.owning() as connection:
        rows = connection.execute(
            text(
                "select st_x(geom) as lon, st_y(geom) as lat from confidential.fact "
                "where geom is not null and extract(year from local_day) = 2023"
            )
        ).all()

    truth = Counter(h3.cell_to_parent(h3.latlng_to_cell(row.lat, row.lon, 9), 8) for row in rows)
    assert {cell: truth[cell] for cell in cells} == cells
    total = story.year(3, TOULOUSE, 2023)["faits"]["valeur"]
    assert total - sum(cells.values()) not in range(1, 5)
    small = sum(number for number in truth.values() if number < 5)
    assert small, "there was something to hide"


def test_both_formats_and_every_outside_audience_get_the_same_map(story: Story):
    public = hotspots(story, {})["resultat"]["features"]
    away = story.world.headers(story.world.key("loin", Role.ANALYSTE, grant="commune:13055"))
    assert hotspots(story, {}, f="geojson")["features"] == public
    assert hotspots(story, away)["resultat"]["features"] == public
    town = hotspots(story, {}, territoire=TOULOUSE)["resultat"]["features"]
    shown = {f["properties"]["maille"]: f["properties"]["faits"] for f in public}
    assert {f["properties"]["maille"]: f["properties"]["faits"] for f in town}.items() <= shown.items()


@pytest.mark.parametrize(
    "asked",
    [
        {"maille": 9},
        {"categorie": "A"},
        {"debut": "2022-01-01"},
        {"fin": "2023-07-01"},
        {"source": "ville"},
        {"territoire": COLOMIERS},
        {"debut": "2024-01-01", "fin": "2025-01-01"},
    ],
    ids=str,
)
def test_any_other_map_is_refused(story: Story, asked: dict[str, Any]):
    """Another cell size, a category, two years, half a year; where nothing is mapped; a revised year."""
    problem = story.world.get("/analyses/points-chauds", {}, 422, **{"territoire": EPCI, **MAP, **asked})
    assert problem["type"].endswith("/hors_diffusion"), problem


def test_a_year_whose_points_are_too_old_is_counted_and_not_mapped(world: World):
    """A map of what is left of them would be thinner than the year."""
    today = datetime.now(UTC).year
    old, recent = today - 4, today - 1
    world.source("ville", territory=TOULOUSE, visibilite="public", couvert_depuis=f"{old}-01-01",
                 conservation_annees=2)  # fmt: skip
    for year in (old, recent):
        world.send(pm_file(rows_of(year, 400, year)), "ville", debut=f"{year}-01-01", fin=f"{year + 1}-01-01")
    answer = world.client.post("/api/v1/editions", json={}, headers=world.admin)
    assert answer.status_code == 201, answer.text
    with world.database.owning() as connection:
        mapped, counted = (
            set(connection.execute(text(f"select year from published.{table}")).scalars())
            for table in ("cell", "count")
        )
    assert mapped == {recent}
    assert counted >= {old, recent}


def test_the_journal_holds_editions_and_withdrawals(story: Story):
    with story.world.database.owning() as connection:
        kept = connection.execute(text("select action, question from accounts.journal")).all()
    assert {("publication", "edition 3"), ("retrait", "edition 3")} <= {tuple(row) for row in kept}


def test_an_edition_that_fails_its_audit_is_not_published(story: Story, monkeypatch: pytest.MonkeyPatch):
    """The guard before writing does not trust the suppression: here it forgets all it should hide."""
    monkeypatch.setattr(edition_tables, "protect", lambda table, _: table.flagged(table.unseen))
    before = json.dumps(story.world.get("/editions", {}))
    with pytest.raises(EditionRefused, match="2023"):
        publication.publish(story.world.database, OPERATOR, lambda _: None, revised=[2023])
    assert json.dumps(story.world.get("/editions", {})) == before


def test_from_the_command_line_a_year_is_revised_an_edition_withdrawn_a_changed_group_left_out(world: World):
    """One group minus the other would be a table that nobody protected."""
    shell = Terminal(world)
    world.source("ville", territory=TOULOUSE, visibilite="public", couvert_depuis="2025-01-01")
    world.send(pm_file(rows_of(2025, 30, 5)), debut="2025-01-01", fin="2026-01-01", source="ville")
    assert "1 nouvelles, 0 reprises" in shell.run("publier").stdout
    assert "0 reprises à l'identique, 1 révisées" in shell.run("publier", "--reviser", "2025").stdout
    assert "retirée" in shell.run("editions", "retirer", "2", "--motif", "essai").stdout
    lines = shell.run("editions", "lister").stdout.splitlines()
    assert [line.split(" ; ")[2] for line in lines] == ["retirée : essai", "publiée"]
    with world.database.importing() as connection:
        connection.execute(text("update collection.source set additivity_group = 'autre'"))
    third = world.client.post("/api/v1/editions", headers=world.admin).json()
    assert third["audit"]["annees"] == {"ecartee": 1}
