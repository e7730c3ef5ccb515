"""A label is classed once, for good: what is stored follows, a file sent again changes nothing, and back."""

import random
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from conftest import COMPLETE
from intake.desk import Desk, codes
from intake.tables import dump
from observatoire.disclosure.policy import Role
from observatoire.intake.classing import in_force
from observatoire.intake.profiles.shipping import shipped
from observatoire.store import sources
from support.files import pm_file, pm_row
from support.world import TOULOUSE, World

numbers = count(1)
UNKNOWN = ("Chahut", "Boucan", "Zbeul", "Raffut")
PERIOD = {"debut": "2025-01-01", "fin": "2026-01-01"}


@pytest.fixture
def desk(shared_world: World) -> Desk:
    """A source of its own, of its own organisation."""
    code = f"pm{next(numbers)}"
    return Desk(shared_world, shared_world.source(code, territory=TOULOUSE, organisation=f"org-{code}"))


def rows(*natures: str, first: int = 1, **more: str) -> bytes:
    return pm_file(
        pm_row(f"2025-{rank}", f"{1 + rank % 28:02}/03/2025", nature=nature, **more)
        for rank, nature in enumerate(natures, first)
    )


def put(world: World, body: dict[str, Any], headers: dict[str, str] | None = None, status: int = 200) -> Any:
    answer = world.client.put("/api/v1/categories/correspondances", json=body, headers=headers or world.admin)
    assert answer.status_code == status, answer.text
    return answer.json()


def classes(desk: Desk, **choices: str | None) -> Any:
    said = [{"libelle": label, "categorie": leaf} for label, leaf in choices.items()]
    return put(desk.world, {"source": desk.source, "correspondances": said})


def waiting(desk: Desk, **more: Any) -> Any:
    return desk.world.get("/categories/a-classer", source=desk.source, **more)


def leaves(desk: Desk) -> list[tuple[str, str, str, int]]:
    return [(f["source_label"], f["category"], f["category_mode"], f["sensitivity"]) for f in desk.facts]


def history(desk: Desk) -> list[tuple[Any, ...]]:
    with desk.world.database.owning() as connection:
        found = connection.execute(
            text(
                "select source_label, category, category_mode, sensitivity, taxonomy, anomalies "
                "from confidential.fact_history where source = :source order by 1"
            ),
            {"source": desk.source},
        )
        return [tuple(row) for row in found]


def digest(desk: Desk, **more: Any) -> str:
    answer = desk.world.get("/analyses/synthese", territoire=TOULOUSE, source=desk.source, **PERIOD, **more)
    found: str = answer["preuve"]["provenance"]["empreinte"]
    return found


# ---- what waits ------------------------------------------------------------------------------


def test_labels_wait_most_frequent_first_whatever_their_spelling(desk: Desk) -> None:
    desk.send(rows("Boucan", "CHAHUT", "chahut", "Chahut", "Tapage nocturne", "Chahut"))
    answer = waiting(desk)
    assert [(w["libelle"], w["occurrences"], w["categorie"]) for w in answer["libelles"]] == [
        ("Chahut", 4, "Z999"),
        ("Boucan", 1, "Z999"),
    ]
    assert answer["total"] == 2
    (own,) = answer["sources"]
    assert own["faits"] == {"valeur": 6, "etat": "publie"}
    assert own["a_classer"] == {"valeur": 5, "etat": "publie"}
    assert own["part_a_classer"] == 0.8333
    (warning,) = answer["avertissements"]
    assert "83 %" in warning
    assert answer["diffusion"]["audience"] == "interne"


def test_every_label_can_be_listed_with_its_class_and_service_activity_is_no_fact(desk: Desk) -> None:
    desk.send(rows("Patrouille", "Patrouille", "Tapage nocturne"))
    answer = waiting(desk, tous=True)
    assert [(w["libelle"], w["occurrences"], w["mode_classement"]) for w in answer["libelles"]] == [
        ("Patrouille", 2, "synonyme"),
        ("Tapage nocturne", 1, "table"),
    ]
    assert answer["sources"][0]["faits"]["valeur"] == 1
    assert answer["avertissements"] == []


def test_a_leaf_is_proposed_with_its_reason(desk: Desk) -> None:
    desk.send(rows("Stationement genant"))
    (first, *_) = waiting(desk)["libelles"][0]["propositions"]
    assert first["categorie"] == "C101"
    assert "« stationnement gênant »" in first["raison"].casefold()
    classes(desk, **{"Stationement genant": first["categorie"]})
    assert waiting(desk)["libelles"] == []


def test_a_fact_without_a_label_is_counted_apart(desk: Desk) -> None:
    desk.send(rows("x" * 200, "Chahut"))
    answer = waiting(desk)
    assert [w["libelle"] for w in answer["libelles"]] == ["Chahut"]
    assert answer["sources"][0]["sans_libelle"] == 1


