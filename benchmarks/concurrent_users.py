"""Fifty people read the council's pages at once: how long does each wait, and is anyone refused?

A real server (``observatoire serve``, one process) on a database that the demonstration has filled; the
people are coroutines of one other process, each with a connection kept open, on the same machine. Without
a key the answers of the last edition, from memory; the same with the memory turned off, as the baseline of
the run; with a key, fresh analyses of a commune.
"""

import argparse
import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx

SECONDS_TO_START = 60
COMMUNES = ("31555", "31149", "31557", "31069")


@dataclass
class Waits:
    """Milliseconds that answers took, and their statuses."""

    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def row(self, name: str, seconds: float) -> str:
        """One line of the table."""
        marks = statistics.quantiles(self.milliseconds, n=100)
        refused = sum(number for status, number in self.statuses.items() if status >= 400)
        rate = len(self.milliseconds) / seconds
        return f"| {name} | {rate:.0f} | {marks[49]:.1f} | {marks[94]:.1f} | {marks[98]:.1f} | {refused} |"


def questions(year: int) -> list[str]:
    """Pages that a council reads: summaries, evolutions and comparisons of some communes, and their EPCI."""
    period = f"debut={year}-01-01&fin={year + 1}-01-01"
    places = ["epci:243100518", *(f"commune:{code}" for code in COMMUNES)]
    return [
        f"/api/v1/analyses/{name}?territoire={place}&{period}{more}"
        for place in places
        for name, more in (("synthese", ""), ("synthese", "&categorie=B"), ("evolution", ""))
    ]


async def person(
    client: httpx.AsyncClient, pages: list[str], think: float, until: float, waits: Waits
) -> None:
    """Reads a page, thinks, reads another."""
    chance = random.Random(id(client))
    await asyncio.sleep(chance.uniform(0, think))
    while time.monotonic() < until:
        began = time.perf_counter()
        answer = await client.get(chance.choice(pages))
        waits.milliseconds.append((time.perf_counter() - began) * 1000)
        waits.statuses[answer.status_code] += 1
        await asyncio.sleep(chance.uniform(0.5, 1.5) * think)


async def crowd(address: str, people: int, think: float, seconds: float, pages: list[str], key: str) -> Waits:
    """All of them for some seconds; a first round, not counted, asks each page once."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    waits = Waits()
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as first:
        for page in pages:
            await first.get(page)
    clients = [httpx.AsyncClient(base_url=address, headers=headers, timeout=30) for _ in range(people)]
    until = time.monotonic() + seconds
    await asyncio.gather(*(person(client, pages, think, until, waits) for client in clients))
    for client in clients:
        await client.aclose()
    return waits


class Server:
    """The server in a process of its own, with some settings changed."""

    def __init__(self, **settings: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        paced = {"REQUESTS_PER_MINUTE": "10000000", "PUBLIC_REQUESTS_PER_MINUTE": "10000000", **settings}
        self.environment = os.environ | {f"OBSERVATOIRE_{name}": value for name, value in paced.items()}

    def __enter__(self) -> str:
        words = [
            sys.executable,
            "-m",
            "observatoire",
            "serve",
            "--sans-travailleur",
            "--port",
            str(self.port),
        ]
        self.process = subprocess.Popen(words, env=self.environment)
        address = f"http://127.0.0.1:{self.port}"
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{address}/sante")
            except httpx.TransportError:
                time.sleep(0.2)
            else:
                return address
        raise SystemExit("the server did not start")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=50)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--think", type=float, default=1.0, help="mean seconds between two pages")
    options.add_argument("--year", type=int, default=2025)
    options.add_argument("--key", default="", help="a key of the demonstration, for the fresh analyses")
    asked = options.parse_args()
    pages = questions(asked.year)
    print("| what | answers a second | median, ms | p95, ms | p99, ms | refused |\n|---|---|---|---|---|---|")
    rows = [("without a key, from memory", {}, "", asked.think), ("the same, nobody thinking", {}, "", 0.0),
            ("the same, without the memory", {"PUBLIC_MEMORY": "0"}, "", asked.think)]  # fmt: skip
    if asked.key:
        rows.append(("with a key, fresh analyses", {}, asked.key, asked.think))
    for name, settings, key, think in rows:
        with Server(**settings) as address:
            waits = asyncio.run(crowd(address, asked.people, think, asked.seconds, pages, key))
            print(waits.row(name, asked.seconds))
    print(f"\n{asked.people} people; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
