"""Bundles made for people at the pages: one at a time, kept for a while, each download recorded."""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path

from shanasheel.actions.bundling import Bundled, export_exhibit
from shanasheel.actions.exhibits import find_exhibit
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.site import Site
from shanasheel.base.clock import to_us
from shanasheel.base.errors import Conflict, Denied, NotFound, ShanasheelError
from shanasheel.domain.exhibits import Exhibit
from shanasheel.domain.facts import FactKind
from shanasheel.domain.people import Person
from shanasheel.prove.evidence.layout import DOWNLOADED

_KEPT = 3  # bundles on disk for whoever asked; the oldest go


@dataclass(slots=True)
class Making:
    """A bundle being made or made; only its thread writes it."""

    id: str
    exhibit: Exhibit
    by: str
    done: int = 0
    total: int = 0
    made: Bundled | None = None
    fault: ShanasheelError | None = None
    unknown: str = ""

    @property
    def state(self) -> str:
        """Return `making`, `made` or `failed`."""
        if self.made is not None:
            return "made"
        return "failed" if self.fault is not None or self.unknown else "making"


@dataclass(slots=True)
class Bundles:
    """The bundles this hub makes, one at a time, below `cache/bundles`."""

    running: threading.Lock = field(default_factory=threading.Lock)
    known: dict[str, Making] = field(default_factory=dict)

    def start(self, site: Site, who: Person, code: str) -> Making:
        """Begin to make an exhibit's bundle, and return what is known of it.

        Raises:
            NotFound: there is no such exhibit.
            Conflict: another is being made.
        """
        exhibit = find_exhibit(site, code)
        if not self.running.acquire(blocking=False):
            raise Conflict("A bundle is being made already.", "Wait until it is done.")
        making = Making(id=site.ids.new(), exhibit=exhibit, by=who.name)
        self._forget(site, len(self.known) - _KEPT + 1)
        self.known[making.id] = making
        threading.Thread(
            target=self._make, args=(site, who, making), name="bundle", daemon=True
        ).start()
        return making

    def one(self, identifier: str) -> Making:
        """Return what is known of a bundle.

        Raises:
            NotFound: there is none, or it is not kept any more.
        """
        found = self.known.get(identifier)
        if found is None:
            raise NotFound("That bundle is not kept any more.", "Make it again.")
        return found

    def file(self, site: Site, who: Person, identifier: str, *, proof: bool) -> Path:
        """Return a bundle, or the proof beside it; the log says who took it before it goes.

        Raises:
            NotFound: there is none (yet).
            Denied: somebody else had it made.
            IntegrityFault: the ledger cannot accept the entry; nothing is handed out then.
        """
        making = self.one(identifier)
        if making.by != who.name:
            raise Denied("Somebody else had this bundle made.", "Make one yourself.")
        if making.made is None or not making.made.bundle.is_file():
            raise NotFound("That bundle is not made yet.", "Wait until it is.")
        if proof:
            return making.made.proof
        exhibit = making.exhibit
        body = {
            "what": DOWNLOADED, "exhibit": exhibit.code, "by": who.name,
            "tagmanifest_sha256": making.made.sha256, "cameras": list(exhibit.cameras),
            "start_us": to_us(exhibit.start), "end_us": to_us(exhibit.end),
        }  # fmt: skip
        with site.store.begin() as rows:
            rows.facts.add(make_fact(site.ids.new(), FactKind.ACCESS, site.clock.now(), body))
        site.sequencer.catch_up(signed=True)
        return making.made.bundle

    def _make(self, site: Site, who: Person, making: Making) -> None:
        def progress(done: int, total: int) -> None:
            making.done, making.total = done, total

        folder = site.data / "cache" / "bundles" / making.id
        try:
            folder.mkdir(parents=True, mode=0o700)
            target = folder / f"{making.exhibit.code}.zip"
            making.made = export_exhibit(site, who, making.exhibit.code, target, progress=progress)
        except ShanasheelError as fault:
            making.fault = fault
        except Exception as fault:  # noqa: BLE001 - outermost of a thread; shown on the page
            making.unknown = f"{type(fault).__name__}: {fault}"
        finally:
            self.running.release()

    def _forget(self, site: Site, count: int) -> None:
        """Remove the oldest bundles, and what a hub before us left."""
        for identifier in list(self.known)[: max(0, count)]:
            del self.known[identifier]
        folder = site.data / "cache" / "bundles"
        for left in folder.iterdir() if folder.is_dir() else ():
            if left.name not in self.known:
                shutil.rmtree(left, ignore_errors=True)
