"""The same question, asked again: each analysis by the name of its method, with what its question says."""

from collections.abc import Callable
from typing import Any, cast, get_args

from observatoire.analyses import (
    crossing,
    evolution,
    hotspots,
    similar_facts,
    slot_cutting,
    synthesis,
    time_slots,
    trends,
)
from observatoire.analyses.comparable import Reference
from observatoire.analyses.comparisons import answering, proving
from observatoire.analyses.comparisons.asking import PeerWords, understood
from observatoire.analyses.evolution import By
from observatoire.analyses.proof import Proof
from observatoire.analyses.question import Question
from observatoire.analyses.slot_cutting import Cutting
from observatoire.analyses.slot_cutting import Method as SlotMethod
from observatoire.analyses.trend_points import Step
from observatoire.disclosure.gate import Passage
from observatoire.disclosure.policy import Caller
from observatoire.domain.crossing import Dimension
from observatoire.domain.day_kind import DayKind
from observatoire.store.engine import Database

Asked = Callable[[Database, Question, Caller, dict[str, str]], Any]


def unwritten(_: Passage) -> None:
    """No figure is shown: only whether it is still what it was."""


def _map(database: Database, question: Question, caller: Caller, said: dict[str, str]) -> Any:  # noqa: ANN401
    resolution = None if said["maille"] == "defaut" else int(said["maille"])
    return hotspots.find(database, question, resolution, float(said["seuil"]), caller, unwritten).value


def _slots(database: Database, question: Question, caller: Caller, said: dict[str, str]) -> Any:  # noqa: ANN401
    cuts = [int(cut) for cut in said["bornes"].split(",")] if "bornes" in said else None
    cutting = Cutting.of(said["decoupage"], cuts, cast(SlotMethod, said["methode"]), DayKind(said["jours"]))
    return time_slots.tabulate(database, question, cutting, caller, unwritten).value


def _trend(database: Database, question: Question, caller: Caller, said: dict[str, str]) -> Any:  # noqa: ANN401
    return trends.follow(database, question, Step(said["pas"]), caller, unwritten).value


def _crossing(database: Database, question: Question, caller: Caller, said: dict[str, str]) -> Any:  # noqa: ANN401
    rows, columns = Dimension(said["lignes"]), Dimension(said["colonnes"])
    return crossing.cross(database, question, rows, columns, caller, unwritten).value


def _comparison(database: Database, question: Question, caller: Caller, said: dict[str, str]) -> Any:  # noqa: ANN401
    peers = PeerWords()
    if "criteres" in said:
        same = said["meme_departement"] == "true"
        peers = PeerWords([said["criteres"]], [said["poids"]], same, int(said["nombre"]))
    asked = understood(question, [said["avec"]], peers)
    return answering.compare(database, asked, caller, unwritten).value


def _evolution(database: Database, question: Question, caller: Caller, said: dict[str, str]) -> Any:  # noqa: ANN401
    by = cast(By, said["par"]) if said["par"] in get_args(By) else None
    return evolution.follow(database, question, Reference(said["reference"]), by, caller, unwritten).value


def _pairs(database: Database, question: Question, caller: Caller, said: dict[str, str]) -> Any:  # noqa: ANN401
    return similar_facts.find(
        database, question, int(said["minutes"]), int(said["metres"]), caller, unwritten
    ).value


ANALYSES: dict[str, Asked] = {
    synthesis.METHOD.name: lambda d, q, c, _: synthesis.summarise(d, q, c, unwritten).value,
    hotspots.METHOD.name: _map,
    slot_cutting.METHOD.name: _slots,
    trends.METHOD.name: _trend,
    crossing.METHOD.name: _crossing,
    proving.METHOD.name: _comparison,
    evolution.METHOD.name: _evolution,
    similar_facts.METHOD.name: _pairs,
}
"""Every analysis whose digest is kept (a test asks each of them by its route, then traces it)."""


def ask_again(database: Database, method: str, question: Question, caller: Caller) -> Proof | None:
    """Today's proof of a question; None where this caller would no longer be answered with exact counts.

    Raises:
        ObservatoireError: all that the analysis refuses.
    """
    answer = ANALYSES[method](database, question, caller, dict(question.parameters))
    proof: Proof | None = getattr(answer, "proof", None)
    return proof
