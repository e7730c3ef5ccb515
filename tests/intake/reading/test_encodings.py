"""One text, however its exporter wrote it; and damaged accents, never mended in silence."""

import pytest

from observatoire.errors import UnreadableEncoding
from observatoire.intake.reading.document import Choices, Limits
from observatoire.intake.reading.mojibake import repair
from support.sheets import column, notices, read

DATES = ["12/03/2026", "12/03/26", "1er avril 2026", "13 févr. 2026", "vendredi 13 mars 2026", "2026-03-12"]
ROWS = [["N° fiche", "Date", "Nature", "Voie"]] + [
    [f"2026-{n}", day, "Différend à l’école", "Rue de l’Hôtel-Dieu, côté « cœur »"]
    for n, day in enumerate(DATES)
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman"]


def written(rows: list[list[str]], separator: str = ";", ending: str = "\r\n") -> str:
    return ending.join(separator.join(cell.replace(separator, " ") for cell in row) for row in rows) + ending


@pytest.mark.parametrize("style", range(len(DATES)), ids=DATES)
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_rows_are_the_same_in_every_encoding_with_every_separator(
    encoding: str, separator: str, style: int
) -> None:
    rows = [ROWS[0], *([f"A{n}", DATES[style], *ROWS[1][2:]] for n in range(4))]
    sheet = read(written(rows, separator), encoding)
    assert (sheet.encoding, sheet.separator) == (encoding, separator)
    assert [sheet.header, *(row[:-1] for row in sheet.rows.rows())] == [
        tuple(cell.replace(separator, " ") for cell in row) for row in rows
    ]


def test_enc_cp1252_apostrophes_and_ligatures_are_kept() -> None:
    content = "Nature;Heure;Voie\r\nDifférend;14h30;Rue de l’Œuvre\r\n".encode("cp1252")
    assert b"\x92" in content
    assert b"\x8c" in content
    sheet = read(content)
    assert sheet.encoding == "cp1252"
    assert sheet.rows.row(0)[:-1] == ("Différend", "14h30", "Rue de l’Œuvre")


def test_enc_bom_the_mark_is_no_part_of_the_first_name() -> None:
    sheet = read(b"\xef\xbb\xbfDate;Nature\n12/03/2026;Rixe\n")
    assert sheet.header == ("Date", "Nature")


def test_enc_utf16_is_read_in_both_byte_orders_with_its_tabulations() -> None:
    text = "Date\tNature\r\n12/03/2026\tÉté\r\n"
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        sheet = read(mark + text.encode(encoding))
        assert (sheet.encoding, sheet.separator, column(sheet, "Nature")) == ("utf-16", "\t", ["Été"])


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("N°;Nature\n1;Rixe\n", "cp1252"),
        ("Nature\nTAPAGE EN RÉUNION, DÉGRADATIONS À L’ARRÊT\n", "cp1252"),
        ("Nature\nTAPAGE EN RÉUNION, DÉGRADATIONS À L’ARRÊT\n", "mac_roman"),
        ("Nature\nécole\n", "cp1252"),
        ("Nature\nécole, théâtre, forêt\n", "mac_roman"),
        ("Nature\nDifférend, dégradation, forêt, où, ça\n", "cp850"),
        ("Coût\n12 €\n", "cp1252"),
        ("Coût\n1 250,00\u00a0€\n", "cp1252"),
        ("Nature\nécole\n", "utf-8"),
    ],
)
def test_the_encoding_is_the_one_under_which_the_text_is_french(text: str, encoding: str) -> None:
    sheet = read(text, encoding)
    assert sheet.encoding == encoding
    rows = [sheet.header, *(row[:-1] for row in sheet.rows.rows())]
    assert rows == [tuple(line.split(";")) for line in text.split("\n")[:-1]]


def test_one_accent_at_the_very_end_is_enough() -> None:
    padding = "1;Rixe\n" * 300_000
    content = f"N;Nature\n{padding}2;".encode() + "Différend\n".encode("cp1252")
    sheet = read(content, limits=Limits(10_000_000, 500_000, 20, 200))
    assert (sheet.encoding, sheet.rows.row(-1)[1]) == ("cp1252", "Différend")


