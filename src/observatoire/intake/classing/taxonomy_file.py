"""A taxonomy and its passage as files: CSV with semicolons, in UTF-8, checked whole before it is loaded."""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from observatoire.domain.incident import TO_BE_CLASSED
from observatoire.domain.taxonomy import Passages
from observatoire.errors import FieldError
from observatoire.intake.classification import words_of
from observatoire.intake.classing.errors import RefusedTaxonomy

MAX_BYTES = 2_000_000
COLUMNS = ("domaine", "famille_code", "famille_libelle", "code", "libelle", "unite_de_compte", "sensibilite")
OPTIONAL = ("indicateur_ssmsi", "synonymes")
PASSAGE_COLUMNS = ("ancien", "nouveau")
_CODE = re.compile(r"[A-Z][0-9][0-9]{2}")
_SENSITIVITIES = frozenset({"0", "1", "2"})


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf as the file says it; the names are those of the table."""

    code: str
    label: str
    family: str
    family_label: str
    domain: str
    domain_label: str
    unit: str
    sensitivity: int
    ssmsi_indicator: str | None
    synonyms: tuple[str, ...]

    @property
    def row(self) -> dict[str, object]:
        """The row of the table."""
        return {name: getattr(self, name) for name in Leaf.__slots__} | {"synonyms": list(self.synonyms)}


def read_taxonomy(path: Path) -> tuple[Leaf, ...]:
    """The leaves of a taxonomy.

    Raises:
        RefusedTaxonomy: it can't be read, or a leaf is faulty: every fault is told with its line.
    """
    rows = list(_rows(path, COLUMNS))
    faults = [fault for line, row in rows for fault in _faults(line, row)]
    if not faults:
        leaves = tuple(_leaf(row) for _, row in rows)
        faults = [*_repeated(leaves), *_two_names(leaves), *_shared_synonyms(leaves)]
        if TO_BE_CLASSED not in {leaf.code for leaf in leaves}:
            faults.append(FieldError("code", f"la catégorie « à classer » ({TO_BE_CLASSED}) manque"))
    if faults:
        raise RefusedTaxonomy("Le fichier comporte des fautes.", fields=tuple(faults))
    return leaves


def read_passages(path: Path) -> Passages:
    """Former leaf to new leaves: one line per pair.

    Raises:
        RefusedTaxonomy: it can't be read.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line, row in _rows(path, PASSAGE_COLUMNS):
        former, current = row["ancien"], row["nouveau"]
        if not former or not current:
            fault = FieldError(f"ligne {line}", "un ancien code et un nouveau sont attendus", "A102;A104")
            raise RefusedTaxonomy("La table de passage comporte une ligne incomplète.", fields=(fault,))
        found[former].add(current)
    return {former: frozenset(leaves) for former, leaves in found.items()}


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line of the file, cells by column) of each row that is not empty."""
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), delimiter=";")
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        fields = tuple(
            FieldError(f"colonne {name}", "cette colonne manque", ";".join(columns)) for name in missing
        )
        raise RefusedTaxonomy(f"L'en-tête de « {path.name} » n'est pas celui attendu.", fields=fields)
    try:
        for row in reader:
            cells = {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)}
            if any(cells.values()):
                yield reader.line_num, cells
    except csv.Error:
        raise RefusedTaxonomy(f"« {path.name} » n'est pas un CSV lisible : voyez les guillemets.") from None


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError:
        raise RefusedTaxonomy(f"« {path} » ne peut pas être lu : vérifiez le chemin et les droits.") from None
    if len(content) > MAX_BYTES:
        raise RefusedTaxonomy(f"« {path.name} » dépasse 2 Mo : ce n'est pas une nomenclature.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusedTaxonomy(f"« {path.name} » n'est pas en UTF-8 : enregistrez-le ainsi.") from None


def _faults(line: int, row: dict[str, str]) -> Iterator[FieldError]:
    code, family, domain = row["code"], row["famille_code"], row["domaine"]
    where = f"ligne {line}"
    if not _CODE.fullmatch(code):
        yield FieldError(
            where, f"« {code[:20]} » n'est pas un code de catégorie", "une lettre, trois chiffres : A101"
        )
    elif family != code[:2] or domain[:1] != code[0]:
        yield FieldError(
            where, f"« {code} » n'est ni de la famille ni du domaine écrits", f"{code[:2]}, {code[0]}"
        )
    if (
        not row["libelle"]
        or not row["famille_libelle"]
        or not domain[1:].strip()
        or not row["unite_de_compte"]
    ):
        yield FieldError(where, "un libellé ou l'unité de compte manque")
    if row["sensibilite"] not in _SENSITIVITIES:
        yield FieldError(where, "la sensibilité n'est pas 0, 1 ou 2", "0, 1 ou 2")


def _leaf(row: dict[str, str]) -> Leaf:
    return Leaf(
        code=row["code"],
        label=row["libelle"],
        family=row["famille_code"],
        family_label=row["famille_libelle"],
        domain=row["domaine"][0],
        domain_label=row["domaine"][1:].strip(),
        unit=row["unite_de_compte"],
        sensitivity=int(row["sensibilite"]),
        ssmsi_indicator=row.get("indicateur_ssmsi") or None,
        synonyms=tuple(s.strip() for s in row.get("synonymes", "").split("|") if s.strip()),
    )


def _repeated(leaves: Iterable[Leaf]) -> list[FieldError]:
    times = Counter(leaf.code for leaf in leaves)
    return [
        FieldError("code", f"« {code} » est donné {n} fois") for code, n in sorted(times.items()) if n > 1
    ]


def _two_names(leaves: Iterable[Leaf]) -> list[FieldError]:
    """A family, or a domain, has one label."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for leaf in leaves:
        names[leaf.family].add(leaf.family_label)
        names[leaf.domain].add(leaf.domain_label)
    return [
        FieldError("libelle", f"« {node} » porte plusieurs libellés : {', '.join(sorted(own))}")
        for node, own in sorted(names.items())
        if len(own) > 1
    ]


def _shared_synonyms(leaves: Iterable[Leaf]) -> list[FieldError]:
    """A synonym leads to one leaf, whatever its spelling."""
    owners: defaultdict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for leaf in leaves:
        for synonym in leaf.synonyms:
            owners[words_of(synonym)][leaf.code] = synonym
    return [
        FieldError(
            "synonymes",
            f"« {next(iter(own.values()))} » mène à plusieurs catégories : {', '.join(sorted(own))}",
        )
        for own in owners.values()
        if len(own) > 1
    ]
