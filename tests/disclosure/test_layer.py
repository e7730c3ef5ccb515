"""A map beside the totals of its communes: no cell, and no rest of a commune, can be solved from the two."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from conftest import COMPLETE
from observatoire.disclosure.audit import audit
from observatoire.disclosure.layer import layer_table, shown_cells

EXAMPLES = 300 if COMPLETE else 20


@st.composite
def maps(draw):
    """Communes with some facts by cell and some without a place; border cells belong to two of them."""
    facts = st.one_of(st.integers(0, 6), st.integers(0, 60))
    parts = Counter()
    for commune in range(draw(st.integers(1, 3))):
        for cell in range(draw(st.integers(1, 4))):
            parts[f"c{commune}", 3 * commune + cell] += draw(facts)
    parts = Counter({part: number for part, number in parts.items() if number})
    rest = {f"c{c}": draw(facts) for c in range(3)}
    totals = {c: rest[c] + sum(n for (where, _), n in parts.items() if where == c) for c in rest}
    return {c: n for c, n in totals.items() if n >= 5}, {p: n for p, n in parts.items() if totals[p[0]] >= 5}


def width(totals, parts, shown, row_of):
    """Range of a sum of unknowns for a reader who knows totals, shown cells, and where facts are."""
    unknown = sorted(parts) + [(c, None) for c in sorted(totals)]
    at = {key: i for i, key in enumerate(unknown)}
    truth = {
        **parts,
        **{(c, None): totals[c] - sum(parts.get(k, 0) for k in parts if k[0] == c) for c in totals},
    }
    rows, right = [], []
    for commune, total in totals.items():
        rows.append([float(key[0] == commune) for key in unknown])
        right.append(total)
    for cell, number in shown.items():
        rows.append([float(key[1] == cell) for key in unknown])
        right.append(number)
    low = np.array([1.0 if truth[key] else 0.0 for key in unknown])
    high = np.array([np.inf if truth[key] else 0.0 for key in unknown])
    price = np.zeros(len(unknown))
    for key in row_of:
        price[at[key]] = 1
    ends = []
    for sign in (1, -1):
        answer = milp(
            sign * price,
            integrality=np.ones(len(unknown)),
            bounds=Bounds(low, high),
            constraints=LinearConstraint(np.array(rows), right, right),
        )
        assert answer.status == 0, answer.message
        ends.append(price @ answer.x)
    return ends[1] - ends[0]


@settings(max_examples=EXAMPLES, deadline=None)
@given(maps())
def test_totals_minus_shown_cells_give_no_small_count(case):
    totals, parts = case
    shown = shown_cells(totals, parts, 5)
    # A commune left off the map beforehand has no cell of its own: nothing of it is in what is shown.
    table_cells = set(shown)
    mapped = {c for c in totals if slack(c, totals, parts) >= 5} if shown else set()
    own = {part: n for part, n in parts.items() if part[0] in mapped}
    inside = {c: totals[c] for c in mapped}
    for cell, number in shown.items():
        assert number == sum(n for (_, where), n in own.items() if where == cell) >= 5
    assert table_cells <= {cell for _, cell in own}
    if not shown:
        return
    for part, number in own.items():
        if number < 5:
            assert width(inside, own, shown, [part]) >= 5 - 1e-6, part
    for commune, total in inside.items():
        rest = total - sum(n for (where, _), n in own.items() if where == commune)
        if 0 < rest < 5:
            assert width(inside, own, shown, [(commune, None)]) >= 5 - 1e-6, commune


def slack(commune, totals, parts):
    places = [n for (where, _), n in parts.items() if where == commune]
    return sum(n - 1 for n in [*places, totals[commune] - sum(places)] if n)


def test_a_commune_minus_its_only_large_cell_is_not_told():
    """20 facts, 18 in one cell, 2 without a place: showing the cell would show the two."""
    assert shown_cells({"c": 20}, {("c", 1): 18}, 5) == {}
    assert shown_cells({"c": 28}, {("c", 1): 18}, 5) == {1: 18}


def test_showing_every_cell_of_five_fails_the_audit():
    table, at = layer_table({"c": 30}, {("c", 1): 20, ("c", 2): 8})
    hidden = table.flagged(table.unseen).copy()
    assert not audit(table, hidden).passed
    hidden[at[2]] = True
    assert audit(table, hidden).passed


def test_where_each_fact_is_alone_nothing_is_mapped():
    assert shown_cells({"c": 9}, {("c", cell): 1 for cell in range(9)}, 5) == {}
    assert shown_cells({}, {}, 5) == {}
