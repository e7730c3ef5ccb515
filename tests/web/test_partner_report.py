"""What comes back to a partner: what its data is worth, what it was used for, and nobody else's figures."""

from typing import Any

import pytest
import shapely
from sqlalchemy import text

from observatoire.disclosure.policy import Role
from observatoire.worker.draining import drain
from support.files import pm_file, pm_row
from support.scatter import draw
from support.world import EPCI, TOULOUSE, World

PERIOD = {"debut": "2025-01-01", "fin": "2026-01-01"}
ROWS = [
    pm_row("1", date="13/03/2025"),
    pm_row("2", date="14/03/2025", hour=""),
    pm_row("3", date="15/04/2025", point=("", "")),
    pm_row("4", date="16/04/2025", nature="xyzzy"),
    pm_row("5", date="31/02/2025"),
    pm_row("6", date="?"),
    pm_row("7", code="99999", point=("", "")),
    "TOTAL;7;;;;;;",
]


@pytest.fixture(scope="module")
def observatory(shared_world: World) -> World:
    shared_world.source("residences", kind="bailleur", organisation="bailleur-x", territoire=EPCI)
    shared_world.source("police", organisation="ville")
    shared_world.source("muette", organisation="bailleur-x")
    report = shared_world.send(pm_file(ROWS), "residences", debut="2025-03-01", fin="2025-05-01")
    assert report["lignes"]["creees"] == 4, report
    shared_world.send(pm_file([pm_row("1", date="13/03/2025")]), "police")
    return shared_world


def key(
    observatory: World, role: Role, organisation: str = "bailleur-x", grant: str = EPCI
) -> dict[str, str]:
    name = f"{role} {organisation} {grant}"
    return observatory.headers(observatory.key(name, role, organisation, grant))


def report_of(observatory: World, code: str = "residences", **asked: Any) -> dict[str, Any]:
    return observatory.get(f"/sources/{code}/rapport", **{**PERIOD, **asked})


def test_a_partner_reads_what_its_own_data_is_worth(observatory: World) -> None:
    told = report_of(observatory, headers=key(observatory, Role.PARTENAIRE))
    assert told["faits"] == {"valeur": 4, "etat": "publie"}
    assert (told["part_localisee"], told["part_avec_heure"], told["part_classee"]) == (0.75, 0.75, 0.75)
    assert (told["mois_recus"], len(told["mois_absents"]), len(told["etats_des_mois"])) == (2, 10, 12)
    assert (told["fichiers"], told["lues"], told["quarantaine"]) == (1, 8, 3)
    assert told["part_rejetee"] == round(3 / 7, 4), "a total is no line of facts"
    assert [(a["code"], a["nombre"]) for a in told["anomalies"]] == [("DAT_INVALIDE", 2), ("COG_INCONNU", 1)]
    assert all(a["libelle"].endswith(".") for a in told["anomalies"])
    assert told["diffusion"]["audience"] == "interne"


def test_the_delay_is_the_median_of_days_from_the_fact_to_its_reception(observatory: World) -> None:
    with observatory.database.owning() as connection:
        days = connection.execute(
            text(
                "select i.started_at::date - f.local_day from confidential.fact f "
                "join collection.import i on i.number = f.import_number where f.source = 'residences' "
                "order by 1"
            )
        ).scalars().all()  # fmt: skip
    assert report_of(observatory)["delai_median_jours"] == days[1]


def test_a_source_that_sent_nothing_has_no_share_and_no_zero(observatory: World) -> None:
    told = report_of(observatory, "muette")
    assert told["faits"] == {"valeur": None, "etat": "absent"}
    assert told["part_localisee"] is told["part_rejetee"] is told["delai_median_jours"] is None
    assert (told["fichiers"], told["dernier_envoi"], told["mois_recus"]) == (0, None, 0)
    assert told["anomalies"] == []


