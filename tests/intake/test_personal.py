"""What identifies a person is told from what a file of facts is made of, fast, and whatever the cell."""

import csv
import random
import time
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from observatoire.intake.personal import MASK, Kind, kinds, looks_personal, masked, suspicious, with_personal
from observatoire.intake.profiles.model import FIELDS

ROOT = Path(__file__).resolve().parents[2]

PERSONAL = {
    Kind.PHONE: [
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "06/12/34/56/78",
        "06  12 34  56 78",
        "06 1234 5678",
        "0612 345 678",
        "06 12345678",
        "+33 6 12 34 56 78",
        "+33612345678",
        "0033612345678",
        "+33 (0)6 12 34 56 78",
        "0262 12 34 56",
        "+262 692 12 34 56",
        "0690-12-34-56",
        "0590 12 34 56",
        "tel:0612345678",
        "Tél.0612345678",
        "appeler le 0612345678, merci",
        "0612345678,0712345678",
        "+44 20 7946 0958",
        "06\u00a012\u00a034\u00a056\u00a078",
        "06\u200b12345678",
        "06–12–34–56–78",
        "０６ １２ ３４ ５６ ７８",
        "0 6 1 2 3 4 5 6 7 8",
        "06\n12\n34\n56\n78",
    ],
    Kind.EMAIL: [
        "jean.dupont@mairie.fr",
        "écrire à J_D+x@free.fr.",
        "jean (at) free.fr",
        "jean[at]free[point]fr",
    ],
    Kind.PLATE: [
        "AB-123-CD",
        "AB 123 CD",
        "AB123CD",
        "ab-123-cd",
        "1234 AB 31",
        "1234-AB-31",
        "456 XYZ 2A",
        "1234AB75",
    ],
    Kind.BIRTH: [
        "né le 01/02/1990",
        "NÉE LE 3 mars 1980",
        "né(e) en 1990",
        "ne le 01/02/1990",
        "nÃ© le 1/2/90",
        "DDN 01/02/1990",
        "date de naissance : 1990",
        "née DURAND",
    ],
    Kind.TITLE: [
        "M. DUPONT",
        "M.DUPONT",
        "Mr Dupont",
        "différend avec Mme Dupont",
        "mme dupont",
        "MLLE LE GALL",
        "Monsieur Durand",
        "M. de Villiers",
        "M. J. DUPONT",
        "différend avec M DUPONT",
        "MM. Dupont et Durand",
        "Madame de la Tour",
        "MONSIEUR DURAND",
    ],
    Kind.NAME: [
        "DUPONT Jean",
        "Jean DUPONT",
        "DUPONT Jean-Pierre",
        "DIFFEREND DUPONT JEAN",
        "LE GALL Yann",
        "conflit DUPONT Élodie / voisin",
        "D'ALMEIDA Paul",
    ],
    Kind.SOCIAL_NUMBER: ["1 90 02 31 555 123 45", "190023155512378", "2 85 07 2A 004 001"],
    Kind.ACCOUNT: [
        "FR76 3000 6000 0112 3456 7890 189",
        "FR7630006000011234567890189",
        "de89370400440532013000",
    ],
    Kind.CARD: ["4970 1012 3456 7893", "4970101234567893"],
}

