"""Who may read what: roles, audiences, thresholds, with the rule's source.

The audience of an answer is a function of (caller, territory, source), computed here and
nowhere else (wire contract, "Who is asking").
"""

from dataclasses import dataclass, field
from enum import StrEnum

from observatoire.domain.territory import TerritoryCode, TerritoryLevel


class Audience(StrEnum):
    """Widening circles of readers."""

    INTERNE = "interne"
    PARTENAIRES = "partenaires"
    PUBLIC = "public"


class Role(StrEnum):
    """Roles of the audience table that exist so far."""

    ADMINISTRATION = "administration"
    ANALYSTE = "analyste"
    AGENT = "agent"
    PARTENAIRE = "partenaire"


POLICY_NAME = "seuil 5 avec suppression complémentaire"
POLICY_VERSION = 1

THRESHOLD = 5
"""A count of 1..4 is never shown outside the grant (domain rules (c) 5)."""

PUBLISHED_LEVELS = (
    TerritoryLevel.COMMUNE,
    TerritoryLevel.EPCI,
    TerritoryLevel.DEPARTEMENT,
    TerritoryLevel.REGION,
    TerritoryLevel.NATION,
)

OPEN_TO_EVERY_SOURCE = frozenset({Role.ADMINISTRATION, Role.ANALYSTE})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. ``grant`` lists territories; the whole of each is inside.

    ``communes`` is the grant resolved to commune codes (None: everywhere).
    ``role`` None is the anonymous public.
    """

    name: str
    role: Role | None
    organisation: str = ""
    grant: tuple[TerritoryCode, ...] = ()
    communes: frozenset[str] | None = frozenset()
    scopes: frozenset[str] = field(default_factory=frozenset)

    @property
    def sees_every_source(self) -> bool:
        """Whether the role reads all sources inside its grant."""
        return self.role in OPEN_TO_EVERY_SOURCE

    @property
    def administers(self) -> bool:
        """Whether the role may create sources and editions."""
        return self.role is Role.ADMINISTRATION

    def may_read_source(self, organisation: str) -> bool:
        """Facts of a source inside the grant: all for open roles, else one's own organisation's."""
        return self.sees_every_source or (self.role is not None and organisation == self.organisation)

    def may_read_contract(self, organisation: str, communes: frozenset[str]) -> bool:
        """The contract of a source: one's own, or any that meets the grant where the role is open."""
        meets = self.communes is None or bool(communes & self.communes)
        return self.may_read_source(organisation) and (organisation == self.organisation or meets)

    def may_read_report(self, organisation: str, communes: frozenset[str]) -> bool:
        """The imports of a source hold exact counts: one's own, or those of a source inside the grant."""
        inside = self.communes is None or communes <= self.communes
        return self.may_read_source(organisation) and (organisation == self.organisation or inside)

    def may_draw_zones_for(self, organisation: str) -> bool:
        """Administration for every organisation, any other key for its own."""
        return self.administers or (self.role is not None and organisation == self.organisation != "")

    def may_import_for(self, organisation: str) -> bool:
        """Administration for every source, an agent or partner for its own organisation's."""
        if self.administers:
            return True
        return self.role in (Role.AGENT, Role.PARTENAIRE) and organisation == self.organisation

    def may_class_for(self, organisation: str) -> bool:
        """What columns and labels mean: whoever imports for the source, partners' systems excepted."""
        return self.may_import_for(organisation) and self.role is not Role.PARTENAIRE


PUBLIC = Caller("public", None)


def outside_audience(caller: Caller) -> Audience:
    """Audience of this caller for what is not inside its grant."""
    return Audience.PUBLIC if caller.role is None else Audience.PARTENAIRES


def audience_of(caller: Caller, territory_communes: frozenset[str]) -> Audience:
    """Audience for a territory given by its communes (an empty set is outside every grant)."""
    if caller.role is None:
        return Audience.PUBLIC
    if caller.communes is None:
        return Audience.INTERNE
    if territory_communes and territory_communes <= caller.communes:
        return Audience.INTERNE
    return Audience.PARTENAIRES
