"""Finding cameras on the network and taking in the streams they offer."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from shanasheel.actions.cameras import require_technician
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.installing import Typed, install_camera
from shanasheel.actions.ports import Finder
from shanasheel.actions.site import Site
from shanasheel.base.errors import Denied, InvalidInput, NotFound, Unavailable
from shanasheel.domain.cameras import Camera
from shanasheel.domain.devices import FoundDevice, ReadDevice
from shanasheel.domain.facts import FactKind
from shanasheel.domain.people import Person

SEARCH_S = 3.0
_MOST_KEPT = 512  # devices remembered; the oldest are forgotten
_MOST_ASKED = 16


@dataclass(slots=True)
class Findings:
    """What was found since the hub started; safe to use from any thread.

    Only devices in here are logged in to: nobody can have the hub ask an address of their own.
    """

    devices: OrderedDict[str, FoundDevice] = field(default_factory=OrderedDict)
    read: dict[str, ReadDevice] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, found: Sequence[FoundDevice]) -> None:
        """Remember devices, newest last."""
        with self.lock:
            for device in found:
                self.devices[device.id] = device
                self.devices.move_to_end(device.id)
            while len(self.devices) > _MOST_KEPT:
                gone, _ = self.devices.popitem(last=False)
                self.read.pop(gone, None)

    def device(self, identifier: str) -> FoundDevice:
        """Return a device.

        Raises:
            NotFound: it did not answer since the hub started.
        """
        with self.lock:
            found = self.devices.get(identifier)
        if found is None:
            raise NotFound("That device was not found yet.", "Search again.", key="device_unknown")
        return found


def find_devices(
    site: Site, who: Person, finder: Finder, findings: Findings, *, hosts: Sequence[str] = ()
) -> tuple[FoundDevice, ...]:
    """Ask the network, or given hosts alone, which cameras there are; that it was done is a fact.

    Raises:
        InvalidInput: a host is no IPv4 address, or there are too many.
        Unavailable: nobody could be asked.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    if len(hosts) > _MOST_ASKED:
        raise InvalidInput("Too many addresses.", f"Name at most {_MOST_ASKED}.", field="hosts")
    _note(site, who, "cameras_searched", list(hosts))
    found = finder.find(SEARCH_S, tuple(hosts))
    findings.keep(found)
    return found


def read_streams(  # noqa: PLR0913 - who asks which device, and how to log in
    site: Site, who: Person, finder: Finder, findings: Findings, *, device: str, user: str,
    password: str,
) -> ReadDevice:  # fmt: skip
    """Log in to a device that was found and return what it offers; that it was done is a fact.

    Raises:
        NotFound: it was not found yet.
        Unavailable: it does not answer in time.
        Denied: the account is refused, or the person's role does not change cameras.
        InvalidInput: what answers is not ONVIF.
    """
    require_technician(who)
    found = findings.device(device)
    if not found.service:
        raise InvalidInput(
            "That device names no service at its own address.", "Add it by its stream's address.",
            key="device_elsewhere",
        )  # fmt: skip
    _note(site, who, "camera_asked", [found.host])
    try:
        read = finder.read(found.service, user, password)
    except Denied as fault:
        raise Denied(fault.message, fault.remedy, key="device_refused") from fault
    except Unavailable as fault:
        raise Unavailable(fault.message, fault.remedy, key="device_silent") from fault
    with findings.lock:
        findings.read[device] = read
    return read


def install_found(  # noqa: PLR0913 - which stream of which device, and what it will be called
    site: Site, who: Person, findings: Findings, *, device: str, token: str, identifier: str,
    typed: Typed,
) -> Camera:  # fmt: skip
    """Add a stream that a device offered.

    Args:
        typed: its address is left out: the device told it.

    Raises:
        NotFound: the device or the stream is not known.
        InvalidInput, Conflict, Denied: as `install_camera`.
    """
    require_technician(who)
    with findings.lock:
        read = findings.read.get(device)
    for stream in read.streams if read else ():
        if stream.token == token:
            whole = Typed(
                address=stream.url, user=typed.user, password=typed.password, name=typed.name,
                name_ar=typed.name_ar, place=typed.place, keep_days=typed.keep_days,
            )  # fmt: skip
            return install_camera(site, who, identifier, whole)
    raise NotFound("That stream was not read yet.", "Ask the device again.", key="stream_unknown")


def _note(site: Site, who: Person, what: str, peers: list[str]) -> None:
    body = {"what": what, "by": who.name, "peers": peers}
    with site.store.begin() as rows:
        rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))
