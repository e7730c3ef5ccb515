"""What official series rest on: a question and the files of producers, kept by its digest (record 0031)."""

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from observatoire.analyses.origin import FORM, Method, reader_of
from observatoire.analyses.readings import short
from observatoire.disclosure.policy import Caller
from observatoire.disclosure.released import Disclosure
from observatoire.store import provenance as provenance_store
from observatoire.store.engine import Connection
from observatoire.store.series import SeriesFile

METHOD = Method("series_officielles", 1)


def rests_on(
    question: Mapping[str, Any], files: Iterable[SeriesFile], parts: Mapping[str, Iterable[str]]
) -> dict[str, Any]:
    """All that an answer rests on, as plain values; its digest is ``readings.short`` of them.

    ``parts``: by dataset, the codes of the territories whose sum stands for the one asked.
    """
    told = sorted([file.number, file.sha256] for file in files)
    return {
        "forme": FORM,
        "question": dict(question),
        "methode": {"nom": METHOD.name, "version": METHOD.version},
        "fichiers": told,
        "parties": {dataset: short(sorted(codes)) for dataset, codes in parts.items()},
    }


def keep(connection: Connection, state: dict[str, Any], disclosure: Disclosure, caller: Caller) -> bool:
    """Keep what an answer rests on; whether it can be traced.

    Readers without a key write nothing: their questions have no end.
    """
    digest = short(state)
    kept = provenance_store.is_kept(connection, digest)
    if caller.role is None:
        return kept
    if not kept:
        shown = {
            "audience": disclosure.audience.value,
            "politique": disclosure.policy,
            "version": disclosure.version,
        }
        beside = {"logiciel": version("observatoire"), "diffusion": shown}
        provenance_store.keep(connection, digest, state, beside, reader_of(caller))
    return True
