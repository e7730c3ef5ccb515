"""``demo``: generate the fictional exports, load them through the real API, tell the addresses."""

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
import uvicorn

from observatoire.analyses import publication
from observatoire.atlas import parts
from observatoire.cli.context import OPERATOR, Context, context_of, progress
from observatoire.cli.working import Attendant
from observatoire.demo import DEFAULT_SEED, EPCI_CODE, SOURCES, DemoCommune, write
from observatoire.domain.period import month_start
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.errors import Conflict
from observatoire.store import accounts
from observatoire.store.reference import territories

EPCI = TerritoryCode(TerritoryLevel.EPCI, EPCI_CODE)
YEARS = 4
READY_SECONDS = 30
IMPORT_SECONDS = 300
FILES_BETWEEN_STEPS = 20


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Démonstration (données fictives).", no_args_is_help=True)
    group.command("generer", help="Écrit les exports fictifs dans un dossier.")(generer)
    group.command("charger", help="Génère, importe par l'API et publie la démonstration.")(charger)
    group.command("adresses", help="Affiche les adresses et les clés de la démonstration.")(adresses)
    app.add_typer(group, name="demo")


def _communes(found: Context) -> list[DemoCommune]:
    with found.database.reading() as connection:
        records = territories.communes_of(connection, EPCI)
        shapes = territories.contours(connection, TerritoryLevel.COMMUNE, [r.code for r in records])
    return [
        DemoCommune(r.code, r.name, r.population or 0, shapes[r.code]) for r in records if r.code in shapes
    ]


def _first_month(last: date) -> date:
    """First of the 48 complete months that end before ``last``."""
    return month_start(last).replace(year=last.year - YEARS)


def generer(
    context: typer.Context,
    dossier: Path,
    premier_mois: Annotated[datetime | None, typer.Option(formats=["%Y-%m"])] = None,
    graine: Annotated[int, typer.Option()] = DEFAULT_SEED,
) -> None:
    """Write the fictional exports, their plan and their planted truth."""
    first = premier_mois.date() if premier_mois else _first_month(datetime.now(UTC).date())
    plan = write(dossier, _communes(context_of(context)), first, graine)
    typer.echo(f"{len(plan.files)} fichiers fictifs écrits dans {dossier}.")


def charger(context: typer.Context) -> None:
    """Load the demonstration once: a second run finds it and stops."""
    found = context_of(context)
    if found.settings.production:
        raise Conflict("La démonstration est fictive : elle ne se charge pas en production.")
    done = found.settings.var / "charge.json"
    if done.exists() and _keys_work(found):
        typer.echo("Démonstration déjà chargée (données fictives).")
        return
    folder = found.settings.var / "exports"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    typer.echo("Génération des exports (données fictives)")
    first = _first_month(datetime.now(UTC).date())
    write(folder, _communes(found), first, DEFAULT_SEED)
    parts.load_neighbourhoods(found.database, found.settings.data / "qpv" / "qpv_fictifs.geojson")
    keys = _create_keys(found)
    with Attendant(found.settings), _served(found) as client:
        client.headers["Authorization"] = f"Bearer {keys['administration']}"
        typer.echo("Import par l'API (données fictives)")
        _send(client, folder, progress())
    typer.echo("Publication de la première édition (données fictives)")
    publication.publish(found.database, OPERATOR, found.journal(), progress())
    done.write_text(
        json.dumps({"charge_le": datetime.now(UTC).isoformat(), "premier_mois": first.isoformat()})
    )


def _send(client: httpx.Client, folder: Path, show: Callable[[str], None]) -> None:
    """Everything goes through the import API, as a partner would send it."""
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    for source in plan["sources"]:
        body = {**source, "visibilite": "public", "fictif": True}
        answer = client.post("/api/v1/sources", json=body)
        if answer.status_code == httpx.codes.CONFLICT:
            answer = client.put(f"/api/v1/sources/{source['code']}", json=body)
        _checked(answer)
    _declare_breaks(client, plan["ruptures"])
    received: list[str] = []
    files, today = plan["fichiers"], datetime.now(UTC).date().isoformat()
    for position, file in enumerate(files, start=1):
        fields = {key: file[key] for key in ("source", "debut", "fin")}
        # In the first days of a month, the last file of the plan is sent before its usual day.
        fields["arrete_le"] = min(file["arrete_le"], today)
        content = (folder / file["chemin"]).read_bytes()
        report = _checked(
            client.post("/api/v1/imports", data=fields, files={"fichier": (file["nom"], content)})
        )
        received.append(report["id"])
        if position % FILES_BETWEEN_STEPS == 0 or position == len(files):
            show(f"{position} fichiers reçus sur {len(files)}")
    lines = _ended(client, received, show)
    for nil in plan["mois_neant"]:
        body = {"debut": nil["debut"], "fin": nil["fin"], "arrete_le": min(nil["arrete_le"], today)}
        _checked(client.post(f"/api/v1/sources/{nil['source']}/neant", json=body))
    typer.echo("  " + ", ".join(f"{bucket} {number}" for bucket, number in lines.items()))


