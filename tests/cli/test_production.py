"""A production that nobody answers for does not start; the first administrator; no secret by default."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from observatoire import production
from observatoire.settings import Settings
from observatoire.web.headers import SafeHeaders
from support.terminal import ROOT, Terminal
from support.world import World

COMPLETE = {
    "database_url": "postgresql:///observatoire",
    "controller_name": "Commune de Démonstration",
    "dpo_contact": "dpo@exemple.fr",
    **{f"{name}_key": hashlib.sha256(name.encode()).hexdigest() for name in ("pseudonym", "vault", "audit")},
}
BAD: dict[str, list[Any]] = {
    "database_url": [""],
    "controller_name": ["", "  ", "…", "-"],
    "dpo_contact": ["", "le DPO", "@", "12"],
    "pseudonym_key": ["", "00" * 32, "secret", "ab" * 31, COMPLETE["vault_key"]],
    "vault_key": [""],
    "audit_key": ["", COMPLETE["vault_key"]],
}


def settings(**changed: Any) -> Settings:
    return Settings(_env_file=None, **{**COMPLETE, "production": True, **changed})


def test_a_complete_production_starts():
    production.check(settings())


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in BAD.items() for v in values])
def test_a_production_without_one_of_these_is_refused_and_it_is_named(name: str, value: str):
    with pytest.raises(production.NotReadyForProduction) as refused:
        production.check(settings(**{name: value}))
    named = {fault.field for fault in refused.value.fields}
    assert named & {f"OBSERVATOIRE_{name.upper()}", "OBSERVATOIRE_VAULT_KEY"}
    production.check(settings(**{name: value, "production": False}))


def test_all_that_is_missing_is_told_at_once():
    empty = Settings(_env_file=None, production=True, **dict.fromkeys(COMPLETE, ""))
    assert {f.field for f in production.missing(empty)} == {f"OBSERVATOIRE_{n.upper()}" for n in COMPLETE}


def test_the_server_and_the_worker_refuse_and_the_check_tells_it_beforehand(shared_world: World):
    terminal = Terminal(shared_world)
    told = terminal.run("verifier-configuration", code=2).stderr
    unnamed = {"OBSERVATOIRE_PRODUCTION": "true"}
    for command in (("serve", "--port", "1"), ("travailler",)):
        assert terminal.process(*command, code=2, **unnamed).stderr == told
    for name in ("CONTROLLER_NAME", "DPO_CONTACT", "PSEUDONYM_KEY", "VAULT_KEY", "AUDIT_KEY"):
        assert f"OBSERVATOIRE_{name} : " in told
    assert "ne se charge pas en production" in terminal.process("demo", "charger", code=2, **unnamed).stderr
    named = {f"OBSERVATOIRE_{n.upper()}": value for n, value in COMPLETE.items() if n != "database_url"}
    assert "Rien ne manque" in terminal.process("verifier-configuration", **named).stdout


def test_the_first_administrator_is_made_on_the_command_line_once_and_its_key_opens(shared_world: World):
    terminal = Terminal(shared_world)
    key = terminal.run("administrateur", "creer", "--libelle", "mairie", "--encore").stdout.strip()
    assert re.fullmatch(r"obs_[A-Za-z0-9_-]{43}", key)
    assert shared_world.get("/moi", shared_world.headers(key))["role"] == "administrateur"
    assert "--encore" in terminal.run("administrateur", "creer", code=2).stderr
    number = next(k["numero"] for k in shared_world.get("/cles")["cles"] if k["libelle"] == "mairie")
    renewed = terminal.run("cle", "renouveler", str(number)).stdout.strip()
    assert shared_world.get("/moi", shared_world.headers(renewed))["nom"] == "mairie"
    listed = terminal.run("cle", "lister").stdout
    assert "en recouvrement" in listed
    assert key not in listed


def test_a_production_behind_a_proxy_always_asks_for_https():
    assert SafeHeaders(lambda *_: None, always_https=True).always_https  # type: ignore[arg-type,return-value]
    assert not SafeHeaders(lambda *_: None).always_https  # type: ignore[arg-type,return-value]


SECRET = re.compile(
    r"obs_[A-Za-z0-9_-]{43}|(?i:password|mot_de_passe|_key)\w*\s*[:=]\s*[\"']?[A-Za-z0-9+/=_-]{12,}"
)


def test_no_key_and_no_password_is_shipped():
    shipped = [ROOT / "src/observatoire/settings.py", *(ROOT / "scripts").iterdir()]
    shipped += [
        *(ROOT / "src/observatoire/cli").glob("*.py"),
        *ROOT.glob("*compose*"),
        *ROOT.glob("Dockerfile*"),
    ]
    assert len(shipped) > 10
    assert SECRET.search("admin_password = 'correct-horse-battery'")
    found = [path.name for path in shipped if path.is_file() and _holds_a_secret(path)]
    assert found == []
    given = Settings(_env_file=None)
    assert {
        given.pseudonym_key,
        given.vault_key,
        given.audit_key,
        given.smtp_password.get_secret_value(),
    } == {""}


def _holds_a_secret(path: Path) -> bool:
    lines = path.read_text(encoding="utf-8", errors="ignore").splitlines()
    return any(SECRET.search(line) and "(" not in line for line in lines)
