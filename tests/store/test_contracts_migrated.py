"""Sources that were there before contracts were dated keep their territory and their dates, both ways."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from observatoire.settings import Settings
from observatoire.store import schema, sources
from support.world import EPCI, TOULOUSE, World

OURS = "0005"


def test_the_last_territory_and_the_dates_of_the_contract_survive_there_and_back(world: World):
    world.source("pm", couvert_depuis="2024-01-01", couvert_jusqua="2026-01-01")
    parts = [
        {"territoire": TOULOUSE, "valide_depuis": "2023-01-01"},
        {"territoire": EPCI, "valide_depuis": "2024-06-01"},
    ]
    world.source("grandie", territoires=parts)
    config = Config()
    config.set_main_option("script_location", str(Settings().migrations))
    before = ScriptDirectory.from_config(config).get_revision(OURS).down_revision
    assert isinstance(before, str)
    with world.database.owning() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, before)
        kept = "code, territory_level, territory_code, covered_since::text, covered_until::text"
        rows = connection.execute(text(f"select {kept} from collection.source order by code")).all()
    assert [tuple(row) for row in rows] == [
        ("grandie", "epci", "243100518", "2023-01-01", None),
        ("pm", "epci", "243100518", "2024-01-01", "2026-01-01"),
    ]
    schema.migrate(world.database)
    with world.database.reading() as connection:
        grown, police = sources.every(connection)
    assert (str(police.territory), str(police.covered_since), str(police.covered_until)) == (
        EPCI,
        "2024-01-01",
        "2026-01-01",
    )
    assert police.earlier == grown.earlier == ()
    assert police.charter_signed_on is None
