"""A real addok on loopback: its own Python environment, a Redis server, and an address file of ours."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0

CONFIGURATION = """
REDIS = {{"host": "127.0.0.1", "port": {port}, "indexes": {{"db": 0}}, "documents": {{"db": 1}}}}
QUERY_PROCESSORS_PYPATHS = [
    "addok.helpers.text.check_query_length",
    "addok_france.extract_address",
    "addok_france.clean_query",
    "addok_france.remove_leading_zeros",
]
SEARCH_RESULT_PROCESSORS_PYPATHS = [
    "addok.helpers.results.match_housenumber",
    "addok_france.make_labels",
    "addok.helpers.results.score_by_importance",
    "addok.helpers.results.score_by_autocomplete_distance",
    "addok.helpers.results.score_by_ngram_distance",
    "addok.helpers.results.score_by_geo_distance",
]
PROCESSORS_PYPATHS = [
    "addok.helpers.text.tokenize",
    "addok.helpers.text.normalize",
    "addok_france.glue_ordinal",
    "addok_france.fold_ordinal",
    "addok_france.flag_housenumber",
    "addok.helpers.text.synonymize",
    "addok_fr.phonemicize",
]
FILTERS = ["type", "postcode", "citycode"]
"""


def programs() -> tuple[Path, str]:
    """(folder of addok's commands, Redis server); skips the test, saying what to install."""
    commands, redis = ROOT / ".addok" / "bin", shutil.which("redis-server")
    if not (commands / "addok").exists() or redis is None:
        pytest.skip(
            "needs a real addok: « scripts/test --complet » installs it (.addok/, Debian's redis-server)"
        )
    return commands, redis


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _process(words: Sequence[str], folder: Path, environment: dict[str, str]) -> Iterator[None]:
    with (folder / f"{Path(words[0]).name}.log").open("wb") as log:
        process = subprocess.Popen(words, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _until(answers: Any) -> None:
    limit = time.monotonic() + PATIENCE
    while not answers():
        if time.monotonic() > limit:
            raise TimeoutError
        time.sleep(0.1)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def addok(folder: Path, addresses: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The address of a server that holds some streets; everything ends with the block."""
    commands, redis = programs()
    index, port = _free_port(), _free_port()
    configuration = folder / "addok.conf.py"
    configuration.write_text(CONFIGURATION.format(port=index))
    file = folder / "adresses.ndjson"
    file.write_text("\n".join(json.dumps(street) for street in addresses))
    environment = {**os.environ, "ADDOK_CONFIG_MODULE": str(configuration)}
    redis_words = [redis, "--port", str(index), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with _process(redis_words, folder, environment):
        _until(lambda: _listens(index))
        for words in (["batch", str(file)], ["ngrams"]):
            subprocess.run(
                [commands / "addok", *words], cwd=folder, env=environment, check=True, capture_output=True
            )
        server = [str(commands / "gunicorn"), "-b", f"127.0.0.1:{port}", "addok.http.wsgi"]
        with _process(server, folder, environment):
            url = f"http://127.0.0.1:{port}"
            _until(lambda: _listens(port) and httpx.get(f"{url}/search/", params={"q": "rue"}).is_success)
            yield url
