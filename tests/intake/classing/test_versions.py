"""A new version of the taxonomy: what is stored passes over, or nothing changes and the reason is told."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from intake.desk import Desk
from intake.tables import dump, facts_of
from observatoire.cli.context import OPERATOR
from observatoire.intake.classing import versions
from observatoire.intake.classing.errors import RefusedTaxonomy
from observatoire.intake.classing.taxonomy_file import read_passages, read_taxonomy
from observatoire.settings import Settings
from support.files import pm_file, pm_row
from support.world import TOULOUSE, World

SHIPPED = Settings().data / "taxonomie_pivot.csv"
Rows = list[dict[str, str]]


def shipped() -> Rows:
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def leaf(code: str, label: str, synonyms: str = "", sensitivity: str = "0") -> dict[str, str]:
    """A leaf of an existing family."""
    like = next(row for row in shipped() if row["famille_code"] == code[:2])
    return like | {"code": code, "libelle": label, "synonymes": synonyms, "sensibilite": sensitivity}


def without(*codes: str) -> Rows:
    return [row for row in shipped() if row["code"] not in codes]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def written(folder: Path, rows: Iterable[dict[str, str]], name: str = "nomenclature.csv") -> Path:
    path, listed = folder / name, list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, listed[0], delimiter=";")
        writer.writeheader()
        writer.writerows(listed)
    return path


def load(
    world: World, folder: Path, rows: Rows, *pairs: tuple[str, str], name: str = "nomenclature.csv"
) -> versions.Loaded:
    passage = None
    if pairs:
        passage = folder / "passage.csv"
        passage.write_text("\n".join(["ancien;nouveau", *(";".join(p) for p in pairs), ""]), encoding="utf-8")
    taxonomy = written(folder, rows, name)
    return versions.load(world.database, taxonomy, passage, OPERATOR, lambda _: None).value


def refused(world: World, folder: Path, rows: Rows, *pairs: tuple[str, str]) -> RefusedTaxonomy:
    before = state(world)
    with pytest.raises(RefusedTaxonomy) as caught:
        load(world, folder, rows, *pairs)
    assert state(world) == before
    assert "reste en place" in str(caught.value)
    return caught.value


def state(world: World) -> Any:
    """All that a load may change."""
    tables = ("reference.taxonomy", "reference.category", "reference.passage", "collection.correspondence")
    with world.database.owning() as connection:
        rows = [list(connection.execute(text(f"select t::text from {t} t order by 1"))) for t in tables]
    return rows, [dump(world, source) for source in ("pm",)]


def send(world: World, *natures: str) -> dict[str, Any]:
    rows = [pm_row(str(i), f"{1 + i:02}/03/2025", nature=n) for i, n in enumerate(natures)]
    return Desk(world, "pm").send(pm_file(rows))


def leaves(world: World) -> list[tuple[str | None, str, str, int, int]]:
    return [
        (f["source_label"], f["category"], f["category_mode"], f["sensitivity"], f["taxonomy"])
        for f in facts_of(world, "pm")
    ]


def decide(world: World, label: str, category: str | None) -> None:
    body = {"source": "pm", "correspondances": [{"libelle": label, "categorie": category}]}
    answer = world.client.put("/api/v1/categories/correspondances", json=body, headers=world.admin)
    assert answer.status_code == 200, answer.text


# ---- what passes -----------------------------------------------------------------------------


def test_facts_pass_to_the_new_leaves_as_the_passage_says(world: World, folder: Path) -> None:
    """A401 is renumbered; A102 is split in two: labels tell which, else to be classed."""
    world.source("pm", territory=TOULOUSE)
    natures = (
        "Divagation",
        "Bruit moto",
        "Tapage diurne",
        "Nuisances sonores",
        "x" * 125 + " tapage",
        "Hourvari",
    )
    send(world, *natures)
    decide(world, "Hourvari", "A401")
    new = [
        *without("A401", "A102"),
        leaf("A403", "Animal en divagation", "divagation|animal errant", "2"),
        leaf("A104", "Tapage de jour", "tapage diurne|tapage"),
        leaf("A105", "Bruit de véhicule", "bruit moto|échappement libre"),
    ]
    done = load(world, folder, new, ("A401", "A403"), ("A102", "A104"), ("A102", "A105"))
    assert (done.version, done.leaves, done.reclassed) == (2, 61, 6)
    assert leaves(world) == [
        ("Divagation", "A403", "synonyme", 2, 2),
        ("Bruit moto", "A105", "synonyme", 0, 2),
        ("Tapage diurne", "A104", "synonyme", 0, 2),
        ("Nuisances sonores", "Z999", "defaut", 0, 2),
        (None, "Z999", "defaut", 0, 2),
        ("Hourvari", "A403", "manuel", 2, 2),
    ]
    last = world.get("/categories/correspondances", source="pm")["decisions"][0]
    assert (last["remplace"], last["categorie"]) == ("A401", "A403")
    assert last["auteur"] == "passage à la nomenclature 2"
    again = send(world, *natures)
    assert again["lignes"]["inchangees"] == 6
    assert [category for _, category, *_ in leaves(world)] == ["A403", "A105", "A104", "Z999", "Z999", "A403"]


def test_the_passage_wins_over_the_new_synonyms_and_files_to_come_are_classed_alike(
    world: World, folder: Path
) -> None:
    """The new version would read « Rixe » elsewhere, without the passage saying so: the series holds."""
    world.source("pm", territory=TOULOUSE)
    send(world, "Rixe", "Hourvari")
    rows = [dict(row) for row in shipped()]
    for row in rows:
        row["synonymes"] = (
            row["synonymes"].replace("rixe|", "") if row["code"] == "E103" else row["synonymes"]
        )
        if row["code"] == "A303":
            row["synonymes"] += "|rixe|hourvari"
    assert load(world, folder, rows).reclassed == 2
    assert [row[:3] for row in leaves(world)] == [
        ("Rixe", "E103", "manuel"),
        ("Hourvari", "A303", "synonyme"),
    ]
    send(world, "Rixe", "Hourvari", "Rixe")
    assert [category for _, category, *_ in leaves(world)] == ["E103", "A303", "E103"]


def test_a_split_leaf_takes_back_what_was_decided_for_it(world: World, folder: Path) -> None:
    world.source("pm", territory=TOULOUSE)
    send(world, "Hourvari", "Tapage")
    decide(world, "Hourvari", "A102")
    new = [*shipped(), leaf("A104", "Tapage de jour", "")]
    load(world, folder, new, ("A102", "A102"), ("A102", "A104"))
    assert [row[:3] for row in leaves(world)] == [
        ("Hourvari", "Z999", "defaut"),
        ("Tapage", "A102", "synonyme"),
    ]


def test_a_history_passes_too_so_that_an_undo_restores_codes_that_exist(world: World, folder: Path) -> None:
    world.source("pm", territory=TOULOUSE)
    desk = Desk(world, "pm")
    desk.send(pm_file([pm_row("1", nature="Divagation")]), arrete_le="2025-04-01")
    later = desk.send(pm_file([pm_row("1", nature="Rixe")]), arrete_le="2025-05-01")
    load(
        world,
        folder,
        [*without("A401"), leaf("A403", "Animal en divagation", "divagation")],
        ("A401", "A403"),
    )
    world.client.delete(f"/api/v1/imports/{later['id']}", headers=world.admin)
    assert leaves(world) == [("Divagation", "A403", "synonyme", 0, 2)]


def test_files_that_bear_the_codes_or_labels_of_a_former_version_are_still_understood(
    world: World, folder: Path
) -> None:
    world.source("pm", territory=TOULOUSE)
    load(world, folder, [*without("A401"), leaf("A403", "Animal vagabond", "")], ("A401", "A403"))
    send(world, "A401", "Divagation d'animal", "Animal vagabond")
    assert [row[1:3] for row in leaves(world)] == [("A403", "table")] * 3


def test_an_edition_says_its_taxonomy_and_is_read_in_it_when_another_is_in_force(
    world: World, folder: Path
) -> None:
    world.source("pm", territory=TOULOUSE)
    rows = [pm_row(str(i), f"{1 + i % 28:02}/03/2024", nature="Divagation") for i in range(40)]
    rows += [pm_row(f"z{i}", f"{1 + i % 28:02}/04/2024", nature="Hourvari") for i in range(10)]
    Desk(world, "pm").send(pm_file(rows), debut="2024-01-01", fin="2025-01-01")
    assert world.client.post("/api/v1/editions", headers=world.admin).status_code == 201
    moved = [
        leaf("A403", "Animal", "divagation")
        | {"code": "A601", "famille_code": "A6", "famille_libelle": "Bêtes"}
    ]
    load(world, folder, [*without("A401"), *moved], ("A401", "A601"))

    def published(**more: str) -> Any:
        period = {"debut": "2024-01-01", "fin": "2025-01-01"}
        return world.get("/analyses/synthese", {}, territoire=TOULOUSE, **period, **more)

    answer = published(categorie="A4")
    (year,) = answer["resultat"]["groupes"][0]["annees"]
    assert [(c["code"], c["faits"]["valeur"]) for c in year["categories"]] == [("A4", 40)]
    assert answer["preuve"]["methode"]["parametres"]["nomenclature"] == 1
    assert year["non_classe"] == 0.2
    assert any("20 %" in warning for warning in answer["preuve"]["avertissements"])
    period = {"territoire": TOULOUSE, "debut": "2024-01-01", "fin": "2025-01-01", "categorie": "A6"}
    problem = world.get("/analyses/synthese", {}, 422, **period)
    assert "nomenclature 1" in problem["detail"]
    assert world.client.post("/api/v1/editions", headers=world.admin).json()["nomenclature"] == 2
    told = published(categorie="A4")
    assert told["resultat"]["groupes"][0]["annees"] == answer["resultat"]["groupes"][0]["annees"]
    assert any("2024 reste dite dans la nomenclature 1" in w for w in told["preuve"]["avertissements"])
    assert published(categorie="A6")["resultat"]["groupes"][0]["annees"][0]["categories"] == []


def test_a_year_told_again_in_another_taxonomy_is_protected_with_what_the_first_one_told(
    world: World, folder: Path
) -> None:
    """Three facts of a family of 30 move to another: the two editions must not show three."""
    world.source("pm", territory=TOULOUSE)
    rows = [pm_row(str(i), f"{1 + i % 28:02}/03/2024", nature="A402") for i in range(27)]
    rows += [pm_row(f"d{i}", f"{1 + i:02}/05/2024", nature="A401") for i in range(3)]
    rows += [pm_row(f"b{i}", f"{1 + i % 28:02}/06/2024", nature="A101") for i in range(50)]
    Desk(world, "pm").send(pm_file(rows), debut="2024-01-01", fin="2025-01-01")
    assert world.client.post("/api/v1/editions", headers=world.admin).status_code == 201

    def families() -> dict[str, Any]:
        period = {"debut": "2024-01-01", "fin": "2025-01-01"}
        answer = world.get("/analyses/synthese", {}, territoire=TOULOUSE, **period)
        (year,) = answer["resultat"]["groupes"][0]["annees"]
        return {c["code"]: c["faits"]["valeur"] for c in year["categories"] if c["faits"]["etat"] != "zero"}

    assert families() == {"A": 80, "A1": 50, "A4": 30}
    moved = [
        leaf("A403", "Animal", "divagation")
        | {"code": "A601", "famille_code": "A6", "famille_libelle": "Bêtes"}
    ]
    load(world, folder, [*without("A401"), *moved], ("A401", "A601"))
    asked = world.client.post("/api/v1/editions", json={"reviser": [2024]}, headers=world.admin)
    assert asked.status_code == 201, asked.text
    told = families()
    assert told["A6"] is None
    assert told["A4"] is None, "30 then 27 would show three"


def test_versions_are_listed_and_a_former_one_can_be_read(world: World, folder: Path) -> None:
    load(world, folder, [*without("A401"), leaf("A403", "Animal vagabond", "")], ("A401", "A403"))
    first, second = world.get("/categories/versions")["versions"]
    assert (first["version"], first["passages"]) == (1, [])
    assert second["passages"] == [{"ancien": "A401", "nouveaux": ["A403"]}]
    codes = {
        version: {c["code"] for c in world.get("/categories", version=version)["categories"]}
        for version in (1, 2)
    }
    assert codes[1] - codes[2] == {"A401"}
    assert world.get("/categories")["version"] == 2
    assert world.get("/categories", status=422, version=3)["erreurs"]


# ---- what is refused: what stood before still stands -----------------------------------------


def test_a_taxonomy_that_loses_codes_is_refused_naming_them(shared_world: World, folder: Path) -> None:
    refusal = refused(shared_world, folder, without("A401", "H102"))
    assert "A401, H102" in str(refusal)
    assert [(f.field, f.message) for f in refusal.fields] == [
        ("A401", "code perdu : dites où passent ses faits"),
        ("H102", "code perdu : dites où passent ses faits"),
    ]


CASES: dict[str, tuple[Rows, tuple[tuple[str, str], ...], str]] = {
    "a target that is not in the file": (without("A401"), (("A401", "A499"),), "A499"),
    "a passage from a code that is not in force": (shipped(), (("A499", "A401"),), "A499"),
    "« à classer » that passes somewhere": (shipped(), (("Z999", "Z901"),), "Z999"),
    "no leaf to be classed": (without("Z999"), (), "Z999"),
    "a label changed without a word": ([*without("A401"), leaf("A401", "Chien mordeur")], (), "A401"),
    "the same taxonomy again": (shipped(), (), "en vigueur"),
    "a code given twice": ([*shipped(), leaf("A401", "Divagation d'animal")], (), "A401"),
    "a synonym of two leaves": ([*shipped(), leaf("A403", "Chenil", "Divagations")], (), "A401, A403"),
    "a code that is not one": ([*shipped(), leaf("A403", "Chenil") | {"code": "A40"}], (), "A40"),
    "a code of another family": ([*shipped(), leaf("A403", "Chenil") | {"code": "A503"}], (), "A503"),
    "a sensitivity that is not one": ([*shipped(), leaf("A403", "Chenil", "", "3")], (), "sensibilité"),
    "a family with two names": ([*shipped(), leaf("A403", "Chenil") | {"famille_libelle": "x"}], (), "A4"),
    "a leaf without a label": ([*shipped(), leaf("A403", "")], (), "libellé"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_taxonomy_that_does_not_hold_is_refused_whole(shared_world: World, folder: Path, case: str) -> None:
    rows, pairs, told = CASES[case]
    refusal = refused(shared_world, folder, rows, *pairs)
    whole = " ".join([str(refusal), *(f"{f.field} {f.message}" for f in refusal.fields)])
    assert told in whole
    assert not re.search(r"\b(error|invalid|missing)\b", whole)


def test_a_code_is_never_reused(world: World, folder: Path) -> None:
    load(world, folder, [*without("A401"), leaf("A403", "Animal vagabond", "")], ("A401", "A403"))
    world.source("pm", territory=TOULOUSE)
    rows = [*without("A401"), leaf("A403", "Animal vagabond", ""), leaf("A401", "Tout autre chose")]
    (fault,) = refused(world, folder, rows).fields
    assert fault.field == "A401"
    assert "un code ne sert qu'une fois" in fault.message


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"code;libelle\nA101;x\n", "en-t\u00eate"),
        ("domaine;libellé\n".encode("latin-1"), "UTF-8"),
        (b"x" * 2_000_001, "2 Mo"),
        (b"", "en-t\u00eate"),
    ],
)
def test_a_file_that_is_not_a_taxonomy_is_refused_in_french(folder: Path, content: bytes, told: str) -> None:
    path = folder / "x.csv"
    path.write_bytes(content)
    with pytest.raises(RefusedTaxonomy, match=told):
        read_taxonomy(path)
    with pytest.raises(RefusedTaxonomy, match="droits"):
        read_taxonomy(folder / "absent.csv")


def test_a_passage_with_an_incomplete_line_is_refused_with_its_line(folder: Path) -> None:
    path = folder / "passage.csv"
    path.write_text("ancien;nouveau\nA401;A403\nA402;\n", encoding="utf-8")
    with pytest.raises(RefusedTaxonomy, match="incomplète") as caught:
        read_passages(path)
    assert [fault.field for fault in caught.value.fields] == ["ligne 3"]


def test_what_ships_is_loaded_once_and_never_over_what_the_operator_has_loaded(
    world: World, folder: Path
) -> None:
    assert versions.load_shipped(world.database, Settings().data)
    load(world, folder, [*without("A401"), leaf("A403", "Animal vagabond", "")], ("A401", "A403"))
    assert not versions.load_shipped(world.database, Settings().data)
    assert world.get("/categories")["version"] == 2
