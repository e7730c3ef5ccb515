"""One word per thing: the same English attribute has the same French name everywhere, and vice versa."""

import ast
import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from observatoire.vocabulary import FIELDS, GLOSSARY, Term, glossary_page
from observatoire.web import problems, schemas
from observatoire.web.schemas.base import Wire

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src" / "observatoire"

EXCEPTIONS = {
    # The answer repeats the question's parameters, which are singular because they are repeatable.
    ("QuestionOut", "categories"): "categorie",
    ("QuestionOut", "sources"): "source",
    ("SeriesQuestionOut", "datasets"): "jeu",
    ("SeriesQuestionOut", "indicators"): "indicateur",
    # Protocol words: GeoJSON and RFC 9457 decide.
    ("HotspotCollection", "type"): "type",
    ("Problem", "type"): "type",
    # The wire contract gives one French name to two things, told apart by where they stand:
    # the H3 resolution and the H3 index; a month and a period; where a row or a set of facts is.
    ("MaskOut", "resolution"): "maille",
    ("MonthStateOut", "month"): "periode",
    ("ProofOut", "places"): "localisation",
    # The contract shortens, where the enclosing object says the rest.
    ("EditionOut", "policy_version"): "version",
    ("FieldProblem", "expected"): "valeur_attendue",
    ("GroupSummaryOut", "total"): "faits",
    ("ImportLocationOut", "located"): "localises",
    ("ImportLocationOut", "share"): "part_localisee",
    ("PublishedYearOut", "total"): "faits",
    ("PublishedCoverageOut", "months"): "mois_recus",
    ("SourceList", "others"): "autres_sources",
    ("SourceMonthsOut", "nil"): "mois_neant",
    ("SourceMonthsOut", "provisional"): "mois_provisoires",
    ("SourceMonthsOut", "received"): "mois_recus",
}
"""(schema, attribute) to French name, where it differs from ``FIELDS``; the reason stands above each."""


def _schemas() -> list[type[Wire]]:
    for module in pkgutil.iter_modules(schemas.__path__):
        importlib.import_module(f"{schemas.__name__}.{module.name}")
    found: set[type[Wire]] = set()
    waiting: list[type[Wire]] = [Wire]
    while waiting:
        children = [c for c in waiting.pop().__subclasses__() if c.__module__.startswith("observatoire.")]
        waiting += children
        found.update(children)
    assert problems.Problem in found
    return sorted(found, key=lambda schema: schema.__name__)


def _names() -> Iterator[tuple[str, str, str]]:
    """(schema, English attribute, French name) of every field that travels."""
    for schema in _schemas():
        for name, field in schema.model_fields.items():
            aliases = {a for a in (field.serialization_alias, field.validation_alias, field.alias) if a}
            assert len(aliases) <= 1, f"{schema.__name__}.{name}: read and written under two names"
            yield schema.__name__, name, str(next(iter(aliases), name))


def test_every_field_has_the_name_of_the_vocabulary() -> None:
    wrong = [
        f"{schema}.{name} is « {wire} » on the wire, vocabulary.py says « {FIELDS.get(name, name)} »"
        for schema, name, wire in _names()
        if (schema, name) not in EXCEPTIONS and wire != FIELDS.get(name, name)
    ]
    assert not wrong, "\n".join(wrong)


def test_a_french_name_stands_for_one_attribute() -> None:
    meanings: dict[str, set[str]] = {wire: {name} for name, wire in FIELDS.items()}
    for schema, name, wire in _names():
        if (schema, name) not in EXCEPTIONS:
            meanings.setdefault(wire, set()).add(name)
    ambiguous = {wire: names for wire, names in meanings.items() if len(names) > 1}
    assert not ambiguous
    assert not [wire for wire, number in Counter(FIELDS.values()).items() if number > 1]


def test_exceptions_and_vocabulary_hold_nothing_stale() -> None:
    travelling = {(schema, name): wire for schema, name, wire in _names()}
    assert EXCEPTIONS.items() <= travelling.items()
    used = {name for schema, name in travelling if (schema, name) not in EXCEPTIONS}
    assert set(FIELDS) <= used | {name for name, _ in _rendered()}


def _rendered() -> list[tuple[str, str]]:
    """(English attribute, French key) of each ``"french": thing.english`` in ``outputs``."""
    return [
        (value.attr, key.value)
        for path in sorted((SOURCES / "outputs").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
        if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name)
    ]


def test_outputs_bear_the_same_names_as_the_schemas() -> None:
    geojson_words = {"id"}
    rendered = [(name, key) for name, key in _rendered() if key not in geojson_words]
    assert rendered
    assert [(name, key) for name, key in rendered if key != FIELDS.get(name, name)] == []


def test_the_glossary_page_is_in_step() -> None:
    page = (ROOT / "docs" / "glossaire.md").read_text(encoding="utf-8")
    assert page == glossary_page(), "docs/glossaire.md is stale: run scripts/glossary"


@pytest.mark.parametrize("term", [t for t in GLOSSARY if not t.planned], ids=lambda t: t.label)
def test_a_term_of_the_glossary_lives_in_the_code(term: Term) -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py") if path.name != "vocabulary.py"
    )
    for word in re.findall(r"[\w-]+", f"{term.identifier} {term.wire}"):
        assert re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", code), word
