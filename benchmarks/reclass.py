"""What classing a label costs, next to the UPDATE written by hand; and listing labels, next to a count."""

import argparse
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable

import psycopg

from databases import copy_of, template
from observatoire.disclosure.policy import Caller, Role
from observatoire.intake.classing import deciding, queue
from observatoire.intake.classing.deciding import Choice, Scope
from observatoire.store import sources
from observatoire.store.engine import Database

OPERATOR = Caller("banc", Role.ADMINISTRATION, "", (), None)
LABELS = 40
"""Labels of the source, of equal weight, spelt in two ways; all to be classed."""

SOURCE = """
insert into accounts.organisation (code, label, kind) values ('pm', 'pm', 'autre');
insert into collection.source (code, label, kind, organisation, timezone, additivity_group, visibility)
values ('pm', 'pm', 'police_municipale', 'pm', 'Europe/Paris', 'pm', 'interne');
insert into collection.source_territory (source, level, code, valid_from)
values ('pm', 'commune', '31555', '1990-01-01')
"""
IMPORT = """
insert into collection.import (id, source, state, profile, file, lines, as_of, caller, started_at)
values (gen_random_uuid(), 'pm', 'valide', 'police_municipale@1', '{}', '{}', '2026-01-01', 'banc', now())
"""
FACTS = """
insert into confidential.fact (key, content, source, category, category_mode, source_label, occurred_from,
    time_precision, local_day, location_precision, commune, near_border, unit, quantity, sensitivity,
    anomalies, import_number, as_of)
select decode(md5(i::text), 'hex'), decode(md5((-i)::text), 'hex'), 'pm', 'Z999', 'defaut',
    case when mod(i, 2) = 0 then 'LIBELLE ' else 'Libellé ' end || 'x' || mod(i, %(labels)s)::text,
    timestamptz '2024-01-01' + make_interval(secs => i), 'minute', date '2024-01-01' + mod(i, 700), 'commune',
    '31555', false, 'fait', 1, 0, '{CAT_A_CLASSER}', 1, '2026-01-01'
from generate_series(1, %(rows)s) as g(i)
"""
COUNT = "select count(*) from confidential.fact where source = 'pm'"
BY_HAND = """
update confidential.fact set category = 'A101', category_mode = 'manuel', sensitivity = 0,
    anomalies = array_remove(anomalies, 'CAT_A_CLASSER')
where source = 'pm' and source_label in ('LIBELLE x7', 'Libellé x7')
"""


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args()
    server = os.environ["OBSERVATOIRE_DATABASE_URL"]
    seconds: dict[str, list[float]] = defaultdict(list)
    for _ in range(options.repetitions):
        with copy_of(server, template(server)) as database:
            _fill(database, options.rows)
            for name, action in _measures(database).items():
                started = time.perf_counter()
                action()
                seconds[name].append(time.perf_counter() - started)
    print(_report(options.rows, {name: statistics.median(spent) for name, spent in seconds.items()}))


def _measures(database: Database) -> dict[str, Callable[[], object]]:
    with database.reading() as connection:
        source = sources.get(connection, "pm")
    scope, choice = Scope((source,), "pm", False), [Choice("libelle X3", "A101")]
    return {
        "count": _execute(database, COUNT),
        "list": lambda: queue.waiting(database, queue.Page(("pm",)), OPERATOR, lambda _: None),
        "hand": _execute(database, BY_HAND),
        "decide": lambda: deciding.decide(database, scope, choice, OPERATOR, lambda _: None),
    }


def _report(rows: int, middle: dict[str, float]) -> str:
    decided, listed = middle["decide"] / middle["hand"], middle["list"] / middle["count"]
    return "\n".join(
        (
            f"{rows:,} facts of one source, {LABELS} labels; load {os.getloadavg()[0]:.1f}",
            "",
            "| what | seconds (median) | next to |",
            "|---|---|---|",
            f"| class {rows // LABELS:,} facts | {middle['decide']:.2f} | {decided:.1f} × by hand |",
            f"| list labels, with proposals | {middle['list']:.2f} | {listed:.1f} × a count of the source |",
        )
    )


def _execute(database: Database, statement: str) -> Callable[[], object]:
    def action() -> None:
        with psycopg.connect(database.url) as connection:
            connection.execute(statement)

    return action


def _fill(database: Database, rows: int) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(SOURCE)
        connection.execute(IMPORT)
        connection.execute(FACTS % {"labels": LABELS, "rows": rows})
        connection.execute("vacuum analyze confidential.fact")
        connection.execute("checkpoint")


if __name__ == "__main__":
    main()
