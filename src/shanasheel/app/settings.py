"""The configuration file: YAML into cameras and process settings, every fault listed."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shanasheel.actions.cameras import HIDDEN
from shanasheel.app.addresses import DEFAULT_PORT
from shanasheel.app.rule_settings import RuleSettings, check_rules
from shanasheel.app.yaml_places import YamlPlaces
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.base.text import hide_password
from shanasheel.domain.cameras import (
    SECRET_FIELDS,
    AnalysisDepth,
    AnalysisPriority,
    Camera,
    CameraId,
    Kind,
    Line,
    Place,
    ViewFrom,
    Zone,
)
from shanasheel.domain.copying import Scope, VaultPlan
from shanasheel.domain.ground import LEAST_POINTS, MOST_POINTS, Ground, GroundPoint
from shanasheel.domain.ground_checks import refuse_impossible
from shanasheel.domain.keeping import KeepRule
from shanasheel.domain.rules import TIME_ZONE, RuleKind
from shanasheel.domain.shielding import MOST_CORNERS, MOST_WINDOWS, Hide, Shielding

_MOST_BYTES = 4 * 1024 * 1024

Point = tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlaceSettings(_Strict):
    """Where a camera stands, in degrees."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    heading: float | None = Field(default=None, ge=0, lt=360)
    view_angle: float = Field(default=70.0, gt=0, le=360)


class ZoneSettings(_Strict):
    """A polygon in the picture; corners as ratios of width and height."""

    name: str = Field(min_length=1, max_length=80)
    points: list[Point] = Field(min_length=3, max_length=64)
    rules: list[RuleKind] = [RuleKind.ZONE_ENTRY]
    kinds: list[Kind] = []
    loiter_s: float = Field(default=30.0, gt=0, le=86_400)
    hours: list[str] = Field(default=[], max_length=32)
    protected: bool = False


class LineSettings(_Strict):
    """A directed line in the picture; ends as ratios of width and height."""

    name: str = Field(min_length=1, max_length=80)
    start: Point
    end: Point
    kinds: list[Kind] = []
    hours: list[str] = Field(default=[], max_length=32)


class GroundPointSettings(_Strict):
    """A point of the picture and where it lies on the ground, in metres."""

    at: Point
    right: float = Field(ge=-10_000, le=10_000)
    ahead: float = Field(ge=-10_000, le=10_000)


class GroundSettings(_Strict):
    """The level ground in the view; `ahead` is the compass bearing of its second axis."""

    points: list[GroundPointSettings] = Field(min_length=LEAST_POINTS, max_length=MOST_POINTS)
    ahead: float | None = Field(default=None, ge=0, lt=360)

    def ground(self) -> Ground:
        """Return the record of it."""
        points = (
            GroundPoint(at=one.at, right_m=one.right, ahead_m=one.ahead) for one in self.points
        )
        ground = Ground(points=tuple(points), ahead_deg=self.ahead)
        refuse_impossible(ground)
        return ground

    @classmethod
    def of(cls, ground: Ground) -> GroundSettings:
        """Return what the file would say."""
        points = [
            GroundPointSettings(at=one.at, right=one.right_m, ahead=one.ahead_m)
            for one in ground.points
        ]
        return cls(points=points, ahead=ground.ahead_deg)


class CameraSettings(_Strict):
    """One camera of the file."""

    id: str
    url: str
    name: str = Field(default="", max_length=80)
    name_ar: str = Field(default="", max_length=80)
    place: PlaceSettings | None = None
    zones: list[ZoneSettings] = []
    lines: list[LineSettings] = []
    analysis_fps: float = Field(default=5.0, ge=0.2, le=60)
    analyse: bool = True
    priority: AnalysisPriority = AnalysisPriority.NORMAL
    analysis: AnalysisDepth | None = None
    loop: bool = True
    keep_days: float | None = Field(default=None, gt=0, le=36_500)
    sound: bool = True
    sub_url: str = ""
    onvif: str = ""
    events: bool = True
    read_plates: bool = False
    shield: Hide = Hide.HEADS
    hide_plates: bool = False
    windows: list[Annotated[list[Point], Field(min_length=3, max_length=MOST_CORNERS)]] = Field(
        default=[], max_length=MOST_WINDOWS
    )
    model: str = Field(default="", max_length=64)
    tiles: str = Field(default="", pattern=r"^([1-4]x[1-4])?$")
    view: ViewFrom = ViewFrom.SIDE
    ground: GroundSettings | None = None
    faces: str = Field(default="", max_length=64)
    weapon_model: str = Field(default="", max_length=64)
    rules: list[RuleSettings] = Field(default=[], max_length=64)
    time_zone: str = Field(default=TIME_ZONE, max_length=64)


