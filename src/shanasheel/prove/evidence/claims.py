"""C2PA claims about footage: made beside a file or within it, and read by whoever looks.

The one home of the reference library. Nothing is fetched: no remote manifests, no revocation
answers, no thumbnails. A claim is never evidence alone: its hash leaves out `free`, `skip` and
`ftyp` boxes, and whoever holds the file can take the claim out.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from shanasheel.base.errors import IntegrityFault, InvalidInput
from shanasheel.base.text import printable
from shanasheel.prove.evidence.claimant import Claimant, root_pem
from shanasheel.prove.evidence.windows import Nowhere

#: What our own assertion in a claim is called.
FOOTAGE_LABEL = "org.shanasheel.footage"

#: What a claim beside an original is called: the original's path with this.
SIDECAR_SUFFIX = ".c2pa"
SIDECAR_LIMIT_BYTES = 1 << 20
#: Parents whose own claims go along in a claim: 5 kB and 3 ms each, beyond a hundred more than so.
MOST_PARENTS = 64

_FORMATS = {
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".m4a": "audio/mp4", ".mov": "video/quicktime",
    ".avi": "video/avi", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png",
}  # fmt: skip
_CAPTURE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
_WHY_LIMIT = 200
_ACTIONS = "c2pa.actions.v2"
_ASKED_FOR = "user_anchors"
_CREDENTIAL = "signingCredential."


class Deed(StrEnum):
    """What became of footage, as our assertion says it."""

    ORIGINAL = "original"
    CLIP = "clip"
    SHIELDED = "shielded"


class ClaimState(StrEnum):
    """What a claim says of a file."""

    TRUSTED = "trusted"  # it fits, and its certificate leads to a root that was asked for
    FOREIGN = "foreign"  # it is by somebody else
    BROKEN = "broken"  # it does not fit the file, or cannot be read
    NONE = "none"  # there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Footage:
    """What our own assertion says of a file.

    Args:
        start, end: ISO 8601.
        originals: path in the data folder and SHA-256 of each recorded file it is from; of an
            original itself.
    """

    deed: Deed
    exhibit: str
    camera: str
    start: str
    end: str
    originals: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, object]:
        """Return plain values."""
        originals = [{"path": path, "sha256": sha256} for path, sha256 in self.originals]
        return {
            "v": 1, "what": self.deed.value, "exhibit": self.exhibit, "camera": self.camera,
            "start": self.start, "end": self.end, "originals": originals,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeClaim:
    """A claim that was made and verified.

    Args:
        store: the manifest store, as it lies in a sidecar.
        label: of the claim in it.
        results: what the library found when it verified it; goes into claims of what is derived.
    """

    title: str
    format: str
    store: bytes = b""
    label: str = ""
    results: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim that was read.

    Args:
        why: what does not fit, in the standard's own codes.
        signer: whom the certificate names; what it says is believed of trusted ones alone.
        footage: what our own assertion says, unchecked; empty where there is none.
        parents: titles of what the file is said to be from.
        actions: what is said to have been done, in the standard's words.
    """

    state: ClaimState
    why: str = ""
    signer: str = ""
    footage: Mapping[str, object] | None = None
    parents: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()

    @property
    def original_sha256(self) -> str:
        """Return SHA-256 of the whole original, as the claim says it; empty where it does not."""
        listed = (self.footage or {}).get("originals")
        if not isinstance(listed, list) or len(listed) != 1 or not isinstance(listed[0], dict):
            return ""
        return str(listed[0].get("sha256", ""))


def format_of(name: str) -> str | None:
    """Return the media type by which claims about a file are made; None where there are none.

    >>> format_of("archive/A/120000Z.mp4"), format_of("intake/7/film.mkv")
    ('video/mp4', None)
    """
    return _FORMATS.get(PurePosixPath(name).suffix.lower())


