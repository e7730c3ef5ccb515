"""Nothing of a file outlives its use; the clock is moved, not waited for."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from observatoire.intake.desk import Desk
from observatoire.intake.purging import Purged, purge
from observatoire.store import imports
from support.files import pm_file, pm_row
from support.world import World

At = Callable[..., Desk]


@pytest.fixture
def desk(world: World) -> Desk:
    world.source()
    return Desk.of(world.database, world.settings)


@pytest.fixture
def after(desk: Desk) -> At:
    """The desk, some time later."""

    def moved(**span: float) -> Desk:
        def later() -> datetime:
            return desk.now() + timedelta(**span)

        return replace(desk, now=later)

    return moved


def received(world: World, state: str = "en_attente") -> str:
    answer = world.client.post(
        "/api/v1/imports",
        data={"source": "pm"},
        files={"fichier": ("export.csv", pm_file([pm_row()]))},
        headers=world.admin,
    )
    assert answer.status_code == 202, answer.text
    id_ = str(answer.json()["id"])
    with world.database.importing() as connection:
        imports.move(connection, UUID(id_), {"en_attente"}, state)
    return id_


def leave(vault: Any, code: str) -> None:
    with vault.write(code) as out:
        out.write(b"octets")


@pytest.mark.parametrize("state", ["en_attente", "en_cours", "a_confirmer"])
def test_a_file_that_is_still_needed_stays(world: World, desk: Desk, after: At, state: str):
    id_ = received(world, state)
    assert purge(after(days=6.9)) == Purged()
    assert desk.deposits.holds(id_)
    assert world.get(f"/imports/{id_}")["etat"] == state


@pytest.mark.parametrize("state", ["valide", "simule", "refuse", "echoue", "annule"])
def test_the_file_of_an_import_that_is_over_goes(world: World, desk: Desk, state: str):
    """Its worker died between the end of the import and the removal."""
    id_ = received(world, state)
    assert purge(desk) == Purged(deposits=1)
    assert not desk.deposits.holds(id_)
    assert purge(desk) == Purged()


def test_an_import_that_nobody_confirms_is_refused_after_seven_days(world: World, desk: Desk, after: At):
    held, waiting = received(world, "a_confirmer"), received(world)
    assert purge(after(days=7.1)) == Purged(deposits=1, held=1)
    report = world.get(f"/imports/{held}")
    assert report["etat"] == "refuse"
    assert "7 jours" in report["message"]
    assert report["termine_le"]
    assert not desk.deposits.holds(held)
    assert desk.deposits.holds(waiting)
    answer = world.client.post(f"/api/v1/imports/{held}/validation", headers=world.admin)
    assert answer.status_code == 409


def test_rows_set_aside_are_kept_thirty_days(world: World, desk: Desk, after: At):
    id_ = received(world, "valide")
    leave(desk.rejects, id_)
    purge(after(days=29.9))
    assert desk.rejects.holds(id_)
    assert purge(after(days=30.1)).rejects == 1
    assert not desk.rejects.holds(id_)


@pytest.mark.parametrize("vault", ["deposits", "rejects"])
@pytest.mark.parametrize("code", ["00000000-0000-4000-8000-000000000000", "autre-chose"])
def test_a_file_of_no_import_goes_once_it_can_no_longer_become_one(
    desk: Desk, after: At, vault: str, code: str
):
    leave(getattr(desk, vault), code)
    assert purge(after(minutes=59)) == Purged()
    assert getattr(desk, vault).holds(code)
    assert purge(after(minutes=61)) == replace(Purged(), **{vault: 1})
    assert not getattr(desk, vault).holds(code)


@pytest.mark.parametrize("vault", ["deposits", "rejects"])
def test_a_draft_that_a_crash_left_goes(desk: Desk, after: At, vault: str):
    folder = getattr(desk, vault).folder
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{uuid4()}.0a1b2c3d"
    draft.write_bytes(b"a moitie")
    assert purge(after(minutes=59)) == Purged()
    assert draft.exists()
    assert purge(after(minutes=61)) == Purged(drafts=1)
    assert not draft.exists()


def test_idempotency_keys_are_forgotten_after_thirty_days_and_not_before(world: World, desk: Desk, after: At):
    id_ = received(world)
    with world.database.importing() as connection:
        connection.execute(
            text(
                "insert into collection.idempotency (caller, key, digest, import_id) "
                "values ('c', 'k', 'd', :id)"
            ),
            {"id": id_},
        )
    assert purge(after(days=29.9)).keys == 0
    assert purge(after(days=30.1)).keys == 1


def test_sessions_that_are_over_and_attempts_of_yesterday_go(world: World, desk: Desk):
    """They go even if nobody logs in any more."""
    with world.database.owning() as connection:
        connection.execute(
            text(
                """
                with one as (
                    insert into accounts.person (login, label, role, "grant")
                    values ('a@mairie.fr', 'A', 'elu', '{}') returning id
                )
                insert into accounts.session (sha256, holder, stage, means, expires_at)
                select d, id, 'ouverte', 'mot_de_passe', now() + l::interval from one,
                    (values ('over', '-1 second'), ('open', '1 hour')) as s (d, l);
                insert into accounts.attempt (key, failures, last_at, blocked_until)
                select k, 3, now() - l::interval, now() - interval '2 days'
                from (values ('old', '25 hours'), ('fresh', '23 hours')) as s (k, l)
                """
            )
        )
    assert purge(desk) == Purged(sessions=1, attempts=1)
    assert purge(desk) == Purged()
    with world.database.owning() as connection:
        left = "select sha256 from accounts.session union all select key from accounts.attempt"
        assert set(connection.execute(text(left)).scalars()) == {"open", "fresh"}


def test_a_purge_of_nothing_is_well(desk: Desk):
    assert purge(desk) == Purged()
    assert not os.path.exists(desk.deposits.folder) or not os.listdir(desk.deposits.folder)


def test_the_facts_and_the_report_of_an_import_stay(world: World, desk: Desk, after: At):
    report = world.send(pm_file([pm_row()]))
    purge(after(days=400))
    assert world.get(f"/imports/{report['id']}") == report
    with world.database.owning() as connection:
        assert connection.execute(text("select count(*) from confidential.fact")).scalar_one() == 1
