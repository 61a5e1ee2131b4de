"""A camera: where it stands, where its packets come from, and what to watch for in its view."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.ground import Ground
from shanasheel.domain.points import check_points
from shanasheel.domain.rules import (
    TIME_ZONE,
    Rule,
    RuleKind,
    fault_of,
    hours_faults,
    zone_of_time,
)
from shanasheel.domain.shielding import Shielding

CameraId = NewType("CameraId", str)

_EARTH_M = 6_371_009.0
_CAMERA_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


class Stream(StrEnum):
    """An encoded sequence of one camera."""

    MAIN = "main"
    SUB = "sub"
    SHIELDED = "shielded"  # derived by us: heads masked; the default view
    SOUND = "sound"  # what the camera hears, beside main; as private as main


#: What the camera sent, of which the ledger has an entry for each segment; the rest is derived.
LOGGED = (Stream.MAIN, Stream.SOUND)


class AnalysisPriority(StrEnum):
    """Whose pictures are looked at longest when there is more to look at than time."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class AnalysisDepth(StrEnum):
    """How much of what a camera sends is looked at."""

    GATED = "gated"  # where the coded pictures say that something moves
    FULL = "full"  # everything, at the analysis rate, whatever it costs


class ViewFrom(StrEnum):
    """From where a camera sees what passes."""

    SIDE = "side"
    OVERHEAD = "overhead"  # straight from above: detectors call cars other names there