HARMLESS = [
    "2026-004512",
    "MC/26/881",
    "612345678",
    "12345678901234",
    "20250312143000",
    "0412",
    "N-2026-032",
    "2026-PM-12",
    "9f0612345678ab",
    "550e8400-e29b-41d4-a716-446655440000",
    "T9911",
    "R12",
    "HDV2",
    "12/03/2026 22:00",
    "01-02-2025 14:30",
    "01.02.25 14.30",
    "01/02/25 14-30",
    "2025-03-12T14:30:00Z",
    "12 MAR 26",
    "13 févr. 2026",
    "entre le 12/03/2026 22h et le 13/03/2026 6h",
    "14 h 30",
    "entre 18h et 8h",
    "46093,604166",
    "31555",
    "2A004",
    "QN07511M",
    "243100518",
    "310550101",
    "1652295,7",
    "43.0612345678",
    "1,0612345678",
    "-1,0",
    "+1.4439123456",
    "1 250,00 €",
    "17\u202f369",
    "+22,6%",
    "1,31E+08",
    "RUE VICTOR HUGO",
    "RUE Jean JAURES",
    "12 bis RUE DU GENERAL LECLERC",
    "rue Monsieur le Prince",
    "Rue Madame",
    "rue de Mme de Sévigné",
    "Collège Jean MOULIN",
    "PLACE JEAN JAURES",
    "ÉCOLE Jules FERRY",
    "cité M. Thorez",
    "LIGNE A METRO JEAN JAURES",
    "Square du Docteur Roux",
    "ANGLE RUE HUGO / RUE ZOLA",
    "12 TER 31",
    "3 AV FOCH",
    "RD 813 DE TOULOUSE",
    "au 123 de la rue",
    "AU 123 DE LA RUE",
    "CAM 14 - Pl. Foch",
    "2 à 8 allée des Tilleuls",
    "M.J.C. Centre",
    "BAT M ESCALIER 2",
    "2 m. de haut",
    "M. le maire",
    "Arrêté de Monsieur le Maire",
    "M. X",
    "Madame",
    "VOL Roulotte",
    "JET DE PIERRE",
    "STAT. GENANT",
    "Nécessité",
    "vol sur personne âgée de plus de 60 ans",
]


