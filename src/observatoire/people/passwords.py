"""Passwords: argon2id, and the refusal of those that are guessed first.

OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, two passes, one lane at least. A process makes eight at
once, the others wait: a crowd that all log in holds 152 MiB, not more. Length before composition (NIST
SP 800-63B-4, §3.1.1.2): twelve characters, no rule about digits, no change on a date.
"""

import re
import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from observatoire.people.errors import WeakPassword

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16)
AT_ONCE = 8
"""More than the cores of a town hall's server, so that none waits for nothing."""
_WORK = BoundedSemaphore(AT_ONCE)
SHORTEST, LONGEST = 12, 128

GUESSED_FIRST = frozenset(
    """
    motdepasse monmotdepasse nouveaumotdepasse motdepasses password passw0rd mypassword letmein welcome
    bienvenue
    bonjour bonjourbonjour azerty azertyuiop qwerty qwertyuiop azertyqwerty qsdfghjklm wxcvbn abcdef abcdefgh
    abcdefghijkl administrateur administrator administration admin adminadmin root utilisateur identifiant
    connexion invitation provisoire temporaire changezmoi changeme secret secretsecret mairie hoteldeville
    policemunicipale police municipale tranquillite tranquillitepublique observatoire commune ville metropole
    soleil marseille toulouse doudou chouchou loulou jetaime iloveyou jesuisla superman starwars dragon
    football
    olympique princesse nicolas camille printemps ete automne hiver janvier fevrier mars avril mai juin
    juillet aout septembre octobre novembre decembre lundi mardi mercredi jeudi vendredi samedi dimanche
    """.split()
)
"""What lists of leaked passwords begin with, and the words of the trade; digits around do not save them.

Short on purpose: a list of millions would be one more thing to ship and to keep; what it would add is caught
by the length and by the lockout.
"""


def check(password: str, login: str, label: str) -> None:
    """Refuse the obvious.

    Raises:
        WeakPassword: too short, too long, or among what is tried first.
    """
    if len(password) < SHORTEST:
        raise WeakPassword(f"Le mot de passe doit compter au moins {SHORTEST} caractères.")
    if len(password) > LONGEST:
        raise WeakPassword(f"Le mot de passe doit compter au plus {LONGEST} caractères.")
    if len(set(password)) < 5:
        raise WeakPassword("Ce mot de passe répète trop peu de caractères différents.")
    plain = _plain(password)
    own = {part for part in re.split(r"[^a-z0-9]+", f"{_plain(login)} {_plain(label)}") if len(part) >= 4}
    if any(part in plain for part in own):
        raise WeakPassword("Ce mot de passe contient votre adresse ou votre nom.")
    if _is_obvious(plain):
        raise WeakPassword(
            "Ce mot de passe est de ceux que l'on essaie en premier : prenez plutôt plusieurs mots sans lien."
        )


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _is_obvious(plain: str) -> bool:
    """Whether little is left once digits and signs are taken away, or a word that everybody tries."""
    core = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain)
    letters = re.sub(r"[^a-z]", "", core.translate(str.maketrans("013457@$", "oieastas")))
    bare = re.sub(r"[^a-z]", "", plain)
    return plain.isdigit() or bool({letters, bare} & GUESSED_FIRST) or _run(plain)


def _run(plain: str) -> bool:
    """Whether it is one word of six characters or fewer, over and over."""
    return any(plain == (plain[:n] * len(plain))[: len(plain)] for n in range(1, 7))


def encode(password: str) -> str:
    """The hash to store, its parameters and its salt within."""
    with _WORK:
        return HASHER.hash(unicodedata.normalize("NFC", password))


@cache
def nobody() -> str:
    """A hash that no password has: it is checked when there is nobody to check."""
    return HASHER.hash("personne n'a ce mot de passe")


def matches(encoded: str | None, password: str) -> bool:
    """Whether a password is the one; the same work whether there is one or not."""
    try:
        with _WORK:
            HASHER.verify(encoded or nobody(), unicodedata.normalize("NFC", password[: LONGEST * 4]))
    except (VerificationError, InvalidHashError):
        return False
    return encoded is not None


def is_outdated(encoded: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return HASHER.check_needs_rehash(encoded)