class KeepSettings(_Strict):
    """How long footage is kept unless it is held; see docs/design/recording.md."""

    days: float = Field(default=30.0, gt=0, le=36_500)
    alert_days: float = Field(default=365.0, gt=0, le=36_500)
    message_days: float = Field(default=90.0, gt=0, le=36_500)
    record_days: float = Field(default=365.0, gt=0, le=36_500)
    max_gb: float | None = Field(default=None, gt=0)
    min_free_gb: float | None = Field(default=None, ge=0)

    def rule(self) -> KeepRule:
        """Return the record of it."""
        return KeepRule(
            days=self.days, alert_days=self.alert_days,
            message_days=self.message_days, record_days=self.record_days,
            most_bytes=None if self.max_gb is None else round(self.max_gb * 1e9),
            least_free_bytes=None if self.min_free_gb is None else round(self.min_free_gb * 1e9),
        )  # fmt: skip


class VaultSettings(_Strict):
    """Where copies of footage and proof go; see docs/guide/replication.md."""

    to: str = Field(min_length=1, max_length=1000)
    endpoint: str = Field(default="", max_length=1000, pattern=r"^(https?://\S+)?$")
    region: str = Field(default="us-east-1", max_length=100)
    what: Scope = Scope.HELD
    every_s: float = Field(default=60.0, ge=1, le=86_400)
    database_every_s: float = Field(default=3600.0, ge=10, le=30 * 86_400)
    max_mbit: float | None = Field(default=None, ge=0.1)

    def plan(self, base: Path) -> VaultPlan:
        """Return the record of it; a relative folder counts from `base`."""
        folder = not self.to.startswith("s3://")
        return VaultPlan(
            to=str((base / Path(self.to).expanduser()).resolve()) if folder else self.to,
            endpoint=self.endpoint,
            region=self.region,
            scope=self.what,
            every_s=self.every_s,
            database_every_s=self.database_every_s,
            most_bps=None if self.max_mbit is None else round(self.max_mbit * 1e6),
        )


class Settings(_Strict):
    """The whole file.

    Attributes:
        site: what people call the place.
        data: data folder; a relative path counts from the file's own folder.
        listen: address and port; other than loopback only once an account exists.
        hosts: further names under which the pages are called, behind a proxy for example.
        public_log: show the log's files, which are salted commitments, to anybody who asks.
        workers: analysing processes; 0 means one for each core, at most one for each camera.
        volumes: folders on other disks that take footage when the data folder's is full or fails,
            in order; relative paths count from the file's own folder. Without it the stored ones.
        keep: how long footage is kept; without it the stored rule holds.
        vault: where copies go; without it the stored setting holds.
        analysis: how deeply those of `cameras` are looked at that say nothing themselves.
        cameras: the whole set; without it the stored cameras are used.
    """

    site: str = Field(default="Shanasheel", max_length=80)
    data: Path | None = None
    listen: str = f"127.0.0.1:{DEFAULT_PORT}"
    hosts: list[str] = []
    public_log: bool = True
    workers: int = Field(default=0, ge=0, le=64)
    volumes: list[Path] | None = Field(default=None, max_length=64)
    keep: KeepSettings | None = None
    vault: VaultSettings | None = None
    analysis: AnalysisDepth = AnalysisDepth.GATED
    cameras: list[CameraSettings] | None = Field(default=None, max_length=1000)


def read_settings(path: Path) -> tuple[Settings, tuple[Camera, ...] | None]:
    """Return the settings and cameras of a YAML file; None where it lists no cameras.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is not YAML or not valid; every fault is listed with its path.
    """
    try:
        text = path.read_bytes()[: _MOST_BYTES + 1]
    except FileNotFoundError as fault:
        raise NotFound(f"There is no file {path}.", "Give the path of a YAML file.") from fault
    except OSError as fault:
        raise InvalidInput(f"{path} cannot be read: {fault.strerror}.", "") from fault
    return parse_settings(text, path)


def parse_settings(text: bytes, path: Path) -> tuple[Settings, tuple[Camera, ...] | None]:
    """Return the settings and cameras of YAML text; None where it lists no cameras.

    Args:
        path: what the text is called in faults; relative paths in it count from its folder.

    Raises:
        InvalidInput: as `read_settings`.
    """
    if len(text) > _MOST_BYTES:
        raise InvalidInput(f"{path} is over 4 MiB.", "Is it the right file?")
    try:
        content = yaml.safe_load(text)
        settings = Settings.model_validate(content)
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        line = " ".join(str(fault).split())
        raise InvalidInput(f"{path} is not YAML: {line}", "Mend the line it names.") from fault
    except ValidationError as fault:
        at = YamlPlaces(text)
        listed = "; ".join(
            f"{error['msg']} @ ${_path(error['loc'])} (line {at.line(error['loc'])})"
            for error in fault.errors()
        )
        raise InvalidInput(f"{path}: {listed}", "See docs/reference/configuration.md.") from fault
    check_rules(path, settings.cameras or (), YamlPlaces(text))
    return settings, _cameras(path, settings)


