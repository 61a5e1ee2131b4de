"""Step 1 of a verification: every file is the one that the bundle's manifests list."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.prove.evidence.layout import checked_name
from shanasheel.prove.evidence.opening import BagFiles, HostileBundle, read_small
from shanasheel.prove.evidence.report import Finding

MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
_LIMIT_BYTES = 64 << 20
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Whole:
    """What the manifests say and what is there.

    Args:
        digests: SHA-256 of every listed file that is there, as it is.
        sealed: SHA-256 of the tag manifest; empty where there is none.
    """

    digests: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    sealed: str = ""
    size_bytes: int = 0

    @property
    def ok(self) -> bool:
        """Return whether nothing is missing, changed or slipped in."""
        return not self.findings


def check_whole(bag: BagFiles, progress: Progress | None = None) -> Whole:
    """Hash every file of a bag, once, and compare it with the manifests."""
    whole = Whole()
    try:
        listed = _listed(bag, TAG_MANIFEST) | _listed(bag, MANIFEST)
        if read_small(bag, "bagit.txt", 1024) != _DECLARED:
            raise InvalidInput("bagit.txt does not declare BagIt 1.0 in UTF-8.")
    except (InvalidInput, NotFound) as fault:
        whole.findings.append(Finding("misshapen", {"why": fault.message}))
        return whole
    total = sum(bag.sizes.values())
    for name, digest in listed.items():
        if name not in bag.sizes:
            whole.findings.append(Finding("missing", {"name": name}))
            continue
        try:
            found = whole.digests[name] = bag.sha256(name)
        except HostileBundle as fault:
            whole.findings.append(Finding("misshapen", {"why": fault.message}))
            continue
        whole.size_bytes += bag.sizes[name]
        if found != digest:
            whole.findings.append(Finding("differs", {"name": name}))
        if progress is not None:
            progress(whole.size_bytes, total)
    for name in bag.sizes:
        if name not in listed and name != TAG_MANIFEST:
            whole.findings.append(Finding("unlisted", {"name": name}))
    whole.sealed = bag.sha256(TAG_MANIFEST)
    return whole


def _listed(bag: BagFiles, manifest: str) -> dict[str, str]:
    """Return what a manifest lists: SHA-256 by name."""
    data = read_small(bag, manifest, _LIMIT_BYTES)
    found: dict[str, str] = {}
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError as fault:
        raise InvalidInput(f"{manifest} is not UTF-8.") from fault
    if lines.pop() != "":
        raise InvalidInput(f"{manifest} does not end in a newline.")
    for line in lines:
        told = _LINE.fullmatch(line)
        if told is None or told[2] in found:
            raise InvalidInput(f"{manifest} has a misshapen or repeated line.")
        name = checked_name(told[2])
        if (manifest == MANIFEST) != name.startswith("data/"):
            raise InvalidInput(f"{manifest} lists a file that belongs in the other manifest.")
        found[name] = told[1]
    return found