class ClaimMaker:
    """Makes claims in the name of a site.

    Args:
        software: name and version of the program.
    """

    def __init__(self, claimant: Claimant, software: tuple[str, str]) -> None:
        self._claimant, self._software = claimant, software
        self._reader = ClaimReader((claimant.root,))

    def beside(
        self, source: Path, footage: Footage, parents: Sequence[MadeClaim] = ()
    ) -> MadeClaim:
        """Return a claim about a file, which stays as it is.

        Args:
            parents: what it was made from; without any it was captured.

        Raises:
            InvalidInput: no claim can be made about such a file.
        """
        with _told(source.name), source.open("rb") as stream:
            builder = self._builder(source.name, footage, parents)
            builder.set_no_embed()
            store = bytes(builder.sign(self._signer(), _format(source.name), stream, Nowhere()))
        return self._verified(source, source.name, store, beside=True)

    def within(
        self, source: Path, target: Path, footage: Footage, parents: Sequence[MadeClaim] = ()
    ) -> MadeClaim:
        """Write a file with a claim in it; nothing appears at `target` before that is verified.

        Raises:
            InvalidInput: no claim can be made about such a file.
        """
        # The library leaves a file behind that it has signed and then found wanting.
        part = target.with_name(f".{target.name}.part")
        try:
            with _told(target.name), source.open("rb") as stream, part.open("x+b") as signed:
                builder = self._builder(target.name, footage, parents)
                store = bytes(builder.sign(self._signer(), _format(target.name), stream, signed))
            made = self._verified(part, target.name, store, beside=False)
            part.rename(target)
        finally:
            part.unlink(missing_ok=True)
        return made

    def _signer(self) -> Any:  # noqa: ANN401 - the library has no types
        import c2pa

        info = c2pa.C2paSignerInfo(b"es256", self._claimant.certificate, self._claimant.key, None)
        return c2pa.Signer.from_info(info)

    def _builder(self, title: str, footage: Footage, parents: Sequence[MadeClaim]) -> Any:  # noqa: ANN401
        import c2pa

        name, version = self._software
        kept = parents[:MOST_PARENTS]
        definition = {
            "claim_generator_info": [{"name": name, "version": version}],
            "title": title,
            "format": _format(title),
            "ingredients": [_ingredient(place, one) for place, one in enumerate(kept)],
            "assertions": [
                {"label": _ACTIONS, "data": {"actions": _actions(footage.deed, len(kept))}},
                {"label": FOOTAGE_LABEL, "data": footage.as_json()},
            ],
        }
        builder = c2pa.Builder(definition, context=self._reader.context)
        for place, one in enumerate(kept):
            if one.store:
                builder.add_resource(_resource(place), io.BytesIO(one.store))
        return builder

    def _verified(self, path: Path, title: str, store: bytes, *, beside: bool) -> MadeClaim:
        with path.open("rb") as stream:
            told = self._reader.report(stream, _format(title), store if beside else None)
        found = _judged(told)
        if found.state is not ClaimState.TRUSTED:
            raise IntegrityFault(
                f"The claim about {title} does not hold: {found.why or found.state.value}.",
                "Nothing was handed out with it. Report this with the file's format.",
            )
        return MadeClaim(
            title=title, format=_format(title), store=store, label=str(told["active_manifest"]),
            results=told["validation_results"],
        )  # fmt: skip


class ClaimReader:
    """Reads claims.

    Args:
        roots: certificates (DER) to which a claim that is trusted leads.
    """

    def __init__(self, roots: Sequence[bytes]) -> None:
        import c2pa

        trusted = b"".join(root_pem(root) for root in roots).decode()
        settings = {
            "version": 1,
            "verify": {
                "verify_after_reading": True, "verify_after_sign": False, "verify_trust": True,
                "remote_manifest_fetch": False, "ocsp_fetch": False,
            },
            "trust": {"user_anchors": trusted} if trusted else {},
            "builder": {"thumbnail": {"enabled": False}},
        }  # fmt: skip
        self.context = c2pa.Context.from_dict(settings)

    def read(self, stream: BinaryIO, name: str, sidecar: bytes | None = None) -> Claim:
        """Read the claim in a file, or beside it.

        Args:
            stream: the file, from which can be read at any place.
            name: by which its format is known.
            sidecar: the claim beside it; None for the one within.
        """
        kind = format_of(name)
        if kind is None:
            return Claim(state=ClaimState.NONE)
        import c2pa

        try:
            return _judged(self.report(stream, kind, sidecar))
        except c2pa.C2paError.ManifestNotFound:
            return Claim(state=ClaimState.NONE)
        except (c2pa.C2paError, ValueError, TypeError, KeyError, AttributeError) as fault:
            return Claim(state=ClaimState.BROKEN, why=printable(str(fault), _WHY_LIMIT))

    def report(self, stream: BinaryIO, kind: str, sidecar: bytes | None) -> dict[str, Any]:
        """Return what the library says of a file, as it says it."""
        import c2pa

        with c2pa.Reader(kind, stream, sidecar, self.context) as reader:
            told: dict[str, Any] = json.loads(reader.json())
        return told


