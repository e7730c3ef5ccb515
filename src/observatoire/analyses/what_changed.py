"""What changed between two states of what a figure rests on, told in French."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from observatoire.store.imports import ImportRecord

State = Mapping[str, Any]
CLAUSES = {
    "libelle": "libellé",
    "type": "type",
    "organisation": "organisation",
    "territoires": "territoires couverts",
    "fuseau": "fuseau horaire",
    "groupe": "groupe d'additivité",
    "visibilite": "visibilité",
    "fictif": "données fictives",
    "precision": "précision",
    "conservation_annees": "durée de conservation (années)",
    "charte_signee_le": "charte signée le",
    "delai_consolidation_jours": "délai de consolidation (jours)",
    "calendrier": "calendrier",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed. ``source``: the one that it tells of; None: none in particular."""

    subject: str
    source: str | None
    sentence: str


def changes(then: State, now: State, imports: Mapping[int, ImportRecord]) -> tuple[Change, ...]:
    """What changed, most general first; ``imports``: those that either state names, by number.

    Never empty for two states that differ.
    """
    found = [
        *_rules(then, now),
        *_place(then, now),
        *_sources(then, now),
        *_imports(then, now, imports),
        *_months(then, now),
        *_breaks(then, now),
        *_facts(then, now),
    ]
    if not found and then != now:
        found = [Change("calcul", None, "Ce sur quoi ce chiffre repose n'est plus écrit de la même façon.")]
    return tuple(found)


def _rules(then: State, now: State) -> Iterator[Change]:
    for subject, told in (("methode", "La méthode"), ("diffusion", "La politique de diffusion")):
        if then.get(subject) != now.get(subject):
            yield Change(subject, None, f"{told} a changé de version.")
    if then["nomenclature"] != now["nomenclature"]:
        told = f"version {then['nomenclature']} puis {now['nomenclature']}"
        yield Change("nomenclature", None, f"La nomenclature a changé : {told}.")


def _place(then: State, now: State) -> Iterator[Change]:
    before, after = then["territoire"], now["territoire"]
    if before["contour"] != after["contour"] or _asked(then) != _asked(now):
        yield Change("territoire", None, f"Le contour a changé de version : {' '.join(after['contour'])}")
    same = ("nom", "geographie", "population_millesime", "communes", "empreinte")
    if any(before[name] != after[name] for name in same):
        told = f"géographie {after['geographie']}, {after['communes']} communes"
        yield Change("territoire", None, f"Les communes ou leurs populations ont changé ({told}).")


def _asked(state: State) -> Any:  # noqa: ANN401
    return state["question"]["territoire"]


def _sources(then: State, now: State) -> Iterator[Change]:
    before, after = then["sources"], now["sources"]
    for code in sorted({*before, *after}):
        if code not in after:
            yield Change("source", code, f"La source « {code} » n'en est plus.")
        elif code not in before:
            yield Change("source", code, f"La source « {code} » s'ajoute.")
        else:
            yield from _clauses(code, before[code], after[code])
    if then["ecartees"] != now["ecartees"]:
        yield Change("source", None, "Les sources écartées par leur contrat ne sont plus les mêmes.")
    if then["autres_sources"] != now["autres_sources"]:
        told = f"{then['autres_sources']} puis {now['autres_sources']}"
        yield Change("source", None, f"Le nombre d'autres sources du territoire a changé : {told}.")


def _clauses(code: str, before: State, after: State) -> Iterator[Change]:
    for name, label in CLAUSES.items():
        if before[name] != after[name]:
            told = f"« {_told(before[name])} » puis « {_told(after[name])} »"
            yield Change("contrat", code, f"Contrat de « {code} », {label} : {told}.")


def _told(clause: Any) -> str:  # noqa: ANN401
    if clause is None:
        return "aucun"
    if isinstance(clause, bool):
        return "oui" if clause else "non"
    if isinstance(clause, list):
        return ", ".join(_told(part) for part in clause if part not in (None, []))
    return str(clause)


def _imports(then: State, now: State, imports: Mapping[int, ImportRecord]) -> Iterator[Change]:
    before, after = ({n for own in state["imports"].values() for n in own} for state in (then, now))
    for number in sorted(before ^ after):
        record = imports[number]
        if number in after:
            told = "s'ajoute à ce qui est compté"
        elif record.state == "annule":
            told = f"a été annulé{f' le {record.undone_at:%d/%m/%Y}' if record.undone_at else ''}"
        else:
            told = "ne dit plus rien de ce qui est compté : un autre envoi dit ces faits"
        yield Change("import", record.source, f"L'import {_named(record)} {told}.")


def _named(record: ImportRecord) -> str:
    name = record.file.get("nom") if record.file else None
    file = f" (« {name} »)" if name else ""
    return f"de « {record.source} » reçu le {record.started_at:%d/%m/%Y}{file}"


def _months(then: State, now: State) -> Iterator[Change]:
    told: dict[tuple[str, str, str], set[str]] = {}
    for before, after in zip(then["couverture"], now["couverture"], strict=False):
        for code in {*before["sources"]} & {*after["sources"]}:
            for what in _moved(before["sources"][code], after["sources"][code]):
                told.setdefault((code, *what[1:]), set()).add(what[0])
    for (code, was, is_), months in sorted(told.items()):
        named = f", {', '.join(sorted(months))}" if months != {""} else ""
        yield Change("couverture", code, f"Couverture de « {code} »{named} : « {was} » puis « {is_} ».")


def _moved(before: State, after: State) -> Iterator[tuple[str, str, str]]:
    """(month, what it was, what it is); no month: what tells of the whole period."""
    for month in sorted({*before["mois"]} | {*after["mois"]}):
        was, is_ = before["mois"].get(month, "absent"), after["mois"].get(month, "absent")
        if was != is_:
            yield month, was, is_
    for month in sorted({*before["provisoires"]} ^ {*after["provisoires"]}):
        words = ("provisoire", "définitif")
        yield month, *(words if month in before["provisoires"] else reversed(words))
    if before["communes"] != after["communes"]:
        yield "", f"{before['communes'][0]} communes", f"{after['communes'][0]} communes"
    if before["periode_deduite"] != after["periode_deduite"]:
        words = ("période déduite", "période déclarée")
        yield "", *(words if before["periode_deduite"] else reversed(words))


def _breaks(then: State, now: State) -> Iterator[Change]:
    before, after = ({tuple(found) for found in state["ruptures"]} for state in (then, now))
    for source, day, _, reason in sorted(before ^ after):
        verb = "déclarée" if (source, day, _, reason) in after else "retirée"
        when = f"{date.fromisoformat(day):%d/%m/%Y}"
        told = f"Rupture de série {verb} : « {source} », {when}, {reason.rstrip('.')}."
        yield Change("rupture", source, told)


def _facts(then: State, now: State) -> Iterator[Change]:
    if then["imports"] == now["imports"] and then["faits"] != now["faits"]:
        told = "Des faits comptés sont classés, situés ou rattachés autrement, ou la part à classer a changé."
        yield Change("faits", None, told)
    if then["vu"] != now["vu"]:
        told = "Ce que la méthode regarde en plus des faits a changé (masque de la carte, passé du lieu)."
        yield Change("calcul", None, told)
