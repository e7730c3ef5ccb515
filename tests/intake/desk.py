"""A desk: a source of its own in the observatory."""

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
        return [line.split(";") for line in answer.content.decode("utf-8-sig").splitlines()]


def codes(report: dict[str, Any]) -> dict[str, int]:
    """Anomalies of an import, by code."""
    return {anomaly["code"]: anomaly["nombre"] for anomaly in report["anomalies"]}
