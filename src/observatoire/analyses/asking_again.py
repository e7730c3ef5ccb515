"""The same question, asked again: each analysis by the name of its method, with what its question says."""

from collections.abc import Callable
from typing import Any, cast, get_args

from observatoire.analyses import evolution, hotspots, similar_facts, synthesis, time_slots, trends
from observatoire.analyses.comparable import Reference
from observatoire.analyses.evolution import By
from observatoire.analyses.proof import Proof
from observatoire.analyses.question import Question
from observatoire.disclosure.gate import Passage
from observatoire.disclosure.policy import Caller
from observatoire.statistics.time_slots import Preset
from observatoire.store.engine import Database

Asked = Callable[[Database, Question, Caller, dict[str, str]], Any]


def _unwritten(_: Passage) -> None:
    """No figure is shown: only whether it is still what it was."""


def _map(database: Database, question: Question, caller: Caller, said: dict[str, str]) -> Any:  # noqa: ANN401
    resolution = None if said["maille"] == "defaut" else int(said["maille"])
    return hotspots.find(database, question, resolution, float(said["seuil"]), caller, _unwritten).value


def _slots(database: Database, question: Question, caller: Caller, said: dict[str, str]) -> Any:  # noqa: ANN401
    return time_slots.tabulate(database, question, cast(Preset, said["decoupage"]), caller, _unwritten).value


def _evolution(database: Database, question: Question, caller: Caller, said: dict[str, str]) -> Any:  # noqa: ANN401
    by = cast(By, said["par"]) if said["par"] in get_args(By) else None
    return evolution.follow(database, question, Reference(said["reference"]), by, caller, _unwritten).value


def _pairs(database: Database, question: Question, caller: Caller, said: dict[str, str]) -> Any:  # noqa: ANN401
    return similar_facts.find(
        database, question, int(said["minutes"]), int(said["metres"]), caller, _unwritten
    ).value


ANALYSES: dict[str, Asked] = {
    synthesis.METHOD.name: lambda d, q, c, _: synthesis.summarise(d, q, c, _unwritten).value,
    hotspots.METHOD.name: _map,
    time_slots.METHOD.name: _slots,
    trends.METHOD.name: lambda d, q, c, _: trends.follow(d, q, c, _unwritten).value,
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