def test_labels_are_shown_to_who_may_read_the_source_exactly(desk: Desk) -> None:
    desk.send(rows("Chahut"))
    world = desk.world
    path = "/categories/a-classer"
    other = world.headers(world.key("autre agent", Role.AGENT, "ailleurs"))
    far = world.headers(world.key("analyste de Marseille", Role.ANALYSTE, "cg", "commune:13055"))
    near = world.headers(world.key("analyste de Toulouse", Role.ANALYSTE, "sig", TOULOUSE))
    for headers in (other, far):
        world.get(path, headers, 404, source=desk.source)
        assert (
            world.get(path, headers, 404, source=desk.source)["detail"]
            == (world.get(path, headers, 404, source="inconnue")["detail"])
        )
        assert desk.source not in {s["source"] for s in world.get(path, headers)["sources"]}
    assert world.get(path, near, source=desk.source)["total"] == 1


# ---- what is decided -------------------------------------------------------------------------


def test_a_label_classed_once_classes_what_is_stored_and_what_comes(desk: Desk) -> None:
    desk.send(rows("Chahut", "chahut", "Boucan"))
    answer = classes(desk, CHAHUT="A101")
    assert answer["faits_reclasses"] == 2
    (decision,) = answer["decisions"]
    assert (decision["remplace"], decision["categorie"], decision["auteur"]) == (
        "Z999",
        "A101",
        "administration",
    )
    assert leaves(desk) == [
        ("Chahut", "A101", "manuel", 0),
        ("chahut", "A101", "manuel", 0),
        ("Boucan", "Z999", "defaut", 0),
    ]
    assert [f["anomalies"] for f in desk.facts] == [[], [], ["CAT_A_CLASSER"]]
    report = desk.send(rows("Chahut", first=9))
    assert "CAT_A_CLASSER" not in codes(report)
    assert leaves(desk)[-1] == ("Chahut", "A101", "manuel", 0)


def test_the_same_file_sent_again_once_a_label_is_classed_is_unchanged_and_keeps_the_class(
    desk: Desk,
) -> None:
    desk.send(rows("Chahut", "Boucan"))
    classes(desk, Chahut="A101", Boucan="A102")
    before = dump(desk.world, desk.source)["fact"]
    report = desk.send(rows("Chahut", "Boucan"))
    assert report["lignes"]["inchangees"] == 2
    assert report["lignes"]["revisees"] == report["lignes"]["creees"] == 0
    assert dump(desk.world, desk.source)["fact"] == before
    assert [leaf for _, leaf, _, _ in leaves(desk)] == ["A101", "A102"]


def test_the_history_is_classed_too_so_that_an_undo_restores_facts_classed_as_today(desk: Desk) -> None:
    desk.send(rows("Chahut"), arrete_le="2025-04-01")
    later = desk.send(rows("Boucan"), arrete_le="2025-05-01")
    classes(desk, Chahut="E201")
    assert leaves(desk) == [("Boucan", "Z999", "defaut", 0)]
    assert history(desk) == [("Chahut", "E201", "manuel", 2, 1, [])]
    answer = desk.world.client.delete(f"/api/v1/imports/{later['id']}", headers=desk.world.admin)
    assert answer.status_code == 200
    assert leaves(desk) == [("Chahut", "E201", "manuel", 2)]
    assert history(desk) == []


def test_a_label_classed_into_a_sensitive_leaf_raises_the_sensitivity_at_once(desk: Desk) -> None:
    desk.send(rows("Chahut"))
    classes(desk, Chahut="A302")
    assert leaves(desk) == [("Chahut", "A302", "manuel", 2)]
    classes(desk, Chahut="A303")
    assert leaves(desk) == [("Chahut", "A303", "manuel", 0)]


def test_a_decision_is_taken_back_and_every_byte_is_what_it_was(desk: Desk) -> None:
    desk.send(rows("Chahut", "Tapage nocturne", hour=""), arrete_le="2025-05-01")
    desk.send(rows("Boucan", "Tapage nocturne"), arrete_le="2025-06-01")
    before, first = dump(desk.world, desk.source), digest(desk)
    classes(desk, Chahut="A101", **{"tapage nocturne": "A102"}, Boucan="S101")
    assert dump(desk.world, desk.source) != before
    assert digest(desk) != first
    answer = classes(desk, **{"Chahut": None, "TAPAGE NOCTURNE": None, "boucan": None})
    assert [d["remplace"] for d in answer["decisions"]] == ["A101", "A102", "S101"]
    assert dump(desk.world, desk.source) == before
    assert digest(desk) == first


