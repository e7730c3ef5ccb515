"""Previews and stored profiles over HTTP: what is told, what never is, who may; nothing is written."""

import itertools
import json
from typing import Any

import pytest

from intake.tables import row_counts
from observatoire.demo.samples import aggregates, samples
from observatoire.disclosure.policy import Role
from observatoire.space import crs
from support.files import CAPITOLE, PM_HEADER, pm_file, pm_row
from support.world import TOULOUSE, World

_numbers = itertools.count(1)
RENAMED = PM_HEADER.replace("Nature", "Motif")
OWN: dict[str, Any] = {
    "champs": {
        "reference": "N° fiche",
        "date": "Date",
        "heure": "Heure",
        "categorie": "Nature",
        "commune": "Code INSEE",
    },
    "categories": {"Tapage nocturne": "A101"},
}


@pytest.fixture
def source(shared_world: World) -> str:
    """A source of its own for each test."""
    code = f"apercu-{next(_numbers)}"
    return shared_world.source(code, territory=TOULOUSE, organisation="Ville")


def preview(
    world: World,
    content: bytes,
    source: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    answer = world.client.post(
        "/api/v1/imports/apercu",
        data={"source": source, **{name: str(value) for name, value in fields.items()}},
        files={"fichier": ("export.csv", content)},
        headers=world.admin if headers is None else headers,
    )
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def put(
    world: World, source: str, content: object, status: int = 200, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    answer = world.client.put(
        f"/api/v1/sources/{source}/profil", json=content, headers=world.admin if headers is None else headers
    )
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def key(world: World, role: Role, organisation: str) -> dict[str, str]:
    return world.headers(world.key(f"{role} {organisation}", role, organisation, TOULOUSE))


# ---- what a preview tells ------------------------------------------------------------------------


def test_a_preview_tells_layout_columns_rows_and_anomalies(shared_world: World, source: str) -> None:
    rows = [
        pm_row("2025-000001"),
        pm_row("2025-000002", date="31/02/2025"),
        pm_row("2025-000003", hour="25:10"),
    ]
    seen = preview(shared_world, pm_file(rows), source)
    assert (seen["lecture"]["encodage"], seen["lecture"]["separateur"]) == ("cp1252", ";")
    assert seen["lecture"]["lignes_entete"] == [1, 1]
    assert {c["colonne"]: c["sens"] for c in seen["colonnes"]} == {
        "N° fiche": "reference",
        "Date": "date",
        "Heure": "heure",
        "Nature": "categorie",
        "Code INSEE": "commune",
        "Commune": "ignoree",
        "X": "x",
        "Y": "y",
    }
    assert seen["profil_lu"] == {"code": "police_municipale", "version": 1, "origine": "livre"}
    assert seen["ordre_dates"] == {"ordre": "jour_mois_annee", "prouve": True, "impossibles": 0}
    assert seen["coordonnees"]["epsg"] == 2154
    first = seen["apercu"][0]
    assert first == {
        "ligne": 2,
        "date": "2025-03-12",
        "heure": "22:45",
        "fin": None,
        "precision": "minute",
        "categorie": "A101",
        "categorie_libelle": "Tapage nocturne",
        "commune": "31555",
        "a_un_point": True,
        "anomalies": first["anomalies"],
        "erreur": None,
    }
    found = {a["code"]: a for a in seen["anomalies"]}
    assert (found["DAT_INVALIDE"]["nombre"], found["DAT_INVALIDE"]["lignes"]) == (1, [3])
    assert found["HEU_INVALIDE"]["lignes"] == [4]
    assert (seen["lignes_examinees"], seen["complet"]) == (3, True)


def test_a_preview_shows_fifty_rows_and_counts_more(shared_world: World, source: str) -> None:
    rows = [pm_row(str(n), hour="" if n % 2 else "10h") for n in range(120)]
    seen = preview(shared_world, pm_file(rows), source)
    assert len(seen["apercu"]) == 50
    assert seen["lignes_examinees"] == 120
    empty = next(a for a in seen["anomalies"] if a["code"] == "HEU_VIDE")
    assert empty["nombre"] == 60
    assert len(empty["lignes"]) == 10


def test_a_preview_looks_at_the_beginning_of_a_long_file_and_says_so(
    shared_world: World, source: str
) -> None:
    seen = preview(shared_world, pm_file([pm_row(str(n)) for n in range(2500)]), source)
    assert (seen["lignes_examinees"], seen["complet"]) == (2000, False)


def test_no_text_of_the_file_is_in_a_preview(shared_world: World, source: str) -> None:
    header = "N° fiche;Date;Heure;Nature;Code INSEE;X;Y;Observations;Inconnue"
    rows = ["REF-SECRETE;12/03/2025;22h;Libellé inédit;31555;;;M. DUPONT Jean 06 12 34 56 78;ZANZIBAR"] * 3
    seen = preview(shared_world, "\n".join([header, *rows]).encode(), source)
    told = json.dumps(seen, ensure_ascii=False)
    assert not [w for w in ("REF-SECRETE", "DUPONT", "06 12", "ZANZIBAR", "inédit") if w in told]
    assert "personnelle" in next(c["raison"] for c in seen["colonnes"] if c["colonne"] == "Observations")


def test_nothing_is_written_by_a_preview(shared_world: World, source: str) -> None:
    before = row_counts(shared_world)
    folders = sorted(p.name for p in shared_world.settings.var.rglob("*") if p.is_file())
    preview(shared_world, pm_file([pm_row(str(n)) for n in range(30)]), source)
    preview(shared_world, pm_file([pm_row()]), source, profil=json.dumps(OWN))
    preview(shared_world, b"%PDF-1.7 rien", source, status=422)
    assert row_counts(shared_world) == before
    after = sorted(p.name for p in shared_world.settings.var.rglob("*") if p.is_file())
    assert [name for name in after if not name.startswith("cle_")] == [
        name for name in folders if not name.startswith("cle_")
    ]


def test_an_unknown_export_comes_with_a_profile_that_reads_it_once_stored(
    shared_world: World, source: str
) -> None:
    header = "Jour;Quand;Motif d'appel;Où;Nom du requérant"
    rows = [f"{day:02d}/03/2025;22h45;Tapage nocturne;rue A;Dupont" for day in range(1, 29)]
    content = "\n".join([header, *rows]).encode()
    seen = preview(shared_world, content, source)
    assert seen["profil_lu"]["origine"] == "propose"
    assert any("ne correspond" in warning for warning in seen["avertissements"])
    assert seen["apercu"][0]["date"] == "2025-03-01"
    assert seen["apercu"][0]["categorie"] == "A101"
    put(shared_world, source, seen["profil"])
    again = preview(shared_world, content, source)
    assert again["profil_lu"] == {"code": source, "version": 1, "origine": "enregistre"}
    assert again["avertissements"] == []
    assert again["apercu"] == seen["apercu"]


def test_an_export_without_a_date_says_what_lacks(shared_world: World, source: str) -> None:
    seen = preview(shared_world, b"Nature;Lieu\nTapage;rue A\n", source)
    assert seen["profil"] is None
    assert seen["apercu"] == []
    assert any("la date" in warning for warning in seen["avertissements"])


def test_col_absente_a_renamed_column_is_proposed_and_the_new_profile_reads_the_file(
    shared_world: World, source: str
) -> None:
    put(shared_world, source, OWN)
    content = pm_file([pm_row()]).replace(PM_HEADER.encode("cp1252"), RENAMED.encode("cp1252"))
    seen = preview(shared_world, content, source)
    assert any("« Nature » absente ; « Motif » pourrait être la même" in w for w in seen["avertissements"])
    assert seen["profil"]["champs"]["categorie"] == "Motif"
    assert seen["profil"]["categories"] == {"tapage nocturne": "A101"}
    assert put(shared_world, source, seen["profil"])["version"] == 2
    assert preview(shared_world, content, source)["profil_lu"]["version"] == 2


def test_geo_l2e_points_of_another_system_are_told_and_the_profile_corrected(
    shared_world: World, source: str
) -> None:
    lon, lat = crs.to_wgs84([574357.3], [6279642.9], 2154)
    x, y = crs.to_metric(lon, lat, 27572)
    point = (f"{x[0]:.1f}".replace(".", ","), f"{y[0]:.1f}".replace(".", ","))
    seen = preview(shared_world, pm_file([pm_row(str(n), point=point) for n in range(5)]), source)
    assert (seen["coordonnees"]["epsg_declare"], seen["coordonnees"]["epsg"]) == (2154, 27572)
    assert seen["profil"]["lieu"]["epsg"] == 27572
    assert any("27572" in warning for warning in seen["avertissements"])
    put(shared_world, source, seen["profil"])
    again = preview(shared_world, pm_file([pm_row(point=point)]), source)
    assert again["apercu"][0]["a_un_point"]
    assert again["avertissements"] == []


def test_geo_inverse_coordinates_exchanged_are_told_and_put_right(shared_world: World, source: str) -> None:
    x, y = CAPITOLE
    content = pm_file([pm_row(str(n), point=(y, x)) for n in range(5)])
    seen = preview(shared_world, content, source)
    assert seen["coordonnees"]["inversees"]
    put(shared_world, source, seen["profil"])
    assert preview(shared_world, content, source)["apercu"][0]["a_un_point"]


def test_a_profile_may_be_tried_before_it_is_stored(shared_world: World, source: str) -> None:
    own = OWN | {"champs": OWN["champs"] | {"categorie": {"constante": "C203"}}}
    seen = preview(shared_world, pm_file([pm_row()]), source, profil=json.dumps(own))
    assert seen["profil_lu"]["origine"] == "fourni"
    assert seen["apercu"][0]["categorie"] == "C203"
    assert shared_world.get(f"/sources/{source}/profil", status=404)["type"].endswith("/profil_absent")


@pytest.mark.parametrize("text", ["{", '{"champs": {}}', '{"champs": {"date": "Date", "categorie": 1}}'])
def test_a_profile_that_can_not_be_used_is_told_field_by_field(
    shared_world: World, source: str, text: str
) -> None:
    problem = preview(shared_world, pm_file([pm_row()]), source, status=422, profil=text)
    assert problem["type"].endswith("/profil_invalide")
    assert problem["erreurs"]


def test_a_profile_that_does_not_exist_is_told(shared_world: World, source: str) -> None:
    problem = preview(shared_world, pm_file([pm_row()]), source, status=422, profil="logitud")
    assert problem["type"].endswith("/profil_inconnu")


@pytest.mark.parametrize("sample", samples("Toulouse"), ids=lambda sample: sample.profile)
def test_every_sample_can_be_previewed(shared_world: World, source: str, sample: Any) -> None:
    seen = preview(shared_world, sample.content, source)
    assert seen["profil_lu"]["code"] == sample.profile
    assert seen["apercu"]


@pytest.mark.parametrize("aggregate", aggregates(), ids=lambda found: found.name)
def test_a_file_of_counts_is_refused(shared_world: World, source: str, aggregate: Any) -> None:
    problem = preview(shared_world, aggregate.content, source, status=422)
    assert problem["type"].endswith("/serie_officielle")


@pytest.mark.parametrize("content", [b"", b"\n", b"Date;Nature\n"])
def test_fic_vide_a_file_without_a_row_is_refused(shared_world: World, source: str, content: bytes) -> None:
    assert preview(shared_world, content, source, status=422)["type"].endswith("/fichier_vide")


def test_a_file_whose_every_row_is_broken_is_previewed_as_such(shared_world: World, source: str) -> None:
    content = "\r\n".join([PM_HEADER, "1;2;3", "4;5"]).encode("cp1252")
    seen = preview(shared_world, content, source)
    assert seen["apercu"] == []
    assert [(a["code"], a["lignes"]) for a in seen["anomalies"]] == [("CSV_CHAMPS", [2, 3])]


def test_a_fact_outside_the_declared_period_is_noted(shared_world: World, source: str) -> None:
    content = pm_file([pm_row()])
    inside = preview(shared_world, content, source, debut="2025-03-01", fin="2025-04-01")
    outside = preview(shared_world, content, source, debut="2025-04-01", fin="2025-05-01")
    assert len(outside["anomalies"]) == len(inside["anomalies"]) + 1


# ---- stored profiles -----------------------------------------------------------------------------


def test_a_profile_is_versioned_and_each_version_stays(shared_world: World, source: str) -> None:
    first = put(shared_world, source, OWN)
    assert (first["version"], first["source"]) == (1, source)
    assert first["auteur"] == "administration"
    assert put(shared_world, source, OWN) == first  # the same content keeps its version
    changed = OWN | {"heure": {"debut_vacation": "12:00"}}
    assert put(shared_world, source, changed)["version"] == 2
    assert put(shared_world, source, OWN)["version"] == 3  # back to what it was: a decision too
    path = f"/sources/{source}/profil"
    assert shared_world.get(path)["version"] == 3
    assert shared_world.get(path, version=2)["profil"]["heure"] == {"debut_vacation": "12:00"}
    assert shared_world.get(path, version=1) == first
    missing = shared_world.get(path, version=4, status=404)
    assert "version 4" in missing["detail"]


def test_what_was_read_can_be_sent_back(shared_world: World, source: str) -> None:
    first = put(shared_world, source, OWN)
    assert put(shared_world, source, first["profil"]) == first


def test_a_source_without_a_profile_says_how_to_make_one(shared_world: World, source: str) -> None:
    problem = shared_world.get(f"/sources/{source}/profil", status=404)
    assert problem["type"].endswith("/profil_absent")
    assert "/imports/apercu" in problem["detail"]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"champs": {"date": "Date"}}, "champs.categorie"),
        (OWN | {"categories": {"Tapage": "A999"}}, "categories.Tapage"),
        (OWN | {"lignes": {"ignorer": [["Nature", "("]]}}, "lignes.ignorer"),
        (OWN | {"lieu": {"epsg": 9999}}, "lieu.epsg"),
        (OWN | {"categories": {"06 12 34 56 78": "A101"}}, "categories"),
        (OWN | {"\ud800": 1}, ""),
        (OWN | {"libelle": "nul \x00"}, "libelle"),
    ],
)
def test_a_profile_with_a_fault_is_not_stored(
    shared_world: World, source: str, content: object, field: str
) -> None:
    body = json.dumps(content).encode()
    headers = shared_world.admin | {"Content-Type": "application/json"}
    answer = shared_world.client.put(f"/api/v1/sources/{source}/profil", content=body, headers=headers)
    assert answer.status_code == 422, answer.text
    assert field in {fault["champ"] for fault in answer.json()["erreurs"]}
    shared_world.get(f"/sources/{source}/profil", status=404)


