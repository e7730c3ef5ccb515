"""What real data needs before anything starts: who answers for them, and keys that outlive a deployment."""

import re
from collections.abc import Iterator

from observatoire.errors import FieldError, ObservatoireError
from observatoire.settings import KEY_BYTES, Settings

REACHABLE = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|https?://\S+|\+?\d[\d .]{8,}")
"""An address, a form or a telephone number."""
KEYS = {
    "OBSERVATOIRE_PSEUDONYM_KEY": "pseudonym_key",
    "OBSERVATOIRE_VAULT_KEY": "vault_key",
    "OBSERVATOIRE_AUDIT_KEY": "audit_key",
}


class NotReadyForProduction(ObservatoireError):
    """Everything that is missing is told at once, in ``fields``."""

    code = "configuration_incomplete"
    title = "Configuration incomplète"
    message = "L'observatoire ne démarre pas en production sans ce qui suit. Rien n'a été démarré."


def check(settings: Settings) -> None:
    """Let a configuration start; one that is not of production always does.

    Raises:
        NotReadyForProduction: with all that is missing.
    """
    if settings.production and (faults := tuple(missing(settings))):
        raise NotReadyForProduction(fields=faults)


def missing(settings: Settings) -> Iterator[FieldError]:
    """What a production would lack, setting by setting (GDPR art. 13, 1, a and b; art. 32)."""
    if not settings.database_url:
        yield FieldError("OBSERVATOIRE_DATABASE_URL", "l'adresse de la base manque", "postgresql://…")
    if not any(map(str.isalpha, settings.controller_name)):
        message = "le nom du responsable de traitement manque"
        yield FieldError("OBSERVATOIRE_CONTROLLER_NAME", message, "Commune de …")
    if not REACHABLE.search(settings.dpo_contact):
        message = "le moyen de joindre le délégué à la protection des données manque"
        yield FieldError("OBSERVATOIRE_DPO_CONTACT", message, "une adresse, un formulaire ou un téléphone")
    yield from _keys(settings)


def _keys(settings: Settings) -> Iterator[FieldError]:
    """Three secrets, given and distinct: one made in silence is lost with the machine that made it."""
    given: dict[str, str] = {}
    expected = f"{KEY_BYTES} octets en hexadécimal, par exemple « openssl rand -hex {KEY_BYTES} »"
    for name, field in KEYS.items():
        text = getattr(settings, field).strip().lower()
        if not re.fullmatch(rf"([0-9a-f]{{2}}){{{KEY_BYTES},}}", text):
            yield FieldError(name, "cette clé manque ou est mal écrite", expected)
        elif len(set(text)) == 1:
            yield FieldError(name, "cette clé se devine", expected)
        elif text in given:
            yield FieldError(name, f"cette clé est aussi celle de {given[text]}", expected)
        given.setdefault(text, name)
