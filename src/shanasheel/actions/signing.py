"""Whose certificates vouch for the cameras that sign their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from shanasheel.actions.cameras import require_technician
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.site import Site
from shanasheel.base.errors import NotFound, ShanasheelError
from shanasheel.base.files import write_atomic
from shanasheel.domain.facts import FactKind
from shanasheel.domain.footage import Packet
from shanasheel.domain.people import Person
from shanasheel.domain.signing import CameraSignature
from shanasheel.prove.footage import Anchor, Anchors, check_packets

_LOG = structlog.get_logger()


def anchors_folder(data: Path) -> Path:
    """Return where the certificates lie that vouch for cameras."""
    return data / "keys" / "cameras"


def read_anchors(data: Path) -> Anchors:
    """Return the certificates that vouch for cameras; one that cannot be read is logged."""
    found = Anchors()
    for path in sorted(anchors_folder(data).glob("*.pem")):
        try:
            found = Anchors((*found.certificates, *Anchors.read([path]).certificates))
        except ShanasheelError as fault:
            _LOG.error("anchor_unreadable", file=path.name, detail=fault.message)
    return found


def trust_anchors(site: Site, who: Person, file: Path) -> tuple[Anchor, ...]:
    """Believe cameras whose certificates lead to one in a file; leaves a fact for each.

    Raises:
        Denied: the person's role does not change cameras.
        NotFound: there is no such file.
        InvalidInput: it holds no certificate.
    """
    require_technician(who)
    found = Anchors.read([file]).told()
    folder = anchors_folder(site.data)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for anchor in found:
        write_atomic(folder / f"{anchor.fingerprint}.pem", anchor.pem)
        _note(site, who, "camera_anchor_trusted", anchor.fingerprint)
    return found


def distrust_anchor(site: Site, who: Person, fingerprint: str) -> None:
    """Believe a certificate no longer; leaves a fact.

    Raises:
        Denied: the person's role does not change cameras.
        NotFound: it is not believed.
    """
    require_technician(who)
    known = [path for path in anchors_folder(site.data).glob("*.pem") if path.stem == fingerprint]
    if not known:
        raise NotFound("There is no such certificate.", "See `shanasheel footage trusted`.")
    _note(site, who, "camera_anchor_removed", fingerprint)
    known[0].unlink()


def _note(site: Site, who: Person, what: str, fingerprint: str) -> None:
    body = {"what": what, "by": who.name, "certificate": fingerprint}
    with site.store.begin() as rows:
        rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))


@dataclass(frozen=True, slots=True)
class SignatureLook:
    """Looks at what a camera sent while it was checked.

    Args:
        anchors: whose certificates vouch.
        at: now.
    """

    anchors: Anchors
    at: datetime

    def __call__(self, packets: Sequence[Packet]) -> CameraSignature | None:
        """Return what the camera's signatures say; None without any."""
        return check_packets(packets, self.anchors, self.at)