def _judged(told: Mapping[str, Any]) -> Claim:
    active = told["manifests"][told["active_manifest"]]
    failed = [str(one["code"]) for one in told["validation_results"]["activeManifest"]["failure"]]
    # The library may know lists of its own: only the roots that were asked for count.
    said = told["validation_state"]
    trusted = said == "Trusted" and told["validation_results"].get("trustListUri") == _ASKED_FOR
    signer = (active.get("signature_info") or {}).get("common_name", "")
    by_label = {one["label"]: one["data"] for one in active.get("assertions", [])}
    actions = by_label.get(_ACTIONS, {}).get("actions", [])
    footage = by_label.get(FOOTAGE_LABEL)
    return Claim(
        state=_state(failed, trusted=trusted),
        why=printable(", ".join(sorted(set(failed))), _WHY_LIMIT),
        signer=printable(str(signer)),
        footage=footage if isinstance(footage, dict) else None,
        parents=tuple(printable(str(one.get("title"))) for one in active.get("ingredients", [])),
        actions=tuple(printable(str(one.get("action"))) for one in actions),
    )


def _state(failed: Sequence[str], *, trusted: bool) -> ClaimState:
    if trusted and not failed:
        return ClaimState.TRUSTED
    # What fits the file, by a certificate that leads nowhere or is of an unknown kind.
    if all(code.startswith(_CREDENTIAL) for code in failed):
        return ClaimState.FOREIGN
    return ClaimState.BROKEN


def _actions(deed: Deed, parents: int) -> list[dict[str, object]]:
    """Return what was done, in the words of C2PA 2.4 (actions)."""
    done: list[dict[str, object]] = []
    if parents:
        done.append({"action": "c2pa.opened", "parameters": {"ingredientIds": [_label(0)]}})
    else:
        done.append({"action": "c2pa.created", "digitalSourceType": _CAPTURE})
    if parents > 1:
        others = [_label(place) for place in range(1, parents)]
        done.append({"action": "c2pa.placed", "parameters": {"ingredientIds": others}})
    if deed is Deed.ORIGINAL and parents:
        done.append({"action": "c2pa.repackaged"})
    if deed is Deed.CLIP:
        told = "Cut at whole groups of pictures; nothing was encoded again."
        done.append({"action": "c2pa.trimmed", "description": told})
    if deed is Deed.SHIELDED:
        # `c2pa.redacted` is of assertions that were taken out of a claim, not of pictures.
        told = "Heads and faces are masked; the parent shows the same span unmasked."
        done.append({"action": "c2pa.edited", "description": told})
    return done


def _ingredient(place: int, one: MadeClaim) -> dict[str, object]:
    told: dict[str, object] = {
        "title": one.title, "format": one.format, "label": _label(place),
        "instance_id": one.label or f"{place}:{one.title}",
        "relationship": "componentOf" if place else "parentOf",
    }  # fmt: skip
    if one.store:
        told |= {
            "manifest_data": {"format": "application/c2pa", "identifier": _resource(place)},
            "active_manifest": one.label, "validation_results": one.results,
        }  # fmt: skip
    return told


def _label(place: int) -> str:
    return f"parent-{place}"


def _resource(place: int) -> str:
    return f"parent-{place}{SIDECAR_SUFFIX}"


def _format(name: str) -> str:
    kind = format_of(name)
    if kind is None:
        raise InvalidInput(f"No claim can be made about {name}: its format is not known.")
    return kind


@contextlib.contextmanager
def _told(name: str) -> Any:  # noqa: ANN401 - a generator of nothing
    """Turn the library's errors into ours."""
    import c2pa

    try:
        yield
    except c2pa.C2paError as fault:
        told = printable(str(fault), _WHY_LIMIT)
        raise InvalidInput(f"No claim can be made about {name}: {told}.") from fault
