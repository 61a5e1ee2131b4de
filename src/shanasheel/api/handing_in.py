"""Routes for footage that others hand in: files sent in pieces, then taken in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, Field
from starlette.requests import ClientDisconnect

from shanasheel.actions.cameras import require_technician
from shanasheel.actions.file_clocks import ClockPoint, FileClock, by_known_event, by_visible_clock
from shanasheel.actions.handing_in import list_intakes
from shanasheel.actions.taking_orders import FilmedAt, TakenList, order_intake, taken_list
from shanasheel.actions.uploads import Upload, Uploads
from shanasheel.api import present
from shanasheel.api.context import TheDesk, Who
from shanasheel.api.installing import PlaceBody
from shanasheel.base.clock import EPOCH
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.handed import IntakeOrder, OrderState

router = APIRouter(tags=["handing in"])

_PIECE_BYTES = 1 << 20  # handed to the disk at once
_SILENCE_S = 60.0  # a sender that says nothing so long is gone


class UploadBody(BaseModel):
    """A file that will be sent."""

    name: str = Field(min_length=1, max_length=255)
    size_bytes: int


class PointBody(BaseModel):
    """A moment of the film whose clock was read."""

    film_s: float = Field(ge=0, le=1e7)
    shown: AwareDatetime
    true: AwareDatetime


class StatedClock(BaseModel):
    """When the film begins by its own clock, and how far that was off, where known."""

    kind: Literal["stated"]
    stated: AwareDatetime
    ahead_s: float = Field(default=0.0, ge=-1e9, le=1e9)


class VisibleClock(BaseModel):
    """One or two moments at which the clock in the picture was read."""

    kind: Literal["visible_clock"]
    points: list[PointBody] = Field(min_length=1, max_length=2)


class KnownEvent(BaseModel):
    """An event in the film whose time is known."""

    kind: Literal["known_event"]
    film_s: float = Field(ge=0, le=1e7)
    true: AwareDatetime
    stated: AwareDatetime | None = None


class Follows(BaseModel):
    """The next file of the same recorder: it begins where the other one ends."""

    kind: Literal["follows"]
    intake: str = Field(max_length=36)


class FilmedBody(BaseModel):
    """Where it was filmed: a camera that is known, or with `fresh` one that is not."""

    id: str = Field(max_length=32)
    fresh: bool = False
    name: str = Field(default="", max_length=80)
    name_ar: str = Field(default="", max_length=80)
    place: PlaceBody | None = None

    def record(self) -> FilmedAt:
        """Return the record of it."""
        return FilmedAt(
            camera=self.id, fresh=self.fresh, name=self.name.strip(), name_ar=self.name_ar.strip(),
            place=self.place.record() if self.place else None,
        )  # fmt: skip


class OrderBody(BaseModel):
    """What is said of a file that was sent."""

    upload: str = Field(max_length=36)
    camera: FilmedBody
    handed_by: str = Field(max_length=200)
    handed_at: AwareDatetime | None = None
    note: str = Field(default="", max_length=2000)
    evidence: str = Field(default="", max_length=500)
    clock: StatedClock | VisibleClock | KnownEvent | Follows = Field(discriminator="kind")


def _uploads(request: Request) -> Uploads:
    uploads: Uploads = request.app.state.desk.uploads
    return uploads


TheUploads = Annotated[Uploads, Depends(_uploads)]


@router.post("/uploads", status_code=201)
def begin(body: UploadBody, who: Who, uploads: TheUploads) -> present.Json:
    """Announce a file; its bytes follow in pieces."""
    return _shown(uploads.begin(who, body.name, body.size_bytes))


@router.put("/uploads/{upload}")
async def send(
    upload: str, who: Who, uploads: TheUploads, request: Request,
    offset: Annotated[int, Query(ge=0, description="bytes sent before")],
) -> present.Json:  # fmt: skip
    """Send the bytes from `offset` on: a piece or all; what came before a cut is kept."""
    found = await asyncio.to_thread(uploads.find, who, upload)
    try:
        async for piece in _pieces(request):
            offset = await asyncio.to_thread(uploads.append, found, offset, piece)
    except (ClientDisconnect, TimeoutError):
        pass  # the page asks how much came, and goes on from there
    return _shown(found)


@router.get("/uploads/{upload}")
def received(upload: str, who: Who, uploads: TheUploads) -> present.Json:
    """Say how much of a file came, and its SHA-256 when all has."""
    return _shown(uploads.find(who, upload))


@router.delete("/uploads/{upload}", status_code=204)
def cancel(upload: str, who: Who, uploads: TheUploads) -> None:
    """Leave nothing of a file that was sent; one that is being taken in stays."""
    found = uploads.find(who, upload)
    if not found.taken:
        uploads.drop(found)


@router.post("/intakes", status_code=202)
def order(body: OrderBody, who: Who, desk: TheDesk, uploads: TheUploads) -> present.Json:
    """Have a file taken in that was sent; `GET /intakes` says how far that is."""
    require_technician(who)
    upload = uploads.find(who, body.upload)
    clock = _clock(body)
    wanted = IntakeOrder(
        id=upload.id, by=who.name, role=who.role.value, file=str(upload.path), name=upload.name,
        sha256=upload.sha256, size_bytes=upload.size_bytes, camera=body.camera.id,
        camera_name=body.camera.name.strip(), camera_name_ar=body.camera.name_ar.strip(),
        place=body.camera.place.record() if body.camera.place else None,
        handed_by=body.handed_by.strip(), handed_at=body.handed_at, note=body.note.strip(),
        follows=body.clock.intake if isinstance(body.clock, Follows) else "",
        stated=clock.stated, ahead_s=clock.ahead_s, drift_s_day=clock.drift_s_day,
        evidence=clock.evidence,
    )  # fmt: skip
    order_intake(desk.site, who, desk.intakes, upload, body.camera.record(), wanted)
    return {"id": wanted.id}


@router.get("/intakes")
def intakes(who: Who, desk: TheDesk) -> present.Json:
    """List what was handed in, newest first, and what waits to be taken in."""
    found = taken_list(desk.site, who, desk.intakes)
    return {**_listed(found), "next": None}


@router.get("/intakes/{intake}")
def one_intake(intake: str, who: Who, desk: TheDesk) -> present.Json:
    """Return one record of what was handed in."""
    for record in list_intakes(desk.site, who):
        if record.id == intake:
            return present.intake(record)
    raise NotFound(f"There is no intake {intake!r}.", "See the list.")


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    """Yield the body in pieces of about 1 MiB, so that the disk is asked seldom."""
    waiting = bytearray()
    stream = request.stream().__aiter__()
    ended: Exception | None = None
    while True:
        try:
            waiting += await asyncio.wait_for(anext(stream), _SILENCE_S)
        except StopAsyncIteration:
            break
        except (ClientDisconnect, TimeoutError) as fault:
            ended = fault
            break
        if len(waiting) >= _PIECE_BYTES:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)
    if ended is not None:
        raise ended


def _clock(body: OrderBody) -> FileClock:
    clock, evidence = body.clock, body.evidence.strip()
    match clock:
        case StatedClock():
            if clock.ahead_s and not evidence:
                raise InvalidInput(
                    "Nothing says how the clock's error is known.", "Say how.",
                    key="evidence_missing", field="evidence",
                )  # fmt: skip
            return FileClock(stated=clock.stated, ahead_s=clock.ahead_s, evidence=evidence)
        case VisibleClock():
            points = [ClockPoint(**point.model_dump()) for point in clock.points]
            return by_visible_clock(points, evidence)
        case KnownEvent():
            return by_known_event(clock.film_s, clock.true, evidence, clock.stated)
        case Follows():
            return FileClock(stated=EPOCH)  # taken from the file before, when that is in


def _shown(upload: Upload) -> present.Json:
    return {
        "id": upload.id,
        "name": upload.name,
        "size_bytes": upload.size_bytes,
        "offset": upload.received,
        "sha256": upload.sha256 or None,
    }


def _listed(found: TakenList) -> present.Json:
    return {
        "orders": [_order(one) for one in found.orders],
        "items": [
            {
                **present.intake(record),
                "state": outcome.state.value,
                "segments": outcome.segments,
                "sightings": outcome.sightings,
                "warning": outcome.warning,
                "reason": outcome.reason,
            }
            for record, outcome in found.intakes
        ],
    }


def _order(state: OrderState) -> present.Json:
    wanted = state.order
    return {
        "id": wanted.id, "name": wanted.name, "camera": wanted.camera, "by": wanted.by,
        "handed_by": wanted.handed_by, "sha256": wanted.sha256, "size_bytes": wanted.size_bytes,
        "state": state.state, "done": state.done, "total": state.total,
        "key": state.key, "given": dict(state.given), "detail": state.detail,
        "remedy": state.remedy,
    }  # fmt: skip
