"""Who sent or asked before organisations were data is one afterwards; nothing is lost on the way back."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from observatoire.disclosure.policy import Role
from observatoire.settings import Settings
from observatoire.store import accounts, organisations, schema
from support.world import EPCI, TOULOUSE, World

OURS = "0017"


def test_organisations_are_found_where_they_were_named_and_keys_keep_their_meaning(world: World):
    world.source("pm", organisation="Ville", territory=TOULOUSE)
    world.source("residences", "bailleur", TOULOUSE, organisation="Bailleur")
    kept = world.key("administration", Role.ADMINISTRATION)
    own = world.key("agent", Role.AGENT, "Ville", EPCI)
    world.key("coordonnatrice", Role.COORDONNATEUR, "Observatoire", EPCI)
    config = Config()
    config.set_main_option("script_location", str(Settings().migrations))
    before = ScriptDirectory.from_config(config).get_revision(OURS).down_revision
    assert isinstance(before, str)
    with world.database.owning() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, before)
        rows = connection.execute(
            text("select label, role, organisation, revoked_at is null from accounts.api_key order by id")
        ).all()
    assert [tuple(row) for row in rows] == [
        ("administration", "administration", "", True),
        ("agent", "agent", "Ville", True),
        ("coordonnatrice", "coordonnateur", "Observatoire", False),
    ]
    schema.migrate(world.database)
    with world.database.reading() as connection:
        found = {o.code: (o.kind.value, o.active) for o in organisations.every(connection)}
        assert found == {
            "Ville": ("commune", True),
            "Bailleur": ("bailleur", True),
            "Observatoire": ("autre", True),
        }
        administration, agent = (accounts.find_key(connection, key) for key in (kept, own))
    assert administration is not None
    assert (administration.role, administration.organisation) == ("administrateur", "")
    assert agent is not None
    assert (agent.role, agent.organisation, [str(code) for code in agent.grant]) == ("agent", "Ville", [EPCI])
