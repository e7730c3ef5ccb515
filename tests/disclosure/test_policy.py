"""The audience table of the wire contract, line by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.disclosure.policy import (
    PUBLIC,
    PUBLISHED_LEVELS,
    RULES,
    THRESHOLD,
    Audience,
    Caller,
    Reach,
    Role,
    Rule,
    SourcePosition,
    audience_of,
    cube_of,
    edition_audience,
    outside_audience,
)
from observatoire.domain.territory import TerritoryLevel

HOME, AWAY = frozenset({"31555", "31149"}), frozenset({"13055"})
KEYED = (Role.ADMINISTRATION, Role.COORDONNATEUR, Role.ANALYSTE, Role.AGENT, Role.PARTENAIRE)
"""Those who may be « interne »; an elected member reads what is published, and packs."""


def holder(role: Role, communes: frozenset[str] | None = HOME) -> Caller:
    return Caller("essai", role, "Ville", communes=communes)


@pytest.mark.parametrize("role", KEYED)
@pytest.mark.parametrize(
    ("communes", "audience"),
    [
        (HOME, Audience.INTERNE),
        (frozenset({"31555"}), Audience.INTERNE),
        (AWAY, Audience.PARTENAIRES),
        (HOME | AWAY, Audience.PARTENAIRES),
        (frozenset(), Audience.PARTENAIRES),
    ],
)
def test_a_key_is_interne_where_its_grant_holds_the_whole_territory(
    role: Role, communes: frozenset[str], audience: Audience
):
    assert audience_of(holder(role), communes) is audience


@pytest.mark.parametrize("role", KEYED)
def test_a_grant_over_the_nation_is_interne_everywhere(role: Role):
    assert audience_of(holder(role, None), AWAY) is Audience.INTERNE


@pytest.mark.parametrize("communes", [HOME, AWAY, frozenset()])
def test_without_a_key_everyone_is_the_public_everywhere(communes: frozenset[str]):
    assert audience_of(PUBLIC, communes) is Audience.PUBLIC
    assert outside_audience(PUBLIC) is Audience.PUBLIC


@pytest.mark.parametrize("role", KEYED)
def test_outside_its_grant_a_key_reads_what_partners_read(role: Role):
    assert outside_audience(holder(role)) is Audience.PARTENAIRES


def test_a_key_without_a_grant_is_interne_nowhere():
    assert audience_of(holder(Role.ANALYSTE, frozenset()), HOME) is Audience.PARTENAIRES


SOURCES = [
    (Role.ADMINISTRATION, True, True),
    (Role.COORDONNATEUR, True, True),
    (Role.ANALYSTE, True, True),
    (Role.AGENT, True, False),
    (Role.PARTENAIRE, True, False),
    (Role.ELU, False, False),
]


@pytest.mark.parametrize(("role", "own", "others"), SOURCES)
def test_which_sources_a_role_reads_inside_its_grant(role: Role, own: bool, others: bool):
    assert holder(role).may_read_source("Ville") is own
    assert holder(role).may_read_source("Bailleur") is others


SENDS = [
    (Role.ADMINISTRATION, True, True),
    (Role.COORDONNATEUR, False, False),
    (Role.ANALYSTE, False, False),
    (Role.AGENT, True, False),
    (Role.PARTENAIRE, True, False),
    (Role.ELU, False, False),
]


@pytest.mark.parametrize(("role", "own", "others"), SENDS)
def test_for_which_sources_a_role_may_send(role: Role, own: bool, others: bool):
    assert holder(role).may_import_for("Ville") is own
    assert holder(role).may_import_for("Bailleur") is others


def test_the_public_reads_no_source_and_sends_for_none():
    for organisation in ("", "Ville"):
        assert not PUBLIC.may_read_source(organisation)
        assert not PUBLIC.may_import_for(organisation)
    assert not PUBLIC.administers


@pytest.mark.parametrize("role", KEYED)
def test_only_the_administration_administers(role: Role):
    assert holder(role).administers is (role is Role.ADMINISTRATION)


@given(st.sets(st.sampled_from(["31555", "31149", "13055", "75056"])), st.sampled_from(KEYED))
def test_interne_exactly_when_nothing_of_the_territory_is_outside_the_grant(asked: set[str], role: Role):
    expected = bool(asked) and not asked - HOME
    assert (audience_of(holder(role), frozenset(asked)) is Audience.INTERNE) is expected


def test_what_is_published_is_never_finer_than_the_commune():
    fine = {TerritoryLevel.QPV, TerritoryLevel.ARRONDISSEMENT, TerritoryLevel.EPT}
    assert not fine & set(PUBLISHED_LEVELS)
    assert THRESHOLD >= 5


BEYOND = [
    (Role.ANALYSTE, HOME, True, True),
    (Role.ANALYSTE, HOME | AWAY, True, False),
    (Role.ANALYSTE, AWAY, False, False),
    (Role.ADMINISTRATION, AWAY, False, False),
    (Role.AGENT, HOME, False, False),
]


@pytest.mark.parametrize(("role", "communes", "contract", "report"), BEYOND)
def test_a_contract_is_read_where_it_meets_the_grant_and_a_report_where_it_lies_inside(
    role: Role, communes: frozenset[str], contract: bool, report: bool
):
    """The report of an import is made of exact counts."""
    assert holder(role).may_read_contract("Bailleur", communes) is contract
    assert holder(role).may_read_report("Bailleur", communes) is report


@pytest.mark.parametrize("role", KEYED)
def test_ones_own_source_is_read_wherever_it_lies(role: Role):
    assert holder(role).may_read_contract("Ville", AWAY)
    assert holder(role).may_read_report("Ville", AWAY)


@pytest.mark.parametrize(
    ("communes", "audience"),
    [
        (HOME, Audience.GROUPE),
        (frozenset({"31555"}), Audience.GROUPE),
        (HOME | AWAY, Audience.PUBLIC),
        (AWAY, Audience.PUBLIC),
        (frozenset(), Audience.PUBLIC),
    ],
)
def test_an_elected_member_is_of_the_working_group_at_home_and_of_the_public_elsewhere(
    communes: frozenset[str], audience: Audience
):
    member = holder(Role.ELU)
    assert audience_of(member, communes) is audience
    assert edition_audience(member, audience) is audience
    assert cube_of(audience) is (Audience.PARTENAIRES if audience is Audience.GROUPE else audience)


def test_an_elected_member_has_nothing_of_its_own_to_read():
    member = holder(Role.ELU)
    assert not member.may_read_contract("Ville", HOME)
    assert not member.may_read_report("Ville", HOME)
    assert not member.may_draw_zones_for("Ville")
    assert member.reach([SourcePosition("pm", "Ville", True, True)]) == Reach(others=1)


def test_the_audiences_widen_from_who_works_there_to_everyone():
    assert list(Audience) == ["interne", "groupe", "partenaires", "public"]


@pytest.mark.parametrize("role", KEYED)
def test_a_key_without_an_organisation_owns_nothing_not_even_what_has_none(role: Role):
    assert not Caller("essai", role, "", communes=frozenset()).is_of("")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_names_its_source_and_binds_everyone_outside_the_grant(rule: Rule):
    assert rule.source
    assert set(rule.audiences) == {Audience.PARTENAIRES, Audience.PUBLIC}


def test_every_rule_has_a_name_of_its_own_and_none_is_weaker_than_it_may_be():
    by_name = {rule.name: rule.value for rule in RULES}
    assert len(by_name) == len(RULES)
    assert by_name["seuil"] >= 5, "configurable upward only"
    assert by_name["ecart_entre_editions"] >= 5
    assert by_name["zero_petite_commune_annees"] >= 3
    assert by_name["petite_commune_habitants"] >= 2_000
    assert by_name["sensibilite_exclue"] <= 2
    assert by_name["maille_h3"] <= 9, "at least 200 m"
    assert by_name["geometrie_exacte"] is None
