"""A geocoding server that speaks the protocol of addok: batches as CSV, searches as GeoJSON.

The national service (Géoplateforme, « géocodage ») speaks it too. What is sent: per row an address, the code
of a commune, and a random number; rows in a random order, so that their order tells nothing of the file.
"""

import csv
import io
import random
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from observatoire.domain.address import Answer, Asked, Candidate
from observatoire.domain.incident import LocationMethod
from observatoire.geocoders import replies
from observatoire.geocoders.budget import Budget
from observatoire.geocoders.errors import UnavailableGeocoder

ROWS = 1_000
"""Addresses in one batch."""
ATTEMPTS = 5
FIRST_PAUSE = 0.5
LONGEST_ANSWER = 30.0
CANDIDATES = 5
BUSY = frozenset({429, 502, 503, 504})
"""Statuses after which the same question may be asked again."""

_DIVIDED = {"75056": "Paris", "69123": "Lyon", "13055": "Marseille"}
"""Communes whose addresses bear the code of an arrondissement: they are bounded by their name."""


class RefusedQuestion(UnavailableGeocoder):
    """The server answered that it will not: asking again would not help."""


@dataclass(frozen=True, slots=True)
class GeocodingServer:
    """One server, at an address given by the operator. ``method`` names it in what is stored."""

    url: str
    method: LocationMethod
    shuffled: random.Random = field(default_factory=random.SystemRandom)

    def find(self, asked: Sequence[Asked], budget: Budget) -> list[Answer | None]:
        """The best candidate for each address, in order; None: the server knows of none.

        Raises:
            UnavailableGeocoder: it does not answer, or not in time.
        """
        found: list[Answer | None] = [None] * len(asked)
        with self._client() as client:
            for bounded in (True, False):
                places = [i for i, a in enumerate(asked) if (_filter(a) is not None) is bounded]
                self.shuffled.shuffle(places)
                for start in range(0, len(places), ROWS):
                    rows = {secrets.token_hex(6): place for place in places[start : start + ROWS]}
                    table = {number: asked[place] for number, place in rows.items()}
                    for number, answer in self._together(client, table, bounded, budget).items():
                        if number in rows:
                            found[rows[number]] = answer
        return found

    def _together(
        self, client: httpx.Client, table: dict[str, Asked], bounded: bool, budget: Budget
    ) -> dict[str, Answer]:
        """In one batch; one by one on a server of the city's own that can't bound a batch.

        addok-csv 1.1, the latest, fails on any filter since addok 1.3.
        """
        try:
            return self._batch(client, table, bounded, budget)
        except RefusedQuestion:
            if self.method is not LocationMethod.ADDOK:
                raise
        several = {number: self._search(client, asked, budget) for number, asked in table.items()}
        return {number: _answer(found) for number, found in several.items() if found}

    def candidates(self, asked: Asked, budget: Budget) -> tuple[Candidate, ...]:
        """Several candidates for one address, best first.

        Raises:
            UnavailableGeocoder: it does not answer, or not in time.
        """
        with self._client() as client:
            return self._search(client, asked, budget)

    def _search(self, client: httpx.Client, asked: Asked, budget: Budget) -> tuple[Candidate, ...]:
        bound = _filter(asked)
        params: dict[str, str | int] = {"q": _query(asked), "limit": CANDIDATES, "autocomplete": 0}
        if bound is not None:
            params["citycode"] = bound
        request = client.build_request("GET", self._at("search"), params=params)
        answer = _sent(client, request, budget)
        try:
            content = answer.json()
        except ValueError:
            raise UnavailableGeocoder("réponse illisible") from None
        return replies.features(content, self.method)

    def _batch(
        self, client: httpx.Client, table: dict[str, Asked], bounded: bool, budget: Budget
    ) -> dict[str, Answer]:
        data: dict[str, str] = {"columns": "adresse"}
        if self.method is LocationMethod.ADDOK:
            data |= {"delimiter": ",", "quote": '"'}  # it guesses otherwise, and addresses are full of commas
        if bounded:
            data["citycode"] = "commune"
        file = ("adresses.csv", _csv(table), "text/csv")
        request = client.build_request("POST", self._at("search/csv"), data=data, files={"data": file})
        return replies.batch(_sent(client, request, budget).text, self.method)

    def _client(self) -> httpx.Client:
        # A server of the city's own is not asked through the proxy of the way out.
        return httpx.Client(trust_env=self.method is LocationMethod.NATIONAL, timeout=LONGEST_ANSWER)

    def _at(self, path: str) -> str:
        return f"{self.url.rstrip('/')}/{path}{'' if self.method is LocationMethod.NATIONAL else '/'}"


def _filter(asked: Asked) -> str | None:
    return None if asked.commune in _DIVIDED else asked.commune


def _query(asked: Asked) -> str:
    return f"{asked.text} {_DIVIDED.get(asked.commune or '', '')}".strip()


def _csv(table: dict[str, Asked]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("numero", "adresse", "commune"))
    writer.writerows((number, _query(a), _filter(a) or "") for number, a in table.items())
    return out.getvalue().encode()


def _sent(client: httpx.Client, request: httpx.Request, budget: Budget) -> httpx.Response:
    """A request, sent again after the pause that the server asks for, or longer and longer ones."""
    refused = "ne répond pas"
    for pause in _pauses():
        if budget.left <= 0:
            break
        seconds = min(LONGEST_ANSWER, budget.left)
        request.extensions["timeout"] = httpx.Timeout(seconds).as_dict()
        try:
            answer = client.send(request)
        except httpx.HTTPError as error:
            refused, wanted = type(error).__name__, pause
        else:
            if answer.is_success:
                return answer
            refused = f"HTTP {answer.status_code}"
            if answer.status_code not in BUSY:
                raise RefusedQuestion(refused)
            wanted = _retry_after(answer) or pause
        if not budget.pause(wanted):
            break
    raise UnavailableGeocoder(refused)


def _answer(found: tuple[Candidate, ...]) -> Answer:
    return Answer(found[0], found[1].score if len(found) > 1 else None)


def _pauses() -> Iterator[float]:
    return (FIRST_PAUSE * 2**attempt for attempt in range(ATTEMPTS))


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds that the server asks for: a number, or a date."""
    told = answer.headers.get("retry-after", "")
    try:
        return max(0.0, float(told))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
