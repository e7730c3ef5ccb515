"""Official series contested months later: from which files of which producers, and whether they stand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from observatoire.analyses import official_series, series_origin
from observatoire.analyses.asking_again import unwritten
from observatoire.analyses.official_series import SeriesQuestion
from observatoire.analyses.origin import Method
from observatoire.analyses.readings import short
from observatoire.analyses.traces import Trace
from observatoire.analyses.what_changed import Change
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Disclosure
from observatoire.domain.territory import TerritoryCode
from observatoire.errors import ObservatoireError
from observatoire.store import series as files_store
from observatoire.store.engine import Connection, Database
from observatoire.store.provenance import ProvenanceRecord
from observatoire.store.series import SeriesFile

STATES = {"remplace": "a été remplacé par un autre de la même édition", "annule": "a été annulé"}

OTHER_PARTS = "Les territoires dont la somme est celle-ci ne sont plus les mêmes."
SILENT = "ne dit plus aucun de ces chiffres"


def is_of_series(record: ProvenanceRecord) -> bool:
    """Whether a digest is one of official series."""
    return bool(record.rests_on["methode"]["nom"] == series_origin.METHOD.name)


def may_see(connection: Connection, record: ProvenanceRecord, caller: Caller) -> bool:
    """What a producer has published is everyone's; what was transmitted, of whoever may ask for it."""
    if _audience_of(record) is not Audience.INTERNE:
        return True
    return official_series.may_read_transmitted(connection, _question_of(record), caller)


def told(connection: Connection, record: ProvenanceRecord) -> Trace:
    """What the series rested on; ``files``: as they are now."""
    known = {file.number: file for file in files_store.every(connection)}
    shown, method = record.beside["diffusion"], record.rests_on["methode"]
    return Trace(
        digest=record.digest,
        kept_at=record.kept_at,
        intact=short(record.rests_on) == record.digest,
        question=_question_of(record),
        method=Method(method["nom"], method["version"]),
        disclosure=Disclosure(_audience_of(record), shown["politique"], shown["version"], None),
        software=record.beside["logiciel"],
        taxonomy=None,
        classing=None,
        geography=None,
        contour=None,
        sources=(),
        other_sources=0,
        breaks=(),
        up_to_date=None,
        current_digest=None,
        changes=(),
        files=tuple(known[number] for number, _ in record.rests_on["fichiers"] if number in known),
    )


def _audience_of(record: ProvenanceRecord) -> Audience:
    return Audience(record.beside["diffusion"]["audience"])


def compared_with_today(database: Database, record: ProvenanceRecord, found: Trace, caller: Caller) -> Trace:
    """The same question asked again by whoever contests it, who may ask it."""
    assert isinstance(found.question, SeriesQuestion)
    try:
        answer = official_series.find(database, found.question, caller, unwritten).value
    except ObservatoireError as refusal:
        change = Change("question", None, f"Cette question n'a plus de réponse : {refusal}")
        return replace(found, up_to_date=False, changes=(change,))
    if answer.digest == found.digest:
        return replace(found, up_to_date=True, current_digest=answer.digest)
    changes = [*_changes(found.files, answer.files)]
    if answer.rests_on["parties"] != record.rests_on["parties"]:
        changes.append(Change("territoire", None, OTHER_PARTS))
    return replace(found, up_to_date=False, current_digest=answer.digest, changes=tuple(changes))


def _changes(then: tuple[SeriesFile, ...], now: tuple[SeriesFile, ...]) -> list[Change]:
    old, new = ({file.number for file in files} for files in (then, now))
    sentences = [
        f"{_named(file)} {STATES.get(file.state, SILENT)}." for file in then if file.number not in new
    ]
    sentences += [
        f"{_named(file)}, chargé le {file.imported_at:%d/%m/%Y}, en dit désormais une part."
        for file in now
        if file.number not in old
    ]
    return [Change("fichier", None, sentence) for sentence in sentences]


def _named(file: SeriesFile) -> str:
    return f"Le fichier n°\u00a0{file.number} (« {file.dataset} », édition {file.edition})"


def _question_of(record: ProvenanceRecord) -> SeriesQuestion:
    asked: Mapping[str, Any] = record.rests_on["question"]
    return SeriesQuestion(
        TerritoryCode.parse(asked["territoire"]),
        None if asked["debut"] is None else date.fromisoformat(asked["debut"]),
        None if asked["fin"] is None else date.fromisoformat(asked["fin"]),
        tuple(asked["indicateur"]),
        tuple(asked["jeu"]),
        asked["edition"],
    )
