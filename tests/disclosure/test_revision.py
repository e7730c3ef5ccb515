"""A year told twice: no small count of either version, and no small change, can be solved from the two."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from conftest import COMPLETE
from observatoire.disclosure.audit import audit
from observatoire.disclosure.revision import Told, revision_table
from observatoire.disclosure.suppression import UnprotectableTable, cube_table, protect

EXAMPLES = 200 if COMPLETE else 5
FAMILIES = {"A1": "A", "A2": "A", "B1": "B"}
PLACES = {f"c{i}": ("e0" if i < 2 else "e1", "d0" if i % 2 else "d1") for i in range(4)}
ABOVE = {("c", c): (("e", e), ("d", d)) for c, (e, d) in PLACES.items()}
ABOVE |= {("d", "d0"): (("n", "n"),), ("d", "d1"): (("n", "n"),)}
KINDS = {**{f: (d,) for f, d in FAMILIES.items()}, "A": ("*",), "B": ("*",)}


def totals(leaves):
    found = {}
    for (commune, family), facts in leaves.items():
        if facts:
            epci, departement = PLACES[commune]
            for place in (("c", commune), ("e", epci), ("d", departement), ("n", "n")):
                for category in (family, FAMILIES[family], "*"):
                    found[place, category] = found.get((place, category), 0) + facts
    return found


def relate(cells, values):
    return cube_table(cells, values, ABOVE, KINDS)


def is_finest(cell):
    return cell[0][0] == "c" and cell[1] in FAMILIES


def first(leaves):
    """A year as it is told for the first time."""
    values = totals(leaves)
    cells = sorted(values)
    hidden = protect(relate(cells, [values[c] for c in cells]))
    return Told(values, frozenset(c for c, h in zip(cells, hidden, strict=True) if h))


def again(told, leaves):
    values = totals(leaves)
    table, at = revision_table(told, values, relate, is_finest, 5)
    hidden = protect(table)
    return Told(values, frozenset(cell for cell in values if hidden[at[cell]]))


class Reader:
    """Holds both versions, and knows which finest cells were corrected. Shares no code with the product:
    one unknown per commune, family and version; everything else is a sum written out."""

    def __init__(self, versions, leaves):
        self.finest = sorted({leaf for version in leaves for leaf in version})
        self.at = {(v, leaf): i for i, (v, leaf) in enumerate(product(range(len(leaves)), self.finest))}
        rows, right = [], []
        self.low = np.ones(len(self.at))
        self.high = np.full(len(self.at), np.inf)
        for (v, leaf), i in self.at.items():
            if not leaves[v].get(leaf):
                self.low[i] = self.high[i] = 0  # a zero is published
        for v, version in enumerate(versions):
            for cell, value in version.values.items():
                if cell not in version.hidden:
                    rows.append(self.row(v, cell))
                    right.append(value)
        for v in range(1, len(leaves)):
            for leaf in self.finest:
                if leaves[v].get(leaf, 0) == leaves[v - 1].get(leaf, 0):
                    row = np.zeros(len(self.at))
                    row[self.at[v, leaf]], row[self.at[v - 1, leaf]] = 1, -1
                    rows.append(row)
                    right.append(0)
        self.sums = LinearConstraint(np.array(rows), right, right) if rows else ()

    def row(self, version, cell):
        """The sum of the finest cells under one cell."""
        row = np.zeros(len(self.at))
        (level, code), category = cell
        for commune, family in self.finest:
            inside = level == "n" or code in (commune, *PLACES[commune])
            if inside and category in (family, FAMILIES[family], "*"):
                row[self.at[version, (commune, family)]] = 1
        return row

    def width(self, row):
        ends = []
        for sign in (1, -1):
            # Wider than asked for is enough: a cap keeps the programme bounded.
            answer = milp(
                sign * row,
                integrality=np.ones(len(row)),
                bounds=Bounds(self.low, np.minimum(self.high, 500)),
                constraints=self.sums,
            )
            assert answer.status == 0, answer.message
            ends.append(row @ answer.x)
        return ends[1] - ends[0]


def assert_nothing_solved(versions, leaves):
    reader = Reader(versions, leaves)
    for v, version in enumerate(versions):
        for cell, value in version.values.items():
            if value < 5:
                assert reader.width(reader.row(v, cell)) >= 5 - 1e-6, (v, cell)
    old, new = versions[-2:]
    for cell in old.values.keys() & new.values.keys():
        if 0 < abs(new.values[cell] - old.values[cell]) < 5:
            difference = reader.row(len(versions) - 1, cell) - reader.row(len(versions) - 2, cell)
            assert reader.width(difference) >= 5 - 1e-6, cell


@st.composite
def corrected_years(draw):
    """A small year, and the same with some cells corrected: by few facts, by many, added or taken away."""
    count = st.one_of(st.integers(0, 5), st.integers(0, 40))
    leaves = {(c, f): draw(count) for c in PLACES for f in FAMILIES}
    changed = dict(leaves)
    for leaf in draw(st.lists(st.sampled_from(sorted(leaves)), min_size=1, max_size=5, unique=True)):
        step = draw(st.one_of(st.integers(-6, 6), st.integers(-20, 20)))
        changed[leaf] = max(0, leaves[leaf] + step)
    return leaves, changed


@settings(max_examples=EXAMPLES, deadline=None)
@given(corrected_years())
def test_from_two_editions_of_a_year_no_small_count_and_no_small_change_is_solved(years):
    leaves, changed = years
    told = first(leaves)
    now = again([told], changed)
    for cell in told.values.keys() & now.values.keys() - told.hidden - now.hidden:
        assert abs(now.values[cell] - told.values[cell]) not in range(1, 5)
    assert_nothing_solved([told, now], [leaves, changed])


@settings(max_examples=max(3, EXAMPLES // 4), deadline=None)
@given(corrected_years(), st.integers(-4, 4))
def test_a_third_edition_is_protected_from_the_two_before(years, step):
    leaves, changed = years
    told = first(leaves)
    now = again([told], changed)
    leaf = sorted(changed)[0]
    third = {**changed, leaf: max(0, changed[leaf] + step)}
    last = again([told, now], third)
    assert_nothing_solved([now, last], [changed, third])
    for cell in told.values.keys() & last.values.keys() - told.hidden - last.hidden:
        assert abs(last.values[cell] - told.values[cell]) not in range(1, 5)


def test_one_corrected_fact_solves_everything_when_editions_are_protected_apart():
    """What the joint protection is for: two editions, each safe alone, that differ by one fact."""
    leaves = {(c, f): 20 for c in PLACES for f in FAMILIES}
    changed = {**leaves, ("c0", "A1"): 21}
    told, alone = first(leaves), first(changed)
    assert not told.hidden
    assert not alone.hidden
    difference = alone.values[("n", "n"), "*"] - told.values[("n", "n"), "*"]
    assert difference == 1, "read by anyone"
    joint = again([told], changed)
    hidden = {cell for cell in joint.values if joint.values[cell] != told.values[cell]}
    assert hidden <= joint.hidden
    assert_nothing_solved([told, joint], [leaves, changed])


def test_a_year_that_did_not_change_is_told_with_the_same_figures():
    leaves = {(c, f): 3 + i for i, (c, f) in enumerate(product(PLACES, FAMILIES))}
    told = first(leaves)
    assert told.hidden
    now = again([told], leaves)
    assert now == told


def test_many_new_facts_are_told_as_they_are():
    leaves = {(c, f): 30 for c in PLACES for f in FAMILIES}
    changed = {leaf: facts + 10 for leaf, facts in leaves.items()}
    assert not again([first(leaves)], changed).hidden


def test_an_earlier_table_that_gives_itself_away_cannot_be_mended_by_a_later_one():
    leaves = {("c0", "A1"): 3, ("c1", "A1"): 40}
    told = Told(totals(leaves), frozenset())
    with pytest.raises(UnprotectableTable):
        again([told], {**leaves, ("c1", "A1"): 60})


def test_the_audit_fails_when_a_small_change_is_shown():
    leaves = {(c, f): 20 for c in PLACES for f in FAMILIES}
    table, _ = revision_table([first(leaves)], totals({**leaves, ("c0", "A1"): 22}), relate, is_finest, 5)
    assert not audit(table, table.flagged(table.unseen)).passed
