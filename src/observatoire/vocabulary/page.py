"""The glossary as a page for its readers."""

from collections.abc import Iterable

from observatoire.vocabulary.fields import FIELDS
from observatoire.vocabulary.terms import GLOSSARY, Term

_HEADING = """\
# Glossaire

Page écrite par `scripts/glossary` à partir de `src/observatoire/vocabulary/` ; ne pas la modifier à la
main.

Les noms de domaine circulent en français (ce sont des termes de droit ou de métier) ; le code est en
anglais, comme la littérature statistique ; les mots de protocole (OGC, GeoJSON, `type`, `title`, `status`,
`limit`, `bbox`…) restent ceux de leur norme.

## Termes
"""

_FIELDS_HEADING = """
## Champs de l'API

Un même attribut du code a partout le même nom dans l'API, et réciproquement ; les rares exceptions,
chacune motivée, sont dans `tests/house/test_vocabulary.py`. Un champ absent de cette table porte le même
nom des deux côtés.
"""


def glossary_page() -> str:
    """The content of ``docs/glossaire.md``."""
    terms = ((term.label, _code(term.identifier), _code(term.wire), _remark(term)) for term in GLOSSARY)
    fields = ((_code(wire), _code(name)) for name, wire in sorted(FIELDS.items(), key=lambda pair: pair[1]))
    return "\n".join(
        (
            _HEADING,
            *_table(("Terme", "Code", "API", "Remarque"), terms),
            _FIELDS_HEADING,
            *_table(("API", "Code"), fields),
            "",
        )
    )


def _remark(term: Term) -> str:
    return " ; ".join(filter(None, (term.remark, "*à venir*" if term.planned else "")))


def _code(text: str) -> str:
    return f"`{text}`" if text else "–"


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (heading, ("---",) * len(heading), *rows)]
