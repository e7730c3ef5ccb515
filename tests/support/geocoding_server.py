"""A geocoding server on loopback that speaks the documented protocol, and remembers what it was asked."""

import csv
import email
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Known:
    """An address that the server knows; ``score`` is what it says of it."""

    label: str
    citycode: str
    longitude: float
    latitude: float
    kind: str = "housenumber"
    score: float = 0.95


@dataclass
class Heard:
    """One request: path, fields of the form or of the query, rows of the file."""

    path: str
    fields: dict[str, str]
    rows: list[dict[str, str]] = field(default_factory=list)


@dataclass
class GeocodingServer:
    """``known``: address in lower case to what is proposed, best first. ``refusals``: (status, headers)
    answered, one per request, before it works."""

    known: dict[str, list[Known]] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    refusals: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def knows(self, address: str, *found: Known) -> None:
        self.known[address] = list(found)

    def found(self, address: str, citycode: str | None) -> list[Known]:
        return [k for k in self.known.get(address.lower(), []) if citycode in (None, "", k.citycode)]


def _csv(server: GeocodingServer, heard: Heard) -> str:
    out = io.StringIO(newline="")
    added = ["longitude", "latitude", "result_score", "result_score_next", "result_label", "result_type",
             "result_citycode", "result_status"]  # fmt: skip
    writer = csv.DictWriter(out, [*heard.rows[0], *added])
    writer.writeheader()
    for row in heard.rows:
        bound = row[heard.fields["citycode"]] if "citycode" in heard.fields else None
        found = server.found(row[heard.fields["columns"]], bound)
        if not found:
            writer.writerow({**row, "result_status": "not-found"})
            continue
        best = found[0]
        writer.writerow(
            {
                **row,
                "longitude": best.longitude,
                "latitude": best.latitude,
                "result_score": best.score,
                "result_score_next": found[1].score if len(found) > 1 else "",
                "result_label": best.label,
                "result_type": best.kind,
                "result_citycode": best.citycode,
                "result_status": "ok",
            }
        )
    return out.getvalue()


def _features(server: GeocodingServer, heard: Heard) -> str:
    found = server.found(heard.fields["q"], heard.fields.get("citycode"))
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [k.longitude, k.latitude]},
            "properties": {"label": k.label, "score": k.score, "type": k.kind, "citycode": k.citycode},
        }
        for k in found
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def _form(headers: str, body: bytes) -> tuple[dict[str, str], list[dict[str, str]]]:
    message = email.message_from_bytes(f"Content-Type: {headers}\r\n\r\n".encode() + body)
    fields: dict[str, str] = {}
    rows: list[dict[str, str]] = []
    for part in message.get_payload():
        assert isinstance(part, email.message.Message)
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        name = str(part.get_param("name", header="content-disposition"))
        if name == "data":
            rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        else:
            fields[name] = content.decode()
    return fields, rows


def _handler(server: GeocodingServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            heard = Heard(parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()})
            self._answer(heard, lambda: (_features(server, heard), "application/json"))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard = Heard(urlsplit(self.path).path, *_form(self.headers["Content-Type"], body))
            self._answer(heard, lambda: (_csv(server, heard), "text/csv; charset=utf-8"))

        def _answer(self, heard: Heard, made: Any) -> None:
            server.heard.append(heard)
            status, headers, content = 200, {}, ""
            if server.refusals:
                status, headers = server.refusals.pop(0)
            else:
                content, headers["Content-Type"] = made()
            encoded = content.encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(encoded))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(encoded)

        def log_message(self, *_: Any) -> None:
            """Silent."""

    return Handler


@contextmanager
def geocoding_server() -> Iterator[GeocodingServer]:
    """A server that knows nothing yet."""
    server = GeocodingServer()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
