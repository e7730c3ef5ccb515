"""Origins of web pages (RFC 6454): what a browser says of the page that asks."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from observatoire.errors import FieldError, InvalidRequest

MOST_ORIGINS = 20
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_DEFAULT_PORTS = {"https": 443, "http": 80}
EXPECTED = "https://carte.exemple.fr"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _fault(text: str) -> str | None:
    """Why a text is no origin that may be declared; None when it is one."""
    if "*" in text or text == "null":
        return "une origine exacte est attendue, ni « * » ni « null »"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "origine mal écrite"
    if parts.scheme not in _DEFAULT_PORTS:
        return "une origine commence par « https:// »"
    if parts.scheme == "http" and not _is_loopback(host):
        return "« http:// » n'est admis que pour la machine elle-même ; « https:// » est attendu"
    if port == _DEFAULT_PORTS[parts.scheme]:
        return "le port par défaut ne s'écrit pas : un navigateur ne l'envoie pas"
    written = f"[{host}]" if ":" in host else host
    if text != f"{parts.scheme}://{written}{'' if port is None else f':{port}'}":
        return "une origine est un protocole, un nom en minuscules et un port : ni chemin, ni identifiants"
    if ":" not in host and not _HOST.fullmatch(host):
        return "nom de machine mal écrit (un nom accentué s'écrit en « xn-- »)"
    return None


def checked_origins(texts: list[str], field: str) -> tuple[str, ...]:
    """Origins as declared, each exactly as a browser sends it, without repeats.

    Raises:
        InvalidRequest: one of them can't be an origin, or is not over TLS.
    """
    faults = [
        FieldError(field, f"« {text[:80]} » : {why}", EXPECTED) for text in texts if (why := _fault(text))
    ]
    if faults:
        raise InvalidRequest(fields=tuple(faults))
    return tuple(dict.fromkeys(texts))
