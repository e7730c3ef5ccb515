"""Every environment variable, typed, once. Prefix: ``OBSERVATOIRE_``."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

KEY_BYTES = 32
PSEUDONYM_FILE, VAULT_FILE, AUDIT_FILE = "cle_pseudonymes", "cle_coffre", "cle_audit"


class Settings(BaseSettings):
    """Configuration of one process: the environment, then what ``scripts/demo`` left for this clone."""

    model_config = SettingsConfigDict(env_prefix="OBSERVATOIRE_", env_file="var/cluster.env", extra="ignore")

    database_url: str = Field(default="", description="PostgreSQL address (libpq URL)")
    var: Path = Field(default=Path("var/demo"), description="keys and generated files; never in git")
    data: Path = Field(
        default=Path(__file__).resolve().parents[2] / "data", description="shipped reference tables"
    )
    migrations: Path = Field(
        default=Path(__file__).resolve().parents[2] / "migrations", description="Alembic scripts"
    )
    production: bool = Field(default=False, description="real data: the server starts only when fully named")
    controller_name: str = Field(default="", description="responsable de traitement (GDPR art. 4, 7)")
    dpo_contact: str = Field(default="", description="how to reach the data protection officer")
    pseudonym_key: str = Field(default="", description="hex key of the keyed hashes; else read from var")
    vault_key: str = Field(default="", description="hex key of the encrypted files; else read from var")
    audit_key: str = Field(default="", description="hex key of the audit trail's seals; else read from var")
    audit_days: int = Field(default=365, ge=30, description="days that the audit trail is kept")
    backup_recipients: str = Field(
        default="", description="age public keys to which backups are encrypted, by commas"
    )
    backup_days: int = Field(default=90, ge=1, le=90, description="days after which a backup is deleted")
    max_bytes: int = Field(default=50_000_000, description="largest uploaded file, bytes")
    max_json: int = Field(default=20_000_000, description="largest body that is not a form, bytes")
    max_rows: int = Field(default=500_000, description="most rows in one file")
    max_columns: int = 200
    max_cell: int = 10_000
    max_inflated: int = Field(default=400_000_000, description="bytes of a workbook once decompressed")
    worker_concurrency: int = Field(default=2, ge=1, description="imports that one worker runs at once")
    worker_heartbeat: float = Field(default=2.0, gt=0, description="seconds between two signs of life")
    worker_stalled: float = Field(
        default=10.0, gt=0, description="seconds of silence after which a worker's imports go to another"
    )
    worker_patience: float = Field(
        default=8.0, ge=0, description="seconds that a worker asked to stop gives to its running imports"
    )

    requests_per_minute: int = Field(default=1200, ge=1, description="requests a minute with one key")
    public_requests_per_minute: int = Field(
        default=120, ge=1, description="requests a minute from one address without a key"
    )
    refused_keys_per_minute: int = Field(
        default=10, ge=1, description="refused keys a minute from one address; beyond, none is looked at"
    )
    public_memory: float = Field(
        default=5.0, ge=0, description="seconds that an answer to anyone is kept in the process; 0: none is"
    )
    most_requests: int = Field(default=64, ge=1, description="requests answered at once; beyond, 503")
    body_silence: float = Field(default=20.0, gt=0, description="seconds without a byte of a body: 408")
    body_seconds: float = Field(default=300.0, gt=0, description="seconds that a whole body may take: 408")

    session_idle_minutes: int = Field(default=30, ge=1, description="minutes without a request: logged out")
    session_hours: int = Field(default=10, ge=1, le=24, description="hours that a session lasts at most")
    invitation_hours: int = Field(default=72, ge=1, description="hours that a one-time code is good")
    second_factor_roles: str = Field(
        default="administrateur", description="roles that must have a second factor, by commas"
    )

    openid_issuer: str = Field(default="", description="issuer of the provider of identities; empty: none")
    openid_client_id: str = ""
    openid_client_secret: SecretStr = SecretStr("")
    openid_redirect: str = Field(default="", description="https://<hôte>/connexion/fournisseur/retour")
    openid_scopes: str = "openid email given_name usual_name siret uid"
    openid_acr: str = Field(default="eidas1", description="level asked for; empty: none is asked nor checked")
    openid_algorithms: str = Field(default="RS256,ES256", description="signatures that are accepted")
    openid_addresses_are_verified: bool = Field(
        default=False,
        description="the provider vouches for its e-mail addresses without saying so (ProConnect)",
    )
    openid_label: str = Field(default="ProConnect", description="name of the provider, on the login page")

    smtp_host: str = Field(default="", description="e-mail server of the notices; empty: none is sent")
    smtp_port: int = 587
    smtp_security: Literal["aucune", "starttls", "tls"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_sender: str = Field(default="", description="sender of the notices")
    notice_recipients: str = Field(default="", description="addresses told of silent sources, by commas")
    addok: str = Field(default="", description="address of a local addok server, http://127.0.0.1:7878")
    national_geocoder: bool = Field(
        default=False, description="an administrator may turn the national geocoding service on"
    )
    national_geocoder_url: str = "https://data.geopf.fr/geocodage"
    geocoding_seconds: float = Field(
        default=120.0, ge=0, description="seconds that the geocoding of one import may take"
    )

    @staticmethod
    def words(told: str) -> tuple[str, ...]:
        """The words of a setting that holds several, by commas."""
        return tuple(word.strip() for word in told.split(",") if word.strip())

    def roles_with_second_factor(self) -> frozenset[str]:
        """Roles of the policy that do not enter with a password alone."""
        return frozenset(self.words(self.second_factor_roles))

    def holds_keys(self) -> bool:
        """Whether the three keys of this installation exist; asking for one that does not makes it."""
        return all(
            given or (self.var / name).exists()
            for given, name in (
                (self.pseudonym_key, PSEUDONYM_FILE),
                (self.vault_key, VAULT_FILE),
                (self.audit_key, AUDIT_FILE),
            )
        )

    def pseudonymisation_key(self) -> bytes:
        """Key of the hashes that stand for a source's references; made on first use.

        Losing it breaks the link between a re-sent row and the stored fact.
        """
        text = self.pseudonym_key or _kept_key(self.var / PSEUDONYM_FILE)
        return _key("OBSERVATOIRE_PSEUDONYM_KEY", text)

    def trail_key(self) -> bytes:
        """Key that chains the audit trail; made on first use. Without it no seal can be verified."""
        return _key("OBSERVATOIRE_AUDIT_KEY", self.audit_key or _kept_key(self.var / AUDIT_FILE))

    def sealing_key(self) -> bytes:
        """Key that seals uploads, rejects, second factors; made on first use. Losing it loses them only."""
        text = self.vault_key or _kept_key(self.var / VAULT_FILE)
        return _key("OBSERVATOIRE_VAULT_KEY", text)[:KEY_BYTES]


def _key(name: str, text: str) -> bytes:
    key = bytes.fromhex(text)
    if len(key) < KEY_BYTES:
        raise ValueError(f"{name} : {KEY_BYTES} octets en hexadécimal sont attendus")
    return key


def _kept_key(path: Path) -> str:
    """The key of this installation; of several processes that make it at once, one wins whole."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(KEY_BYTES))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text().strip()
