"""Somebody who makes C2PA claims: the site's like, or an attacker."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from shanasheel.prove.evidence.claimant import Claimant, load_or_create_claimant
from shanasheel.prove.evidence.claims import ClaimMaker, Deed, Footage

C2PA_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def claimant(folder: Path, origin: str = "site.example/evidence/1") -> Claimant:
    folder.mkdir(mode=0o700, exist_ok=True)
    return load_or_create_claimant(folder, origin, datetime.now(UTC))


def maker(claimant: Claimant) -> ClaimMaker:
    return ClaimMaker(claimant, ("shanasheel", "test"))


def footage(deed: Deed = Deed.ORIGINAL, sha256: str = "aa") -> Footage:
    return Footage(
        deed=deed, exhibit="E-2026-0001", camera="A", start="2026-12-01T00:00:00.000Z",
        end="2026-12-01T00:00:10.000Z", originals=(("archive/A/film.mp4", sha256),),
    )  # fmt: skip


def without_claim(film: bytes) -> bytes:
    """Return an MP4 without its box of claims."""
    at = 0
    while at < len(film):
        size = int.from_bytes(film[at : at + 4], "big")
        if film[at + 4 : at + 8] == b"uuid" and film[at + 8 : at + 24] == C2PA_BOX:
            return film[:at] + film[at + size :]
        at += size
    raise AssertionError("the film has no claim")