_TILES = re.compile(r"([1-4])x([1-4])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """Into how many parts a view is cut to be looked at; one by one where it is not wide."""

    across: int = 1
    down: int = 1

    @classmethod
    def of(cls, text: str) -> Tiles:
        """Return the tiles that text like `2x1` names; empty text means the whole picture.

        Raises:
            InvalidInput: it is not such text, or more than four by four.

        >>> Tiles.of("2x1")
        Tiles(across=2, down=1)
        """
        found = _TILES.fullmatch(text or "1x1")
        if found is None:
            raise InvalidInput(
                f"{text!r} are no tiles.", "Give ACROSSxDOWN, 1x1 to 4x4: 2x1 for a wide view."
            )
        return cls(across=int(found[1]), down=int(found[2]))


class Kind(StrEnum):
    """What kind of thing a detection, track or sighting is of."""

    PERSON = "person"
    VEHICLE = "vehicle"
    TWO_WHEELER = "two_wheeler"


#: Class numbers in MOTChallenge files and in arrays of detections: 1, 2, 3.
KIND_NUMBERS: dict[Kind, int] = {Kind.PERSON: 1, Kind.VEHICLE: 2, Kind.TWO_WHEELER: 3}
KINDS_BY_NUMBER: dict[int, Kind] = {number: kind for kind, number in KIND_NUMBERS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a camera stands (WGS 84 degrees) and looks (degrees clockwise from north)."""

    lat_deg: float
    lon_deg: float
    heading_deg: float | None = None
    view_angle_deg: float = 70.0

    def __post_init__(self) -> None:
        if not (-90 <= self.lat_deg <= 90 and -180 <= self.lon_deg <= 180):
            raise InvalidInput(
                f"Position {self.lat_deg}, {self.lon_deg} is not on Earth.",
                "Give latitude in -90..90 and longitude in -180..180 degrees.",
                key="place_bad", field="place",
            )  # fmt: skip

    def distance_m(self, lat_deg: float, lon_deg: float) -> float:
        """Return metres to another point along the sphere (haversine, mean radius).

        >>> round(Place(lat_deg=30.5, lon_deg=47.8).distance_m(30.51, 47.8))
        1112
        """
        lat1, lat2 = math.radians(self.lat_deg), math.radians(lat_deg)
        half_lat, half_lon = (lat2 - lat1) / 2, math.radians(lon_deg - self.lon_deg) / 2
        chord = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
        return 2 * _EARTH_M * math.asin(math.sqrt(min(1.0, chord)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A polygon in the picture and what to raise for things whose foot point is inside.

    Args:
        points: at least 3 corners (x, y) as ratios of picture width and height, in [0, 1].
        rules: which of `ZONE_ENTRY` and `LOITERING` to raise.
        kinds: things the zone cares for; empty means all.
        loiter_s: seconds inside after which `LOITERING` is raised.
        hours: when these rules hold, as `domain.rules.Hours` reads them; empty means always.
        protected: before a place that may be spied out: who and what comes or stops here on several
            days is told. Zones of one name, in whichever cameras, are one place.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    rules: tuple[RuleKind, ...] = (RuleKind.ZONE_ENTRY,)
    kinds: tuple[Kind, ...] = ()
    loiter_s: float = 30.0
    hours: tuple[str, ...] = ()
    protected: bool = False

    def __post_init__(self) -> None:
        check_points(self.name, self.points, least=3)
        if RuleKind.LINE_CROSSING in self.rules:
            raise InvalidInput(
                f"Zone {self.name!r}: line_crossing needs a line.", "Put it under `lines`."
            )
        for rule in self.rules:
            if rule not in (RuleKind.ZONE_ENTRY, RuleKind.LOITERING):
                raise InvalidInput(
                    f"Zone {self.name!r}: {rule} stands under the camera's rules.",
                    "Put it there, with this zone's name.",
                )
        for fault in hours_faults(self.hours):
            raise InvalidInput(f"Zone {self.name!r}: {fault}.", "")
        if not self.loiter_s > 0:
            raise InvalidInput(f"Zone {self.name!r}: loiter_s must be above 0 seconds.", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A directed line in the picture; crossing left to right, seen along it, is `forward`.

    Args:
        start: (x, y) as ratios of picture width and height, in [0, 1].
        end: the other end, likewise.
        kinds: things the line cares for; empty means all.
        hours: when crossings are told, as for zones.
    """

    name: str
    start: tuple[float, float]
    end: tuple[float, float]
    kinds: tuple[Kind, ...] = ()
    hours: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for fault in hours_faults(self.hours):
            raise InvalidInput(f"Line {self.name!r}: {fault}.", "")
        check_points(self.name, (self.start, self.end), least=2)
        if self.start == self.end:
            raise InvalidInput(f"Line {self.name!r} has no length.", "Give two different ends.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """When a sample camera pretends to lose its signal; only for file sources.

    Args:
        after_s: seconds after the source starts at which the signal goes.
        for_s: seconds until it is back.
    """

    after_s: float
    for_s: float


#: Instead of a weapon model's name: nobody looks a second time there.
NO_MODEL = "none"

#: Fields of `Camera` whose value may hold a password: hidden wherever cameras are shown.
SECRET_FIELDS = ("url", "sub_url", "onvif")


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A fixed device with one view.

    Args:
        id: code people say, `[A-Za-z0-9._-]`, at most 32 characters, for example `BSR-014`.
        url: `rtsp://…`, `rtsps://…`, or a path of a file played as if live. May hold a password:
            never log or show it without `base.text.without_secrets`.
        name, name_ar: what people call it; an empty Arabic name means the same name.
        analysis_fps: pictures a second looked at while something moves; 5 catches a walking
            person several times a metre (guess from DESIGN section 7, to be measured).
        analysis: whether activity decides what is decoded, or everything is.
        loop: a file starts again at its end.
        realtime: a file is played at its own pace, as a camera would send it.
        analyse: False for a camera that is only recorded: nobody looks, nothing is decoded.
        priority: under overload the lowest is not looked at first; recording never suffers.
        keep_days: how long its routine footage is kept; None for the site's rule.
        sub_url: a smaller stream of the same view, looked at instead of the main one and never
            stored; empty when there is none. As secret as `url`.
        onvif: address of its ONVIF device service, `http://…`; empty when unknown. Without a user
            of its own, that of `url` logs in where the host is the same. As secret as `url`.
        events: what it notices by itself (motion, tampering) is taken, where `onvif` is known.
        read_plates: look for number plates on passing vehicles, and read them.
        retired: recorded no more; its footage can still be looked at until it expires.
        sound: record what it hears; without, the camera is not even asked for it.
        shielding: what is masked of it for whoever has no grant.
        model: name of the detector that looks at it; empty for the site's.
        faces: name of the model that finds faces for its shield; empty for the site's, if any.
        tiles: `ACROSSxDOWN`: a wide view is looked at in parts, each at the model's full size, at
            so many times the cost; empty for the whole picture at once.
        view: from where it looks.
        ground: where points of its view lie on the ground; None where nobody measured.
        weapon_model: name of the model that looks a second time at people for weapons; empty for
            the site's, which is none until one is chosen; `none` for nobody.
        rules: what else is watched for, and which of `domain.rules.ALWAYS` is not.
        time_zone: IANA name of the zone in which hours of rules are told.
    """

    id: CameraId
    url: str
    name: str = ""
    name_ar: str = ""
    place: Place | None = None
    zones: tuple[Zone, ...] = ()
    lines: tuple[Line, ...] = ()
    analysis_fps: float = 5.0
    analyse: bool = True
    priority: AnalysisPriority = AnalysisPriority.NORMAL
    loop: bool = True
    realtime: bool = True
    sample: bool = False
    outages: tuple[Outage, ...] = field(default=())
    keep_days: float | None = None
    retired: bool = False
    sound: bool = True
    sub_url: str = ""
    onvif: str = ""
    events: bool = True
    read_plates: bool = False
    shielding: Shielding = field(default=Shielding())
    analysis: AnalysisDepth = AnalysisDepth.GATED
    model: str = ""
    tiles: str = ""
    view: ViewFrom = ViewFrom.SIDE
    ground: Ground | None = None
    faces: str = ""
    weapon_model: str = ""
    rules: tuple[Rule, ...] = ()
    time_zone: str = TIME_ZONE

    def __post_init__(self) -> None:
        if not _CAMERA_ID.fullmatch(self.id):
            raise InvalidInput(
                f"Camera id {self.id!r} cannot be used in file names.",
                "Use 1 to 32 of A-Z a-z 0-9 . _ - and start with a letter or digit.",
                key="camera_id_bad", field="id",
            )  # fmt: skip
        if not self.url:
            raise InvalidInput(f"Camera {self.id} has no url.", "Give an rtsp:// address or file.")
        if not 0.2 <= self.analysis_fps <= 60:
            raise InvalidInput(
                f"Camera {self.id}: analysis_fps {self.analysis_fps} is out of range.",
                "Give 0.2 to 60 pictures a second.",
            )
        if self.sub_url == self.url:
            raise InvalidInput(
                f"Camera {self.id}: sub_url is its url.", "Leave it out where there is no sub."
            )
        if self.onvif and not self.onvif.lower().startswith(("http://", "https://")):
            raise InvalidInput(
                f"Camera {self.id}: onvif is no http:// address.",
                "Give http://HOST/onvif/device_service.",
            )
        Tiles.of(self.tiles)
        if self.keep_days is not None and not self.keep_days > 0:
            raise InvalidInput(
                f"Camera {self.id}: keep_days must be above 0.", "Leave it out for the site's rule."
            )
        zone_of_time(self.time_zone)
        for fault in self.rule_faults():
            raise InvalidInput(f"Camera {self.id}: rule {fault}.", "See docs/guide/rules.md.")

    def rule_faults(self) -> list[str]:
        """Return what is wrong with its rules."""
        zones = tuple(zone.name for zone in self.zones)
        lines = tuple(line.name for line in self.lines)
        faults = [fault_of(rule, zones=zones, lines=lines) for rule in self.rules]
        return [fault for fault in faults if fault]

    @property
    def watched(self) -> tuple[object, ...]:
        """Return all that says what is watched for in its view."""
        return self.zones, self.lines, self.rules, self.time_zone

    def named(self, language: str) -> str:
        """Return the name for `ar` or `en`, falling back to the other, then to the id."""
        preferred = (self.name_ar, self.name) if language == "ar" else (self.name, self.name_ar)
        return next((name for name in preferred if name), self.id)
