"""Official series: what their producers count, in which unit, and what may be summed.

An official series is a published figure by territory and period. It never meets the facts that
sources send: neither table nor sum is shared.
"""

from dataclasses import dataclass

PUBLIC_LICENCE = "Licence Ouverte 2.0"
SSMSI = "Service statistique ministériel de la sécurité intérieure (SSMSI)"

OVERSEAS = frozenset({"971", "972", "973", "974", "976"})
DEPARTEMENTS = frozenset(f"{number:02d}" for number in range(1, 96) if number != 20) | {"2A", "2B"} | OVERSEAS
"""The 101 départements; the overseas collectivités (975, 977, 978, 98x) stand outside these bases."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A kind of file of a producer.

    ``back_cast``: each edition tells the whole history anew on one geography, so a series is of one edition;
    otherwise an edition tells its own periods. ``transmitted``: given to the town hall, not published: read
    inside the grant only. ``overseas``: whether the nation is its 101 départements, or the 96 of the
    mainland.
    """

    code: str
    label: str
    producer: str
    licence: str = PUBLIC_LICENCE
    back_cast: bool = False
    transmitted: bool = False
    overseas: bool = True


DATASETS = {
    dataset.code: dataset
    for dataset in (
        Dataset("ssmsi_communes", "Base statistique communale de la délinquance", SSMSI, back_cast=True),
        Dataset("ssmsi_departements", "Base statistique départementale", SSMSI, back_cast=True),
        Dataset("ssmsi_regions", "Base statistique régionale", SSMSI, back_cast=True),
        Dataset("etat_4001", "État 4001 par département", "Ministère de l'Intérieur", overseas=False),
        Dataset(
            "etat_4001_transmis",
            "État 4001 transmis à la collectivité",
            "Police ou gendarmerie nationale",
            licence="non publié : usage interne à la collectivité",
            transmitted=True,
        ),
        Dataset("populations", "Populations de référence", "Insee"),
        Dataset("filosofi", "Revenus et pauvreté des ménages (Filosofi)", "Insee, DGFiP, Cnaf, Cnav, CCMSA"),
    )
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """What a series counts.

    ``additive``: whether territories may be summed (persons accused may not: one is counted once in each
    zone). ``overlap``: indicators of one overlap count some of the same things. ``denominator``: the
    indicator that rates are made with. ``signed``: negative values have a meaning.
    """

    code: str
    family: str
    label: str
    aliases: tuple[str, ...]
    unit: str
    denominator: str | None
    additive: bool
    overlap: str | None
    signed: bool
    whole: bool
    definition: str
    caution: str
