"""A receiver outside that the test starts: takes webhooks over HTTP, fails and returns as told."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from shanasheel.actions.access import LOCAL
from shanasheel.actions.alerts import decide_alert
from shanasheel.actions.ingest import absorb
from shanasheel.actions.receivers import add_receiver
from shanasheel.actions.site import Site
from shanasheel.domain.alerts import Alert, AlertState, Event, EventKind
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.receivers import Receiver, ReceiverKind
from shanasheel.domain.wire import to_line

CAMERA = CameraId("GATE")


@dataclass
class Outside:
    """What came in. `copies` has every request; `effects` what is new, as a good receiver does.

    `answers` are the statuses of the next requests, one each; then 204.
    """

    url: str = ""
    answers: list[int] = field(default_factory=list)
    copies: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    effects: list[dict] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def take(self, headers: dict[str, str], body: bytes) -> int:
        status = self.answers.pop(0) if self.answers else 204
        if status < 300:
            self.copies.append((headers, body))
            if headers["webhook-id"] not in self.seen:
                self.seen.add(headers["webhook-id"])
                self.effects.append(json.loads(body) if body[:1] == b"{" else {"raw": body})
        return status

    def said(self, code: str) -> list[str]:
        """Return what was said of an alert, in the order it came in."""
        return [one["data"]["said"] for one in self.effects if one.get("subject") == code]


@contextmanager
def outside(port: int = 0, *, tls: tuple[Path, Path] | None = None) -> Iterator[Outside]:
    """Serve a receiver on loopback until the block ends; encrypted with (certificate, key)."""
    state = Outside()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = state.take({k.lower(): v for k, v in self.headers.items()}, body)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    state.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def receive(site: Site, address: str, **more: object) -> tuple[Receiver, str]:
    """Add a receiver, a webhook unless told otherwise; return it with its key."""
    values: dict[str, object] = {"kind": ReceiverKind.WEBHOOK, "name": "Guard post", **more}
    secret = str(values.pop("secret", ""))
    wanted = Receiver(id="", address=address, **values)  # type: ignore[arg-type]
    return add_receiver(site, LOCAL, wanted, secret)


def raised(
    site: Site, *, kind: EventKind = EventKind.WEAPON_SEEN, at: datetime | None = None,
    camera: CameraId = CAMERA,
) -> Alert:  # fmt: skip
    """Raise an alert as a worker's event does; far from the others, so that it joins none."""
    if at is None:
        with site.store.read() as rows:
            at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=rows.alerts.count())
    event = Event(id=site.ids.new(), camera=camera, kind=kind, at=at, start=at)
    done = absorb(site, "worker", [to_line(event)], event.id)
    assert not done.rejected
    return done.alerts[0]


def decided(site: Site, alert: Alert, after: AlertState) -> Alert:
    """Decide on an alert as the person at the desk."""
    return decide_alert(site, LOCAL, alert.id, after=after, reason="seen", version=alert.version)


def confirmed(site: Site, alert: Alert) -> Alert:
    return decided(site, alert, AlertState.CONFIRMED)


def dismissed(site: Site, alert: Alert) -> Alert:
    return decided(site, alert, AlertState.DISMISSED)
