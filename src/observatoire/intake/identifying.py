"""What identifies a person in a text: phone, e-mail, plate, birth, number of a person, account or card.

No pattern repeats without bound: a cell made to be slow costs in proportion to its length.
"""

import re
import unicodedata
from enum import StrEnum

from observatoire.intake.naming import holds_title


class Kind(StrEnum):
    """What a text looks like; the value is its French name."""

    PHONE = "téléphone"
    EMAIL = "courriel"
    PLATE = "plaque d'immatriculation"
    BIRTH = "date de naissance"
    TITLE = "civilité et nom"
    NAME = "nom et prénom"
    SOCIAL_NUMBER = "numéro de sécurité sociale"
    ACCOUNT = "compte bancaire"
    CARD = "carte bancaire"


_S = r"(?: ?[-./_·•] ?| )"  # between the groups of a number
_START, _STOP = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_CALL = r"(?:t[eéÉ]l[eé]?p?h?o?n?e?|port|gsm|mob)?\.? ?:? ?"

_PLAIN_NUMBER = re.compile(r"[-+]?[0-9]{1,9}[.,][0-9]+")
_WHOLE_PHONE = re.compile(rf"{_START}{_CALL}(0[1-9][0-9]{{8}}){_STOP}", re.IGNORECASE)
_DECIMALS = re.compile(r"(?:^|[^0-9])(?:[0-9]{1,3}[.,]|(?:19|20)[0-9]{2}[-/])$")
_PAIRED_PHONE = re.compile(rf"{_START}{_CALL}0[1-9](?:{_S}[0-9]{{2}}){{4}}(?![0-9])", re.IGNORECASE)
_DATE_AND_HOUR = re.compile(
    r"(?:0[1-9]|[12][0-9]|3[01])([-./])(?:0[1-9]|1[0-2])\1[0-9]{2} (?:[01][0-9]|2[0-9])[. -][0-5][0-9]"
)
_GROUPED_PHONE = re.compile(
    r"(?<![0-9A-Za-z])(?<![0-9][-./,])"
    r"(?:0[1-9][0-9]{2}(?:[ .][0-9]{3}){2}|0[1-9][0-9]{2}(?:[ .][0-9]{2}){3}|0[1-9](?:[ .][0-9]{4}){2}"
    rf"|0(?:26|59|69|97)[0-9](?:{_S}[0-9]{{2}}){{3}}"
    r"|0[1-9] [0-9]{8}|0[1-9][0-9][ .][0-9]{3}[ .][0-9]{4}|0[1-9] [0-9]{2} [0-9]{3} [0-9]{3}"
    r"|0[1-9] [0-9]{3} [0-9]{3} [0-9]{2}|0(?: [0-9]){9})(?![0-9A-Za-z])(?![-./][0-9])"
)
_FOREIGN_PHONE = re.compile(
    rf"{_START}(?:(?:\+|00) ?(?:33|262|590|594|596) ?(?:\(0\) ?)?{_S}?[1-9](?:{_S}?[0-9]){{8}}"
    rf"|(?:\+|00) ?(?:508|681|687){_S}?[0-9](?:{_S}?[0-9]){{5}}|(?:\+|00) ?689{_S}?[0-9](?:{_S}?[0-9]){{7}}"
    rf"|\+ ?[1-9](?:[ .()-]?[0-9]){{8,14}})(?![0-9])"
)
_EMAIL = re.compile(
    r"[\w.+-] ?(?:@|[(\[] ?(?:at|arobase) ?[)\]]) ?[\w-]{1,63} ?(?:\.|[(\[] ?(?:dot|point) ?[)\]]) ?"
    r"[^\W\d_]{2}",
    re.IGNORECASE,
)
_EMAIL_SIGNS = ("@", "(", "[")

_L = "[A-HJ-NP-TV-Z]"
_PLATE = re.compile(rf"{_START}({_L}{{2}})([ .·-]?)[0-9]{{3}}[ .·-]?({_L}{{2}}){_STOP}", re.IGNORECASE)
_OLD_PLATE = re.compile(
    rf"{_START}([0-9]{{2,4}})([ .·-]?)({_L}{{2,3}})\2(?:0[1-9]|[1-8][0-9]|9[0-5]|2[ABab]|97[1-6]){_STOP}",
    re.IGNORECASE,
)
_ROADS = frozenset("RD RN CD RM RC CR CC CP BP CS HT TC DE LE LA EN ET NB NR PR PK LT BT".split())
_WORDS = frozenset("DE LE LA EN ET NE SE CE ME TE JE SA MA TA".split())
_MONTHS_AND_STREETS = frozenset(
    "JAN FEV MAR AVR SEP DEC AV BD PL SQ CH CHE RTE RES ALL BAT ESC APT TER HLM DES LES PK PR DE LE LA EN ET "
    "CP RD RN HT KM MN KG CM MM HA".split()
)

