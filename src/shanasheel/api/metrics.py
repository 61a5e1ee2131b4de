"""`/metrics`: how cameras and the machine are, for Prometheus (text format 0.0.4)."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse

from shanasheel.actions.deliveries import delivery_counts
from shanasheel.api.context import Desk, LoginRequired, TheDesk, visitor

router = APIRouter(tags=["health"])

LEAST_TOKEN = 32  # characters: nobody guesses it
_SCHEME = "Bearer "
_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# Name, kind, what it says, and the field of a camera's status.
_OF_CAMERAS = (
    ("camera_recording", "gauge", "1 while its footage is recorded.", "state"),
    ("camera_active", "gauge", "1 while something moves, or may.", "active"),
    ("camera_looked_at", "gauge", "1 while it is analysed, 0 when off or shed.", "analysis"),
    ("camera_full_analysis", "gauge", "1 where everything is looked at by setting.", "depth"),
    ("camera_pictures_total", "counter", "Coded pictures taken for analysis.", "packets"),
    ("camera_decoded_total", "counter", "Pictures decoded.", "decoded"),
    ("camera_detected_total", "counter", "Pictures given to the detector.", "detected"),
    ("camera_analysis_cpu_seconds_total", "counter", "CPU taken by analysis.", "analysis_cpu_s"),
    ("camera_shed_seconds_total", "counter", "Time not looked at for overload.", "shed_s"),
    ("camera_clock_ahead_seconds", "gauge", "Its own clock against ours.", "clock_offset_s"),
    ("camera_waiting_pictures", "gauge", "Coded pictures waiting for analysis.", "waiting"),
)  # fmt: skip
_TRUE = {"recording", "on", "full", True}
_OF_WORKERS = (
    ("worker_cpu_seconds_total", "counter", "CPU a worker process took.", "cpu_s"),
    ("worker_memory_bytes", "gauge", "Resident memory of a worker process.", "memory_bytes"),
)
_OF_RECEIVERS = (
    ("receiver_messages_waiting", "gauge", "Messages on their way to a receiver.", "waiting"),
    ("receiver_messages_dead", "gauge", "Messages that could not be delivered.", "dead"),
    ("receiver_cancellations_unacknowledged", "gauge", "Cancellations not acknowledged.", "owed"),
)


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request, desk: TheDesk) -> PlainTextResponse:
    """Return the newest numbers; counters begin anew with their worker or session.

    Raises:
        LoginRequired: neither a person who is logged in nor the token of `keys/metrics.token`.
    """
    if not _may_read(request, desk):
        raise LoginRequired(
            "Metrics need a login, or the token.", "Send keys/metrics.token as Bearer."
        )
    workers = desk.site.workers
    processes = {str(one["name"]): one for one in workers.processes()}
    lines = [*_table(_OF_CAMERAS, "camera", workers.cameras()),
             *_table(_OF_WORKERS, "worker", processes),
             *_table(_OF_RECEIVERS, "receiver", delivery_counts(desk.site))]  # fmt: skip
    return PlainTextResponse("".join(f"{line}\n" for line in lines), media_type=_TYPE)


def _may_read(request: Request, desk: Desk) -> bool:
    told = request.headers.get("authorization", "")
    token = desk.metrics_token()
    if len(token) >= LEAST_TOKEN and told.startswith(_SCHEME):
        return hmac.compare_digest(told.removeprefix(_SCHEME).encode(), token.encode())
    return visitor(request) is not None


def _table(
    rows: tuple[tuple[str, str, str, str], ...],
    label: str,
    things: Mapping[str, Mapping[str, object]],
) -> Iterator[str]:
    for name, kind, says, field in rows:
        yield f"# HELP shanasheel_{name} {says}"
        yield f"# TYPE shanasheel_{name} {kind}"
        for thing, status in things.items():
            value = status.get(field)
            if value is None:
                continue
            number = value if type(value) in (int, float) else int(value in _TRUE)
            yield f'shanasheel_{name}{{{label}="{_escaped(thing)}"}} {number}'


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
