"""The life of a key: it ends, is renewed without a gap, tells when it was last used; the first of all."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from observatoire.disclosure.policy import Role
from observatoire.domain.territory import NATION
from observatoire.errors import Conflict
from observatoire.store import accounts, key_life
from observatoire.web import security
from support.world import EPCI, World


def call(world: World, method: str, path: str, status: int, body: Any = None, **headers: str) -> Any:
    answer = world.client.request(method, f"/api/v1{path}", json=body, headers=headers or world.admin)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def made(world: World, label: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """A new key and what is listed of it."""
    body = {"libelle": label, "role": "analyste", "perimetre": [EPCI], **more}
    key = call(world, "POST", "/cles", 201, body)["cle"]
    return key, listed(world, label)


def listed(world: World, label: str) -> dict[str, Any]:
    return next(k for k in world.get("/cles")["cles"] if k["libelle"] == label)


def opens(world: World, key: str) -> bool:
    """Asked of the store: what the server remembers lasts half a minute."""
    with world.database.reading() as connection:
        return accounts.find_key(connection, key) is not None


def days_left(told: str) -> float:
    return (datetime.fromisoformat(told) - datetime.now(UTC)) / timedelta(days=1)


# ---- the end ------------------------------------------------------------------------------


def test_a_key_created_without_an_end_lasts_one_year_and_says_so(shared_world: World):
    key, told = made(shared_world, "sans fin")
    assert 364 < days_left(told["expire_le"]) <= 365
    me = call(shared_world, "GET", "/moi", 200, **shared_world.headers(key))
    assert (me["expire_le"], me["expire_bientot"]) == (told["expire_le"], False)


def test_no_key_is_for_ever_in_the_database_either(shared_world: World):
    with shared_world.database.owning() as connection:
        (nullable,) = connection.execute(
            text(
                "select is_nullable from information_schema.columns where table_schema = 'accounts' "
                "and table_name = 'api_key' and column_name = 'expires_at'"
            )
        ).one()
    assert nullable == "NO"


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("expire_le", {"expire_le": (datetime.now(UTC) + timedelta(days=800)).isoformat()}),
        ("portees", {"portees": ["administration"]}),
        ("portees.0", {"portees": ["tout"]}),
    ],
)
def test_a_key_for_too_long_or_for_more_than_its_role_is_refused(shared_world: World, field: str, more: Any):
    body = {"libelle": "trop", "role": "analyste", **more}
    problem = call(shared_world, "POST", "/cles", 422, body)
    assert problem["erreurs"][0]["champ"] == field
    assert "trop" not in {k["libelle"] for k in shared_world.get("/cles")["cles"]}


def test_a_key_that_ends_within_thirty_days_tells_it_in_each_answer_even_a_refusal(shared_world: World):
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(days=12)
    key, _ = made(shared_world, "bientôt", expire_le=soon.isoformat())
    for path, status in (("/moi", 200), ("/cles", 403)):
        answer = shared_world.client.get(f"/api/v1{path}", headers=shared_world.headers(key))
        assert answer.status_code == status
        assert answer.headers["x-cle-expire-le"] == soon.isoformat()
    assert call(shared_world, "GET", "/moi", 200, **shared_world.headers(key))["expire_bientot"]
    assert "x-cle-expire-le" not in shared_world.client.get("/api/v1/moi", headers=shared_world.admin).headers


def test_what_the_server_remembers_of_a_key_does_not_outlive_it(shared_world: World):
    with shared_world.database.importing() as connection:
        end = datetime.now(UTC) + timedelta(seconds=0.4)
        key = accounts.create_key(connection, "brève", "analyste", "", [NATION], end)
    ring = security.KeyRing(shared_world.database)
    assert ring.caller(f"Bearer {key}").name == "brève"
    while datetime.now(UTC) <= end + timedelta(seconds=0.05):
        pass
    with pytest.raises(security.NotAuthenticated):
        ring.caller(f"Bearer {key}")


# ---- rotation -----------------------------------------------------------------------------


def test_a_renewed_key_keeps_its_rights_and_both_open_for_seven_days(shared_world: World):
    old, before = made(shared_world, "SIG", portees=["lecture", "points"])
    renewed = call(shared_world, "POST", f"/cles/{before['numero']}/rotation", 201)
    assert renewed["remplace"] == before["numero"]
    assert 6.9 < days_left(renewed["ancienne_expire_le"]) <= 7
    told = [call(shared_world, "GET", "/moi", 200, **shared_world.headers(k)) for k in (old, renewed["cle"])]
    for field in ("nom", "role", "perimetre", "portees", "organisation"):
        assert told[0][field] == told[1][field]
    assert listed(shared_world, "SIG")["remplacee_par"] == renewed["numero"]
    everything = shared_world.client.get("/api/v1/cles", headers=shared_world.admin).text
    assert renewed["cle"] not in everything


def test_after_the_overlap_the_old_secret_opens_nothing_and_the_new_one_still_does(shared_world: World):
    old, before = made(shared_world, "SIG de nuit")
    path = f"/cles/{before['numero']}/rotation"
    renewed = call(shared_world, "POST", path, 201, {"recouvrement_jours": 0})
    assert not opens(shared_world, old)
    assert opens(shared_world, renewed["cle"])


def test_the_overlap_never_makes_a_key_last_longer(shared_world: World):
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    _, before = made(shared_world, "finissante", expire_le=end.isoformat())
    renewed = call(shared_world, "POST", f"/cles/{before['numero']}/rotation", 201)
    assert datetime.fromisoformat(renewed["ancienne_expire_le"]) == end


def test_a_key_is_renewed_once_and_only_while_it_opens(shared_world: World):
    _, first = made(shared_world, "une fois")
    path = f"/cles/{first['numero']}/rotation"
    second = call(shared_world, "POST", path, 201)["numero"]
    problem = call(shared_world, "POST", path, 409)
    assert f"la clé {second} lui succède" in problem["detail"]
    call(shared_world, "DELETE", f"/cles/{second}", 204)
    call(shared_world, "POST", f"/cles/{second}/rotation", 409)
    call(shared_world, "POST", "/cles/999999/rotation", 404)
    call(shared_world, "POST", path, 422, {"recouvrement_jours": 31})


def test_an_administrator_with_bounds_renews_no_key(shared_world: World):
    _, key = made(shared_world, "à renouveler")
    bounded = shared_world.headers(shared_world.key("bornée", Role.ADMINISTRATION, "", EPCI))
    call(shared_world, "POST", f"/cles/{key['numero']}/rotation", 403, None, **bounded)


def test_a_renewal_is_in_both_journals_without_the_key(shared_world: World):
    _, before = made(shared_world, "tracée")
    renewed = call(shared_world, "POST", f"/cles/{before['numero']}/rotation", 201)
    with shared_world.database.owning() as connection:
        used = connection.execute(text("select action, question from accounts.journal order by id desc"))
        assert tuple(used.first() or ()) == (
            "clé renouvelée",
            f"{before['numero']} par {renewed['numero']}",
        )
        entry = connection.execute(text("select action, object, outcome from audit.entry order by id desc"))
        assert tuple(entry.first() or ()) == ("administration", f"cles/{before['numero']}/rotation", "fait")


# ---- last use -----------------------------------------------------------------------------


def test_the_last_use_is_told_and_not_written_at_each_request(shared_world: World):
    key, before = made(shared_world, "servie")
    assert before["utilisee_le"] is None
    ring = security.KeyRing(shared_world.database)
    ring.caller(f"Bearer {key}")
    used = listed(shared_world, "servie")["utilisee_le"]
    assert abs(days_left(used)) < 1e-3
    for _ in range(3):
        ring.caller(f"Bearer {key}")
        security.KeyRing(shared_world.database).caller(f"Bearer {key}")
    assert listed(shared_world, "servie")["utilisee_le"] == used
    with shared_world.database.importing() as connection:
        late = text("update accounts.api_key set last_used_at = now() - interval '2 minutes' where id = :n")
        connection.execute(late, {"n": before["numero"]})
    security.KeyRing(shared_world.database).caller(f"Bearer {key}")
    assert listed(shared_world, "servie")["utilisee_le"] >= used


def test_a_refused_key_is_no_use(shared_world: World):
    key, before = made(shared_world, "jamais servie")
    call(shared_world, "DELETE", f"/cles/{before['numero']}", 204)
    with pytest.raises(security.NotAuthenticated):
        security.KeyRing(shared_world.database).caller(f"Bearer {key}")
    assert listed(shared_world, "jamais servie")["utilisee_le"] is None


# ---- the first administrator --------------------------------------------------------------


def test_there_is_one_first_administrator_unless_another_is_asked_for(shared_world: World):
    assert shared_world.admin
    with shared_world.database.owning() as connection:
        connection.execute(
            text("update accounts.api_key set revoked_at = now() where role = 'administrateur'")
        )
        first = key_life.create_administrator(connection, "première")
        record = accounts.find_key(connection, first)
        assert record is not None
        assert (record.role, record.grant) == ("administrateur", (NATION,))
        with pytest.raises(Conflict, match="première"):
            key_life.create_administrator(connection, "seconde")
        assert key_life.create_administrator(connection, "seconde", another=True) != first
        connection.rollback()
