"""What an edition rests on: its years, the facts of their cube, the places that they add to."""

from collections.abc import Mapping
from dataclasses import astuple
from datetime import date
from typing import Any

from observatoire.analyses.coverage import coverage_of
from observatoire.analyses.edition_plans import Plan
from observatoire.analyses.origin import edition_provenance
from observatoire.analyses.readings import Reading, facts_read, short
from observatoire.disclosure.policy import Caller
from observatoire.domain.incident import Category
from observatoire.domain.period import Period
from observatoire.domain.source import Source
from observatoire.domain.territory import NATION
from observatoire.store.engine import Connection
from observatoire.store.reference import territories
from observatoire.store.reference.gazetteer import Gazetteer


def digest_of(
    connection: Connection,
    caller: Caller,
    groups: Mapping[str, list[Source]],
    plans: list[Plan],
    taxonomy: tuple[Category, ...],
    geography: Gazetteer,
    repeats: Mapping[str, Any],
) -> str:
    """Digest of all that an edition rests on, kept as that of an answer is.

    ``repeats``: the years that it tells again otherwise than before.
    """
    leaves = tuple(c.code for c in taxonomy if c.sensitivity < 2 and not c.is_service_activity)
    communes = {c.code: c.population for plan in plans for c in plan.communes}
    parents = [[code, communes[code], *astuple(geography.parents[code])] for code in sorted(communes)]
    totals = [[*key, *size] for key, size in sorted(territories.commune_totals(connection).items())]
    made_of = {
        "annees": [_told(plan) for plan in plans],
        "territoires": short(parents),
        "totaux": short(totals),
        **repeats,
    }
    coverages, read = [], []
    for name in sorted({plan.group for plan in plans}):
        own = [plan for plan in plans if plan.group == name]
        whole = Period(date(own[0].year, 1, 1), date(own[-1].year + 1, 1, 1))
        held = tuple({c.code: c for plan in own for c in plan.communes}.values())
        coverages.append(coverage_of(connection, groups[name], held, whole))
        read.append(Reading(tuple(groups[name]), (whole,), frozenset(c.code for c in held), classes=False))
    facts = facts_read(connection, NATION, leaves, read)
    return edition_provenance(connection, caller, geography.vintage, made_of, coverages, facts)


def _told(plan: Plan) -> list[Any]:
    return [
        plan.group,
        plan.year,
        plan.months,
        sorted(plan.audiences),
        short(sorted(c.code for c in plan.communes)),
    ]
