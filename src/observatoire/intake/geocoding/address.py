"""The grammar of the place cell of an export: what it says, told from how people write it.

Pure: a text gives an ``Address`` or nothing. Nothing is looked up here. Cases: « ANGLE RUE X / RUE Y »,
« rue X x rue Y », « intersection de … et … », « face au 12 bis rue X », « 2 à 8 allée X », « devant Lidl »,
« RAS ». What follows a dwelling (building, flat, « chez … ») is left out: it is never needed to find a door,
and it is where persons are named.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from observatoire.domain.incident import LocationPrecision
from observatoire.intake.geocoding.words import KIND, NO_PLACE, is_street, name_form, street_form
from observatoire.intake.parsing.text import plain

LONGEST = 200
"""Characters of a cell that can be an address; a longer one is prose."""


class AddressKind(StrEnum):
    """What a place cell names; the value is the precision that it deserves."""

    HOUSE_NUMBER = LocationPrecision.HOUSE_NUMBER.value
    STREET = LocationPrecision.STREET.value
    INTERSECTION = LocationPrecision.INTERSECTION.value
    NAMED_PLACE = LocationPrecision.NAMED_PLACE.value


@dataclass(frozen=True, slots=True)
class Address:
    """A place cell understood; texts are in plain form.

    ``street`` is that of a number, a street, or the first of a crossing, whose second is ``crossing``.
    ``number`` is « 12 » or « 12 bis ». ``place`` is the name of a place that is no street.
    """

    kind: AddressKind
    number: str = ""
    street: str = ""
    crossing: str = ""
    place: str = ""

    @property
    def text(self) -> str:
        """As it is asked of a geocoder; a crossing is asked street by street."""
        return self.place or f"{self.number} {self.street}".strip()

    @property
    def named_by_streets(self) -> bool:
        """Whether it holds nothing but numbers and names of streets."""
        return not self.place and is_street(self.street) and (not self.crossing or is_street(self.crossing))

    @property
    def form(self) -> str:
        """As places are compared: two writings of one address have one form."""
        if self.kind is AddressKind.INTERSECTION:
            return " / ".join(sorted((name_form(self.street), name_form(self.crossing))))
        return name_form(self.text)


_ASIDE = re.compile(r"\([^()]{0,100}\)|[\t\r\n]+")
_POSTCODE = re.compile(r"(?:^|[ ,;-]+)(?:f-?)?\d{5}\b(?: .*)?$")
_DWELLING = re.compile(
    r"[ ,;/-]+(?:chez|b[aâ]t(?:iment)?|bt|hall|appt?|apt|appartement|[eé]tage|rdc|porte|escalier|esc|"
    r"entr[eé]e|cage|cave|local|logement|lgt|bal|"
    r"bo[iî]te|interphone|digicode|1er [eé]tage|\d{1,2}e(?:me)? [eé]tage)\b.*$",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"^(?:juste |situe )?(?:(?:en face|face|au droit|a (?:la )?hauteur|hauteur|au niveau|niveau|a cote|pres"
    r"|a proximite|proximite|aux abords|abords|au pied|pied|en bas|devant|derriere|contre|proche|vers|depuis"
    r"|dans|sur|sous|a l'entree|a l'exterieur|a l'arriere|aux?|a)(?![\w']))?"
    r"(?: ?(?:(?:de|du|des|le|la|les|a|au|aux) |[ld]'))*"
)
_NUMBERING = re.compile(r"^(?:n(?:o|°|umero)?\.?|°) ?(?=\d)")
_SUFFIX = r"(?: ?(bis|ter|quater|quinquies)|(?: ?([a-d]))(?=[ ,]))?"
_NUMBER = re.compile(rf"^(\d{{1,4}}){_SUFFIX}(?![0-9a-z])[ ,]*")
_MORE_NUMBERS = re.compile(
    rf"^(\d{{1,4}}){_SUFFIX} ?(?:a|au|-|/|,|et|&) ?(\d{{1,4}})(?: ?(?:bis|ter|quater))?(?![0-9a-z])[ ,]*"
)
_ONLY_A_NUMBER = re.compile(rf"^\d+{_SUFFIX}$")
_CROSSING = re.compile(
    r"^(?:a l'|l'|au |sur l'|dans l')?(?:angle|intersection|croisement|carrefour|coin)"
    r"(?: (?:des|de|du|d|entre|formee? par)\b)?"
    r"(?: ?'| l'| d'| la | le | les )? ?(?:des (?:rues|avenues) )?"
)
_BETWEEN = (
    re.compile(r" ?[/&+] ?"),
    re.compile(r" x (?=\S)"),
    re.compile(r" (?:et|avec) (?:de |du |des )?(?:la |le |les |l')?"),
    re.compile(r" - "),
)
"""Signs and words between the two streets of a crossing, the surest first."""
_AT_ANGLE = re.compile(
    r" ?[,-]? (?:a l'|l')?(?:angle|intersection|croisement)(?: (?:avec|de|du|des|et))?"
    r"(?: (?:la|le|les))? ?(?:l'|d')?"
)
_TWO_STREETS = re.compile(rf"^({KIND}\.? .+?) ?(?:/| x |&|\+) ?({KIND}\.? .+)$")


def without_dwelling(cell: str) -> str:
    """A place cell, without what stands behind the door: that is where persons are named."""
    return _DWELLING.sub("", cell.replace("’", "'")).strip(" ,;.-")


def parse(cell: str) -> Address | None:
    """What a place cell says; None when it says no place."""
    text = plain(_ASIDE.sub(" ", cell.replace("’", "'"))).strip(" ,;.-")
    if len(text) > LONGEST or NO_PLACE.match(text):
        return None
    text = _POSTCODE.sub("", text)
    crossing = _crossing(text)
    if crossing is not None:
        return crossing
    text = _bare(text)
    return None if NO_PLACE.match(text) else _door(text) or _named(text)


def _bare(text: str) -> str:
    """Without what leads to the place nor the dwelling behind it."""
    text = _DWELLING.sub("", text)
    for _ in range(2):  # « sur le parking, devant le 12 »
        text = _PREFIX.sub("", text, count=1).strip(" ,;.-")
    return _NUMBERING.sub("", text)


def _crossing(text: str) -> Address | None:
    """Two streets, told by a word (« angle ») or by a sign between two kinds of street."""
    found = _CROSSING.match(text)
    if found is not None:
        cuts = (between.split(text[found.end() :], maxsplit=1) for between in _BETWEEN)
        return next((_both(*sides) for sides in cuts if len(sides) == 2), None)
    sides = _AT_ANGLE.split(text, maxsplit=1)
    if len(sides) == 2 and is_street(street_form(_without_number(sides[0]))):
        return _both(*sides)
    signed = _TWO_STREETS.match(_bare(text))
    return _both(signed[1], signed[2]) if signed else None


def _both(first: str, second: str) -> Address | None:
    one, other = (
        street_form(_without_number(_DWELLING.sub("", side).strip(" ,;.-"))) for side in (first, second)
    )
    if not one or not other or not (is_street(one) or is_street(other)):
        return None
    if name_form(one) == name_form(other):
        return Address(AddressKind.STREET, street=one)
    return Address(AddressKind.INTERSECTION, street=one, crossing=other)


def _without_number(text: str) -> str:
    return _NUMBER.sub("", _NUMBERING.sub("", text.strip()))


def _door(text: str) -> Address | None:
    """A number and its street, or a street."""
    several = _MORE_NUMBERS.match(text)
    if several is not None:
        street = street_form(text[several.end() :])
        number = _middle(int(several[1]), int(several[4]))
        return Address(AddressKind.HOUSE_NUMBER, number, street) if is_street(street) else None
    numbered = _NUMBER.match(text)
    street = street_form(_after_street(text[numbered.end() :] if numbered else text))
    if not is_street(street):
        return None
    if numbered is None:
        return Address(AddressKind.STREET, street=street)
    number = f"{numbered[1]} {numbered[2] or numbered[3] or ''}".strip()
    return Address(AddressKind.HOUSE_NUMBER, number, street)


def _after_street(text: str) -> str:
    """« rue X, résidence Y », « rue X / parking » : the street is enough."""
    return re.split(r" ?[,;/(] ?", text.strip(), maxsplit=1)[0]


def _middle(first: int, last: int) -> str:
    """The door in the middle of « 2 à 8 », on the same side of the street."""
    middle = (first + last) // 2
    return str(middle if (middle - first) % 2 == 0 or (last - first) % 2 else middle - 1)


def _named(text: str) -> Address | None:
    place = text.strip(" ,;.-/")
    nameless = not name_form(place) or is_street(f"{street_form(place)} ") or _ONLY_A_NUMBER.match(place)
    return None if nameless else Address(AddressKind.NAMED_PLACE, place=place)
