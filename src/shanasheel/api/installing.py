"""Routes for installing cameras: settings, checks, discovery, files. Passwords only come in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from shanasheel.actions import finding, installing, models
from shanasheel.actions.cameras import (
    camera_named,
    list_cameras,
    remove_camera,
    require_technician,
)
from shanasheel.actions.finding import Findings
from shanasheel.actions.installing import Typed
from shanasheel.api import present, present_cameras
from shanasheel.api.context import TheDesk, Who
from shanasheel.api.turns import Turns
from shanasheel.domain.cameras import Place
from shanasheel.domain.models import ModelTask
from shanasheel.domain.shielding import MOST_WINDOWS, Hide, Shielding

router = APIRouter(tags=["installing"])

_MOST_TEXT = 1 << 20  # characters of a file; a thousand cameras with zones take half of it

Secret = Annotated[str, Field(max_length=128)]
Code = Annotated[str, Field(max_length=32)]
ModelName = Annotated[str, Field(max_length=64)]


class PlaceBody(BaseModel):
    """Where a camera stands, in degrees."""

    lat_deg: float = Field(ge=-90, le=90)
    lon_deg: float = Field(ge=-180, le=180)
    heading_deg: float | None = Field(default=None, ge=0, lt=360)
    view_angle_deg: float = Field(default=70.0, gt=0, le=360)

    def record(self) -> Place:
        """Return the record of it."""
        return Place(**self.model_dump())


class ShieldBody(BaseModel):
    """What is masked of a camera; corners as ratios of picture width and height."""

    hide: Hide = Hide.HEADS
    plates: bool = False
    windows: list[list[tuple[float, float]]] = Field(default=[], max_length=MOST_WINDOWS)

    def record(self) -> Shielding:
        """Return the record of it."""
        windows = tuple(tuple(window) for window in self.windows)
        return Shielding(hide=self.hide, plates=self.plates, windows=windows)


class LoginBody(BaseModel):
    """An address without user and password, and these."""

    address: str = Field(default="", max_length=1000)
    user: str = Field(default="", max_length=128)
    password: Secret = ""

    def typed(self) -> Typed:
        """Return what was typed of a camera that has nothing else yet."""
        return Typed(address=self.address, user=self.user, password=self.password)


class EditBody(LoginBody):
    """What a form says of a camera; an empty password keeps the one that is known.

    `models` names some of its own: empty for the site's, `none` for no second look at people.
    """

    name: str = Field(default="", max_length=80)
    name_ar: str = Field(default="", max_length=80)
    place: PlaceBody | None = None
    keep_days: float | None = Field(default=None, gt=0, le=36_500)
    shield: ShieldBody | None = None
    models: dict[ModelTask, ModelName] = {}

    def typed(self) -> Typed:
        """Return what was typed."""
        return Typed(
            address=self.address, user=self.user, password=self.password, name=self.name,
            name_ar=self.name_ar, keep_days=self.keep_days,
            place=self.place.record() if self.place else None,
            shielding=self.shield.record() if self.shield else None,
        )  # fmt: skip


class AddBody(EditBody):
    """A new camera: by its address, or by a stream of a device that was found."""

    id: Code
    device: str = Field(default="", max_length=300)
    stream: str = Field(default="", max_length=64)


class CheckBody(LoginBody):
    """What to look at before it is saved; `camera` where one is being edited."""

    camera: Code | None = None


class SearchBody(BaseModel):
    """Whom to ask; nobody named means everybody near."""

    hosts: list[Annotated[str, Field(max_length=21)]] = []


class DeviceBody(BaseModel):
    """How to log in to a device that was found."""

    device: str = Field(max_length=300)
    user: str = Field(default="", max_length=128)
    password: Secret = ""


class FileBody(BaseModel):
    """The text of a file that lists cameras."""

    text: str = Field(max_length=_MOST_TEXT)


class ApplyBody(FileBody):
    """The same text, and the revision that its difference was shown for."""

    revision: str = Field(max_length=64)


def _findings(request: Request) -> Findings:
    findings: Findings = request.app.state.findings
    return findings


def _turns(request: Request) -> Turns:
    turns: Turns = request.app.state.turns
    return turns


TheFindings = Annotated[Findings, Depends(_findings)]
TheTurns = Annotated[Turns, Depends(_turns)]


@router.get("/installed")
def installed(who: Who, desk: TheDesk) -> present.Json:
    """List the cameras with their settings, addresses without passwords."""
    found = installing.installed_cameras(desk.site, who)
    site = models.site_models(desk.site, default=desk.models.default)
    items = [present_cameras.installed(one) for one in found]
    return {"items": items, "site_models": site, "next": None}


@router.post("/installed", status_code=201)
def add(body: AddBody, who: Who, desk: TheDesk, findings: TheFindings) -> present.Json:
    """Add a camera; it is recorded within seconds."""
    require_technician(who)
    changes = models.checked_models(desk.models, body.models, {})
    if body.device:
        camera = finding.install_found(
            desk.site, who, findings, device=body.device, token=body.stream, identifier=body.id,
            typed=body.typed(),
        )  # fmt: skip
    else:
        camera = installing.install_camera(desk.site, who, body.id, body.typed())
    models.use_own_models(desk.site, who, camera.id, changes)
    return {"id": camera.id}


@router.put("/installed/{camera}")
def edit(camera: str, body: EditBody, who: Who, desk: TheDesk) -> present.Json:
    """Change a camera; an empty address keeps address, user and password."""
    require_technician(who)
    before = models.own_models(camera_named(desk.site, camera))
    changes = models.checked_models(desk.models, body.models, before)
    changed = installing.edit_camera(desk.site, who, camera, body.typed())
    models.use_own_models(desk.site, who, changed.id, changes)
    return {"id": changed.id}


@router.delete("/installed/{camera}", status_code=204)
def retire(camera: str, who: Who, desk: TheDesk) -> None:
    """Record a camera no more; its footage stays and expires by the rules."""
    remove_camera(desk.site, who, camera)


@router.post("/camera-checks")
def check(
    body: CheckBody, who: Who, desk: TheDesk, request: Request, turns: TheTurns
) -> present.Json:
    """Look at a camera for some seconds and say what it sends; takes up to 20 s."""
    require_technician(who)
    with turns.one(request):
        report = installing.check_typed(desk.site, who, body.typed(), body.camera)
    return present_cameras.report(report)


@router.post("/devices/searches")
def search(
    body: SearchBody, who: Who, desk: TheDesk, request: Request, turns: TheTurns,
    findings: TheFindings,
) -> present.Json:  # fmt: skip
    """Ask the network which cameras there are; takes 3 s."""
    require_technician(who)
    with turns.one(request):
        found = finding.find_devices(desk.site, who, desk.finder, findings, hosts=body.hosts)
    return {"items": [present_cameras.device(one) for one in found], "next": None}


@router.post("/devices/streams")
def streams(
    body: DeviceBody, who: Who, desk: TheDesk, request: Request, turns: TheTurns,
    findings: TheFindings,
) -> present.Json:  # fmt: skip
    """Log in to a device that was found and list its streams; takes up to 15 s."""
    require_technician(who)
    with turns.one(request):
        read = finding.read_streams(
            desk.site, who, desk.finder, findings, device=body.device, user=body.user,
            password=body.password,
        )  # fmt: skip
    return present_cameras.read_device(read)


@router.get("/camera-file", response_class=PlainTextResponse)
def export(who: Who, desk: TheDesk) -> Response:
    """Return the cameras as YAML, passwords hidden; `camera-file/plans` takes it back."""
    require_technician(who)
    text = desk.camera_files.write(list_cameras(desk.site))
    return Response(
        text,
        media_type="application/yaml",
        headers={
            "Content-Disposition": 'attachment; filename="cameras.yaml"',
            "Cache-Control": "private, no-store",
        },
    )


@router.post("/camera-file/plans")
def plan(body: FileBody, who: Who, desk: TheDesk) -> present.Json:
    """Say what a file would change; nothing is changed."""
    require_technician(who)
    found = installing.plan_file(desk.site, who, desk.camera_files.read(body.text))
    return present_cameras.plan(found)


@router.post("/camera-file/applications")
def apply(body: ApplyBody, who: Who, desk: TheDesk) -> present.Json:
    """Make a file's list the whole set of cameras, as its plan said."""
    require_technician(who)
    cameras = desk.camera_files.read(body.text)
    changes = installing.apply_file(desk.site, who, cameras, revision=body.revision)
    return {"changed": changes.any}
