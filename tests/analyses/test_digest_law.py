"""A digest changes exactly when what the answer rests on does: every byte of it, and nothing beside."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import COMPLETE
from support.files import LANDLORD_HEADER, pm_file, pm_row
from support.scatter import comma, draw
from support.world import EPCI, TOULOUSE, World

COLOMIERS, MARSEILLE = "31149", "13055"
INSIDE, OUTSIDE = ("574357,3", "6279642,9"), ("577800,0", "6276900,0")
AROUND_INSIDE = shapely.box(1.435, 43.596, 1.452, 43.613)
YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}
RECEIVED = (date(2022, 1, 1), date(2026, 1, 1))
# The first of each is always tried: it moves something.
MONTHS = (date(2025, 3, 1), date(2022, 6, 1), date(2023, 5, 1), date(2024, 8, 1))
BREAKS = (date(2025, 6, 1), date(2023, 6, 15), date(2019, 5, 2), date(2026, 9, 1))
_references = itertools.count(1)


@dataclass(frozen=True)
class Asked:
    """A question, and what it rests on as one would say it aloud.

    ``told``: the days that the figures speak of; ``read``: all those that they read, with the past of an
    evolution; ``classed``: those whose share to be classed is in the proof.
    """

    analysis: str
    params: dict[str, Any]
    communes: frozenset[str]
    sources: frozenset[str]
    told: tuple[date, date]
    read: tuple[date, date]
    classed: tuple[date, date]
    category: str | None = None
    part: bool = False


def day(text: str) -> date:
    return date.fromisoformat(text)


def asked(analysis: str, *, since: str = "2025-01-01", told: str = "", read: str = "", **more: Any) -> Asked:
    params = {"debut": since, "fin": "2026-01-01", **more.pop("params")}
    first, last = day(told or since), day("2026-01-01")
    if "category" in more:
        params["categorie"] = more["category"]
    classed = first if analysis == "evolution" else day(since)
    return Asked(analysis, params, told=(first, last), read=(day(read or str(first)), last),
                 classed=(classed, last), **more)  # fmt: skip


def questions(zone: str) -> dict[str, Asked]:
    toulouse = frozenset({"31555"})
    pm, both = frozenset({"pm"}), frozenset({"pm", "bailleur"})
    town = {"communes": toulouse, "sources": pm, "params": {"territoire": TOULOUSE, "source": "pm"}}
    whole = {"communes": frozenset({"31555", COLOMIERS}), "params": {"territoire": EPCI}}
    return {
        "synthese": asked("synthese", told="2024-01-01", category="A", **town),
        "toutes": asked("synthese", told="2024-01-01", sources=both, **whole),
        "tendances": asked("tendances", since="2022-01-01", category="A", sources=pm,
                           **{**whole, "params": {"territoire": EPCI, "source": "pm"}}),
        "creneaux": asked("creneaux-horaires", sources=pm, communes=frozenset({COLOMIERS}),
                          params={"territoire": f"commune:{COLOMIERS}", "source": "pm"}),
        "evolution": asked("evolution", told="2024-01-01", read="2020-01-01", category="A", **town),
        "carte": asked("points-chauds", **town),
        "paires": asked("rapprochements", communes=toulouse, sources=both, params={"territoire": TOULOUSE}),
        "intervalles": asked("creneaux-horaires", category="A", **{
            **town, "params": {**town["params"], "methode": "aoristique", "decoupage": "6h"}}),
        "croisement": asked("croisements", **{
            **town, "params": {**town["params"], "lignes": "famille", "colonnes": "mois"}}),
        "comparaison": asked("comparaisons", sources=pm, **{
            **whole, "params": {"territoire": TOULOUSE, "source": "pm", "avec": "epci"}}),
        "zone": asked("synthese", told="2024-01-01", part=True,
                      **{**town, "params": {"territoire": zone, "source": "pm"}}),
        "ailleurs": asked("synthese", told="2024-01-01", communes=frozenset({MARSEILLE}),
                          sources=frozenset({"ailleurs"}), params={"territoire": f"commune:{MARSEILLE}"}),
    }  # fmt: skip


@dataclass
class Council:
    """A town whose figures are contested: what each question answered, and its digest."""

    world: World
    zone: str
    asked: dict[str, Asked]
    files: dict[str, bytes]
    before: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def answers(self) -> dict[str, tuple[str, str | None]]:
        """(all that is answered but its digest, its digest) of each question; a refusal has no digest."""
        found: dict[str, tuple[str, str | None]] = {}
        for name, question in self.asked.items():
            path = f"/api/v1/analyses/{question.analysis}"
            reply = self.world.client.get(path, params=question.params, headers=self.world.admin)
            answer = reply.json()
            if reply.status_code == 422:
                assert answer["type"].endswith("/non_calculable"), answer
                found[name] = (answer["detail"], None)
                continue
            assert reply.status_code == 200, answer
            origin = answer["preuve"].pop("provenance")
            assert origin["trace"].endswith(origin["empreinte"])
            told = [answer["resultat"], answer["preuve"], origin["lien"]]
            found[name] = (json.dumps(told, sort_keys=True), origin["empreinte"])
        return found

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.world.client.request(method, f"/api/v1{path}", json=body, headers=self.world.admin)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def undo_import(self, report: dict[str, Any]) -> Callable[[], None]:
        assert report["etat"] == "valide", report
        return lambda: self.call("DELETE", f"/imports/{report['id']}")


def base_rows() -> list[str]:
    rows = []
    for number, (year, month, rank) in enumerate(
        itertools.product(range(2022, 2026), range(1, 13), range(8))
    ):
        x, y = 573400 + 331 * (number % 7), 6278800 + 287 * (number % 5)
        here = rank < 7
        rows.append(
            pm_row(f"B-{year}-{month}-{rank}", f"{3 * rank + 1:02d}/{month:02d}/{year}", f"{2 * rank:02d}h10",
                   "A101" if rank % 3 else "C101", "31555" if here else COLOMIERS,
                   (comma(x), comma(y)) if here else ("", ""))
        )  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def council(shared_world: World) -> Council:
    world = shared_world
    world.source("pm", organisation="Ville")
    world.source("bailleur", "bailleur", TOULOUSE)
    world.source("ailleurs", territory=f"commune:{MARSEILLE}")
    files = {
        "pm": pm_file(base_rows()),
        "bailleur": "\r\n".join(
            [LANDLORD_HEADER, *(f"L{m};12/{m:02d}/2025;22:10;Les Tilleuls;31555;A101;" for m in range(1, 13))]
        ).encode(),
        "ailleurs": pm_file([pm_row("M-1", "12/03/2025", code=MARSEILLE, point=("", ""))]),
    }
    for source, content in files.items():
        world.send(content, source, debut=str(RECEIVED[0]), fin=str(RECEIVED[1]))
    zone = draw(world, AROUND_INSIDE, "Centre")
    world.send(pm_file([pm_row("R-1", "14/03/2025", "22h45", "A101", point=INSIDE)]), debut="2025-03-01",
               fin="2025-04-01")  # fmt: skip
    made = Council(world, zone["id"], questions(f"zone:{zone['id']}"), files)
    made.before = made.answers()
    assert all(digest for _, digest in made.before.values()), "every question has an answer to begin with"
    return made


# ---- what is done to the observatory, and which questions rest on it ----------------------------------


@dataclass(frozen=True)
class Fact:
    source: str
    month: date
    commune: str
    nature: str
    point: tuple[str, str]

    def do(self, council: Council) -> Callable[[], None]:
        end = date(self.month.year, self.month.month + 1, 1)
        row = pm_row(f"N-{next(_references)}", f"{self.month:17/%m/%Y}", "21h30", self.nature, self.commune,
                     self.point)  # fmt: skip
        return council.undo_import(
            council.world.send(pm_file([row]), self.source, debut=str(self.month), fin=str(end))
        )

    def moves(self, question: Asked) -> bool | None:
        """None: only the shape of a map could tell."""
        here = self.source in question.sources and self.commune in question.communes
        if question.analysis == "points-chauds" and self.source == "pm" and self.commune == COLOMIERS:
            return None if question.read[0] <= self.month < question.read[1] else False
        if not here or not question.read[0] <= self.month < question.read[1]:
            return False
        if question.part and self.point == OUTSIDE:
            return False
        if question.category is None or self.nature.startswith(question.category):
            return True
        return self.nature == "Chahut" and question.classed[0] <= self.month < question.classed[1]


@st.composite
def facts(choose: st.DrawFn) -> Fact:
    source = choose(st.sampled_from(["pm", "pm", "pm", "ailleurs"]))
    commune = MARSEILLE if source == "ailleurs" else choose(st.sampled_from(["31555", "31555", COLOMIERS]))
    point = choose(st.sampled_from([INSIDE, OUTSIDE, ("", "")])) if commune == "31555" else ("", "")
    nature = choose(st.sampled_from(["A101", "C101", "Chahut"]))
    return Fact(source, choose(st.sampled_from(MONTHS)), commune, nature, point)


@dataclass(frozen=True)
class Again:
    """The same file, sent again: nothing is new."""

    source: str

    def do(self, council: Council) -> Callable[[], None]:
        period = {"debut": str(RECEIVED[0]), "fin": str(RECEIVED[1])}
        report = council.world.send(council.files[self.source], self.source, **period)
        assert report["lignes"]["creees"] == report["lignes"]["revisees"] == 0
        return council.undo_import(report)

    def moves(self, question: Asked) -> bool:
        return False


@dataclass(frozen=True)
class Revision:
    """One fact of 14 March 2025 is said again: an hour later, in another family, on another day."""

    what: str

    def do(self, council: Council) -> Callable[[], None]:
        when, hour, nature = {
            "heure": ("14/03/2025", "23h50", "A101"),
            "famille": ("14/03/2025", "22h45", "C101"),
            "jour": ("15/03/2024", "22h45", "A101"),
        }[self.what]
        row = pm_row("R-1", when, hour, nature, point=INSIDE)
        period = {"debut": "2024-03-01", "fin": "2025-04-01"}
        return council.undo_import(council.world.send(pm_file([row]), **period))

    def moves(self, question: Asked) -> bool:
        return "pm" in question.sources and "31555" in question.communes


@dataclass(frozen=True)
class Break:
    source: str
    day: date

    def do(self, council: Council) -> Callable[[], None]:
        body = {"jour": str(self.day), "type": "logiciel", "motif": "Nouveau logiciel"}
        made = council.call("POST", f"/sources/{self.source}/ruptures", body)
        return lambda: council.call("DELETE", f"/sources/{self.source}/ruptures/{made['numero']}")

    def moves(self, question: Asked) -> bool:
        first = question.read[0] if question.analysis == "evolution" else question.told[0]
        return self.source in question.sources and first < self.day < question.told[1]


@dataclass(frozen=True)
class Contract:
    source: str
    clause: str

    def do(self, council: Council) -> Callable[[], None]:
        stands = council.call("GET", f"/sources/{self.source}")
        calendar = {"periodicite": "mensuelle", "delai_jours": 20, "attendu_depuis": "2025-01-01"}
        changed = {
            "libelle": "Autre nom",
            "visibilite": "public" if stands["visibilite"] != "public" else "interne",
            "conservation_annees": 1,
            "precision": "voie",
            "calendrier": calendar,
        }
        path = f"/sources/{self.source}"
        council.call("PUT", path, {**stands, self.clause: changed[self.clause]})
        return lambda: council.call("PUT", path, stands)

    def moves(self, question: Asked) -> bool:
        return self.source in question.sources


@dataclass(frozen=True)
class Nil:
    """« Rien à signaler » for a month that nothing told: January 2026, or July 2021."""

    source: str
    month: date

    def do(self, council: Council) -> Callable[[], None]:
        end = date(self.month.year, self.month.month + 1, 1)
        made = council.call(
            "POST", f"/sources/{self.source}/neant", {"debut": str(self.month), "fin": str(end)}
        )
        return council.undo_import(made)

    def moves(self, question: Asked) -> bool:
        return self.source in question.sources and question.read[0] <= self.month < question.read[1]


@dataclass(frozen=True)
class Decision:
    """A label is classed for good: one that every fact bears, or one that none does."""

    source: str
    label: str

    def do(self, council: Council) -> Callable[[], None]:
        def say(leaf: str | None) -> None:
            body = {"source": self.source, "correspondances": [{"libelle": self.label, "categorie": leaf}]}
            council.call("PUT", "/categories/correspondances", body)

        say("A302")
        return lambda: say(None)

    def moves(self, question: Asked) -> bool:
        return self.label == "A101" and self.source in question.sources


@dataclass(frozen=True)
class Zone:
    """Another zone, over the same streets: no other question is about it. Zones are never erased."""

    def do(self, council: Council) -> Callable[[], None]:
        draw(council.world, AROUND_INSIDE.buffer(-0.002), f"Autre {next(_references)}")
        return lambda: None

    def moves(self, question: Asked) -> bool:
        return False


either = st.sampled_from(["pm", "bailleur", "ailleurs"])
OPERATIONS: dict[str, tuple[st.SearchStrategy[Any], int]] = {
    "un fait": (facts(), 5),
    "le même fichier": (st.builds(Again, either), 2),
    "une révision": (st.builds(Revision, st.sampled_from(["heure", "famille", "jour"])), 2),
    "une rupture": (st.builds(Break, either, st.sampled_from(BREAKS)), 3),
    "un contrat": (
        st.builds(
            Contract,
            either,
            st.sampled_from(["libelle", "visibilite", "conservation_annees", "precision", "calendrier"]),
        ),
        2,
    ),
    "un néant": (st.builds(Nil, either, st.sampled_from([date(2021, 7, 1), date(2026, 1, 1)])), 2),
    "une décision": (
        st.builds(Decision, st.sampled_from(["pm", "bailleur"]), st.sampled_from(["A101", "Tintamarre"])),
        2,
    ),
    "une autre zone": (st.builds(Zone), 1),
}


@pytest.mark.parametrize("kind", OPERATIONS)
def test_a_digest_changes_exactly_when_what_the_answer_rests_on_does(council: Council, kind: str):
    operations, few = OPERATIONS[kind]

    @settings(max_examples=20 if COMPLETE else few, suppress_health_check=[HealthCheck.too_slow])
    @given(operations)
    def law(operation: Any) -> None:
        undo = operation.do(council)
        after = council.answers()
        undo()
        for name, question in council.asked.items():
            (bytes_before, before), (bytes_after, now) = council.before[name], after[name]
            if bytes_before != bytes_after:
                assert before != now, f"{name} answers otherwise under the same digest"
            expected = operation.moves(question)
            if now is None:
                assert expected is not False, f"{name} is refused for what it does not rest on"
            elif expected is not None:
                assert (before != now) is expected, name
        assert council.answers() == council.before, "an undo puts every digest back"

    law()