def test_a_byte_that_no_french_encoding_explains_refuses_the_file() -> None:
    for content in (b"Date;Nature\n12/03/2026;\x81\xe9\n", b"a;b\n1;\xe9\xe8\x81\x8d\x90\n"):
        with pytest.raises(UnreadableEncoding, match="UTF-8 ni Windows-1252"):
            read(content)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe" + "Date;Nature\n1;2\n".encode("utf-16-le") + b"\x41",
        b"\xff\xfe" + "a;b\n".encode("utf-16-le") + b"\x00\xd8\x41\x00",
        b"\xef\xbb\xbfa;b\n1;\xe9\n",
    ],
)
def test_a_text_that_breaks_the_promise_of_its_mark_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableEncoding):
        read(content)


# ---- double encoding -----------------------------------------------------------------------------------


def damaged(text: str) -> str:
    """UTF-8 read as Windows does: undefined bytes become C1 controls."""
    return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in text.encode())


LINES = ["Réf;Nature", "1;Différend à l’école", "2;Rixe", "3;« Cœur » 12 € – fête", "4;Éviction"]


def test_enc_mojibake_is_said_and_never_mended_in_silence() -> None:
    sheet = read("\n".join(map(damaged, LINES)))
    assert sheet.encoding == "utf-8"
    assert notices(sheet) == {"ENC_MOJIBAKE": 4}
    assert column(sheet, sheet.header[1])[0] == "DiffÃ©rend Ã\u00a0 lâ€™Ã©cole"


def test_enc_mojibake_is_mended_when_asked_and_that_is_said_too() -> None:
    sheet = read("\n".join(map(damaged, LINES)), choices=Choices(repair_encoding=True))
    assert notices(sheet) == {"ENC_REPARE": 4}
    assert sheet.header == ("Réf", "Nature")
    assert column(sheet, "Nature") == [line.split(";")[1] for line in LINES[1:]]


def test_enc_mojibake_a_footer_is_known_once_mended() -> None:
    text = "\n".join(map(damaged, [*LINES, "Édité le 03/04/2026 par X;"]))
    sheet = read(text, choices=Choices(repair_encoding=True))
    assert [row.fault.code for row in sheet.set_aside] == ["LIG_TOTAL"]


def test_enc_mojibake_saved_with_one_stray_byte_of_windows_is_seen_too() -> None:
    content = "\n".join(LINES).encode() + b"\n5;Diff\xe9rend\n"
    sheet = read(content)
    assert sheet.encoding == "cp1252"
    assert notices(sheet) == {"ENC_MOJIBAKE": 4}
    mended = read(content, choices=Choices(repair_encoding=True))
    assert column(mended, "Nature")[0] == "Différend à l’école"
    assert column(mended, "Nature")[-1] == "Différend"


def test_enc_mojibake_one_line_in_a_thousand_is_not_adamaged_file() -> None:
    text = "Réf;Nature\n" + "1;Différend\n" * 500 + "2;DiffÃ©rend\n"
    assert notices(read(text)) == {}
    assert notices(read(text + "2;DiffÃ©rend\n" * 6)) == {"ENC_MOJIBAKE": 7}


@pytest.mark.parametrize(
    "text", ["CHÂTEAU D’ÂGE", "PÂQUES À PÉ", "Ångström", "Ã", "Â", "naïve – « été » 12 €", "A\u00a0B"]
)
def test_text_that_was_neverdamaged_is_neither_said_nor_mended(text: str) -> None:
    assert repair(text) == text
    assert notices(read(f"a;b\n1;{text}\n")) == {}


@pytest.mark.parametrize("text", ["été", "Œuvre", "12 €", "l’« à » – … ÿ Ÿ", "N° 5", "ÀÉÍÏÐÝ"])
def test_repair_undoes_the_damage(text: str) -> None:
    assert repair(damaged(text)) == text


def test_a_cell_that_only_looksdamaged_is_kept() -> None:
    assert repair("Ã©tait œ Ѣ") == "Ã©tait œ Ѣ"
    assert repair("DiffÃ©rend déjà") == "DiffÃ©rend déjà"
