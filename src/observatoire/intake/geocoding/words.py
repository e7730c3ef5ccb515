"""The words of French addresses: kinds of streets and their short forms, words that say no place."""

import re
from itertools import pairwise

from observatoire.intake.parsing.text import plain

STREETS = {
    "allee": ("all", "allees", "al"),
    "avenue": ("av", "ave", "aven"),
    "boulevard": ("bd", "bld", "blvd", "boul", "bvd"),
    "chaussee": ("chs",),
    "chemin": ("ch", "che", "chem"),
    "cite": (),
    "clos": (),
    "corniche": (),
    "cote": (),
    "cour": (),
    "cours": ("crs",),
    "descente": (),
    "esplanade": ("esp",),
    "faubourg": ("fg", "fbg"),
    "impasse": ("imp",),
    "mail": (),
    "montee": (),
    "passage": ("pass", "psg"),
    "passerelle": (),
    "place": ("pl", "plc"),
    "placette": (),
    "pont": (),
    "port": (),
    "promenade": ("prom",),
    "quai": ("qu",),
    "rampe": (),
    "rocade": (),
    "rond-point": ("rpt", "rond point", "rd point", "rd pt", "rdpt"),
    "route": ("rte",),
    "rue": ("r",),
    "ruelle": ("rle",),
    "sentier": ("sent",),
    "square": ("sq",),
    "traverse": ("trav",),
    "venelle": ("ven",),
    "villa": (),
    "voie": (),
}
"""Kinds of streets (plain form) to the ways in which exports shorten them."""

_LONG = {short: kind for kind, shorts in STREETS.items() for short in shorts}
_KINDS = sorted({*STREETS, *_LONG}, key=len, reverse=True)
KIND = rf"(?:{'|'.join(map(re.escape, _KINDS))})"
_STARTS_WITH_KIND = re.compile(rf"^({KIND})\.?(?=[ '])")
_ABBREVIATED = {
    "st": "saint", "ste": "sainte", "gal": "general", "gen": "general", "mal": "marechal",
    "dr": "docteur", "pdt": "president", "pt": "president", "col": "colonel", "cdt": "commandant",
    "cne": "capitaine", "pr": "professeur", "res": "residence", "bat": "batiment", "st.": "saint",
}  # fmt: skip
_LINKS = frozenset("de du des d la le les l a au aux et".split())

NO_PLACE = re.compile(
    r"^(?:ras|r\.a\.s\.?|neant|divers(?:es)?(?: (?:lieux|rues|secteurs?))?|inconnue?s?|non (?:communiquee?"
    r"|precisee?|renseignee?|connue?)|nc|nr|n/?a|sans objet|so|aucune?|voie publique|sur la voie publique"
    r"|commune|ville|toute la (?:ville|commune)|secteur|lieux? divers|itinerant|chez(?: .*)?|x+|[-?._/ ]*)$"
)
"""Texts (plain form) that say no place."""


def street_form(text: str) -> str:
    """A street in plain form, its kind written in full: « BD V. HUGO » gives « boulevard v. hugo »."""
    form = plain(text).strip(" ,;.-")
    found = _STARTS_WITH_KIND.match(form)
    if found is None:
        return form
    return (_LONG.get(found[1], found[1]) + " " + form[found.end() :].strip()).strip()


def is_street(form: str) -> bool:
    """Whether a text (plain form) begins by a kind of street."""
    return _STARTS_WITH_KIND.match(form) is not None


def name_form(text: str) -> str:
    """The form in which names of places are compared: words in full, without articles nor signs.

    « Parking de la Gare St-Jean » and « parking gare saint jean » are one place.
    """
    words = re.findall(r"[a-z0-9]+", street_form(text).replace("rond-point", "rondpoint"))
    kept = [
        w for before, w in pairwise(["", *words]) if w not in _LINKS or before.isdigit()
    ]  # « 12 a » is a door
    return " ".join(_ABBREVIATED.get(word, word) for word in kept)
