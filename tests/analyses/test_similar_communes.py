"""Similar communes: a poverty rate that is secret is told, and never invented."""

import numpy as np
import pytest

from observatoire.analyses.comparisons import similar
from observatoire.analyses.comparisons.model import Criterion, PeerQuestion
from observatoire.errors import NotComputableResult
from observatoire.store.reference import communes
from observatoire.store.reference.communes import POPULATION, POVERTY, CommuneTable
from support.series import load, table
from support.world import World

FILOSOFI = "CODGEO;NBMENFISC21;MED21;TP6021"
TOLD = {"31555": "22,0", "31149": "14,0", "31069": "11,0", "31557": "13,0", "33063": "17,0", "44109": "16,0"}
HIDDEN = ("31022", "34172")


@pytest.fixture(scope="module")
def known(shared_world: World) -> World:
    rows = [f"{code};100;20000;{poverty}" for code, poverty in TOLD.items()]
    rows += [f"{code};100;20000;s" for code in HIDDEN]
    load(shared_world, table(FILOSOFI, rows), geography=2022)
    return shared_world


def find(world: World, commune: str, **asked: object) -> similar.PeerGroup:
    with world.database.reading() as connection:
        return similar.find(connection, communes.load(connection), commune, PeerQuestion(**asked))


def codes(group: similar.PeerGroup) -> list[str]:
    return [peer.code.code for peer in group.peers]


def test_a_commune_whose_poverty_is_secret_is_no_candidate(known: World):
    group = find(known, "31555")
    assert [c.dropped for c in group.criteria] == [None, None, None]
    assert set(codes(group)) == set(TOLD) - {"31555"}
    assert group.candidates == len(TOLD) - 1
    assert group.unknown > 34_000
    assert not set(HIDDEN) & set(codes(group))


def test_the_criterion_leaves_when_it_is_the_town_s_own_that_is_secret(known: World):
    group = find(known, "31022")
    population, density, poverty = group.criteria
    assert (population.dropped, density.dropped) == (None, None)
    assert poverty.dropped is not None
    assert "secret statistique pour Aucamville : aucune n'est inventée" in poverty.dropped
    assert len(group.peers) == 8
    assert len(group.values) == 2


def test_one_that_no_file_tells_is_unknown_not_secret(known: World):
    poverty = find(known, "31003").criteria[2]
    assert poverty.dropped is not None
    assert "valeur inconnue" in poverty.dropped


def test_against_a_recount_over_every_commune_of_france(known: World):
    with known.database.reading() as connection:
        every = communes.load(connection)
    (people,) = [c for c in every.columns_of(POPULATION) if c.dataset == "territoires" and c.vintage == 2023]
    inhabited = np.where(people.values > 0, people.values, np.nan)
    features = np.log(np.column_stack([inhabited, inhabited / every.area_km2]))
    centre = np.nanmedian(features, axis=0)
    z = (features - centre) / (1.4826 * np.nanmedian(np.abs(features - centre), axis=0))
    row = every.rank["31022"]
    distances = np.sqrt(((z - z[row]) ** 2).sum(axis=1))
    distances[row] = np.nan
    expected = np.argsort(distances, kind="stable")[:8]
    found = find(known, "31022", criteria=(Criterion.POPULATION, Criterion.DENSITY), weights=(1.0, 1.0))
    assert codes(found) == [every.codes[i] for i in expected]


def test_a_weight_of_nothing_leaves_and_no_criterion_at_all_is_refused(known: World):
    group = find(known, "31555", weights=(1.0, 0.0, 1.0))
    assert [c.dropped for c in group.criteria] == [None, "poids nul", None]
    with pytest.raises(NotComputableResult, match="aucun critère"):
        find(known, "31022", criteria=(Criterion.POVERTY,), weights=(1.0,))


def test_the_table_is_read_again_when_a_file_comes(known: World):
    def columns(table_: CommuneTable) -> int:
        return len(table_.columns_of(POVERTY))

    with known.database.reading() as connection:
        first = communes.load(connection)
        assert communes.load(connection) is first
    load(known, table(FILOSOFI.replace("21", "19"), ["31555;100;20000;21,0"]), geography=2021)
    with known.database.reading() as connection:
        assert columns(communes.load(connection)) == columns(first) + 1