def judged(text: str) -> bool:
    """What ``suspicious`` says of one cell, thousands' spaces as ``with_personal`` writes them."""
    return pl.DataFrame({"cell": [text.replace("\u00a0", " ")]}).select(suspicious(pl.col("cell")))["cell"][0]


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, texts in PERSONAL.items() for t in texts])
def test_pii_libre_a_personal_value_is_told_by_its_kind(kind: Kind, text: str) -> None:
    assert kind in kinds(text)
    assert kind is Kind.NAME or judged(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_a_file_of_facts_is_made_of_is_not_personal(text: str) -> None:
    assert kinds(text) == frozenset()


def test_the_example_of_the_specification_holds_four_kinds() -> None:
    text = "M. DUPONT Jean né le 01/02/1990, 06 12 34 56 78, AB-123-CD"
    assert kinds(text) == {Kind.TITLE, Kind.NAME, Kind.BIRTH, Kind.PHONE, Kind.PLATE}


def labels_of(path: Path, *columns: str) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return [part for row in rows for column in columns for part in row[column].split("|") if part]


@pytest.mark.parametrize("written", [str, str.upper, str.lower, str.title], ids=lambda f: f.__name__)
def test_no_label_nor_synonym_of_the_taxonomy_is_personal(written) -> None:
    labels = labels_of(
        ROOT / "data" / "taxonomie_pivot.csv", "domaine", "famille_libelle", "libelle", "synonymes"
    )
    assert len(labels) > 300
    assert [label for label in labels if looks_personal(written(label))] == []


@pytest.mark.parametrize("written", [str, str.upper], ids=lambda f: f.__name__)
def test_no_label_of_the_official_series_is_personal(shared_data: Path, written) -> None:
    labels = labels_of(shared_data / "domain" / "etat4001_index.csv", "libelle")
    assert len(labels) > 100
    assert [label for label in labels if looks_personal(written(label))] == []


# ---- properties ------------------------------------------------------------------------------------------

digits = st.integers(0, 99).map("{:02}".format)
separators = st.sampled_from(["", " ", ".", "-", "/", " . ", "\u00a0", "_"])
around = st.sampled_from(["", "appeler ", "(", "tel ", "voir : "])


@given(
    st.integers(1, 9),
    st.lists(digits, min_size=4, max_size=4),
    separators,
    around,
    st.sampled_from(["", ")", ", merci"]),
)
def test_a_french_phone_is_found_whatever_its_spacing(first, pairs, separator, before, after) -> None:
    text = f"{before}0{first}{separator}{separator.join(pairs)}{after}"
    assert Kind.PHONE in kinds(text)
    assert judged(text)


plate_letters = st.text("ABCDEFGHJKLMNPQRSTVWXYZ", min_size=2, max_size=2)


@given(plate_letters, st.integers(0, 999), plate_letters, st.sampled_from(["-", ""]), st.booleans(), around)
def test_a_plate_is_found_in_either_case(left, number, right, joint, lower, before) -> None:
    text = f"{left}{joint}{number:03}{joint}{right}"
    assert Kind.PLATE in kinds(before + (text.lower() if lower else text))
    assert judged(before + text)


@given(st.from_regex(r"[a-z][a-z0-9._-]{0,20}@[a-z0-9-]{1,20}\.(fr|com|org)", fullmatch=True), around)
def test_an_address_is_found(address: str, before: str) -> None:
    assert Kind.EMAIL in kinds(before + address)
    assert judged(before + address)


@given(
    st.one_of(
        st.dates(date(1990, 1, 1), date(2039, 12, 31)).flatmap(
            lambda d: st.sampled_from(
                [
                    f"{d:%d/%m/%Y}",
                    f"{d:%d/%m/%y}",
                    f"{d:%d-%m-%Y}",
                    f"{d:%Y-%m-%d}",
                    f"{d:%d.%m.%Y}",
                    f"{d:%Y%m%d}",
                ]
            ).flatmap(
                lambda day: st.sampled_from(
                    [day, day + " 22:45", day + " 09h05", day + " 06:12:34", day + "T06:12"]
                )
            )
        ),
        st.floats(-9e6, 9e6).flatmap(
            lambda x: st.sampled_from([f"{x:.1f}", f"{x:.1f}".replace(".", ","), f"{x:.8f}"])
        ),
        st.floats(-180, 180).flatmap(lambda x: st.sampled_from([f"{x:.6f}", f"{x:+.7f}", f"{x:.14f}"])),
        st.integers(1, 95).flatmap(lambda d: st.integers(1, 990).map(lambda c: f"{d:02}{c:03}")),
        st.tuples(st.integers(2015, 2030), st.integers(0, 999_999)).map(lambda p: f"{p[0]}-{p[1]:06}"),
        st.integers(0, 10**9).map("{:,}".format).map(lambda s: s.replace(",", "\u202f") + " €"),
        st.tuples(st.integers(0, 29), st.integers(0, 59)).map(lambda p: f"{p[0]:02}h{p[1]:02}"),
    )
)
def test_a_date_a_number_a_code_or_an_hour_is_never_personal(text: str) -> None:
    assert kinds(text) == frozenset()


pieces = st.sampled_from(
    [
        "0",
        "06",
        "12",
        "34 ",
        "5678",
        "AB",
        "-",
        " ",
        ".",
        "M. ",
        "Mme ",
        "DUPONT",
        "Jean",
        "@",
        "fr",
        "né ",
        "le ",
        "+33",
        "1234",
        "\u00a0",
        "/",
        "FR76",
        "(",
        ")",
        "x",
        "é",
        "M ",
        "de ",
        ",",
        "0612345678",
    ]
)


@given(st.one_of(st.lists(pieces, max_size=12).map("".join), st.text(max_size=40)))
@example("M.DUPONT")
@example("12\u00a0AB\u00a031")
def test_what_the_columns_clear_nothing_personal_is_left_in(text: str) -> None:
    """The fast patterns may doubt too much, never too little: whole fields of a batch prove it."""
    frame = pl.DataFrame({field: [text] for field in FIELDS})
    (field,) = with_personal(frame)["personal_field"]
    if looks_personal(text):
        assert field == "reference"
    else:
        assert field is None


@pytest.mark.parametrize(
    "cell",
    [
        "0" * 10_000,
        "06" * 5_000,
        "0 " * 5_000,
        "06 12 34 5" * 1_000,
        "a" * 10_000,
        "a@" * 5_000,
        "a." * 5_000 + "@",
        "AB1" * 3_333,
        "AB-123-C" * 1_250,
        "FR76" * 2_500,
        "M. " * 3_333,
        "Mme " * 2_500,
        "M. A. B. " * 1_111,
        " " * 10_000,
        "DUPONT " * 1_428,
        "Jean DUPONT-" * 800,
        "-" * 10_000,
        "'" * 10_000,
        "+" * 10_000,
        "+1" * 5_000,
        "(" * 10_000,
        "1 90 02 31 555 " * 600,
        "4970 " * 2_000,
        "née " * 2_500,
        "M. de la " * 1_111,
        "\u00a0" * 10_000,
        "é" * 10_000,
    ],
)
def test_a_cell_made_to_be_slow_is_judged_at_once(cell: str) -> None:
    begun = time.perf_counter()
    looks_personal(cell[:10_000])
    assert time.perf_counter() - begun < 0.5


# ---- a batch ---------------------------------------------------------------------------------------------


def batch(**cells: str) -> pl.DataFrame:
    row = (
        dict.fromkeys(FIELDS, "") | {"date": "12/03/2025", "commune": "31555", "reference": "2026-1"} | cells
    )
    return pl.DataFrame(
        {name: [value, dict.fromkeys(FIELDS, "").get(name, "")] for name, value in row.items()}
    )


@pytest.mark.parametrize("field", FIELDS)
def test_pii_libre_every_kept_field_is_judged_and_named(field: str) -> None:
    found = with_personal(batch(**{field: "appeler le 06 12 34 56 78"}))
    assert found["personal_field"].to_list() == [field, None]
    assert found["fault_personal"].to_list() == ["PII_LIBRE", None]


@pytest.mark.parametrize("reference", ["0612345678", "AB-123-CD", "AB123CD", "DUPONT Jean"])
def test_a_reference_that_is_a_person_s_is_set_aside(reference: str) -> None:
    assert with_personal(batch(reference=reference))["personal_field"][0] == "reference"


@pytest.mark.parametrize("field", ["lieu", "commune"])
def test_a_name_on_a_street_s_plate_is_a_place(field: str) -> None:
    assert with_personal(batch(**{field: "JAURES Jean (place)"}))["fault_personal"][0] is None


def test_the_first_field_in_order_is_named_when_several_are_personal() -> None:
    found = with_personal(batch(lieu="chez M. DUPONT", categorie="Mme DURAND"))
    assert found["personal_field"][0] == "categorie"


def test_a_batch_of_no_row_has_the_same_columns() -> None:
    found = with_personal(batch().clear())
    assert found.schema["personal_field"] == found.schema["fault_personal"] == pl.String


def test_cells_given_back_are_masked_and_the_others_are_as_they_were() -> None:
    cells = pl.DataFrame({"c": ["Tapage", None, "M. DUPONT", "", "-1,0"]})
    assert cells.select(masked(pl.col("c")))["c"].to_list() == ["Tapage", None, MASK, "", "-1,0"]


def test_a_hundred_thousand_usual_rows_cost_a_fraction_of_a_second() -> None:
    number, chance = 100_000, random.Random(1)
    day = date(2025, 1, 1)
    frame = pl.DataFrame(
        {
            "reference": [f"2025-{i:06}" for i in range(number)],
            "date": [f"{day + timedelta(days=i % 365):%d/%m/%Y}" for i in range(number)],
            "heure": [f"{i % 24:02}h{i % 60:02}" for i in range(number)],
            "categorie": [
                ("Tapage nocturne", "Dégradation véhicule", "STAT. GENANT")[i % 3] for i in range(number)
            ],
            "commune": ["31555"] * number,
            "lieu": [f"{i % 200} RUE DES LILAS" for i in range(number)],
            "x": [f"{chance.uniform(1e5, 9e5):.1f}".replace(".", ",") for _ in range(number)],
            "y": [f"{chance.uniform(6e6, 7e6):.1f}".replace(".", ",") for _ in range(number)],
        }
    )
    begun = time.perf_counter()
    found = with_personal(frame)
    assert time.perf_counter() - begun < 0.5
    assert found["fault_personal"].null_count() == number
