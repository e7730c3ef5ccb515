"""What does sharing intervals out over some days alone cost, next to all the days of the same facts?"""

import argparse
import os
from datetime import date

import psycopg

from contract_in_counts import ASKED, SOURCES, TERRITORIES, best
from databases import empty
from observatoire.analyses.calendars import day_groups
from observatoire.domain.day_kind import DayKind
from observatoire.domain.period import Period
from observatoire.store.queries import query

PERIOD = Period(date(2020, 1, 1), date(2025, 1, 1))
FACTS = """
insert into confidential.fact (key, content, source, category, category_mode, occurred_from, occurred_to,
    time_precision, local_day, location_precision, commune, epci, departement, region, near_border, unit,
    quantity, sensitivity, anomalies, import_number, as_of)
select decode(md5(n::text), 'hex'), 'x', 's' || n % 4, 'A101', 'table', night + interval '20 hours',
    night + interval '20 hours' + make_interval(hours => 1 + n % 40), 'intervalle', night::date, 'commune',
    (31000 + n % 37)::text, '243100518', '31', '76', false, 'fait', 1, 0, '{{}}', 1, '2025-01-01'
from generate_series(1, {rows}) n,
    lateral (select timestamptz '2020-01-01 00:00+01' + make_interval(days => n % 1820) as night) as nights
"""


def statement(kind: DayKind) -> str:
    """The statement of the store, for the intervals that reach some days."""
    where = f"{ASKED} and {query('within_contract')}"
    groups = day_groups(kind, PERIOD, ["31"], reaching=True)
    if groups is not None:
        (group,) = groups
        days = ", ".join(f"'{day}'" for day in group.days)
        asked = query("reaching_days").format(rank=0).replace(":clock_0", f"'{group.clock}'")
        where += " and " + asked.replace(":days_0", f"array[{days}]::date[]")
    return query("count_by_interval").format(where=where)


def measure(server: str, rows: int, repetitions: int) -> None:
    """Print the table."""
    with empty(server) as base, psycopg.connect(base, autocommit=True) as connection:
        for told in (SOURCES, TERRITORIES, FACTS.format(rows=rows), "vacuum analyze"):
            connection.execute(told)
        whole = best(connection, statement(DayKind.EVERY), repetitions)
        print(f"| {rows // 2:,} intervals, five years | ms | next to all days |\n|---|---|---|")
        for kind in (DayKind.EVERY, DayKind.WEEKEND, DayKind.WORKING, DayKind.SCHOOL_HOLIDAY):
            spent = best(connection, statement(kind), repetitions)
            print(f"| `{kind.value}` | {spent * 1000:.0f} | {spent / whole:.2f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--repetitions", type=int, default=3)
    asked = parser.parse_args()
    measure(os.environ["OBSERVATOIRE_DATABASE_URL"], asked.rows, asked.repetitions)
