"""A desk: a source of its own in the observatory."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from intake.tables import facts_of
from support.files import LANDLORD_HEADER, TRANSPORT_HEADER, pm_file, pm_row
from support.world import World, lines_law


@dataclass
class Desk:
    """Sends files for one source and reads what became of them."""

    world: World
    source: str

    def send(self, content: bytes, **fields: Any) -> dict[str, Any]:
        """Send a file; its law is checked each time."""
        report = self.world.send(content, self.source, **fields)
        if report["etat"] == "a_confirmer":
            assert lines_law(report)
            report = self.world.confirm(report)
        assert lines_law(report)
        return report

    def send_rows(self, *rows: str, **fields: Any) -> dict[str, Any]:
        """Send rows of a municipal-police export."""
        return self.send(pm_file(rows), **fields)

    def send_row(self, **cells: Any) -> dict[str, Any]:
        """Send one row of a municipal-police export."""
        return self.send_rows(pm_row(**cells))

    def send_transport(self, *rows: str) -> dict[str, Any]:
        """Send rows of a transport export (UTF-8, commas)."""
        return self.send("\n".join([TRANSPORT_HEADER, *rows]).encode())

    def send_landlord(self, *rows: str) -> dict[str, Any]:
        """Send rows of a landlord's export (UTF-8 with BOM)."""
        return self.send("\r\n".join([LANDLORD_HEADER, *rows]).encode("utf-8-sig"))

    @property
    def facts(self) -> list[dict[str, Any]]:
        """Facts of the source, by local time."""
        return facts_of(self.world, self.source)

    @property
    def fact(self) -> dict[str, Any]:
        """The only fact of the source."""
        (only,) = self.facts
        return only

    def rejects(self, report: dict[str, Any]) -> list[list[str]]:
        """Cells of the rejects file, header first."""
        answer = self.world.client.get(f"/api/v1/imports/{report['id']}/rejets", headers=self.world.admin)
        assert answer.status_code == 200, answer.text
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


OF_THE_FILE = frozenset({"DAT_AMBIGU", "HEU_MINUIT"})
"""Notes on how a whole file is written: small files nearly always earn them."""


def codes(report: dict[str, Any]) -> dict[str, int]:
    """Anomalies of the rows of an import, by code."""
    return {a["code"]: a["nombre"] for a in report["anomalies"] if a["code"] not in OF_THE_FILE}
