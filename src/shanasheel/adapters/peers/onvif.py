"""Reads what an ONVIF device is and what it offers (ONVIF Core, Media and Media2).

It changes nothing on the device: no time is set, no profile made, no user added.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from shanasheel.adapters.peers import hostile_xml as xml
from shanasheel.adapters.peers.login import Account
from shanasheel.adapters.peers.profiles import MEDIA, Profile, read_profiles
from shanasheel.adapters.peers.scopes import scope_value
from shanasheel.adapters.peers.soap import Conversation, Question
from shanasheel.adapters.peers.subscription import EVENTS
from shanasheel.adapters.peers.web import Address, Deadline
from shanasheel.base.clock import Clock, SystemClock
from shanasheel.base.errors import Denied, InvalidInput, Unavailable
from shanasheel.domain.cameras import Place

DEVICE = "http://www.onvif.org/ver10/device/wsdl"

_MOST_SERVICES = 64  # ONVIF defines about 25
_EXTRA_S = 3.0  # guessed: what is nice to know may not eat the time of what is needed
_TIME_FIELDS = (
    ("Date", "Year"),
    ("Date", "Month"),
    ("Date", "Day"),
    ("Time", "Hour"),
    ("Time", "Minute"),
    ("Time", "Second"),
)
_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What a device says of itself.

    Args:
        clock_offset_s: how far its clock is ahead of ours, give or take half a second and the
            answer's delay; None when it does not tell a usable time.
        place: where it says it stands; devices seldom know.
        location: what people wrote into its location scope, empty when nothing.
        offers_events: it has an event service; then PullPoint must be there (ONVIF Core).
    """

    manufacturer: str
    model: str
    firmware: str
    serial: str
    clock_offset_s: float | None
    profiles: tuple[Profile, ...]
    place: Place | None
    location: str
    offers_events: bool


def read_device(
    xaddr: str,
    user: str,
    password: str,
    timeout_s: float = 15.0,
    *,
    clock: Clock | None = None,
    tls: ssl.SSLContext | None = None,
) -> Device:
    """Return what the device at an address is, with its streams.

    Args:
        xaddr: address of its device service, usually `http://HOST/onvif/device_service`.
        user: empty to ask without an account.
        timeout_s: for everything together, however slowly the device answers.
        tls: what to trust when `xaddr` is `https://`; the system's authorities by default.

    Raises:
        Unavailable: no answer in time.
        Denied: the account is refused. Nothing more is tried, so that no account gets locked.
        InvalidInput: the address is none, or what answers there is not ONVIF.
    """
    clock = clock or SystemClock()
    account = Account(user=user, password=password)
    conversation = Conversation(Address.of(xaddr), account, clock=clock, tls=tls)
    deadline = Deadline(clock, timeout_s)
    offset_s = set_clock(conversation, clock, deadline)
    told = conversation.ask(_question("GetDeviceInformation"), deadline)
    services = read_services(conversation, deadline)
    profiles = read_profiles(conversation, services, deadline)
    extra = Deadline(clock, min(_EXTRA_S, _left_s(deadline)))
    scopes = _wish(conversation, "GetScopes", extra)
    return Device(
        manufacturer=xml.text(told, "Manufacturer"),
        model=xml.text(told, "Model"),
        firmware=xml.text(told, "FirmwareVersion"),
        serial=xml.text(told, "SerialNumber"),
        clock_offset_s=offset_s,
        profiles=profiles,
        place=_place(_wish(conversation, "GetGeoLocation", extra)),
        location=scope_value(_scopes(scopes), "location"),
        offers_events=EVENTS in services,
    )


