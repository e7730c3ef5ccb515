"""A document of the law as a page to print, or as text. No script, nothing from elsewhere."""

from collections.abc import Iterator
from html import escape

from observatoire.domain.record import Record, RecordEntry, RecordPart

TO_COMPLETE = "à compléter"
STYLE = """
body{font:16px/1.5 "Liberation Sans",Arial,sans-serif;max-width:58rem;margin:2rem auto;padding:0 1.5rem}
body{color:#161616}h1{font-size:1.8rem;line-height:1.2;margin:0 0 .3rem}
h2{font-size:1.2rem;margin:2rem 0 .4rem;border-bottom:2px solid #000091;padding-bottom:.2rem}
p.sous{margin:0;color:#3a3a3a}
p.etat{margin:1rem 0;padding:.6rem .9rem;border-left:4px solid #000091;background:#f5f5fe}
table{border-collapse:collapse;width:100%;table-layout:fixed}
th,td{border-bottom:1px solid #ccc;padding:.5rem .6rem;text-align:left;vertical-align:top}
td{overflow-wrap:anywhere}th{width:30%;font-weight:600}ul{margin:0;padding-left:1.1rem}
mark{background:#fff3c2;padding:.05em .3em;border:1px solid #8a6d00}
small{display:block;margin-top:.3rem;color:#555}
@page{size:A4;margin:18mm 16mm}
@media print{body{margin:0;padding:0;max-width:none;font-size:10.5pt}h2{break-after:avoid}
tr{break-inside:avoid}mark{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""


def html(record: Record) -> str:
    """A whole page."""
    parts = "".join(map(_part, record.parts))
    return (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(record.heading)}</title><style>{STYLE}</style></head><body><main>"
        f'<h1>{escape(record.heading)}</h1><p class="sous">{escape(record.subtitle)}</p>'
        f'<p class="etat">{escape(state(record))}</p>{parts}</main></body></html>'
    )


def state(record: Record) -> str:
    """When it was drawn up, and how much is left to a person."""
    number = sum(1 for _ in record.to_complete())
    left = (
        f"{number} rubrique{'s' if number > 1 else ''} {TO_COMPLETE}" if number else "rien n'est à compléter"
    )
    return (
        f"Établi le {record.drawn_up_at:%d/%m/%Y} d'après la configuration et les contrats en vigueur ; "
        f"{left}. "
        "Proposition à valider par le responsable du traitement et son délégué."
    )


def _part(part: RecordPart) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(e.label)}</th><td>{_cell(e)}</td></tr>' for e in part.entries
    )
    return f"<section><h2>{escape(part.heading)}</h2><table>{rows}</table></section>"


def _cell(entry: RecordEntry) -> str:
    items = [escape(value) for value in entry.values]
    if entry.to_complete:
        items.append(f"<mark>{TO_COMPLETE}</mark> {escape(entry.to_complete)}")
    told = items[0] if len(items) == 1 else f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
    proof = f"<small>Vérifié par {escape(entry.evidence)}</small>" if entry.evidence else ""
    return told + proof


def text(record: Record) -> str:
    """The same, for a terminal or a file."""
    return "\n".join(_lines(record)) + "\n"


def _lines(record: Record) -> Iterator[str]:
    yield from (record.heading, record.subtitle, state(record))
    for part in record.parts:
        yield from ("", part.heading, "-" * len(part.heading))
        for entry in part.entries:
            yield f"{entry.label} :"
            yield from (f"  - {value}" for value in entry.values)
            if entry.to_complete:
                yield f"  - [{TO_COMPLETE}] {entry.to_complete}"
            if entry.evidence:
                yield f"    vérifié par {entry.evidence}"
