"""The shipped table of French territories: names, codes, populations, memberships.

Source: ``data/territoires/`` (Insee COG 2026, DGCL and Insee through the npm package
@etalab/decoupage-administratif 6.0.0; see its PROVENANCE.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from observatoire.atlas.errors import TableUnreadable
from observatoire.domain.territory import NATION, TerritoryLevel

COG_VINTAGE = 2026
NATION_NAME = "France"
OVERSEAS_COLLECTIVITY = "collectivite_outre_mer"
INTEGERS = ("population", "population_millesime", "millesime")
COLUMNS = {
    "communes": (
        "code", "nom", "type", "parent", "departement", "region",
        "population", "population_millesime", "zone",
    ),
    "delegues": ("code", "nom", "nature", "commune"),
    "anciens_codes": ("ancien_code", "code"),
    "groupements": ("code", "nom", "type", "niveau", "millesime"),
    "membres": ("groupement", "commune"),
    "departements": ("code", "nom", "region", "zone"),
    "regions": ("code", "nom", "zone"),
}  # fmt: skip
MEMBERSHIP_COLUMNS = ("child_level", "child_code", "parent_level", "parent_code")

Tables = dict[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Atlas:
    """The territories of France as four frames; every code is text.

    Attributes:
        territories: ``level, code, name, kind, vintage (Int32, year of the COG or of the list),
            population (Int64, null when unknown), population_vintage (Int32, year; for a sum, the
            year of most of its inhabitants), population_mixed (Boolean: a sum over several years)``.
            Kinds: commune, arrondissement, CC, CA, CU, METRO, MET69, EPT, departement, region,
            collectivite_outre_mer, nation.
        memberships: ``child_level, child_code, parent_level, parent_code``: the child lies wholly
            inside the parent, at any distance (a commune is a child of its région and of the
            nation). An EPCI that straddles two départements is a child of neither.
        former_codes: ``former, current`` (commune codes; current is never a former code).
        delegated: ``code, name, nature (deleguee|associee), commune``; a delegated commune may
            bear the code of its commune.

    Membership says where a territory lies, never what adds up: an arrondissement is a part of its
    commune and an EPT of its EPCI, so a sum takes children of one level only.
    """

    territories: pl.DataFrame
    memberships: pl.DataFrame
    former_codes: pl.DataFrame
    delegated: pl.DataFrame

    def codes(self, level: TerritoryLevel) -> list[str]:
        """Codes of a level."""
        return self.territories.filter(pl.col("level") == level)["code"].to_list()

    def children(self, parent: TerritoryLevel, code: str, level: TerritoryLevel) -> list[str]:
        """Codes of one level that lie wholly inside a territory, sorted; empty when unknown."""
        found = self.memberships.filter(
            pl.col("parent_level") == parent, pl.col("parent_code") == code, pl.col("child_level") == level
        )
        return found["child_code"].sort().to_list()

    def parents(self, level: TerritoryLevel, code: str) -> list[tuple[TerritoryLevel, str]]:
        """Every territory that contains this one, from the smallest kind to the nation."""
        found = self.memberships.filter(pl.col("child_level") == level, pl.col("child_code") == code)
        order = list(TerritoryLevel)
        pairs = ((TerritoryLevel(row[0]), row[1]) for row in found.select(MEMBERSHIP_COLUMNS[2:]).rows())
        return sorted(pairs, key=lambda pair: (order.index(pair[0]), pair[1]))

    def current_codes(self) -> dict[str, str]:
        """Former commune code -> current one (current codes are not keys)."""
        return dict(self.former_codes.select("former", "current").rows())


def read_atlas(folder: Path) -> Atlas:
    """Read ``data/territoires/``.

    Args:
        folder: the folder that holds the seven CSV files.

    Returns:
        The atlas, rows sorted by level then code.

    Raises:
        TableUnreadable: a file is missing, is not CSV, or has other columns.
    """
    tables = {name: _read(folder / f"{name}.csv", columns) for name, columns in COLUMNS.items()}
    links = pl.concat(list(_links_of_communes(tables)))
    memberships = pl.concat([links, *_links_of_groups(links)]).unique().sort(MEMBERSHIP_COLUMNS)
    delegated = tables["delegues"].rename({"nom": "name"})
    return Atlas(
        territories=_territories(tables, links),
        memberships=memberships,
        former_codes=tables["anciens_codes"].rename({"ancien_code": "former", "code": "current"}),
        delegated=delegated,
    )


def _read(path: Path, columns: tuple[str, ...]) -> pl.DataFrame:
    """One CSV file; an empty cell is null; codes stay text (01001, 2A004)."""
    types = {name: pl.Int64 if name in INTEGERS else pl.String for name in columns}
    try:
        frame = pl.read_csv(path, schema_overrides=types)
    except FileNotFoundError:
        raise TableUnreadable(path, "fichier absent") from None
    except pl.exceptions.PolarsError as error:
        raise TableUnreadable(path, f"CSV illisible : {type(error).__name__}") from error
    if tuple(frame.columns) != columns:
        raise TableUnreadable(path, f"colonnes attendues : {', '.join(columns)}")
    return frame


def _links(
    children: pl.DataFrame, child: TerritoryLevel, column: str, parent: TerritoryLevel
) -> pl.DataFrame:
    """Membership rows from the column of a frame that has a ``code`` column."""
    return children.filter(pl.col(column).is_not_null()).select(
        child_level=pl.lit(child.value),
        child_code=pl.col("code"),
        parent_level=pl.lit(parent.value),
        parent_code=pl.col(column),
    )


def _links_of_communes(tables: Tables) -> Iterator[pl.DataFrame]:
    """Links stated by the table: commune and arrondissement to their parents, département to région."""
    level = TerritoryLevel
    nation = pl.lit(NATION.code).alias("nation")
    towns = tables["communes"].with_columns(nation)
    communes = towns.filter(pl.col("type") == level.COMMUNE)
    boroughs = towns.filter(pl.col("type") == level.ARRONDISSEMENT)
    for frame, child in ((communes, level.COMMUNE), (boroughs, level.ARRONDISSEMENT)):
        for parent in (level.DEPARTEMENT, level.REGION, level.NATION):
            yield _links(frame, child, parent.value, parent)
    yield _links(boroughs, level.ARRONDISSEMENT, "parent", level.COMMUNE)
    members = tables["membres"].join(tables["groupements"], left_on="groupement", right_on="code")
    for parent in (level.EPCI, level.EPT):
        of_level = members.filter(pl.col("niveau") == parent).rename({"commune": "code"})
        yield _links(of_level, level.COMMUNE, "groupement", parent)
        if parent is level.EPCI:
            through = boroughs.join(of_level, left_on="parent", right_on="code")
            yield _links(through, level.ARRONDISSEMENT, "groupement", parent)
    departements = tables["departements"].with_columns(nation)
    yield _links(departements, level.DEPARTEMENT, "region", level.REGION)
    yield _links(departements, level.DEPARTEMENT, "nation", level.NATION)
    yield _links(tables["regions"].with_columns(nation), level.REGION, "nation", level.NATION)


def _links_of_groups(links: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """EPCI and EPT inside larger territories: only where every member commune is inside."""
    level = TerritoryLevel
    communes = links.filter(pl.col("child_level") == level.COMMUNE)
    ladder = (level.EPT, level.EPCI, level.DEPARTEMENT, level.REGION, level.NATION)
    children = ((child, parents) for child in ladder[:2] for parents in [ladder[ladder.index(child) + 1 :]])
    for child, parents in children:
        groups = communes.filter(pl.col("parent_level") == child).select("child_code", group="parent_code")
        sizes = groups.group_by("group").agg(size=pl.len())
        above = communes.filter(pl.col("parent_level").is_in([parent.value for parent in parents]))
        shared = (
            groups.join(above.select("child_code", "parent_level", "parent_code"), on="child_code")
            .group_by("group", "parent_level", "parent_code")
            .agg(inside=pl.len())
            .join(sizes, on="group")
            .filter(pl.col("inside") == pl.col("size"))
        )
        yield shared.select(
            child_level=pl.lit(child.value),
            child_code="group",
            parent_level="parent_level",
            parent_code="parent_code",
        )


def _territories(tables: Tables, links: pl.DataFrame) -> pl.DataFrame:
    """Every territory with its population: stated for communes, summed over communes above them."""
    towns = tables["communes"].select(
        level="type",
        code="code",
        name="nom",
        kind="type",
        vintage=pl.lit(COG_VINTAGE, dtype=pl.Int64),
        population="population",
        population_vintage="population_millesime",
        population_mixed=pl.lit(False),
    )
    sums = _summed_populations(tables["communes"], links)
    larger = _named_groups(tables).join(
        sums, left_on=["level", "code"], right_on=["parent_level", "parent_code"], how="left"
    )
    larger = larger.with_columns(pl.col("population_mixed").fill_null(False))
    every = pl.concat([towns, larger.select(towns.columns)])
    integers = pl.col("vintage", "population_vintage").cast(pl.Int32)
    return every.with_columns(integers).sort("level", "code")


def _named_groups(tables: Tables) -> pl.DataFrame:
    """Everything above the commune: ``level, code, name, kind, vintage``."""
    overseas = pl.col("zone") == "com"
    kinds = {name: pl.when(overseas).then(pl.lit(OVERSEAS_COLLECTIVITY)).otherwise(pl.lit(name))
             for name in ("departement", "region")}  # fmt: skip
    year = pl.lit(COG_VINTAGE, dtype=pl.Int64)
    frames = [
        tables["groupements"].select(
            level="niveau", code="code", name="nom", kind="type", vintage="millesime"
        ),
        *(
            tables[f"{name}s"].select(level=pl.lit(name), code="code", name="nom", kind=kind, vintage=year)
            for name, kind in kinds.items()
        ),
        pl.DataFrame(
            {
                "level": [NATION.level.value],
                "code": [NATION.code],
                "name": [NATION_NAME],
                "kind": [NATION.level.value],
                "vintage": [COG_VINTAGE],
            }
        ),
    ]
    return pl.concat(frames)


def _summed_populations(communes: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Population of each parent of communes; null, not 0, where no member has one."""
    members = links.filter(pl.col("child_level") == TerritoryLevel.COMMUNE).join(
        communes.select("code", "population", year="population_millesime"),
        left_on="child_code",
        right_on="code",
    )
    keys = ["parent_level", "parent_code"]
    by_year = members.drop_nulls("year").group_by(*keys, "year").agg(pl.col("population").sum())
    return (
        by_year.sort(*keys, "population", "year", descending=[False, False, True, True])
        .group_by(keys, maintain_order=True)
        .agg(
            pl.col("population").sum(),
            population_vintage=pl.col("year").first(),
            population_mixed=pl.len() > 1,
        )
    )