def test_who_decided_what_and_when_is_kept_and_what_changes_nothing_is_not_written(desk: Desk) -> None:
    desk.send(rows("Chahut"))
    classes(desk, Chahut="A101")
    assert classes(desk, chahut="A101") | {"diffusion": None} == {
        "decisions": [],
        "faits_reclasses": 0,
        "diffusion": None,
    }
    classes(desk, Chahut="A102")
    classes(desk, Chahut=None)
    assert classes(desk, Chahut=None)["decisions"] == []
    kept = desk.world.get("/categories/correspondances", source=desk.source)
    assert [(d["remplace"], d["categorie"]) for d in kept["decisions"]] == [
        ("A102", None),
        ("A101", "A102"),
        ("Z999", "A101"),
    ]
    assert kept["total"] == 3
    assert all(d["cree_le"] and d["auteur"] == "administration" for d in kept["decisions"])


def test_the_digest_of_a_question_changes_when_a_class_changes_and_only_for_its_sources(desk: Desk) -> None:
    world = desk.world
    desk.send(rows("Chahut"))
    other = Desk(world, world.source(f"voisine-{desk.source}", territory=TOULOUSE))
    other.send(rows("Chahut"))
    first, apart = digest(desk), digest(other)
    classes(desk, Chahut="A101")
    assert digest(desk) != first
    assert digest(other) == apart


def test_a_decision_of_the_organisation_holds_for_its_sources_and_no_other(desk: Desk) -> None:
    world = desk.world
    twin = Desk(world, world.source(f"{desk.source}b", territory=TOULOUSE, organisation=f"org-{desk.source}"))
    stranger = Desk(world, world.source(f"{desk.source}c", territory=TOULOUSE, organisation="ailleurs"))
    for each in (desk, twin, stranger):
        each.send(rows("Chahut"))
    classes(twin, Chahut="A102")
    apart = dump(world, stranger.source)
    body = {
        "organisation": f"org-{desk.source}",
        "correspondances": [{"libelle": "Chahut", "categorie": "A101"}],
    }
    assert put(world, body)["faits_reclasses"] == 1
    assert leaves(desk) == [("Chahut", "A101", "manuel", 0)]
    assert leaves(twin) == [("Chahut", "A102", "manuel", 0)]
    assert dump(world, stranger.source) == apart
    classes(twin, Chahut=None)
    assert leaves(twin) == [("Chahut", "A101", "manuel", 0)]


def test_a_source_that_passes_to_another_organisation_is_classed_by_its_decisions(desk: Desk) -> None:
    world, owner = desk.world, f"nouvelle-{desk.source}"
    world.source(f"{desk.source}d", territory=TOULOUSE, organisation=owner)
    desk.send(rows("Chahut"))
    said = [{"libelle": "Chahut", "categorie": "A101"}]
    assert put(world, {"organisation": owner, "correspondances": said})["faits_reclasses"] == 0
    contract = world.get(f"/sources/{desk.source}")
    for organisation, leaf in ((owner, "A101"), (f"org-{desk.source}", "Z999")):
        body = {k: v for k, v in contract.items() if v is not None} | {"organisation": organisation}
        answer = world.client.put(f"/api/v1/sources/{desk.source}", json=body, headers=world.admin)
        assert answer.status_code == 200, answer.text
        assert [category for _, category, *_ in leaves(desk)] == [leaf]


# ---- who may, and what is refused ------------------------------------------------------------


def test_only_who_may_write_for_a_source_classes_its_labels(desk: Desk) -> None:
    world, organisation = desk.world, f"org-{desk.source}"
    desk.send(rows("Chahut"))
    body = {"source": desk.source, "correspondances": [{"libelle": "Chahut", "categorie": "A101"}]}
    shared = {"organisation": organisation, "correspondances": body["correspondances"]}
    analyst = world.headers(world.key("analyste sans écriture", Role.ANALYSTE, organisation))
    partner = world.headers(world.key(f"système {desk.source}", Role.PARTENAIRE, organisation))
    stranger = world.headers(world.key("agent d'ailleurs", Role.AGENT, "ailleurs"))
    for headers in (analyst, partner):
        assert put(world, body, headers, 403)["type"].endswith("/interdit")
        assert put(world, shared, headers, 403)["type"].endswith("/interdit")
    unknown = put(world, body | {"source": "inconnue"}, stranger, 422)
    hidden = put(world, body, stranger, 422)
    assert hidden["detail"].replace(desk.source, "inconnue") == unknown["detail"]
    assert (
        put(world, shared, stranger, 422)["erreurs"]
        == (put(world, shared | {"organisation": "néant"}, stranger, 422)["erreurs"])
    )
    assert leaves(desk) == [("Chahut", "Z999", "defaut", 0)]
    agent = world.headers(world.key(f"agent {desk.source}", Role.AGENT, organisation))
    assert put(world, body, agent)["faits_reclasses"] == 1