def _declare_breaks(client: httpx.Client, breaks: list[dict[str, str]]) -> None:
    """Those of the plan that a former load has not declared."""
    for planned in breaks:
        address = f"/api/v1/sources/{planned['source']}/ruptures"
        if planned["jour"] not in {known["jour"] for known in _checked(client.get(address))["ruptures"]}:
            _checked(client.post(address, json={key: planned[key] for key in ("jour", "type", "motif")}))


def _ended(client: httpx.Client, ids: list[str], show: Callable[[str], None]) -> dict[str, int]:
    """Wait for the worker; the sum of what became of the rows."""
    lines: dict[str, int] = {}
    for position, id_ in enumerate(ids, start=1):
        report = _end_of(client, id_)
        if report["etat"] != "valide":
            typer.secho(
                f"{report['fichier']['nom']} : {report['etat']}. {report['message']}", err=True, fg="red"
            )
            raise SystemExit(1)
        for bucket, number in report["lignes"].items():
            lines[bucket] = lines.get(bucket, 0) + number
        if position % FILES_BETWEEN_STEPS == 0 or position == len(ids):
            show(f"{position} fichiers importés sur {len(ids)}")
    return lines


def _end_of(client: httpx.Client, id_: str) -> dict[str, Any]:
    """The report of an import, once it is no longer waiting nor running."""
    deadline = time.monotonic() + IMPORT_SECONDS
    while True:
        report = _checked(client.get(f"/api/v1/imports/{id_}"))
        if report["etat"] not in ("en_attente", "en_cours"):
            return report
        if time.monotonic() > deadline:
            typer.secho("Aucun travailleur n'a exécuté les imports de la démonstration.", err=True, fg="red")
            raise SystemExit(1)
        time.sleep(0.05)


def _checked(answer: httpx.Response) -> dict[str, Any]:
    if answer.is_error:
        typer.secho(answer.text, err=True, fg="red")
        raise SystemExit(1)
    body: dict[str, Any] = answer.json()
    return body


def _create_keys(found: Context) -> dict[str, str]:
    """The demonstration's keys; former ones of the same labels are revoked."""
    police = next(s for s in SOURCES if s.kind == "police_municipale")
    landlord = next(s for s in SOURCES if s.kind == "bailleur")
    wanted = {
        "administration": ("administrateur", "Administration de démonstration", "nation:FR"),
        "police_municipale": ("agent", police.organisation, str(EPCI)),
        "analyste": ("analyste", "Observatoire de démonstration", str(EPCI)),
        "partenaire": ("partenaire", landlord.organisation, str(EPCI)),
    }
    keys = {}
    with found.database.importing() as connection:
        for name, (role, organisation, grant) in wanted.items():
            label = f"démonstration : {name}"
            accounts.revoke_label(connection, label)
            keys[name] = accounts.create_key(
                connection, label, role, organisation, [TerritoryCode.parse(grant)]
            )
    path = _keys_path(found)
    path.touch(mode=0o600)
    path.write_text(json.dumps(keys, indent=1) + "\n", encoding="utf-8")
    return keys


def _keys_path(found: Context) -> Path:
    return found.settings.var / "cles.json"


def _keys_work(found: Context) -> bool:
    if not _keys_path(found).exists():
        return False
    keys = json.loads(_keys_path(found).read_text(encoding="utf-8"))
    with found.database.reading() as connection:
        return all(accounts.find_key(connection, key) for key in keys.values())


@contextmanager
def _served(found: Context) -> Iterator[httpx.Client]:
    """The real application on a free port of the loopback, for the time of the load."""
    # asyncio spares the 40 ms of a delayed acknowledgement only where the protocol is named.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(found.make_app(), log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + READY_SECONDS
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=120) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(READY_SECONDS)
        listener.close()


def adresses(context: typer.Context, port: Annotated[int, typer.Option()] = 8000) -> None:
    """Print where to go and with which keys."""
    found = context_of(context)
    base = f"http://127.0.0.1:{port}"
    typer.echo(f"Observatoire (données fictives) : {base}/docs")
    question = f"territoire={EPCI}&source=pm-toulouse-metropole"
    typer.echo(f"  points chauds : {base}/api/v1/analyses/points-chauds?{question}")
    published = f"territoire={EPCI}&debut=2024-01-01&fin=2025-01-01"
    typer.echo(f"  synthèse publique : {base}/api/v1/analyses/synthese?{published}")
    if _keys_path(found).exists():
        for name, key in json.loads(_keys_path(found).read_text(encoding="utf-8")).items():
            typer.echo(f"  clé {name:<18} {key}")
