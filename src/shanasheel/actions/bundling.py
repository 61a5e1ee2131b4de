"""Handing an exhibit out as a bundle that strangers can verify.

In this order: an entry of the ledger says who opens the exhibit; its originals are copied and
hashed again; an entry seals the bundle by the hash of its tag manifest; the proof of that entry is
written beside it; the bundle appears. Whatever stops it on the way leaves entries, and no bundle.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import shanasheel
from shanasheel.actions.claiming import Claiming, claim_roots, ready_claimant
from shanasheel.actions.export import LONGEST, cut_span
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.footage import as_recorded
from shanasheel.actions.gathering import Gathered, body_of, gather
from shanasheel.actions.heads import Heads, await_heads, await_logged
from shanasheel.actions.parts import prove_clip
from shanasheel.actions.site import Site
from shanasheel.actions.stored_files import chunks_of, file_of
from shanasheel.base.clock import iso, to_us
from shanasheel.base.errors import (
    Denied,
    Exhausted,
    InvalidInput,
    NotFound,
)
from shanasheel.base.files import write_atomic
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.exhibits import Exhibit, HandedOut
from shanasheel.domain.facts import FactKind, StoredFact
from shanasheel.domain.footage import Segment
from shanasheel.domain.people import Person, Role
from shanasheel.prove.evidence.bag import BagWriter, FolderSink, Sink, ZipSink, sweep_parts, writing
from shanasheel.prove.evidence.case import CASE_FILE, case_document
from shanasheel.prove.evidence.claims import SIDECAR_SUFFIX
from shanasheel.prove.evidence.layout import (
    CLAIM_ROOTS_FILE,
    CLAIMS,
    CLIP_PROOF_SUFFIX,
    CLIPS,
    EXPORTED,
    OPENED,
    ORIGINALS,
    PROOF_SUFFIX,
    RECORDS,
    SHIELDED,
    pack_seal,
)
from shanasheel.prove.evidence.texts import Told, tag_files
from shanasheel.prove.ledger import leaf_of

Progress = Callable[[int, int], None]
_SPARE_BYTES = 256 * 1024**2  # guess: recording goes on for a while on a disk this full


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """A bundle that was made.

    Args:
        bundle: the folder or zip file.
        proof: the file beside it.
        sha256: of its tag manifest.
        uncosigned: records that no cosigner the site asks has vouched for yet.
        left_out: working copies that could not be made, with the reason.
    """

    bundle: Path
    proof: Path
    sha256: str
    size_bytes: int
    originals: int
    uncosigned: int
    left_out: tuple[str, ...]


def export_exhibit(
    site: Site,
    who: Person,
    code: str,
    target: Path,
    *,
    progress: Progress | None = None,
    patience_s: float = 30.0,
) -> Bundled:
    """Write an exhibit's bundle to a folder, or to a file whose name ends in `.zip`.

    Args:
        progress: called with bytes written and bytes in all.
        patience_s: how long to wait for the ledger, and then for cosigners.

    Raises:
        Denied: only investigators hand out exhibits; or this is a copy without its ledger's key.
        NotFound: there is no such exhibit, no such folder to write in, or an original is not there.
        Conflict: the target exists, or the span is still being recorded.
        OriginalChanged: an original is not the file that was logged. Nothing is left behind.
        Exhausted: the disk has no room.
        Unavailable: the ledger does not log.
    """
    _check_may(site, who)
    target = target.expanduser().absolute()
    exhibit, gathered = _look(site, code)
    _check_room(target, gathered)
    claimant = ready_claimant(site)
    entry = _open(site, who, exhibit, gathered)
    await_logged(site, entry, patience_s)
    exhibit, gathered = _look(site, code)  # with the entry of this very export
    heads = await_heads(site, gathered, patience_s)
    sweep_parts(target)
    sink = _sink(target, exhibit, site.clock.now())
    with writing(sink):
        claiming = Claiming(site, exhibit, gathered, claimant)
        made = _Making(claiming, heads, sink, progress)
        sha256 = made.write()
        sealed = _seal(site, who, exhibit, made, sha256)
        await_logged(site, sealed.entry, patience_s)
        proof = target.with_name(target.name + PROOF_SUFFIX)
        _write_seal(site, sealed, proof, patience_s)
        try:
            sink.publish()
        except BaseException:
            proof.unlink(missing_ok=True)
            raise
    return Bundled(
        bundle=target, proof=proof, sha256=sha256, size_bytes=made.size_bytes,
        originals=len(gathered.originals), uncosigned=heads.uncosigned(gathered),
        left_out=tuple(made.left_out),
    )  # fmt: skip


def _check_may(site: Site, who: Person) -> None:
    if who.role is not Role.INVESTIGATOR:
        raise Denied("Investigators hand out exhibits.", "Ask one of them.")
    if not site.sequencer.logs:
        raise Denied(
            "This is a copy without its ledger's key: who hands out footage cannot be logged.",
            "Put the key back as keys/log.key and start again.",
        )


def _look(site: Site, code: str) -> tuple[Exhibit, Gathered]:
    with site.store.read() as rows:
        exhibit = rows.exhibits.one(code)
        if exhibit is None:
            raise NotFound(f"There is no exhibit {code!r}.", "See `shanasheel evidence list`.")
        return exhibit, gather(rows, exhibit, site.clock.now())


def _check_room(target: Path, gathered: Gathered) -> None:
    if not target.parent.is_dir():
        raise NotFound(f"There is no folder {target.parent}.", "Make it, or name another.")
    # Originals, the clip cut from them, and the shielded copy.
    needed = 3 * sum(one.size_bytes for one in gathered.originals)
    if shutil.disk_usage(target.parent).free - needed < _SPARE_BYTES:
        raise Exhausted(
            f"The disk of {target.parent} has no room for {needed:,} bytes.",
            "Free space, or write elsewhere.",
        )


def _open(site: Site, who: Person, exhibit: Exhibit, gathered: Gathered) -> int:
    """Write who opens the exhibit, before a byte of it is read."""
    body = {
        "what": OPENED, "exhibit": exhibit.code, "by": who.name, "case": exhibit.case,
        "cameras": list(exhibit.cameras), "start_us": to_us(exhibit.start),
        "end_us": to_us(exhibit.end), "segments": len(gathered.originals),
        "unrecorded": [
            {"camera": camera, "start_us": to_us(start), "end_us": to_us(end)}
            for camera, (start, end) in gathered.unrecorded
        ],
    }  # fmt: skip
    with site.store.begin() as rows:
        return rows.facts.add(
            make_fact(site.ids.new(), FactKind.ACCESS, site.clock.now(), body)
        )  # fmt: skip


def _sink(target: Path, exhibit: Exhibit, at: datetime) -> Sink:
    if target.suffix.lower() == ".zip":
        return ZipSink(target, top=exhibit.code, at=at)
    return FolderSink(target)


class _Making:
    """One bundle being written."""

    def __init__(
        self, claiming: Claiming, heads: Heads, sink: Sink, progress: Progress | None
    ) -> None:
        self._claiming, self._heads = claiming, heads
        self._site, self._exhibit = claiming.site, claiming.exhibit
        self._gathered = claiming.gathered
        total = sum(one.size_bytes for one in self._gathered.originals)
        told = (lambda done: progress(min(done, total), total)) if progress else None
        self._bag = BagWriter(sink, told)
        self.left_out: list[str] = []

    @property
    def size_bytes(self) -> int:
        return self._bag.size_bytes

    def write(self) -> str:
        """Write everything; return SHA-256 of the tag manifest."""
        for one in self._gathered.originals:
            self._bag.add(f"{ORIGINALS}/{one.path}", self._original(one.path), sha256=one.sha256)
            claim = self._claiming.original(one)
            if claim is not None:
                self._bag.add(f"{CLAIMS}/{one.path}{SIDECAR_SUFFIX}", [claim])
        for fact in (*self._gathered.footage, *self._gathered.custody):
            self._record(fact)
        for name, content in self._heads.files():
            self._bag.add(name, [content])
        self._bag.add(CLAIM_ROOTS_FILE, [claim_roots(self._gathered)])
        self._clips()
        self.left_out += self._claiming.left_out
        every = (*self._gathered.footage, *self._gathered.custody)
        records = {fact.entry: body_of(fact) for fact in every}
        self._bag.add(CASE_FILE, [case_document(records, self._bag.written())])
        now = self._site.clock.now()
        told = Told(
            exhibit=self._exhibit, site=self._site.name, at=now, version=shanasheel.__version__,
            log=self._heads.log_key, left_out=tuple(self.left_out),
        )  # fmt: skip
        for name, content in tag_files(told):
            self._bag.add_tag(name, content)
        return self._bag.finish(self._info(now))

    def _original(self, path: str) -> Iterator[bytes]:
        try:
            yield from chunks_of(file_of(self._site.data, path))
        except OSError as fault:
            raise NotFound(
                f"{path} cannot be read: {fault.strerror}.",
                "Nothing was exported. Mount its disk, or restore it from the vault.",
            ) from fault

    def _record(self, fact: StoredFact) -> None:
        place = f"{RECORDS}/{fact.entry}"
        self._bag.add(f"{place}.json", [fact.body])
        self._bag.add(f"{place}.salt", [fact.salt])
        self._bag.add(f"{place}{PROOF_SUFFIX}", [self._heads.prove(fact).encoded()])

    def _clips(self) -> None:
        """Add the exact clip and the working copy of each camera, where they can be cut."""
        for camera in self._exhibit.cameras:
            every = self._gathered.segments[camera]
            seen = [one for one in every if one.stream is Stream.MAIN]
            heard = [one for one in every if one.stream is Stream.SOUND]
            self._clip(CLIPS, camera, seen, heard)
            self._clip(SHIELDED, camera, self._gathered.shielded[camera], [])

    def _clip(
        self, place: str, camera: CameraId, found: Sequence[Segment], heard: Sequence[Segment]
    ) -> None:
        segments = [one for one in as_recorded(found) if self._there(one)]
        if not segments:
            return
        asked = (self._exhibit.start, self._exhibit.end)
        try:
            if asked[1] - asked[0] > LONGEST:
                raise InvalidInput("a clip is at most 6 hours long")
            with self._site.cutters:
                made = cut_span(self._site, segments, heard, stream=segments[0].stream, asked=asked)
        except (InvalidInput, NotFound) as fault:
            self.left_out.append(f"{place}/{camera}: {fault.message}")
            return
        with tempfile.TemporaryDirectory(dir=self._site.data / "cache" / "exports") as scratch:
            path = Path(scratch) / made.name
            with path.open("xb") as stream:
                stream.writelines(made.chunks())
            if place == SHIELDED:
                path = self._claiming.shielded(path, camera)
            else:
                beside = heard if made.sound == "included" else ()
                path = self._claiming.clip(path, [*segments, *beside])
            self._bag.add(f"{place}/{made.name}", chunks_of(path))
            if place == CLIPS:
                self._prove(path, camera)

    def _prove(self, clip: Path, camera: CameraId) -> None:
        """Add the proof that a clip's pictures are of the originals, where those were counted."""
        try:
            proof = prove_clip(self._site, clip, camera, self._exhibit.start, self._exhibit.end)
        except (InvalidInput, NotFound):
            return  # recorded before groups of pictures were counted
        told = json.dumps(proof.as_json(), indent=1).encode()
        self._bag.add(f"{CLIPS}/{clip.name}{CLIP_PROOF_SUFFIX}", [told])

    def _there(self, segment: Segment) -> bool:
        return file_of(self._site.data, segment.path).is_file()

    def _info(self, now: datetime) -> dict[str, str]:
        exhibit = self._exhibit
        return {
            "External-Identifier": exhibit.code,
            "External-Description": f"{', '.join(exhibit.cameras)}, "
            f"{iso(exhibit.start)} to {iso(exhibit.end)}; case {exhibit.case}",
            "Source-Organization": self._site.name or "-",
            "Bagging-Date": f"{now:%Y-%m-%d}",
            "Bag-Software-Agent": f"shanasheel {shanasheel.__version__}",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seal:
    entry: int
    fact: StoredFact
    leaf: bytes


def _seal(site: Site, who: Person, exhibit: Exhibit, made: _Making, sha256: str) -> _Seal:
    """Write the entry that names the bundle by its hash, and note it with the exhibit."""
    now, identifier = site.clock.now(), site.ids.new()
    body = {
        "what": EXPORTED, "exhibit": exhibit.code, "by": who.name,
        "tagmanifest_sha256": sha256, "size_bytes": made.size_bytes,
        "cameras": list(exhibit.cameras), "start_us": to_us(exhibit.start),
        "end_us": to_us(exhibit.end),
    }  # fmt: skip
    fact = make_fact(identifier, FactKind.ACCESS, now, body)
    with site.store.begin() as rows:
        entry = rows.facts.add(fact)
        known = rows.exhibits.one(exhibit.id) or exhibit
        out = HandedOut(
            id=identifier, at=now, by=who.name, sha256=sha256, size_bytes=made.size_bytes,
            entry=entry,
        )  # fmt: skip
        rows.exhibits.save(replace(known, handed_out=(*known.handed_out, out)))
    stored = StoredFact(
        entry=entry, id=fact.id, kind=fact.kind.value, body=fact.body, salt=fact.salt
    )
    return _Seal(entry=entry, fact=stored, leaf=leaf_of(fact))


def _write_seal(site: Site, seal: _Seal, path: Path, patience_s: float) -> None:
    heads = await_heads(site, None, patience_s, entry=seal.entry)
    proof = heads.prove(seal.fact)
    data = pack_seal(proof, entry=seal.leaf, body=seal.fact.body, salt=seal.fact.salt)
    try:
        write_atomic(path, data)
    except OSError as fault:
        raise Exhausted(f"{path} cannot be written: {fault.strerror}.", "Free space.") from fault