@pytest.mark.parametrize(
    ("label", "leaf", "field"),
    [
        ("Chahut", "A999", "categorie"),
        ("Chahut", "Z999", "categorie"),
        ("Chahut", "A1", "categorie"),
        ("  ", "A101", "libelle"),
        ("x" * 121, "A101", "libelle"),
        ("M. DUPONT Jean", "A101", "libelle"),
        ("appel du 06 12 34 56 78", "A101", "libelle"),
    ],
)
def test_a_faulty_correspondence_is_refused_with_all_the_others(
    desk: Desk, label: str, leaf: str, field: str
) -> None:
    desk.send(rows("Boucan"))
    said = [{"libelle": "Boucan", "categorie": "A101"}, {"libelle": label, "categorie": leaf}]
    problem = put(desk.world, {"source": desk.source, "correspondances": said}, status=422)
    (fault,) = problem["erreurs"]
    assert fault["champ"] == f"correspondances.1.{field}"
    assert "DUPONT" not in str(problem)
    assert leaves(desk) == [("Boucan", "Z999", "defaut", 0)]
    assert desk.world.get("/categories/correspondances", source=desk.source)["total"] == 0


def test_a_label_given_twice_and_a_scope_given_twice_are_refused(desk: Desk) -> None:
    twice = [{"libelle": "Chahut", "categorie": "A101"}, {"libelle": "CHAHUT", "categorie": "A102"}]
    problem = put(desk.world, {"source": desk.source, "correspondances": twice}, status=422)
    assert len(problem["erreurs"]) == 2
    both = {"source": desk.source, "organisation": "x", "correspondances": twice[:1]}
    assert put(desk.world, both, status=422)["erreurs"]
    assert put(desk.world, {"correspondances": twice[:1]}, status=422)["erreurs"]


# ---- profiles --------------------------------------------------------------------------------


def test_a_profile_that_classes_a_label_otherwise_classes_what_it_has_read(desk: Desk) -> None:
    world = desk.world
    profile = {
        "libelle": "le sien",
        "champs": {"reference": "Réf", "date": "Date", "categorie": "Nature", "commune": "INSEE"},
        "categories": {"Chahut": "A101"},
    }
    path = f"/api/v1/sources/{desk.source}/profil"
    assert world.client.put(path, json=profile, headers=world.admin).status_code == 200
    content = "Réf;Date;Nature;INSEE\n1;13/03/2025;Chahut;31555\n".encode()
    desk.send(content)
    assert leaves(desk) == [("Chahut", "A101", "table", 0)]
    first = digest(desk)
    profile["categories"] = {"Chahut": "A102"}
    assert world.client.put(path, json=profile, headers=world.admin).status_code == 200
    assert leaves(desk) == [("Chahut", "A102", "table", 0)]
    assert digest(desk) != first
    assert desk.send(content)["lignes"]["inchangees"] == 1
    assert classes(desk, Chahut="A103")["decisions"][0]["remplace"] == "A102"
    classes(desk, Chahut=None)
    assert leaves(desk) == [("Chahut", "A102", "table", 0)]


# ---- the law ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20 if COMPLETE else 1))
def test_whatever_is_imported_undone_and_decided_every_class_is_what_the_tables_in_force_say(
    desk: Desk, seed: int
) -> None:
    chance, world = random.Random(seed), desk.world
    standing: list[str] = []
    for step in range(24):
        act = chance.random()
        if act < 0.5:
            natures = [chance.choice((*UNKNOWN, "Tapage", "Rixe")) for _ in range(5)]
            as_of = f"2026-01-{chance.randint(1, 9):02}"
            standing.append(desk.send(rows(*natures), arrete_le=as_of)["id"])
        elif act < 0.65 and standing:
            undone = standing.pop(chance.randrange(len(standing)))
            world.client.delete(f"/api/v1/imports/{undone}", headers=world.admin)
        else:
            leaf = chance.choice(("A101", "E201", "S101", None))
            classes(desk, **{chance.choice((*UNKNOWN, "Rixe")): leaf})
        check_classes(desk, step)


def check_classes(desk: Desk, step: int) -> None:
    with desk.world.database.owning() as connection:
        source = sources.get(connection, desk.source)
        tables = in_force.for_source(connection, source)
        found = connection.execute(
            text(
                "select source_label, category, category_mode, sensitivity, anomalies from confidential.fact "
                "where source = :source union all select source_label, category, category_mode, sensitivity, "
                "anomalies from confidential.fact_history where source = :source"
            ),
            {"source": desk.source},
        ).all()
    classifier = tables.classifier(shipped()["police_municipale"].categories)
    for label, category, mode, sensitivity, anomalies in found:
        said = classifier.classify(label)
        assert (category, mode) == (said.code, said.mode), (step, label)
        assert sensitivity == tables.sensitivities[category], (step, label)
        assert ("CAT_A_CLASSER" in anomalies) == (mode == "defaut"), (step, label)
