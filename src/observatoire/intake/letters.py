"""The report of an import in words: a French page that the sender reads, in Markdown."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from observatoire.intake.faults import FLAGS, Bucket, label_of
from observatoire.intake.rejects import expires_at
from observatoire.store.imports import ImportRecord
from observatoire.store.rejects import RejectSummary

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_STATES = {
    "en_attente": "en attente",
    "en_cours": "en cours",
    "a_confirmer": "à confirmer : rien n'a encore été écrit",
    "simule": "simulé : rien n'a été écrit",
    "valide": "validé",
    "refuse": "refusé : rien n'a été écrit",
    "annule": "annulé : ses lignes ne comptent plus",
    "echoue": "interrompu : rien n'a été écrit",
}
_TO_CONFIRM = {"quarantaine": "plus de 20 % des lignes sont en quarantaine ; l'administration en décide"}
_BREAKING, _NARROW = "\u00a0", "\u202f"


def report_text(record: ImportRecord, rejects: Sequence[RejectSummary], *, rejects_left: bool) -> str:
    """What was read, kept and set aside, why, and what to do next.

    Args:
        record: the import, ended or not.
        rejects: its rows set aside, by fault.
        rejects_left: whether the rejects file can still be read.
    """
    blocks = [
        _heading(record),
        _outcome(record),
        _set_aside(rejects, Bucket.QUARANTINE, "Lignes en quarantaine, à corriger"),
        _set_aside(rejects, Bucket.SET_ASIDE, "Lignes écartées : elles ne décrivent pas un fait"),
        _notes(record),
        _next_steps(record, rejects_left),
    ]
    return typeset("\n\n".join(block for block in blocks if block)) + "\n"


def typeset(text: str) -> str:
    """French spaces and apostrophes; what stands between back quotes is left as it is."""
    parts = text.split("`")
    parts[::2] = [_typeset(part) for part in parts[::2]]
    return "`".join(parts)


def _typeset(text: str) -> str:
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    text = re.sub(r" (?=[:»%€])", _BREAKING, text).replace("« ", f"«{_BREAKING}")
    return re.sub(r" (?=[;?!])", _NARROW, text)


def number(value: int) -> str:
    """« 1 234 », by narrow no-break spaces."""
    return f"{value:,}".replace(",", _NARROW)


def day(value: date) -> str:
    """« 1er mars 2025 »."""
    first = "1er" if value.day == 1 else str(value.day)
    return f"{first} {_MONTHS[value.month - 1]} {value.year}"


def _lines(count: int, one: str = "ligne", several: str = "lignes") -> str:
    return f"{number(count)} {one if count < 2 else several}"


def _heading(record: ImportRecord) -> str:
    facts = [f"- Source : `{record.source}`", f"- État : {_STATES[record.state]}"]
    if record.file:
        facts.append(f"- Fichier : `{record.file['nom'].replace('`', ' ')}`, {_layout(record)}")
    if record.profile:
        facts.append(f"- Lu avec le profil `{record.profile}`")
    facts.append(f"- Reçu le {day(record.started_at.date())}, données arrêtées au {day(record.as_of)}")
    if record.period:
        told = "déduite des faits" if record.period_deduced else "déclarée"
        last = record.period.end - timedelta(days=1)
        facts.append(f"- Période {told} : du {day(record.period.start)} au {day(last)} inclus")
    return "\n".join(["# Rapport d'import", "", *facts])


def _layout(record: ImportRecord) -> str:
    file = record.file
    told = [f"{number(file['octets'])} octets"]
    told += [f"encodage {file['encodage']}"] if file.get("encodage") else []
    told += [f"feuille « {file['feuille']} »"] if file.get("feuille") else []
    return ", ".join(told)


def _outcome(record: ImportRecord) -> str:
    if record.state in ("refuse", "echoue"):
        return f"## Ce qui s'est passé\n\n{record.message}"
    lines = record.lines
    if not lines.get("lues"):
        return f"## Ce qui a été lu\n\n{record.message or 'Aucune ligne.'}"
    told = [
        ("creees", "fait nouveau", "faits nouveaux"),
        ("revisees", "fait déjà connu, corrigé", "faits déjà connus, corrigés"),
        ("inchangees", "fait déjà connu, identique", "faits déjà connus, identiques"),
        ("doublons", "doublon dans le fichier : la dernière ligne est retenue",
         "doublons dans le fichier : la dernière ligne est retenue"),
        ("quarantaine", "ligne en quarantaine", "lignes en quarantaine"),
        ("ecartees", "ligne écartée", "lignes écartées"),
        ("effacees", "ligne effacée à la demande", "lignes effacées à la demande"),
    ]  # fmt: skip
    items = [f"- {_lines(lines[name], one, several)}" for name, one, several in told if lines.get(name)]
    read = f"{_lines(lines['lues'], 'ligne lue', 'lignes lues')} :"
    return "\n".join(["## Ce qui a été lu", "", read, "", *items, *_located(record)])


def _located(record: ImportRecord) -> list[str]:
    facts, located = (int(record.location.get(name) or 0) for name in ("faits", "localises"))
    if not facts:
        return []
    share = f"{100 * located / facts:.1f}".replace(".", ",")
    if not located:
        return ["", f"Aucun des {number(facts)} faits n'est situé par un point : ils le sont à la commune."]
    plural = "sont situés" if located > 1 else "est situé"
    return [
        "",
        f"{number(located)} sur {number(facts)} {plural} par un point ({share} %) ; "
        "les autres le sont à la commune.",
    ]


def _set_aside(rejects: Iterable[RejectSummary], bucket: Bucket, title: str) -> str:
    items = [
        f"- `{r.code}` ({_lines(r.number)}{_fields(r)}) : {label_of(r.code)} {_first(r)}"
        for r in rejects
        if r.bucket == bucket
    ]
    return "\n".join([f"## {title}", "", *items]) if items else ""


def _fields(summary: RejectSummary) -> str:
    named = [field for field in summary.fields if field != "ligne"]
    return f", {'champ' if len(named) < 2 else 'champs'} {', '.join(named)}" if named else ""


def _first(summary: RejectSummary) -> str:
    first = [str(line) for line in summary.first_lines]
    more = summary.number - len(first)
    if more:
        return f"Lignes {', '.join(first)} et {_lines(more, 'autre', 'autres')}."
    if len(first) == 1:
        return f"Ligne {first[0]}."
    return f"Lignes {', '.join(first[:-1])} et {first[-1]}."


def _notes(record: ImportRecord) -> str:
    items = [
        f"- `{a['code']}` ({_lines(a['nombre'])}) : {a['libelle']}"
        for a in record.anomalies
        if a["code"] in FLAGS
    ]
    return "\n".join(["## Ce qui a été noté sur des lignes gardées", "", *items]) if items else ""


def _next_steps(record: ImportRecord, rejects_left: bool) -> str:
    steps = _steps(record, rejects_left)
    if not steps:
        return "## Que faire maintenant ?\n\nRien : l'import est complet."
    listed = [f"{position}. {step}" for position, step in enumerate(steps, start=1)]
    return "\n".join(["## Que faire maintenant ?", "", *listed])


def _steps(record: ImportRecord, rejects_left: bool) -> list[str]:
    address = f"/api/v1/imports/{record.id}"
    if record.state in ("en_attente", "en_cours"):
        return ["Attendez la fin de l'import, puis relisez ce rapport."]
    if record.state in ("refuse", "echoue"):
        return ["Suivez le message ci-dessus, puis renvoyez le fichier."]
    if record.state == "annule":
        return ["Renvoyez le fichier si l'annulation était une erreur."]
    steps = []
    if record.state == "a_confirmer":
        reasons = "; ".join(_TO_CONFIRM.get(code, f"contrôle « {code} »") for code in record.to_confirm)
        steps.append(f"Confirmez l'import (`POST {address}/validation`) ou annulez-le : {reasons}.")
    if record.state == "simule":
        steps.append("Renvoyez le même fichier sans simulation pour l'écrire.")
    return [*steps, *_mending(record, rejects_left, address), *_declaring(record)]


def _mending(record: ImportRecord, rejects_left: bool, address: str) -> list[str]:
    quarantined = record.lines.get("quarantaine", 0)
    if not quarantined:
        return []
    if not rejects_left:
        return ["Le fichier des rejets n'existe plus : s'il reste des lignes à corriger, refaites l'export."]
    subject = "la ligne" if quarantined == 1 else f"les {number(quarantined)} lignes"
    return [
        f"Corrigez {subject} en quarantaine dans le fichier des rejets (`GET {address}/rejets`, jusqu'au "
        f"{day(expires_at(record).date())}), puis renvoyez ce fichier pour la même source : les lignes déjà "
        "retenues ne bougent pas."
    ]


def _declaring(record: ImportRecord) -> list[str]:
    steps = []
    if any(a["code"] == "CAT_A_CLASSER" for a in record.anomalies):
        steps.append("Faites classer par l'administration les natures de fait inconnues.")
    if record.period and record.period_deduced and record.state == "valide":
        steps.append(
            "La période a été déduite du premier et du dernier fait : au prochain envoi, déclarez-la "
            "(`debut`, `fin`), pour qu'un mois sans fait soit un zéro et non un oubli."
        )
    return steps