def set_clock(conversation: Conversation, clock: Clock, deadline: Deadline) -> float | None:
    """Ask the device's time and let the conversation log in by it; return its offset in seconds.

    A camera without NTP is hours off and refuses a login dated by a right clock.

    Raises:
        Unavailable, Denied, InvalidInput: as `Conversation.ask`.
    """
    before = clock.now()
    try:
        # ONVIF Core: GetSystemDateAndTime is PRE_AUTH: it needs no login.
        answer = conversation.ask(_question("GetSystemDateAndTime", anonymous=True), deadline)
    except Denied:  # some Vivotek and Panasonic cameras want one all the same
        before = clock.now()
        answer = conversation.ask(_question("GetSystemDateAndTime"), deadline)
    after = clock.now()
    said = device_time(answer)
    if said is None:
        _LOG.warning("onvif_clock_unknown", address=str(conversation.address))
        conversation.offset_s = None
        return None
    # The device cuts its seconds off, so it is on average half a second later than it says.
    offset_s = (said - before - (after - before) / 2).total_seconds() + 0.5
    conversation.offset_s = offset_s
    return offset_s


def device_time(answer: xml.Element) -> datetime | None:
    """Return the UTC time in a `GetSystemDateAndTimeResponse`; None when there is no usable one."""
    utc = ("SystemDateAndTime", "UTCDateTime")
    parts = [xml.number(answer, *utc, *name) for name in _TIME_FIELDS]
    try:
        year, month, day, hour, minute, second = (int(part) for part in parts if part is not None)
        said = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return said if 1970 <= said.year <= 2200 else None


def read_services(conversation: Conversation, deadline: Deadline) -> dict[str, Address]:
    """Return where each service answers, by namespace; devices from before GetServices too.

    Raises:
        Unavailable, Denied, InvalidInput: as `Conversation.ask`.
    """
    inner = "<IncludeCapability>false</IncludeCapability>"
    try:
        answer = conversation.ask(_question("GetServices", inner), deadline)
    except InvalidInput:
        inner = "<Category>All</Category>"
        answer = conversation.ask(_question("GetCapabilities", inner), deadline)
    return services_in(answer, conversation.address)


def services_in(answer: xml.Element, address: Address) -> dict[str, Address]:
    """Return the usable services in an answer to GetServices or GetCapabilities."""
    said = [
        (xml.text(service, "Namespace"), xml.text(service, "XAddr"))
        for service in xml.named(answer, "Service")
    ]
    for name, namespace in (("Media", MEDIA), ("Events", EVENTS)):
        said.append((namespace, xml.text(answer, "Capabilities", name, "XAddr")))
    found: dict[str, Address] = {}
    for namespace, url in said[: _MOST_SERVICES + 2]:
        try:
            found.setdefault(namespace, address.beside(url))
        except InvalidInput:
            continue  # the service is missing, which its reader reports
    return found


def _question(operation: str, inner: str = "", *, anonymous: bool = False) -> Question:
    return Question(namespace=DEVICE, operation=operation, inner=inner, anonymous=anonymous)


def _wish(conversation: Conversation, operation: str, deadline: Deadline) -> xml.Element | None:
    """Return an answer we can do without; None when the device does not give it."""
    try:
        return conversation.ask(_question(operation), deadline)
    except (InvalidInput, Denied, Unavailable) as error:
        _LOG.info("onvif_answer_missing", operation=operation, reason=error.message)
        return None


def _place(answer: xml.Element | None) -> Place | None:
    where = xml.first(answer, "Location", "GeoLocation") if answer is not None else None
    if where is None:
        return None
    try:
        lat_deg, lon_deg = float(where.get("lat") or ""), float(where.get("lon") or "")
        # 0, 0 lies in the Gulf of Guinea: that is a device nobody told where it is.
        return Place(lat_deg=lat_deg, lon_deg=lon_deg) if lat_deg or lon_deg else None
    except ValueError:  # InvalidInput, "not on Earth", is one too
        return None


def _scopes(answer: xml.Element | None) -> tuple[str, ...]:
    if answer is None:
        return ()
    return tuple(xml.text(item) for item in xml.named(answer, "Scopes", "ScopeItem"))


def _left_s(deadline: Deadline) -> float:
    try:
        return deadline.left_s()
    except TimeoutError:
        return 0.0
