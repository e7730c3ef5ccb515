"""Who may read what: roles, audiences, thresholds, with the rule's source.

The audience of an answer is a function of (caller, territory, source), computed here and
nowhere else (wire contract, "Who is asking").
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from observatoire.domain.territory import TerritoryCode, TerritoryLevel


class Audience(StrEnum):
    """Widening circles of readers."""

    INTERNE = "interne"
    GROUPE = "groupe"
    PARTENAIRES = "partenaires"
    PUBLIC = "public"


class Role(StrEnum):
    """Roles of the audience table."""

    ADMINISTRATION = "administrateur"
    COORDONNATEUR = "coordonnateur"
    ANALYSTE = "analyste"
    AGENT = "agent"
    PARTENAIRE = "partenaire"
    ELU = "elu"


class KeyScope(StrEnum):
    """What a key may do, within its role.

    The first three are activities: a key that names none of them has all those of its role, one that
    names some has no other. ``points`` is never there by default.
    """

    LECTURE = "lecture"
    ENVOI = "envoi"
    ADMINISTRATION = "administration"
    POINTS = "points"


ACTIVITIES = frozenset({KeyScope.LECTURE, KeyScope.ENVOI, KeyScope.ADMINISTRATION})


POLICY_NAME = "seuil 5 avec suppression complémentaire, années arrêtées"
POLICY_VERSION = 2

THRESHOLD = 5
"""A count of 1..4 is never shown outside the grant, nor a change of 1..4 (domain rules (c) 5 and 7)."""
EXCLUDED_SENSITIVITY = 2
"""Categories from this sensitivity on are in no published figure (domain rule (c) 13; wire contract)."""
SMALL_COMMUNE = 2_000
"""Residents under which a zero waits for ``YEARS_OF_ZERO`` and no cell of a map is shown."""
YEARS_OF_ZERO = 3
CELL_RESOLUTION = 8
"""H3, cells of 0.74 km²: the only map outside the grant; at least 200 m (domain rule (c) 10)."""

PUBLISHED_LEVELS = (
    TerritoryLevel.COMMUNE,
    TerritoryLevel.EPCI,
    TerritoryLevel.DEPARTEMENT,
    TerritoryLevel.REGION,
    TerritoryLevel.NATION,
)

OPEN_TO_EVERY_SOURCE = frozenset({Role.ADMINISTRATION, Role.COORDONNATEUR, Role.ANALYSTE})
READERS_OF_WHAT_IS_PUBLISHED = frozenset({None, Role.ELU})
"""They read editions and nothing else: no source, no import, no row."""


ROLES_OF_AN_ORGANISATION = frozenset({Role.AGENT, Role.PARTENAIRE})
"""Without an organisation they would read nothing of their own."""


@dataclass(frozen=True, slots=True)
class SourcePosition:
    """A source beside a grant: whether one of its communes is inside, whether all are."""

    code: str
    organisation: str
    meets: bool
    inside: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """What the database shows of row-level objects, for the time of one transaction; nothing by default.

    ``sources``: those whose rows (imports, rejects, facts) may be read; ``contracts``: those whose contract
    may; ``others``: how many sources are neither. ``communes``: where an open role reads the zones of all,
    ``everywhere`` when its grant has no bounds.
    """

    organisations: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()
    everywhere: bool = False
    administers: bool = False
    others: int = 0


NOTHING = Reach()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of disclosure: what it says, to whom it applies, and who decided it."""

    name: str
    value: object
    audiences: tuple[Audience, ...]
    source: str


