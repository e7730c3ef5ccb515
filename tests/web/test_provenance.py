"""A figure contested months later: what it rested on, whether it still is today's, who may ask."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import shapely
from sqlalchemy import text

from observatoire.analyses import origin, synthesis
from observatoire.analyses.origin import Method
from observatoire.analyses.readings import short
from observatoire.disclosure.policy import POLICY_VERSION, Role
from support.files import LANDLORD_HEADER, pm_file, pm_row
from support.scatter import CENTRE, comma, draw, zone_body
from support.terminal import Terminal
from support.world import EPCI, TOULOUSE, World

YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}
WHOLE = {"debut": "2022-01-01", "fin": "2026-01-01"}
_numbers = itertools.count(1)


def rows() -> list[str]:
    each = itertools.product(range(2022, 2026), range(1, 13), range(6))
    return [
        pm_row(f"{y}-{m}-{n}", f"{4 * n + 1:02d}/{m:02d}/{y}", f"{3 * n:02d}h10", "A101",
               point=(comma(573400 + 331 * (i % 7)), comma(6278800 + 287 * (i % 5))))
        for i, (y, m, n) in enumerate(each)
    ]  # fmt: skip


@dataclass
class Council:
    world: World
    headers: dict[str, dict[str, str]]

    def ask(self, who: str = "administration", analysis: str = "synthese", **params: Any) -> str:
        """The digest of an answer."""
        asked = {"territoire": TOULOUSE, **YEAR, **params}
        answer = self.world.get(f"/analyses/{analysis}", self.headers[who], **asked)
        found: str = answer["preuve"]["provenance"]["empreinte"]
        return found

    def trace(self, digest: str, who: str = "administration", status: int = 200) -> Any:
        return self.world.get(f"/provenance/{digest}", self.headers[who], status)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.world.client.request(method, f"/api/v1{path}", json=body, headers=self.world.admin)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def sentences(self, digest: str, who: str = "administration") -> list[str]:
        """What is told to have changed since."""
        found = self.trace(digest, who)
        assert found["a_jour"] is False
        return [change["phrase"] for change in found["changements"]]

    def one_more(self, **cells: str) -> dict[str, Any]:
        row = pm_row(f"S-{next(_numbers)}", **{"date": "17/03/2025", "nature": "A101", **cells})
        return self.world.send(pm_file([row]), "pm", debut="2025-03-01", fin="2025-04-01")


@pytest.fixture(scope="module")
def council(shared_world: World) -> Council:
    world = shared_world
    world.source("pm", organisation="Ville")
    world.source("bailleur", "bailleur", TOULOUSE, organisation="Bailleur", visibilite="public")
    world.source("ailleurs", "bailleur", "commune:13055", organisation="Marseille")
    world.send(pm_file(rows()), "pm", **WHOLE)
    lines = [f"{i};12/03/2025;22:10;Les Tilleuls;31555;A101;" for i in range(8)]
    world.send("\r\n".join([LANDLORD_HEADER, *lines, ""]).encode(), "bailleur", **YEAR)
    keys = {
        "agent": (Role.AGENT, "Ville", EPCI),
        "bailleur": (Role.PARTENAIRE, "Bailleur", EPCI),
        "analyste": (Role.ANALYSTE, "Observatoire", EPCI),
        "analyste de Toulouse": (Role.ANALYSTE, "Observatoire", TOULOUSE),
        "agent de Marseille": (Role.AGENT, "Marseille", "commune:13055"),
        "analyste de Marseille": (Role.ANALYSTE, "Marseille", "commune:13055"),
    }
    headers = {name: world.headers(world.key(name, *parts)) for name, parts in keys.items()}
    return Council(world, {**headers, "public": {}, "administration": world.admin})


# ---- in one call --------------------------------------------------------------------------------------


def test_one_call_tells_the_imports_and_the_versions_of_every_rule(council: Council):
    digest = council.ask(source="pm", categorie="A")
    answer = council.world.get("/analyses/synthese", territoire=TOULOUSE, source="pm", categorie="A", **YEAR)[
        "preuve"
    ]["provenance"]
    assert answer["trace"] == f"/api/v1/provenance/{digest}"
    traced = council.trace(digest)
    assert (traced["empreinte"], traced["intacte"], traced["a_jour"]) == (digest, True, True)
    assert (traced["empreinte_actuelle"], traced["changements"]) == (digest, [])
    asked = traced["question"]
    assert (asked["territoire"], asked["categorie"], asked["source"]) == (TOULOUSE, ["A"], ["pm"])
    assert traced["methode"] == {"nom": "synthese", "version": 1}
    assert traced["diffusion"] == {
        "audience": "interne",
        "politique": "interne : chiffres exacts",
        "version": POLICY_VERSION,
        "edition": None,
    }
    assert traced["nomenclature"] == 1
    assert set(traced["correspondances"]) == {"version", "total"}
    assert traced["geographie"] == 2026
    assert traced["contour"]
    assert traced["logiciel"]
    (source,) = traced["sources"]
    assert source["contrat"] == council.call("GET", "/sources/pm")
    received = source["imports"][0]
    assert received == council.call("GET", f"/imports/{received['id']}")
    assert received["fichier"]["sha256"]
    assert received["profil"] == "police_municipale@1"
    assert received["lignes"]["lues"] == len(rows())
    assert (source["autres_imports"], traced["autres_sources"]) == (0, 0)


def test_every_analysis_is_traced_by_its_digest_and_is_up_to_date(council: Council):
    paths = council.world.client.app.openapi()["paths"]  # type: ignore[attr-defined]
    analyses = {path.rpartition("/")[2] for path in paths if path.startswith("/api/v1/analyses/")}
    traced = {}
    # A portrait shows the figures of a synthesis, by the digest of that synthesis.
    for analysis in sorted(analyses - {"couverture", "catalogue", "portrait"}):
        crossed = {"lignes": "famille", "colonnes": "mois"} if analysis == "croisements" else {}
        digest = council.ask(analysis=analysis, source="pm", **crossed)
        found = council.trace(digest)
        assert (found["intacte"], found["a_jour"]) == (True, True), analysis
        traced[analysis] = digest
    assert len(set(traced.values())) == len(traced) >= 8


def test_a_month_declared_nil_is_traced_to_who_declared_it(council: Council):
    made = council.call("POST", "/sources/bailleur/neant", {"debut": "2024-01-01", "fin": "2024-02-01"})
    digest = council.ask(source="bailleur")
    told = [i["id"] for i in council.trace(digest)["sources"][0]["imports"]]
    assert made["id"] in told
    council.call("DELETE", f"/imports/{made['id']}")
    assert "Couverture de « bailleur », 2024-01 : « neant » puis « absent »." in council.sentences(digest)


# ---- six months later ---------------------------------------------------------------------------------


def test_an_import_undone_since_is_named_and_what_it_rested_on_is_still_told(council: Council):
    sent = council.one_more()
    digest = council.ask(source="pm")
    council.call("DELETE", f"/imports/{sent['id']}")
    traced = council.trace(digest)
    assert traced["a_jour"] is False
    (change,) = traced["changements"]
    assert (change["objet"], change["source"]) == ("import", "pm")
    assert change["phrase"].startswith("L'import de « pm » reçu le ")
    assert " a été annulé le " in change["phrase"]
    states = {i["id"]: i["etat"] for i in traced["sources"][0]["imports"]}
    assert states[sent["id"]] == "annule"
    assert traced["empreinte_actuelle"] == council.ask(source="pm")
    assert council.trace(traced["empreinte_actuelle"])["a_jour"] is True


def test_an_import_received_since_is_named(council: Council):
    digest = council.ask(source="pm")
    sent = council.one_more()
    (sentence,) = council.sentences(digest)
    assert "s'ajoute à ce qui est compté" in sentence
    council.call("DELETE", f"/imports/{sent['id']}")
    assert council.trace(digest)["a_jour"] is True


def test_a_correction_since_is_told_as_such(council: Council):
    sent = council.one_more()
    digest = council.ask(source="pm")
    again = council.world.send(
        pm_file([pm_row(f"S-{next(_numbers) - 1}", "18/03/2025", nature="A101")]), "pm",
        debut="2025-03-01", fin="2025-04-01",
    )  # fmt: skip
    told = " ".join(council.sentences(digest))
    assert "ne dit plus rien de ce qui est compté" in told
    for report in (again, sent):
        council.call("DELETE", f"/imports/{report['id']}")


@pytest.mark.parametrize(
    ("clause", "value", "sentence"),
    [
        ("precision", "voie", "Contrat de « pm », précision : « point » puis « voie »."),
        ("conservation_annees", 2, "durée de conservation (années) : « 30 » puis « 2 »"),
        ("libelle", "Police", "Contrat de « pm », libellé : « pm » puis « Police »."),
    ],
)
def test_a_contract_changed_since_is_told_clause_by_clause(
    council: Council, clause: str, value: Any, sentence: str
):
    digest, stands = council.ask(source="pm"), council.call("GET", "/sources/pm")
    council.call("PUT", "/sources/pm", {**stands, clause: value})
    assert any(sentence in told for told in council.sentences(digest))
    contract = council.trace(digest)["sources"][0]["contrat"]
    assert contract == stands, "the contract is told as it was"
    council.call("PUT", "/sources/pm", stands)
    assert council.trace(digest)["a_jour"] is True


def test_a_break_and_a_class_decided_since_are_told(council: Council):
    digest = council.ask(source="pm")
    body = {"jour": "2025-06-01", "type": "logiciel", "motif": "Nouveau logiciel"}
    declared = council.call("POST", "/sources/pm/ruptures", body)
    assert council.sentences(digest) == ["Rupture de série déclarée : « pm », 01/06/2025, Nouveau logiciel."]
    council.call("DELETE", f"/sources/pm/ruptures/{declared['numero']}")
    choices = [{"libelle": "A101", "categorie": "A302"}]
    council.call("PUT", "/categories/correspondances", {"source": "pm", "correspondances": choices})
    (sentence,) = council.sentences(digest)
    assert "classés" in sentence
    tables = [council.trace(each)["correspondances"] for each in (digest, council.ask(source="pm"))]
    assert tables[1]["total"] == tables[0]["total"] + 1
    assert tables[1]["version"] > tables[0]["version"]
    choices[0]["categorie"] = None  # type: ignore[assignment]
    council.call("PUT", "/categories/correspondances", {"source": "pm", "correspondances": choices})
    assert council.trace(digest)["a_jour"] is True


def test_a_zone_redrawn_since_is_told_and_another_zone_is_not(council: Council):
    shape = shapely.box(CENTRE[0] - 0.01, CENTRE[1] - 0.01, CENTRE[0] + 0.01, CENTRE[1] + 0.01)
    zone = draw(council.world, shape, "Centre")
    council.one_more()  # the workers assign the facts
    asked = {"territoire": f"zone:{zone['id']}", "source": "pm"}
    digest, town = council.ask(**asked), council.ask(source="pm")
    assert council.trace(digest)["question"]["territoire"] == f"zone:{zone['id']}"
    draw(council.world, shape.buffer(-0.002), "Ailleurs")
    council.one_more(point=("", ""), code="31149")
    assert council.trace(digest)["a_jour"] is True
    body = zone_body(shape.buffer(-0.004), "Centre", valide_depuis="2025-07-01")
    council.call("PUT", f"/zones/{zone['id']}", body)
    traced = council.trace(digest)
    assert traced["a_jour"] is None, "the facts of the new outline are not all known"
    assert "en cours" in traced["changements"][0]["phrase"]
    council.one_more(point=("", ""), code="31149")
    assert any(told.startswith("Le contour a changé de version") for told in council.sentences(digest))
    assert council.trace(town)["a_jour"] is True


@pytest.mark.parametrize(
    ("moved", "by", "place"),
    [
        ("un contour", "qpv_2024 = 'QN03190Z'", "qpv:QN03190Z"),
        ("une adresse vérifiée", "geom = st_translate(geom, 0.0001, 0)", TOULOUSE),
        ("une maille", "cell = cell + 1", TOULOUSE),
        ("un classement", "category = 'A102'", TOULOUSE),
    ],
)
def test_facts_placed_or_classed_otherwise_are_another_digest(
    council: Council, moved: str, by: str, place: str
):
    """What an assignment, a checked place or a table of classing writes to the facts, whatever its road."""
    asked = {"source": "pm", "territoire": place}
    digest = council.ask(**asked)
    key = "(select key from confidential.fact where source = 'pm' and local_day = '2025-03-01')"
    with council.world.database.owning() as connection:
        stood = connection.execute(
            text(f"select qpv_2024, geom, cell, category from confidential.fact where key = {key}")
        ).one()
        connection.execute(text(f"update confidential.fact set {by} where key = {key}"))
    (sentence,) = council.sentences(digest)
    assert "autrement" in sentence or "s'ajoute" in sentence, moved
    with council.world.database.owning() as connection:
        connection.execute(
            text(
                "update confidential.fact set qpv_2024 = :q, geom = :g, cell = :c, category = :k "
                f"where key = {key}"
            ),
            dict(zip("qgck", stood, strict=True)),
        )
    assert council.ask(**asked) == digest


def test_what_was_kept_is_checked_against_its_own_digest(council: Council):
    digest = council.ask(source="bailleur", categorie="A")
    with council.world.database.owning() as connection:
        connection.execute(
            text(
                "update collection.provenance set rests_on = jsonb_set(rests_on, '{nomenclature}', '7') "
                "where digest = :digest"
            ),
            {"digest": digest},
        )
    assert council.trace(digest)["intacte"] is False


# ---- who may see --------------------------------------------------------------------------------------


def alike(council: Council, who: str, digest: str) -> None:
    answers = []
    for each in (digest, "0" * 32):
        path = f"/api/v1/provenance/{each}"
        answer = council.world.client.get(path, headers=council.headers[who])
        assert answer.status_code == 404
        answers.append(answer.text.replace(each, ""))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("who", ["public", "agent de Marseille", "analyste de Marseille"])
def test_a_digest_of_another_place_is_404_like_one_that_nobody_was_given(council: Council, who: str):
    alike(council, who, council.ask())


def test_a_partner_does_not_see_a_figure_that_rests_on_none_of_its_sources(council: Council):
    digest = council.ask(source="pm")
    alike(council, "bailleur", digest)
    assert council.trace(digest, "agent")["a_jour"] is True


def test_the_same_number_of_look_ups_is_made_for_what_is_hidden_and_what_is_not_there(
    council: Council, monkeypatch: pytest.MonkeyPatch
):
    from observatoire.analyses import tracing

    made: list[str] = []

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            made.append(name)
            return function(*arguments)

        return call

    for room, name in ((tracing.territories, "communes_of"), (tracing.source_store, "every")):
        monkeypatch.setattr(room, name, counted(name, getattr(room, name)))
    digest, seen = council.ask(), []
    council.trace(digest, "agent de Marseille", 404)  # the key is looked up once
    for each in (digest, "0" * 32):
        made.clear()
        council.trace(each, "agent de Marseille", 404)
        seen.append(list(made))
    assert seen[0] == seen[1] != []


def test_sources_that_the_caller_may_not_read_are_only_counted(council: Council):
    digest = council.ask(source=["pm", "bailleur"])
    whole = council.trace(digest)
    assert [s["contrat"]["code"] for s in whole["sources"]] == ["bailleur", "pm"]
    for who, own in (("agent", "pm"), ("bailleur", "bailleur")):
        part = council.trace(digest, who)
        assert [s["contrat"]["code"] for s in part["sources"]] == [own]
        assert part["autres_sources"] == 1
        assert part["question"]["source"] == [own]
    stands = council.call("GET", "/sources/bailleur")
    council.call("PUT", "/sources/bailleur", {**stands, "libelle": "Un nom qui ne sort pas"})
    assert council.sentences(digest, "agent") == ["Des sources que vous ne pouvez pas lire ont changé."]
    assert any("Un nom qui ne sort pas" in told for told in council.sentences(digest))
    council.call("PUT", "/sources/bailleur", stands)


def test_imports_that_hold_counts_from_outside_the_grant_are_only_counted(council: Council):
    """A source of the whole EPCI, read inside Toulouse alone: the report of its imports counts elsewhere."""
    (source,) = council.trace(council.ask(source="pm"), "analyste de Toulouse")["sources"]
    assert (source["contrat"]["code"], source["imports"]) == ("pm", [])
    assert source["autres_imports"] >= 1


def test_another_source_of_the_place_is_another_digest_for_who_is_told_their_number(council: Council):
    digest = council.ask("agent")
    council.world.source("transport", "transporteur", TOULOUSE, organisation="Transport")
    assert council.sentences(digest, "agent") == [
        "Le nombre d'autres sources du territoire a changé : 1 puis 2."
    ]


def test_a_digest_that_is_not_one_is_refused(council: Council):
    assert council.trace("pas-une-empreinte", status=422)["erreurs"][0]["champ"] == "empreinte"


def test_a_published_figure_is_traced_by_everyone_to_its_edition(council: Council):
    published = council.call("POST", "/editions")
    digest = council.ask("public", territoire=TOULOUSE)
    assert digest == published["empreinte"]
    traced = council.trace(digest, "public")
    applied = traced["diffusion"]
    assert (applied["edition"], applied["audience"]) == (published["numero"], "public")
    assert (traced["a_jour"], traced["intacte"], traced["question"]) == (True, True, None)
    assert (traced["sources"], traced["autres_sources"]) == ([], 2)
    assert [s["contrat"]["code"] for s in council.trace(digest, "bailleur")["sources"]] == ["bailleur"]
    assert council.call("POST", "/editions")["empreinte"] == digest, "nothing changed meanwhile"
    april = {"debut": "2025-04-01", "fin": "2025-05-01"}
    line = "neuf;12/04/2025;22:10;Les Tilleuls;31555;A101;"
    council.world.send(f"{LANDLORD_HEADER}\r\n{line}\r\n".encode(), "bailleur", **april)
    after = council.call("POST", "/editions")
    assert after["empreinte"] != digest
    later = council.trace(digest, "public")
    assert (later["a_jour"], later["empreinte_actuelle"]) == (False, after["empreinte"])
    assert f"L'édition {after['numero']}, publiée le " in later["changements"][0]["phrase"]


# ---- the digest itself --------------------------------------------------------------------------------


def test_the_order_of_the_filters_and_their_repetition_do_not_matter(council: Council):
    asked = [["A", "C"], ["C", "A"], ["A", "C", "A"]]
    assert len({council.ask(source="pm", categorie=categories) for categories in asked}) == 1
    assert council.ask(source=["pm", "bailleur"]) == council.ask(source=["bailleur", "pm"])
    assert council.ask(source="pm", categorie="A") != council.ask(source="pm", categorie="C")


def test_another_version_of_the_method_or_of_the_policy_is_another_digest(
    council: Council, monkeypatch: pytest.MonkeyPatch
):
    digest = council.ask(source="pm")
    monkeypatch.setattr(synthesis, "METHOD", Method("synthese", 2))
    assert council.sentences(digest) == ["La méthode a changé de version."]
    monkeypatch.undo()
    monkeypatch.setattr(origin, "POLICY_VERSION", POLICY_VERSION + 1)
    assert council.sentences(digest) == ["La politique de diffusion a changé de version."]
    monkeypatch.undo()
    assert council.ask(source="pm") == digest


def test_the_command_line_gives_and_traces_the_same_digest_in_every_process(council: Council):
    digest = council.ask(source="pm")
    period = ["--debut", YEAR["debut"], "--fin", YEAR["fin"]]
    shell = Terminal(council.world)
    words = ("analyser", "synthese", TOULOUSE, "--source", "pm", *period)
    answer = shell.process(*words, PYTHONHASHSEED="1").stdout
    assert f"empreinte {digest}" in answer
    told = shell.process("provenance", digest, PYTHONHASHSEED="2").stdout
    assert "Méthode : synthese v1" in told
    assert "À jour : oui" in told, "asked again under another seed"
    assert "police_municipale@1" in told
    assert short({"b": [1, None], "a": "é"}) == short({"a": "é", "b": [1, None]})