def _path(parts: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)


def _cameras(path: Path, settings: Settings) -> tuple[Camera, ...] | None:
    if settings.cameras is None:
        return None
    cameras = tuple(
        replace(_camera(path.parent, listed), analysis=listed.analysis or settings.analysis)
        for listed in settings.cameras
    )
    doubled = {camera.id for camera in cameras if [c.id for c in cameras].count(camera.id) > 1}
    if doubled:
        raise InvalidInput(f"{path}: camera ids are used twice: {', '.join(sorted(doubled))}.",
                           "Give each camera its own id.")  # fmt: skip
    return cameras


def as_settings(camera: Camera, *, hide: bool) -> dict[str, object]:
    """Return a camera as the file would list it, without what is default.

    Args:
        hide: put `***` in place of its passwords.
    """
    shown = {field: str(getattr(camera, field)) for field in SECRET_FIELDS}
    if hide:
        shown = {field: hide_password(url, HIDDEN) for field, url in shown.items()}
    place = camera.place
    listed = CameraSettings(
        id=camera.id,
        url=shown["url"],
        sub_url=shown["sub_url"],
        onvif=shown["onvif"],
        name=camera.name,
        name_ar=camera.name_ar,
        place=None
        if place is None
        else PlaceSettings(
            lat=place.lat_deg,
            lon=place.lon_deg,
            heading=place.heading_deg,
            view_angle=place.view_angle_deg,
        ),
        zones=[ZoneSettings.model_validate(asdict(zone)) for zone in camera.zones],
        lines=[LineSettings.model_validate(asdict(line)) for line in camera.lines],
        analysis_fps=camera.analysis_fps,
        analyse=camera.analyse,
        priority=camera.priority,
        loop=camera.loop,
        keep_days=camera.keep_days,
        sound=camera.sound,
        events=camera.events,
        read_plates=camera.read_plates,
        shield=camera.shielding.hide,
        hide_plates=camera.shielding.plates,
        windows=[list(window) for window in camera.shielding.windows],
        analysis=None if camera.analysis is AnalysisDepth.GATED else camera.analysis,
        model=camera.model,
        tiles=camera.tiles,
        view=camera.view,
        ground=GroundSettings.of(camera.ground) if camera.ground else None,
        faces=camera.faces,
        weapon_model=camera.weapon_model,
        rules=[RuleSettings.model_validate(asdict(rule)) for rule in camera.rules],
        time_zone=camera.time_zone,
    )
    return {"id": camera.id, **listed.model_dump(mode="json", exclude_defaults=True)}


def _camera(base: Path, listed: CameraSettings) -> Camera:
    place = listed.place
    return Camera(
        id=CameraId(listed.id),
        url=_resolved(base, listed.url),
        sub_url=_resolved(base, listed.sub_url) if listed.sub_url else "",
        onvif=listed.onvif,
        events=listed.events,
        name=listed.name,
        name_ar=listed.name_ar,
        place=None
        if place is None
        else Place(
            lat_deg=place.lat,
            lon_deg=place.lon,
            heading_deg=place.heading,
            view_angle_deg=place.view_angle,
        ),
        zones=tuple(
            Zone(
                name=zone.name,
                points=tuple(zone.points),
                rules=tuple(zone.rules),
                kinds=tuple(zone.kinds),
                loiter_s=zone.loiter_s,
                hours=tuple(zone.hours),
                protected=zone.protected,
            )
            for zone in listed.zones
        ),
        lines=tuple(
            Line(
                name=line.name,
                start=line.start,
                end=line.end,
                kinds=tuple(line.kinds),
                hours=tuple(line.hours),
            )
            for line in listed.lines
        ),
        analysis_fps=listed.analysis_fps,
        analyse=listed.analyse,
        priority=listed.priority,
        loop=listed.loop,
        keep_days=listed.keep_days,
        sound=listed.sound,
        read_plates=listed.read_plates,
        shielding=Shielding(
            hide=listed.shield,
            plates=listed.hide_plates,
            windows=tuple(tuple(window) for window in listed.windows),
        ),
        model=listed.model,
        tiles=listed.tiles,
        view=listed.view,
        ground=listed.ground.ground() if listed.ground else None,
        faces=listed.faces,
        weapon_model=listed.weapon_model,
        rules=tuple(rule.record() for rule in listed.rules),
        time_zone=listed.time_zone,
    )


def _resolved(base: Path, url: str) -> str:
    """Return an address as it is, and a path counted from the file's own folder."""
    return url if "://" in url else str((base / Path(url).expanduser()).resolve())
