"""People class labels, for good: decisions are kept, and what is stored is classed again at once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from observatoire.disclosure import gate
from observatoire.disclosure.confidential import Confidential
from observatoire.disclosure.gate import Journal, Passage
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Released
from observatoire.domain.incident import TO_BE_CLASSED
from observatoire.domain.source import Source
from observatoire.errors import FieldError
from observatoire.intake.classification import LONGEST_LABEL
from observatoire.intake.classing import in_force, reclassing
from observatoire.intake.classing.errors import InvalidCorrespondence
from observatoire.intake.classing.in_force import InForce
from observatoire.intake.parsing.text import plain
from observatoire.intake.personal import looks_personal
from observatoire.intake.profiles import stored
from observatoire.store import correspondences, imports
from observatoire.store.correspondences import Decision
from observatoire.store.engine import Connection, Database


@dataclass(frozen=True, slots=True)
class Choice:
    """A label and its leaf; None takes the decision in force back."""

    label: str
    category: str | None


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom a label is classed: one source, or every source of an organisation (``shared``)."""

    sources: tuple[Source, ...]
    organisation: str
    shared: bool

    @property
    def name(self) -> str:
        """How the journal names it."""
        return f"organisation {self.organisation}" if self.shared else self.sources[0].code


@dataclass(frozen=True, slots=True)
class Decided:
    """What was written, and how many current facts have another class."""

    decisions: tuple[Decision, ...]
    reclassed: int


def decide(
    database: Database, scope: Scope, choices: Sequence[Choice], caller: Caller, journal: Journal
) -> Released[Decided]:
    """Class labels, all or none, and class again what is stored, in one transaction.

    An import of the same source is waited for; the caller may write for every source of the scope.

    Raises:
        InvalidCorrespondence: a label that can't be one, a leaf that does not exist, a label twice.
    """
    with database.importing() as connection:
        for source in sorted(scope.sources, key=lambda s: s.code):
            imports.lock_source(connection, source.code)
        taxonomy = in_force.taxonomy_in_force(connection)
        _check(choices, taxonomy)
        decisions = _decisions(connection, scope, choices, taxonomy.version, caller)
        correspondences.add(connection, decisions)
        forms = {decision.form for decision in decisions}
        changed: Confidential[int] = Confidential(0)
        for source in scope.sources if forms else ():
            done = reclassing.reclass(connection, source, in_force.for_source(connection, source), forms)
            changed = changed.combine(done, lambda total, own: total + own)
    asked = f"{scope.name} : {len(decisions)}"
    journal(Passage(caller.name, caller.role or "", "classement", asked, Audience.INTERNE))
    return gate.release(
        changed.map(lambda number: Decided(tuple(decisions), number)),
        Audience.INTERNE,
        caller,
        f"correspondances {asked}",
        journal,
    )


def _check(choices: Sequence[Choice], taxonomy: InForce) -> None:
    """Raises InvalidCorrespondence with every fault; a label is told by its rank, it may be personal."""
    leaves = set(taxonomy.sensitivities) - {TO_BE_CLASSED}
    times = Counter(plain(choice.label) for choice in choices)
    faults = [
        FieldError(f"correspondances.{rank}.{field}", message, expected)
        for rank, choice in enumerate(choices)
        for field, message, expected in _faults(choice, leaves, times)
    ]
    if faults:
        raise InvalidCorrespondence(fields=tuple(faults))


def _faults(choice: Choice, leaves: set[str], times: Counter[str]) -> list[tuple[str, str, str | None]]:
    found: list[tuple[str, str, str | None]] = []
    form = plain(choice.label)
    if not form or len(choice.label) > LONGEST_LABEL:
        found.append(("libelle", "un libellé va de 1 à 120 caractères", None))
    elif looks_personal(choice.label):
        found.append(
            ("libelle", "ce libellé ressemble à une donnée personnelle : il n'est jamais gardé", None)
        )
    if times[form] > 1:
        found.append(("libelle", "ce libellé est donné deux fois, à l'écriture près", "une seule fois"))
    if choice.category is not None and choice.category not in leaves:
        hint = "un code de la nomenclature en vigueur, tel que A101 ; null pour revenir sur la décision"
        found.append(("categorie", "cette catégorie ne peut pas être donnée à un libellé", hint))
    return found


def _decisions(
    connection: Connection, scope: Scope, choices: Sequence[Choice], version: int, caller: Caller
) -> list[Decision]:
    """What changes: a label already decided alike is not written again."""
    source = None if scope.shared else scope.sources[0].code
    organisation = scope.organisation if scope.shared else None
    standing = correspondences.in_force(connection, source=source, organisation=organisation)
    own = stored.latest(connection, scope.sources[0].code)
    before = in_force.for_source(connection, scope.sources[0]).classifier(own.categories if own else {})
    return [
        Decision(
            source,
            organisation,
            choice.label,
            form,
            choice.category,
            standing.get(form) or before.classify(choice.label).code,
            version,
            caller.name,
        )
        for choice in choices
        for form in (plain(choice.label),)
        if standing.get(form) != choice.category
    ]