@pytest.mark.parametrize(
    ("role", "organisation", "grant"),
    [
        (Role.PARTENAIRE, "bailleur-y", EPCI),
        (Role.AGENT, "ville", EPCI),
        (Role.ANALYSTE, "", TOULOUSE),  # its grant is smaller than the source's territory
        (Role.ANALYSTE, "", "commune:13055"),
    ],
)
def test_the_report_of_a_source_that_one_may_not_read_does_not_exist(
    observatory: World, role: Role, organisation: str, grant: str
) -> None:
    headers = key(observatory, role, organisation, grant)
    hidden = observatory.client.get("/api/v1/sources/residences/rapport", params=PERIOD, headers=headers)
    absent = observatory.client.get("/api/v1/sources/inexistante/rapport", params=PERIOD, headers=headers)
    assert hidden.status_code == absent.status_code == 404
    bodies = [{**answer.json(), "instance": ""} for answer in (hidden, absent)]
    assert bodies[0] == bodies[1]


def test_without_a_key_there_is_no_report(observatory: World) -> None:
    assert observatory.client.get("/api/v1/sources/residences/rapport").status_code == 401


def test_a_reversed_period_is_told(observatory: World) -> None:
    path = "/sources/residences/rapport"
    problem = observatory.get(path, status=422, debut="2025-05-01", fin="2025-01-01")
    assert problem["type"].endswith("/periode_inversee")


def test_analyses_that_rested_on_the_source_are_counted_by_role_and_never_named(observatory: World) -> None:
    def asked() -> dict[str, int]:
        told = report_of(observatory, headers=key(observatory, Role.PARTENAIRE))["analyses"]
        return {use["role"]: use["nombre"] for use in told}

    before = asked()
    own = key(observatory, Role.PARTENAIRE)
    stranger = key(observatory, Role.AGENT, "ville")
    here = {"territoire": TOULOUSE, **PERIOD}
    observatory.get("/analyses/synthese", **here)  # all its sources: counted
    observatory.get("/analyses/synthese", source="residences", **here)  # named: counted
    observatory.get("/analyses/synthese", source="police", **here)  # another is named
    observatory.get("/analyses/synthese", territoire="commune:13055", **PERIOD)  # elsewhere
    observatory.get(
        "/analyses/synthese", **{**here, "debut": "2019-01-01", "fin": "2020-01-01"}
    )  # another time
    observatory.get("/analyses/synthese", headers=own, **here)  # the partner itself: counted
    observatory.get("/analyses/synthese", headers=stranger, **here)  # may not read the source
    after = asked()
    assert {role: after[role] - before.get(role, 0) for role in after} == {
        "administrateur": 2,
        "partenaire": 1,
    }
    told = observatory.client.get("/api/v1/sources/residences/rapport", params=PERIOD, headers=own).text
    assert "ville" not in told


def test_an_analysis_of_a_zone_is_counted_whether_or_not_its_version_is_written(observatory: World) -> None:
    def asked() -> int:
        told = report_of(observatory, headers=key(observatory, Role.PARTENAIRE))["analyses"]
        return sum(use["nombre"] for use in told)

    zone = draw(observatory, shapely.box(1.435, 43.596, 1.452, 43.613), "Centre")["id"]
    drain(observatory.database, observatory.settings)
    before = asked()
    for territory in (f"zone:{zone}", f"zone:{zone}@1"):
        for analysis in ("synthese", "tendances"):
            observatory.get(f"/analyses/{analysis}", territoire=territory, source="residences", **PERIOD)
    assert asked() == before + 4


def test_the_editions_that_show_its_group_are_listed_with_their_years(observatory: World) -> None:
    assert report_of(observatory)["editions"] == []
    published = observatory.client.post("/api/v1/editions", headers=observatory.admin)
    if published.status_code != 201:
        pytest.skip("nothing to publish here")
    shown = report_of(observatory)["editions"]
    with observatory.database.owning() as connection:
        held = connection.execute(
            text("select count(*) from published.count where additivity_group = 'residences'")
        ).scalar_one()
    assert bool(shown) == bool(held)
    if shown:
        assert shown[0]["numero"] == published.json()["numero"]
        assert shown[0]["premiere_annee"] <= shown[0]["derniere_annee"]


def test_reading_a_report_is_written_in_the_journal_and_counts_as_no_analysis(observatory: World) -> None:
    before = report_of(observatory)["analyses"]
    assert report_of(observatory)["analyses"] == before
    with observatory.database.owning() as connection:
        question = "select count(*) from accounts.journal where question like 'rapport-source residences %'"
        assert connection.execute(text(question)).scalar_one() >= 2
