"""Late and silent sources raise a notice, once per silence; a moved clock and a real mail server show it."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from sqlalchemy import text

from observatoire.disclosure.policy import Role
from observatoire.intake.desk import Desk
from observatoire.notices.errors import MailUnsafe
from observatoire.notices.mail import Mailbox
from observatoire.notices.watching import Watched, watch
from observatoire.settings import Settings
from observatoire.store import notices, sources
from observatoire.store.notices import NoticeRecord
from observatoire.worker import tasks
from support.files import pm_file, pm_row
from support.world import TOULOUSE, World

CALENDAR: dict[str, Any] = {
    "periodicite": "mensuelle",
    "delai_jours": 10,
    "attendu_depuis": "2025-01-01",
    "mois_suspendus": [],
}


@pytest.fixture
def watched(shared_world: World) -> World:
    """A source that is to send each month within ten days; it sent January and February 2025."""
    with shared_world.database.owning() as connection:
        connection.execute(text("truncate collection.source, confidential.fact cascade"))
    shared_world.source("pm", territory=TOULOUSE, organisation="ville", calendrier=CALENDAR)
    send(shared_world, 1, 2)
    return shared_world


def send(world: World, first: int, last: int | None = None) -> None:
    start, end = date(2025, first, 1), date(2025, (last or first) + 1, 1)
    world.send(pm_file([pm_row(f"{first}", f"{start:%d/%m/%Y}")]), debut=start, fin=end)


def at(world: World, day: str, mailbox: Mailbox | None = None) -> Watched:
    return watch(world.database, datetime.fromisoformat(day).replace(tzinfo=UTC), mailbox)


def every(world: World) -> list[NoticeRecord]:
    with world.database.reading() as connection:
        codes = [s.code for s in sources.every(connection)]
        return notices.of_sources(connection, codes, None, 100, 0)[0][::-1]


def told(world: World) -> list[tuple[int, int, bool]]:
    """(first month, last month, whether it lasts) of each notice, the oldest first."""
    return [(n.first_month.month, n.last_month.month, n.closed_at is None) for n in every(world)]


def test_a_notice_is_raised_when_the_delay_is_over_and_not_before(watched: World):
    assert at(watched, "2025-04-10") == Watched(0, 0, 0)
    assert told(watched) == []
    assert at(watched, "2025-04-11") == Watched(1, 0, 0)
    assert told(watched) == [(3, 3, True)]


def test_one_silence_is_one_notice_however_long_it_lasts(watched: World):
    for day in ("2025-04-11", "2025-04-11", "2025-04-12", "2025-05-11", "2025-06-30", "2025-07-11"):
        at(watched, day)
    assert told(watched) == [(3, 6, True)]


def test_data_ends_the_silence_and_a_new_silence_is_another_notice(watched: World):
    at(watched, "2025-04-11")
    send(watched, 3)
    assert at(watched, "2025-04-20") == Watched(0, 1, 0)
    assert at(watched, "2025-05-11") == Watched(1, 0, 0)
    assert told(watched) == [(3, 3, False), (4, 4, True)]


def test_a_file_for_the_first_of_two_late_months_ends_the_silence_and_another_begins(watched: World):
    at(watched, "2025-05-11")
    send(watched, 3)
    assert at(watched, "2025-05-12") == Watched(1, 1, 0)
    assert told(watched) == [(3, 4, False), (4, 4, True)]


def test_a_gap_that_later_months_followed_calls_nobody(watched: World):
    at(watched, "2025-05-11")
    send(watched, 4)
    assert at(watched, "2025-05-12") == Watched(0, 1, 0)
    assert told(watched) == [(3, 4, False)]
    asked = {"territoire": TOULOUSE, "debut": "2025-03-01", "fin": "2025-05-01"}
    (line,) = watched.get("/analyses/couverture", **asked)["resultat"]["sources"]
    assert [m["etat"] for m in line["mois"]] == ["en_retard", "recu"]


def test_nothing_to_report_ends_a_silence_and_its_undoing_begins_another(watched: World):
    at(watched, "2025-04-11")
    body = {"debut": "2025-03-01", "fin": "2025-04-01"}
    nil = watched.client.post("/api/v1/sources/pm/neant", json=body, headers=watched.admin).json()
    at(watched, "2025-04-12")
    watched.client.delete(f"/api/v1/imports/{nil['id']}", headers=watched.admin)
    at(watched, "2025-04-13")
    assert told(watched) == [(3, 3, False), (3, 3, True)]


def test_a_suspended_month_neither_begins_nor_ends_a_silence(watched: World):
    change(watched, mois_suspendus=["04"])
    assert at(watched, "2025-04-11").raised == 1
    at(watched, "2025-06-11")
    assert told(watched) == [(3, 5, True)]


def test_who_expects_nothing_is_told_nothing(watched: World):
    at(watched, "2025-04-11")
    contract = watched.get("/sources/pm")
    watched.client.put("/api/v1/sources/pm", json={**contract, "calendrier": None}, headers=watched.admin)
    assert at(watched, "2026-01-01") == Watched(0, 1, 0)


def change(world: World, **calendar: Any) -> None:
    contract = world.get("/sources/pm") | {"calendrier": CALENDAR | calendar}
    answer = world.client.put("/api/v1/sources/pm", json=contract, headers=world.admin)
    assert answer.status_code == 200, answer.text


@dataclass
class Inbox:
    """What a real SMTP server has taken."""

    messages: list[EmailMessage] = field(default_factory=list)
    refusing: bool = False

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:
        await asyncio.sleep(0)
        if self.refusing:
            return "451 plus tard"
        content = envelope.content
        assert isinstance(content, bytes)
        self.messages.append(message_from_bytes(content, policy=policy.default))  # type: ignore[arg-type]
        return "250 pris"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, Settings]]:
    """A mail server on the loopback, and the settings that name it."""
    taken = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(taken, hostname="127.0.0.1", port=port)
    server.start()
    yield (
        taken,
        Settings(
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security="aucune",
            smtp_sender="observatoire@ville.example",
            notice_recipients="clspd@ville.example, sig@ville.example",
        ),
    )
    server.stop()


def test_a_silence_is_told_once_by_e_mail_and_the_next_one_again(
    watched: World, inbox: tuple[Inbox, Settings]
):
    taken, settings = inbox
    mailbox = Mailbox.of(settings)
    for day in ("2025-04-10", "2025-04-11", "2025-04-12", "2025-05-11"):
        at(watched, day, mailbox)
    (message,) = taken.messages
    assert message["To"] == "clspd@ville.example, sig@ville.example"
    assert message["From"] == "observatoire@ville.example"
    assert message["Subject"] == "Observatoire : une source en retard"
    content = message.get_content()
    assert "« pm »" in content
    assert "rien reçu pour 03/2025" in content
    send(watched, 4)
    assert at(watched, "2025-06-11", mailbox) == Watched(1, 1, 1)
    assert "05/2025" in taken.messages[-1].get_content()
    assert len(taken.messages) == 2


def test_a_message_that_the_server_refuses_is_sent_at_the_next_look(
    watched: World, inbox: tuple[Inbox, Settings]
):
    taken, settings = inbox
    taken.refusing = True
    assert at(watched, "2025-04-11", Mailbox.of(settings)) == Watched(1, 0, 0)
    taken.refusing = False
    assert at(watched, "2025-04-12", Mailbox.of(settings)) == Watched(0, 0, 1)
    assert len(taken.messages) == 1


def test_a_server_that_is_gone_stops_no_watch(watched: World):
    nobody = Mailbox("127.0.0.1", 1, "aucune", "", "", "a@ville.example", ("b@ville.example",))
    assert at(watched, "2025-04-11", nobody) == Watched(1, 0, 0)


def test_no_password_travels_in_clear():
    settings = Settings(
        smtp_host="m", smtp_security="aucune", smtp_user="u", smtp_password="p", notice_recipients="a@b"
    )
    with pytest.raises(MailUnsafe):
        Mailbox.of(settings)
    assert "p" not in repr(settings.smtp_password)


def test_no_mail_without_a_server_or_someone_to_tell():
    assert Mailbox.of(Settings(smtp_host="m")) is None
    assert Mailbox.of(Settings(notice_recipients="a@b")) is None


def test_the_worker_s_hourly_task_watches_with_its_own_clock(watched: World, inbox: tuple[Inbox, Settings]):
    taken, settings = inbox
    desk = Desk.of(watched.database, watched.settings)
    moved = replace(desk, now=lambda: datetime(2025, 4, 11, tzinfo=UTC))
    tasks.watch(moved, settings)
    tasks.watch(moved, settings)
    assert told(watched) == [(3, 3, True)]
    assert len(taken.messages) == 1


def test_notices_are_listed_for_who_may_see_the_source(watched: World):
    watched.source("csu", "csu", TOULOUSE, organisation="csu", calendrier=CALENDAR)
    at(watched, "2025-04-11")
    own = watched.headers(watched.key("agent", Role.AGENT, "ville", TOULOUSE))
    seen = watched.get("/avis", own)
    assert [notice["source"] for notice in seen["avis"]] == ["pm"]
    assert seen["total"] == 1
    notice = seen["avis"][0]
    assert (notice["etat"], notice["premier_mois"], notice["dernier_mois"]) == (
        "ouvert",
        "2025-03",
        "2025-03",
    )
    assert notice["clos_le"] is None
    assert "rien reçu pour 03/2025" in notice["message"]
    assert {n["source"] for n in watched.get("/avis")["avis"]} == {"pm", "csu"}
    assert watched.get("/avis", own, source="csu")["avis"] == []
    send(watched, 3)
    at(watched, "2025-04-12")
    assert [n["source"] for n in watched.get("/avis", etat="clos")["avis"]] == ["pm"]
    assert [n["source"] for n in watched.get("/avis", etat="ouvert")["avis"]] == ["csu"]
    assert watched.get("/avis", limit=1)["total"] == 2


def test_the_metrics_tell_who_is_late_and_no_count_of_facts(watched: World):
    at(watched, "2025-04-11")
    answer = watched.client.get("/metriques", headers=watched.admin)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    values = dict(line.rsplit(" ", 1) for line in lines)
    assert set(values) == {
        'observatoire_source_mois_en_retard{source="pm"}',
        'observatoire_source_derniere_reception_secondes{source="pm"}',
        'observatoire_imports{etat="valide"}',
        "observatoire_avis_ouverts",
    }
    assert float(values["observatoire_avis_ouverts"]) == 1
    assert float(values['observatoire_imports{etat="valide"}']) == 1
    assert float(values['observatoire_source_mois_en_retard{source="pm"}']) >= 1
    analyst = watched.headers(watched.key("analyste", Role.ANALYSTE))
    assert watched.client.get("/metriques", headers=analyst).status_code == 403
    assert watched.client.get("/metriques").status_code == 401