# ---- who may -------------------------------------------------------------------------------------


def test_only_the_administration_and_agents_of_the_organisation_decide_what_columns_mean(
    shared_world: World, source: str
) -> None:
    assert put(shared_world, source, OWN, headers=key(shared_world, Role.AGENT, "Ville"))["version"] == 1
    for role, organisation, status in [
        (Role.PARTENAIRE, "Ville", 403),
        (Role.ANALYSTE, "Ville", 403),
        (Role.AGENT, "Ailleurs", 404),
        (Role.PARTENAIRE, "Ailleurs", 404),
    ]:
        put(shared_world, source, OWN | {"libelle": "autre"}, status, key(shared_world, role, organisation))
    assert shared_world.get(f"/sources/{source}/profil")["version"] == 1


def test_another_organisation_s_profile_does_not_exist(shared_world: World, source: str) -> None:
    put(shared_world, source, OWN)
    stranger = key(shared_world, Role.AGENT, "Ailleurs")
    hidden = shared_world.get(f"/sources/{source}/profil", stranger, 404)
    absent = shared_world.get("/sources/nulle-part/profil", stranger, 404)
    assert {k: v for k, v in hidden.items() if k != "instance"} == {
        k: v for k, v in absent.items() if k != "instance"
    }


def test_only_who_may_send_a_file_may_preview_it(shared_world: World, source: str) -> None:
    content = pm_file([pm_row()])
    assert preview(shared_world, content, source, headers=key(shared_world, Role.PARTENAIRE, "Ville"))
    problem = preview(shared_world, content, source, 422, key(shared_world, Role.AGENT, "Ailleurs"))
    assert problem["type"].endswith("/source_inconnue")
    preview(shared_world, content, source, 403, key(shared_world, Role.ANALYSTE, "Ville"))
    preview(shared_world, content, source, 401, {})