OUTSIDE = (Audience.PARTENAIRES, Audience.PUBLIC)
RULES = (
    Rule("seuil", THRESHOLD, OUTSIDE, "domaine (c) 5 ; Insee et SSMSI : moins de 5 faits"),
    Rule("suppression_complementaire", THRESHOLD, OUTSIDE, "domaine (c) 6 ; Hundepool et al. 2012, ch. 4"),
    Rule("ecart_entre_editions", THRESHOLD, OUTSIDE, "domaine (c) 7"),
    Rule("zero_petite_commune_annees", YEARS_OF_ZERO, OUTSIDE, "domaine (c) 8 ; SSMSI, base communale"),
    Rule("petite_commune_habitants", SMALL_COMMUNE, OUTSIDE, "domaine (c) 8 et 10"),
    Rule("niveaux", PUBLISHED_LEVELS, OUTSIDE, "contrat d'échange, « Who is asking » ; domaine (c) 7"),
    Rule("sensibilite_exclue", EXCLUDED_SENSITIVITY, OUTSIDE, "contrat d'échange ; domaine (c) 13"),
    Rule("periode_minimale", "année civile entière", OUTSIDE, "contrat d'échange ; domaine (c) 10 et 23"),
    Rule("maille_h3", CELL_RESOLUTION, OUTSIDE, "domaine (c) 10 et 12 ; statistics.md §1.5"),
    Rule("maille_seuil", THRESHOLD, OUTSIDE, "domaine (c) 10"),
    Rule("geometrie_exacte", None, OUTSIDE, "domaine (c) 11 : aucune"),
)
"""Every rule of an edition; record 0025 says where each is applied."""


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
    expires_at: datetime | None = None
    origins: frozenset[str] = frozenset()

    def opens(self, scope: KeyScope) -> bool:
        """Whether the key is not limited to other activities; the public has no key to limit."""
        limits = self.scopes & ACTIVITIES
        return scope in self.scopes or (scope in ACTIVITIES and not limits)

    @property
    def sees_every_source(self) -> bool:
        """Whether the role reads all sources inside its grant."""
        return self.role in OPEN_TO_EVERY_SOURCE

    @property
    def administers(self) -> bool:
        """Whether the role may create sources and editions."""
        return self.role is Role.ADMINISTRATION

    @property
    def reads_rows(self) -> bool:
        """Whether the role reads more than what is published."""
        return self.role not in READERS_OF_WHAT_IS_PUBLISHED

    def is_of(self, organisation: str) -> bool:
        """Whether the key speaks for an organisation, and may read what is its own."""
        return self.reads_rows and organisation == self.organisation != ""

    def may_read_source(self, organisation: str) -> bool:
        """Facts of a source inside the grant: all for open roles, else one's own organisation's."""
        return self.sees_every_source or self.is_of(organisation)

    def may_read_contract(self, organisation: str, communes: frozenset[str]) -> bool:
        """The contract of a source: one's own, or any that meets the grant where the role is open."""
        return self._reads(organisation, self.communes is None or bool(communes & self.communes))

    def may_read_report(self, organisation: str, communes: frozenset[str]) -> bool:
        """The imports of a source hold exact counts: one's own, or those of a source inside the grant."""
        return self._reads(organisation, self.communes is None or communes <= self.communes)

    def _reads(self, organisation: str, near: bool) -> bool:
        return self.is_of(organisation) or (self.sees_every_source and near)

    def reach(self, sources: Sequence[SourcePosition]) -> Reach:
        """What the database may show this caller, given where every source stands."""
        contracts = tuple(s.code for s in sources if self._reads(s.organisation, s.meets))
        bounded = self.communes if self.sees_every_source else None
        return Reach(
            organisations=(self.organisation,) if self.is_of(self.organisation) else (),
            sources=tuple(s.code for s in sources if self._reads(s.organisation, s.inside)),
            contracts=contracts,
            communes=tuple(sorted(bounded or ())),
            everywhere=self.sees_every_source and self.communes is None,
            administers=self.administers,
            others=len(sources) - len(contracts),
        )

    def may_draw_zones_for(self, organisation: str) -> bool:
        """Administration for every organisation, any other key for its own."""
        return self.administers or self.is_of(organisation)

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
    return Audience.PARTENAIRES if caller.reads_rows else Audience.PUBLIC


def audience_of(caller: Caller, territory_communes: frozenset[str]) -> Audience:
    """Audience for a territory given by its communes (an empty set is outside every bounded grant)."""
    if caller.role is None:
        return Audience.PUBLIC
    bounds = caller.communes
    if bounds is not None and not (territory_communes and territory_communes <= bounds):
        return outside_audience(caller)
    return Audience.INTERNE if caller.reads_rows else Audience.GROUPE


def edition_audience(caller: Caller, audience: Audience) -> Audience:
    """Audience of this caller for an edition: who may ask fresh questions reads it as from outside."""
    return outside_audience(caller) if audience is Audience.INTERNE else audience


def cube_of(audience: Audience) -> Audience:
    """For whom the cells were protected that an audience reads: the working group reads the partners'."""
    return Audience.PARTENAIRES if audience is Audience.GROUPE else audience
