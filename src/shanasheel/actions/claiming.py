"""Claims (C2PA) about the footage of a bundle, in the name of the site."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import shanasheel
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.gathering import Gathered, Original, body_of
from shanasheel.actions.site import Site
from shanasheel.actions.stored_files import file_of
from shanasheel.base.clock import iso, to_us
from shanasheel.base.errors import IntegrityFault, InvalidInput, NotFound
from shanasheel.base.ids import id_of
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.exhibits import Exhibit
from shanasheel.domain.facts import FactKind
from shanasheel.domain.footage import Segment
from shanasheel.prove.evidence.claimant import Claimant, load_or_create_claimant, root_pem
from shanasheel.prove.evidence.claims import (
    MOST_PARENTS,
    ClaimMaker,
    Deed,
    Footage,
    MadeClaim,
    format_of,
)
from shanasheel.prove.evidence.layout import CLAIM_ROOT


def ready_claimant(site: Site) -> Claimant:
    """Return who claims for this site; its root is named in the log, once.

    Raises:
        InvalidInput: a key is open to others or damaged.
        NotFound: nothing was ever logged here.
    """
    keys = site.data / "keys"
    try:
        origin = (keys / "log.vkey").read_text().split("+")[0]
    except OSError as fault:
        raise NotFound("Nothing was ever logged here.", "Record something first.") from fault
    claimant = load_or_create_claimant(keys, origin, site.clock.now())
    identifier = id_of(claimant.since, bytes.fromhex(claimant.fingerprint))
    body = {
        "what": CLAIM_ROOT, "certificate_sha256": claimant.fingerprint,
        "certificate": base64.b64encode(claimant.root).decode(),
        "until_us": to_us(claimant.until),
    }  # fmt: skip
    with site.store.begin() as rows:
        # The same again is the same fact: a kill after the key was made is made good here.
        rows.facts.add(make_fact(identifier, FactKind.KEY, site.clock.now(), body))
    return claimant


def claim_roots(gathered: Gathered) -> bytes:
    """Return the root certificates that the log names for this site's claims, PEM."""
    named = [body_of(fact) for fact in gathered.custody if fact.kind == FactKind.KEY]
    return b"".join(root_pem(base64.b64decode(str(body["certificate"]))) for body in named)


@dataclass(slots=True)
class Claiming:
    """Makes the claims of one bundle.

    Args:
        left_out: files without a claim, with the reason.
    """

    site: Site
    exhibit: Exhibit
    gathered: Gathered
    claimant: Claimant
    left_out: list[str] = field(default_factory=list)
    _maker: ClaimMaker = field(init=False)
    _recorded: dict[str, Segment] = field(init=False)
    _made: dict[str, MadeClaim] = field(default_factory=dict)
    _clips: dict[CameraId, MadeClaim] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._maker = ClaimMaker(self.claimant, ("shanasheel", shanasheel.__version__))
        every = (one for found in self.gathered.segments.values() for one in found)
        self._recorded = {one.path: one for one in every}

    def original(self, original: Original) -> bytes | None:
        """Return the claim that lies beside a recorded file; None where none can be made.

        About files that others handed in the site claims nothing: their record says who did.
        """
        segment = self._recorded.get(original.path)
        if segment is None:
            return None
        told = self._footage(Deed.ORIGINAL, [segment])
        try:
            made = self._maker.beside(
                file_of(self.site.data, original.path), told, self._handed_in(segment.camera)
            )
        except (InvalidInput, IntegrityFault, OSError) as fault:
            self.left_out.append(f"claim about {original.path}: {fault}")
            return None
        if len(self._made) < MOST_PARENTS * len(self.exhibit.cameras):
            self._made[original.path] = made
        return made.store

    def clip(self, path: Path, segments: Sequence[Segment]) -> Path:
        """Return an exact clip with a claim in it, beside the one without; that where none fits.

        Args:
            segments: it was cut from, pictures first.
        """
        parents = [self._made[one.path] for one in segments if one.path in self._made]
        return self._within(path, Deed.CLIP, segments, parents)

    def shielded(self, path: Path, camera: CameraId) -> Path:
        """Return a working copy with a claim in it: heads were masked in it."""
        parent = self._clips.get(camera)
        originals = self.gathered.segments[camera]
        return self._within(path, Deed.SHIELDED, originals, [parent] if parent else [])

    def _within(
        self, path: Path, deed: Deed, segments: Sequence[Segment], parents: Sequence[MadeClaim]
    ) -> Path:
        target = path.parent / "claimed" / path.name
        target.parent.mkdir(exist_ok=True)
        try:
            made = self._maker.within(path, target, self._footage(deed, segments), parents)
        except (InvalidInput, IntegrityFault) as fault:
            # Better handed out without a claim than not at all: its hash is the evidence.
            self.left_out.append(f"claim in {path.name}: {fault.message}")
            return path
        if deed is Deed.CLIP:
            self._clips[segments[0].camera] = made
        return target

    def _footage(self, deed: Deed, segments: Sequence[Segment]) -> Footage:
        start, end = self.exhibit.start, self.exhibit.end
        if deed is Deed.ORIGINAL:
            start, end = segments[0].start, segments[0].end
        return Footage(
            deed=deed, exhibit=self.exhibit.code, camera=segments[0].camera, start=iso(start),
            end=iso(end), originals=tuple((one.path, one.sha256) for one in segments),
        )  # fmt: skip

    def _handed_in(self, camera: CameraId) -> list[MadeClaim]:
        """Return what footage of a camera was taken from, where others handed it in."""
        found = []
        for fact in self.gathered.footage:
            body = body_of(fact)
            if fact.kind == FactKind.INTAKE and body.get("camera") == camera:
                title = str(body.get("path"))
                found.append(MadeClaim(title=title, format=format_of(title) or "video/mp4"))
        return found[:MOST_PARENTS]
