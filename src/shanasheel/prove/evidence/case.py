"""A bundle told in CASE/UCO (JSON-LD), for programs that exchange cases.

Everything in it follows from the bundle's records and the hashes of its files, identifiers too: so
a verifier writes it again and compares.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from uuid import UUID, uuid5

from shanasheel.base.clock import from_us, iso
from shanasheel.prove.evidence.layout import CLIPS, EXHIBIT, EXPORTED, OPENED, ORIGINALS, SHIELDED

CASE_FILE = "case.jsonld"
CASE_LIMIT_BYTES = 64 << 20
FORMAT = "shanasheel/case/1"  # another one, as soon as the same bundle is told otherwise

_NAMESPACE = UUID("5f4b2d0e-8f0c-5c55-9a3a-6a1f7d3c2b10")  # made once, at random
_ONTOLOGY = "https://ontology.unifiedcyberontology.org/uco"
_CONTEXT = {
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "kb": "urn:shanasheel:",
    "uco-action": f"{_ONTOLOGY}/action/",
    "uco-core": f"{_ONTOLOGY}/core/",
    "uco-observable": f"{_ONTOLOGY}/observable/",
    "uco-role": f"{_ONTOLOGY}/role/",
    "uco-tool": f"{_ONTOLOGY}/tool/",
    "uco-types": f"{_ONTOLOGY}/types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_CUSTODY = frozenset({"access", "export", "hold"})

Body = Mapping[str, object]
Node = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHash:
    """A file of the bundle: SHA-256 in lower-case hex, and its size."""

    sha256: str
    size_bytes: int


def case_document(records: Mapping[int, Body], files: Mapping[str, FileHash]) -> bytes:
    """Return a bundle in CASE 1.4, the same bytes for the same bundle.

    Args:
        records: the fields of every record, by its entry of the log.
        files: by name in the bag, `data/...`; clips and shielded copies are told of, others not.
    """
    told = _Telling(records, files)
    graph = sorted(told.nodes(), key=lambda node: str(node["@id"]))
    document = {"@context": _CONTEXT, "format": FORMAT, "@graph": graph}
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)
    return f"{text}\n".encode()


def is_of_this_format(document: bytes) -> bool:
    """Return whether a case file says that it was written as `case_document` does."""
    try:
        told = json.loads(document)
    except (ValueError, RecursionError):
        return True
    return not isinstance(told, dict) or told.get("format", FORMAT) == FORMAT


@dataclass(slots=True)
class _Telling:
    """One bundle being told."""

    records: Mapping[int, Body]
    files: Mapping[str, FileHash]
    _seed: str = field(init=False)
    _hashes: dict[str, FileHash] = field(init=False)
    _made: Body = field(init=False)
    _opened: Body = field(init=False)

    def __post_init__(self) -> None:
        self._made, self._opened = self._newest(EXHIBIT), self._newest(OPENED)
        self._seed = _text(self._made, "id")
        # What the record says of an original, and what is here of others.
        self._hashes = dict(self.files)
        for entry, body in self.records.items():
            if self._is_original(entry):
                self._hashes[self._original_name(entry)] = FileHash(
                    sha256=_text(body, "sha256"), size_bytes=_number(body, "size_bytes")
                )

    def nodes(self) -> Iterator[Node]:
        """Yield every node, in any order."""
        originals = [entry for entry in sorted(self.records) if self._is_original(entry)]
        yield from (self._file(self._original_name(entry)) for entry in originals)
        yield from (self._recording(entry) for entry in originals)
        yield from self._derived(CLIPS, "cut", originals)
        yield from self._derived(SHIELDED, "masked", originals)
        yield from (self._custody(entry) for entry in self._kept())
        yield from self._named("camera", "uco-observable:Device", self._cameras())
        yield from self._named("performer", "uco-role:Role", self._performers())
        yield self._node("tool", "", "uco-tool:Tool", {"uco-core:name": "Shanasheel"})
        yield from self._investigation(originals)

    def _investigation(self, originals: list[int]) -> Iterator[Node]:
        names = [self._original_name(entry) for entry in originals]
        names += sorted(name for name in self.files if _is_derived(name))
        exhibit = self._node("exhibit", "", "case-investigation:ProvenanceRecord", {
            "case-investigation:exhibitNumber": _text(self._made, "exhibit"),
            "uco-core:description": _text(self._made, "reason"),
            "uco-core:object": [self._ref("file", name) for name in names],
        })  # fmt: skip
        yield exhibit
        acts = [self._ref("act", str(entry)) for entry in self._kept()]
        yield self._node("case", "", "case-investigation:Investigation", {
            "uco-core:name": _text(self._made, "case"),
            "case-investigation:focus": [_text(self._made, "reason")],
            "uco-core:object": [{"@id": exhibit["@id"]}, *acts],
        })  # fmt: skip

    def _recording(self, entry: int) -> Node:
        """Return how an original came to be: recorded by a camera, or handed in."""
        body, name = self.records[entry], self._original_name(entry)
        told = {
            "uco-core:name": self._how(body),
            "uco-action:startTime": _time(body, "start_us"),
            "uco-action:endTime": _time(body, "end_us"),
            "uco-action:instrument": self._ref("camera", _text(body, "camera")),
            "uco-action:result": [self._ref("file", name)],
            "uco-core:externalReference": self._reference(entry),
        }
        return self._node("act", str(entry), "uco-action:Action", told)

    def _derived(self, place: str, deed: str, originals: list[int]) -> Iterator[Node]:
        """Yield clips or working copies, and that they were made of their camera's originals."""
        for name in sorted(self.files):
            if not name.startswith(f"data/{place}/") or not _is_derived(name):
                continue
            yield self._file(name)
            camera = PurePosixPath(name).name.rsplit("_", 2)[0]
            of = [
                self._ref("file", self._original_name(entry)) for entry in originals
                if self.records[entry].get("camera") == camera
            ]  # fmt: skip
            told: Node = {
                "uco-core:name": deed,
                "uco-action:startTime": _time(self._opened, "at_us"),
                "uco-action:performer": self._ref("performer", _by(self._opened)),
                "uco-action:instrument": self._ref("tool", ""),
                "uco-action:result": [self._ref("file", name)],
            }
            if of:
                told["uco-action:object"] = of
            yield self._node(deed, name, "case-investigation:InvestigativeAction", told)

    def _custody(self, entry: int) -> Node:
        """Return who opened, looked at, handed out, held or let go."""
        body = self.records[entry]
        said = (f"{name}: {_text(body, name)}" for name in ("purpose", "reason") if body.get(name))
        told: Node = {
            "uco-core:name": _text(body, "what") or _text(body, "k"),
            "uco-action:startTime": _time(body, "at_us"),
            "uco-action:performer": self._ref("performer", _by(body)),
            "uco-core:externalReference": self._reference(entry),
        }
        if described := "; ".join(said):
            told["uco-core:description"] = described
        if body.get("what") in (OPENED, EXPORTED, EXHIBIT):
            told["uco-action:object"] = [self._ref("exhibit", "")]
        return self._node("act", str(entry), "case-investigation:InvestigativeAction", told)

    def _file(self, name: str) -> Node:
        known = self._hashes[name]
        inside = PurePosixPath(name)
        digest = self._node("hash", name, "uco-types:Hash", {
            # A plain literal is an xsd:string, which UCO 1.4 wants; the validator takes a typed one
            # for a word that its list lacks.
            "uco-types:hashMethod": "SHA256",
            "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": known.sha256},
        })  # fmt: skip
        size = {"@type": "xsd:integer", "@value": str(known.size_bytes)}
        placed = self._node("place", name, "uco-observable:FileFacet", {
            "uco-observable:fileName": inside.name, "uco-observable:filePath": name,
            "uco-observable:sizeInBytes": size,
        })  # fmt: skip
        content = self._node("content", name, "uco-observable:ContentDataFacet", {
            "uco-observable:sizeInBytes": size, "uco-observable:hash": [digest],
        })  # fmt: skip
        facets = {"uco-core:hasFacet": [placed, content]}
        return self._node("file", name, "uco-observable:File", facets)

    def _how(self, body: Body) -> str:
        if body.get("k") == "intake":
            return "handed in"
        same = (one.get("camera") == body.get("camera") for one in self._intakes())
        return "taken from what was handed in" if any(same) else "recorded"

    def _intakes(self) -> list[Body]:
        return [body for body in self.records.values() if body.get("k") == "intake"]

    def _named(self, kind: str, type_: str, names: set[str]) -> Iterator[Node]:
        for name in sorted(names):
            yield self._node(kind, name, type_, {"uco-core:name": name})

    def _reference(self, entry: int) -> Node:
        """Return where the record lies that says so."""
        return self._node("record", str(entry), "uco-core:ExternalReference", {
            "uco-core:externalIdentifier": f"data/records/{entry}.json",
        })  # fmt: skip

    def _node(self, kind: str, key: str, type_: str, told: Mapping[str, object]) -> Node:
        return {**self._ref(kind, key), "@type": type_, **told}

    def _ref(self, kind: str, key: str) -> Node:
        """Return the identifier of a thing: it follows from the exhibit, its kind and its name."""
        return {"@id": f"kb:{kind}-{uuid5(_NAMESPACE, f'{self._seed} {kind} {key}')}"}

    def _newest(self, what: str) -> Body:
        found = [
            self.records[entry] for entry in sorted(self.records)
            if self.records[entry].get("what") == what
        ]  # fmt: skip
        return found[-1] if found else {}

    def _is_original(self, entry: int) -> bool:
        return self.records[entry].get("k") in ("segment", "intake")

    def _original_name(self, entry: int) -> str:
        return f"data/{ORIGINALS}/{_text(self.records[entry], 'path')}"

    def _kept(self) -> list[int]:
        return [entry for entry in sorted(self.records) if self.records[entry].get("k") in _CUSTODY]

    def _cameras(self) -> set[str]:
        return {
            _text(body, "camera")
            for entry, body in self.records.items()
            if self._is_original(entry)
        }

    def _performers(self) -> set[str]:
        return {_by(self.records[entry]) for entry in self._kept()} | {_by(self._opened)}


def _is_derived(name: str) -> bool:
    return name.startswith((f"data/{CLIPS}/", f"data/{SHIELDED}/")) and name.endswith(".mp4")


def _by(body: Body) -> str:
    """Return who did it, as the record names them: an account, or a role."""
    return _text(body, "person") or _text(body, "by") or "-"


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _number(body: Body, name: str) -> int:
    value = body.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _time(body: Body, name: str) -> Node:
    try:
        told = iso(from_us(_number(body, name)))
    except (OverflowError, ValueError):
        told = iso(from_us(0))
    return {"@type": "xsd:dateTime", "@value": told}