_BIRTH = re.compile(
    r"(?<!\w)n(?:é|Ã©)(?:e|\(e\)|[.·-]e)?s? (?:le|en|à|vers)(?!\w)|(?<!\w)nee? le [0-9]"
    r"|(?<!\w)(?:ddn|d\.d\.n|date (?:de )?naissance)(?!\w)",
    re.IGNORECASE,
)
_BIRTH_NAME = re.compile(r"(?<!\w)(?:née|Née|NÉE) [A-ZÀ-ÖØ-Þ]{2}")

_SOCIAL_NUMBER = re.compile(
    rf"{_START}([1-478])([ .-]?)([0-9]{{2}})\2(0[1-9]|1[0-2]|[2-9][0-9])\2([0-9]{{2}}|2[ABab])\2"
    rf"([0-9]{{3}})\2([0-9]{{3}})(?:[ .-]?([0-9]{{2}}))?{_STOP}"
)
_ACCOUNT = re.compile(
    rf"{_START}([A-Z]{{2}}[0-9]{{2}}(?:[ -]?[A-Z0-9]{{4}}){{2,7}}(?:[ -]?[A-Z0-9]{{1,3}})?)", re.IGNORECASE
)
_CARD = re.compile(
    rf"{_START}(?:[3-6][0-9]{{3}}([ .-]?)[0-9]{{4}}(?:\1[0-9]{{4}}){{2}}"
    rf"|3[47][0-9]{{2}}[ -]?[0-9]{{6}}[ -]?[0-9]{{5}}){_STOP}"
)

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-") | {"’": "'"})


def folded(text: str) -> str:
    """Compatibility forms, invisible signs out, dashes and spaces alike: what a disguise hides."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_DASHES)
    return " ".join(text.split())


def _phone(text: str) -> bool:
    if _PLAIN_NUMBER.fullmatch(text):
        return False
    for found in _WHOLE_PHONE.finditer(text):
        if not _DECIMALS.search(text[max(0, found.start() - 5) : found.start()]):
            return True
    for found in _PAIRED_PHONE.finditer(text):
        if not _DATE_AND_HOUR.fullmatch(found[0]):
            return True
    return any(pattern.search(text) for pattern in (_GROUPED_PHONE, _FOREIGN_PHONE))


def _email(text: str) -> bool:
    return any(sign in text for sign in _EMAIL_SIGNS) and _EMAIL.search(text) is not None


def _plate(text: str) -> bool:
    for found in _PLATE.finditer(text):
        if found[2] != " " or (found[1].upper() not in _ROADS and found[3].upper() not in _WORDS):
            return True
    return any(_is_old_plate(found) for found in _OLD_PLATE.finditer(text))


def _is_old_plate(found: re.Match[str]) -> bool:
    """« 1234 AB 31 », not « 12 MAR 26 », nor « 2026-MC-12 », which is how references are made."""
    number, joint, letters = found[1], found[2], found[3]
    if letters.upper() in _MONTHS_AND_STREETS or (not letters.isupper() and joint == " "):
        return False
    if joint == "":
        return len(number) >= 3 and letters.isupper()
    return not (joint == "-" and len(number) == 4 and number[:2] in ("19", "20"))


def _birth(text: str) -> bool:
    return _BIRTH.search(text) is not None or _BIRTH_NAME.search(text) is not None


def _social_number(text: str) -> bool:
    for found in _SOCIAL_NUMBER.finditer(text):
        sex, joint, year, month, place, town, order, key = found.groups()
        if joint:
            return True  # grouped as people write it: the key may be mistyped
        if key is not None:
            corsica = {"2A": "19", "2B": "18"}.get(place.upper(), place)
            if int(key) == 97 - int(sex + year + month + corsica + town + order) % 97:
                return True
    return False


def _account(text: str) -> bool:
    return any(_is_account(found[1]) for found in _ACCOUNT.finditer(text))


def _is_account(written: str) -> bool:
    """ISO 13616: modulo 97, whichever sign the account ends at (the next word may look like its end)."""
    signs = re.sub(r"[ -]", "", written).upper()
    return any(
        int("".join(str(int(c, 36)) for c in signs[4:end] + signs[:4])) % 97 == 1
        for end in range(len(signs), 14, -1)
    )


def _card(text: str) -> bool:
    return any(_is_card(re.sub(r"[^0-9]", "", found[0])) for found in _CARD.finditer(text))


def _is_card(digits: str) -> bool:
    """ISO/IEC 7812: the Luhn key."""
    odd = sum(int(d) for d in digits[-1::-2])
    even = sum(sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return (odd + even) % 10 == 0


TESTS = (
    (Kind.PHONE, _phone),
    (Kind.EMAIL, _email),
    (Kind.PLATE, _plate),
    (Kind.BIRTH, _birth),
    (Kind.TITLE, holds_title),
    (Kind.SOCIAL_NUMBER, _social_number),
    (Kind.ACCOUNT, _account),
    (Kind.CARD, _card),
)
"""Each kind but a bare name, and how it is told from a folded text."""
