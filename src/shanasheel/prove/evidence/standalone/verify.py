#!/usr/bin/env python3
"""Verify a Shanasheel bundle with Python 3.9 or newer and nothing else: no library, no network.

    python3 verify.py BUNDLE --policy policy.txt [--proof FILE] [--originals-only] [--lang ar|en]

One file on purpose, written apart from `shanasheel evidence verify`, whose verdicts it shares. Take
it from a source you trust: whoever forges a bundle can forge the program in it. What it checks, and
what it does not, it says itself.

SPDX-License-Identifier: Apache-2.0
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import stat
import struct
import sys
import time
import unicodedata
import zlib
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, BinaryIO, Iterator, NamedTuple

WORDS: dict[str, dict[str, str]] = {}

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
FUTURE_S = 300
SEAM_US = 10_000
CHUNK = 1 << 18
EXHIBIT_DEEDS = ("exhibit_opened", "exhibit_exported", "exhibit_downloaded")
FOOTAGE = {"segment", "intake", "gap", "deletion", "tampering", "clock"}


class Fault(Exception):
    """Something does not hold, or is not what it should be."""


class Hostile(Fault):
    """A bundle is no bundle, or made to harm who opens it."""


# --- Ed25519 (RFC 8032), verifying only ---------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _recover(y: int, sign: int) -> int | None:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def _point(data: bytes) -> tuple[int, int, int, int] | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = _recover(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def _plus(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    e, j, k, f = f - e, h - g, h + g, f + e
    return (e * j % P, k * f % P, j * k % P, e * f % P)


def _times(scalar: int, point: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    found = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = _plus(found, point)
        point, scalar = _plus(point, point), scalar >> 1
    return found


_BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (_recover(_BASE_Y, 0) or 0, _BASE_Y, 1, (_recover(_BASE_Y, 0) or 0) * _BASE_Y % P)


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether a key of 32 bytes signed a message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, s = _point(public), int.from_bytes(signature[32:], "little")
    if key is None or s >= L:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    h = int.from_bytes(digest, "little") % L
    minus = (P - key[0], key[1], key[2], P - key[3])
    x, y, z, _ = _plus(_times(s, BASE), _times(h, minus))
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# --- ML-DSA-44 (FIPS 204), verifying only -------------------------------------------------------

Q = 8380417
GAMMA1, GAMMA2, BETA, TAU, OMEGA = 1 << 17, (Q - 1) // 88, 78, 39, 80


def _zetas() -> list[int]:
    return [pow(1753, int(f"{number:08b}"[::-1], 2), Q) for number in range(256)]


ZETAS = _zetas()


def _ntt(w: list[int]) -> list[int]:
    w, m, length = list(w), 0, 128
    while length:
        for start in range(0, 256, 2 * length):
            m += 1
            for j in range(start, start + length):
                t = ZETAS[m] * w[j + length] % Q
                w[j + length], w[j] = (w[j] - t) % Q, (w[j] + t) % Q
        length >>= 1
    return w


def _back(w: list[int]) -> list[int]:
    w, m, length = list(w), 256, 1
    while length < 256:
        for start in range(0, 256, 2 * length):
            m -= 1
            for j in range(start, start + length):
                t = w[j]
                w[j] = (t + w[j + length]) % Q
                w[j + length] = (w[j + length] - t) * ZETAS[m] % Q
        length <<= 1
    return [one * 8347681 % Q for one in w]


def _bits(data: bytes, width: int) -> list[int]:
    whole = int.from_bytes(data, "little")
    mask = (1 << width) - 1
    return [whole >> (width * at) & mask for at in range(8 * len(data) // width)]


def _matrix(rho: bytes, s: int, r: int) -> list[int]:
    data = hashlib.shake_128(rho + bytes([s, r])).digest(3 * 1024)
    found: list[int] = []
    for at in range(0, len(data), 3):
        value = int.from_bytes(data[at : at + 3], "little") & 0x7FFFFF
        if value < Q:
            found.append(value)
            if len(found) == 256:
                return found
    raise Fault("ML-DSA ran out of numbers")


def _ball(seed: bytes) -> list[int]:
    data = hashlib.shake_256(seed).digest(1024)
    signs, at, c = int.from_bytes(data[:8], "little"), 8, [0] * 256
    for i in range(256 - TAU, 256):
        while data[at] > i:
            at += 1
        j, at = data[at], at + 1
        c[i] = c[j]
        c[j] = 1 - 2 * (signs & 1)
        signs >>= 1
    return c


def _hints(data: bytes) -> list[set[int]] | None:
    found: list[set[int]] = []
    at = 0
    for limit in data[OMEGA:]:
        if not at <= limit <= OMEGA:
            return None
        places = data[at:limit]
        if any(a >= b for a, b in zip(places, places[1:])):
            return None
        found.append(set(places))
        at = limit
    return None if any(data[at:OMEGA]) else found


def _use_hint(hint: bool, r: int) -> int:
    low = r % (2 * GAMMA2)
    low = low - 2 * GAMMA2 if low > GAMMA2 else low
    high = 0 if r - low == Q - 1 else (r - low) // (2 * GAMMA2)
    low = low - 1 if r - low == Q - 1 else low
    if not hint:
        return high
    return (high + 1) % 44 if low > 0 else (high - 1) % 44


def ml_dsa_44(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether a key of 1312 bytes signed a message, with an empty context."""
    if len(public) != 1312 or len(signature) != 2420:
        return False
    rho = public[:32]
    t1 = [_bits(public[32 + 320 * i : 352 + 320 * i], 10) for i in range(4)]
    seed, hints = signature[:32], _hints(signature[32 + 4 * 576 :])
    z = [
        [GAMMA1 - one for one in _bits(signature[32 + 576 * i : 608 + 576 * i], 18)]
        for i in range(4)
    ]
    if hints is None or any(abs(one) >= GAMMA1 - BETA for row in z for one in row):
        return False
    mu = hashlib.shake_256(hashlib.shake_256(public).digest(64) + b"\x00\x00" + message).digest(64)
    c, zs = _ntt(_ball(seed)), [_ntt(row) for row in z]
    packed = 0
    for i in range(4):
        total = [0] * 256
        for j in range(4):
            a = _matrix(rho, j, i)
            total = [(t + x * y) % Q for t, x, y in zip(total, a, zs[j])]
        t = _ntt([one << 13 for one in t1[i]])
        w = _back([(x - y * k) % Q for x, y, k in zip(total, c, t)])
        for at, one in enumerate(w):
            packed |= _use_hint(at in hints[i], one) << (6 * (256 * i + at))
    return hashlib.shake_256(mu + packed.to_bytes(768, "little")).digest(32) == seed


# --- Merkle trees (RFC 6962, RFC 9162) ----------------------------------------------------------


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def check_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> None:
    """Check RFC 9162 2.1.3.2; raise where it does not hold."""
    if not 0 <= index < size < 1 << 63 or any(len(one) != 32 for one in [leaf, root, *proof]):
        raise Fault(f"Entry {index} cannot be in a tree of {size} entries.")
    digest, place, last = leaf, index, size - 1
    for sibling in proof:
        if last == 0:
            raise Fault("The inclusion proof holds more hashes than it may.")
        if place & 1 or place == last:
            digest = node_hash(sibling, digest)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise Fault("The inclusion proof holds fewer hashes than it must.")
    if digest != root:
        raise Fault(f"The inclusion proof of entry {index} misses the root.")


def check_consistency(old: int, new: int, was: bytes, now: bytes, proof: list[bytes]) -> None:
    """Check RFC 9162 2.1.4.2; raise where it does not hold."""
    if not 0 < old <= new < 1 << 63 or any(len(one) != 32 for one in [was, now, *proof]):
        raise Fault(f"No proof can lead from {old} to {new} entries.")
    if old == new:
        if proof or was != now:
            raise Fault(f"Two different roots for {old} entries.")
        return
    path = ([was] if old & (old - 1) == 0 else []) + proof
    if not path:
        raise Fault("The consistency proof is empty.")
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise Fault("The consistency proof holds more hashes than it may.")
        if place & 1 or place == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        place, last = place >> 1, last >> 1
    if last or before != was or after != now:
        raise Fault("The consistency proof misses a root.")


# --- Signed notes, checkpoints, cosignatures, proofs (C2SP) -------------------------------------

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


def decoded(text: str) -> bytes:
    """Return the bytes of base64 in its one canonical spelling."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError as fault:
        raise Fault("A line is not base64.") from fault
    if base64.b64encode(raw).decode() != text:
        raise Fault("A line is not canonical base64.")
    return raw


def check_name(name: str) -> None:
    """Refuse what cannot name a key."""
    if not name or "+" in name or CONTROL.search(name) or any(one.isspace() for one in name):
        raise Fault("A key has an impossible name.")


class Note(NamedTuple):
    """A text with signature lines (name, key id, signature)."""

    text: str
    lines: list[tuple[str, bytes, bytes]]
    data: bytes


class Head(NamedTuple):
    """What a checkpoint says."""

    origin: str
    size: int
    root: bytes


def parse_note(data: bytes) -> Note:
    """Return a signed note, its signatures unchecked."""
    if len(data) > 1_000_000:
        raise Fault("The note is longer than a million bytes.")
    try:
        text, blank, tail = data.decode("utf-8").rpartition("\n\n")
    except UnicodeDecodeError as fault:
        raise Fault("The note is not UTF-8.") from fault
    text += "\n"
    if not blank or not tail.endswith("\n") or CONTROL.search(text):
        raise Fault("The note is misshapen.")
    lines = []
    for line in tail[:-1].split("\n"):
        name, space, encoded = line[2:].partition(" ")
        if not line.startswith("\u2014 ") or not space:
            raise Fault("The note has a misshapen line.")
        blob = decoded(encoded)
        check_name(name)
        if len(blob) <= 4:
            raise Fault("A signature of the note is too short.")
        lines.append((name, blob[:4], blob[4:]))
    if len(lines) > 16 or len({line[:2] for line in lines}) != len(lines):
        raise Fault("The note repeats a signature, or has more than 16.")
    return Note(text, lines, data)


def parse_head(text: str) -> Head:
    """Return the checkpoint in a note's text."""
    lines = text.split("\n")
    if len(lines) <= 3 or lines.pop() != "" or "" in lines:
        raise Fault("The checkpoint lacks one of origin, size and root.")
    check_name(lines[0])
    root = decoded(lines[2])
    if not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1], re.ASCII) or len(root) != 32:
        raise Fault("The checkpoint has no size or root.")
    size = int(lines[1])
    if size >= 1 << 63 or (size == 0 and root != hashlib.sha256(b"").digest()):
        raise Fault("The checkpoint has an impossible size or root.")
    return Head(lines[0], size, root)


class Key(NamedTuple):
    """A public key with its name; type 1 signs notes, 4 and 6 cosign."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Return the first bytes of its hash."""
        seed = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(seed).digest()[:4]


def parse_key(text: str, kinds: dict[int, int]) -> Key:
    """Return the key that `name+hash+base64` describes.

    Args:
        text: the key.
        kinds: length of the public key by its type.
    """
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise Fault("it is no key.")
    material = decoded(parts[2])
    if not material or len(material) - 1 != kinds.get(material[0]):
        raise Fault("the key is of another type, or has a wrong length.")
    check_name(parts[0])
    key = Key(parts[0], material[0], material[1:])
    if key.kind != 1 and len(key.name.encode()) > 255:
        raise Fault("the key's name is too long.")
    if key.key_id.hex() != parts[1]:
        raise Fault("the key is damaged: its hash is not its own.")
    return key


def cosigned_at(note: Note, key: Key) -> int | None:
    """Return when a key cosigned a note, in POSIX seconds; None when it did not."""
    for name, key_id, blob in note.lines:
        if (name, key_id) != (key.name, key.key_id):
            continue
        at_s = int.from_bytes(blob[:8], "big")
        if not 0 < at_s < 1 << 63:
            raise Fault(f"The cosignature of {key.name} tells no time.")
        if key.kind == 4:
            message = f"cosignature/v1\ntime {at_s}\n{note.text}".encode()
            good = ed25519(key.public, message, blob[8:])
        else:
            head, own = parse_head(note.text), key.name.encode()
            origin = head.origin.encode()
            if len(origin) > 255:
                raise Fault("The log's origin is too long.")
            message = b"".join(
                (b"subtree/v1\n\x00", bytes([len(own)]), own, struct.pack(">Q", at_s),
                 bytes([len(origin)]), origin, struct.pack(">QQ", 0, head.size), head.root)
            )  # fmt: skip
            good = ml_dsa_44(key.public, message, blob[8:])
        if not good:
            raise Fault(f"The cosignature of {key.name} is forged.")
        return at_s
    return None


class Proof(NamedTuple):
    """A tlog-proof, unchecked."""

    place: int
    hashes: list[bytes]
    note: Note
    extra: bytes

    def check(self, entry: bytes) -> None:
        """Check that the checkpoint's tree has an entry."""
        head = parse_head(self.note.text)
        check_inclusion(leaf_hash(entry), self.place, head.size, self.hashes, head.root)


def parse_hashes(lines: list[str]) -> list[bytes]:
    """Return hashes, one a line in base64."""
    hashes = [decoded(line) for line in lines]
    if len(hashes) > 63 or any(len(one) != 32 for one in hashes):
        raise Fault("The proof has a line that is no hash of 32 bytes, or too many.")
    return hashes


def parse_proof(data: bytes) -> Proof:
    """Return the proof in a file."""
    if len(data) > 2_000_000:
        raise Fault("The proof is longer than two million bytes.")
    start, blank, note = data.partition(b"\n\n")
    try:
        lines = start.decode("ascii").split("\n")
    except UnicodeDecodeError as fault:
        raise Fault("The proof's lines are not ASCII.") from fault
    if not blank or lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise Fault("The proof is none.")
    extra = decoded(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else b""
    told = re.fullmatch("index (0|[1-9][0-9]{0,18})", lines.pop(0) if lines else "", re.ASCII)
    if told is None or int(told[1]) >= 1 << 63:
        raise Fault("The proof does not say the entry's index.")
    return Proof(int(told[1]), parse_hashes(lines), parse_note(note), extra)


# --- The verifier's policy (C2SP tlog-policy) ---------------------------------------------------

ALLOWED = frozenset({0x09, 0x0A, *range(0x20, 0x7F), *range(0x80, 0x100)})


class Policy:
    """A policy file, read line by line; a mistake names its line."""

    def __init__(self, data: bytes) -> None:
        self.logs: list[Key] = []
        self.witnesses: dict[str, Key] = {}
        self.groups: dict[str, tuple[int, list[str]]] = {}
        self.grouped: set[str] = set()
        self.agencies: dict[str, set[str]] = {}
        self.quorum: str | None = None
        self.heads: dict[bytes, dict[str, Any]] = {}
        if len(data) > 512 * 1024:
            raise Fault("The policy is too long.")
        for number, line in enumerate(data.split(b"\n"), start=1):
            try:
                if not ALLOWED.issuperset(line):
                    raise Fault("a control character.")
                self._take(line.decode("utf-8", "surrogateescape").replace("\t", " ").split(" "))
            except Fault as fault:
                raise Fault(f"Line {number} of the policy: {fault}") from fault
        if self.quorum is None:
            raise Fault("The policy has no quorum line.")

    def _take(self, split: list[str]) -> None:
        words = [word for word in split if word]
        if not words or (words[0].startswith("#") and words[0] != "#agency"):
            return
        kind, rest = words[0], words[1:]
        bounds = {"log": (1, 2), "witness": (2, 3), "group": (3, 9**9), "quorum": (1, 1),
                  "#agency": (2, 9**9)}  # fmt: skip
        if kind not in bounds or not bounds[kind][0] <= len(rest) <= bounds[kind][1]:
            raise Fault("it reads neither log, witness, group nor quorum.")
        getattr(self, f"_take_{kind.lstrip('#')}")(rest)

    def _take_log(self, words: list[str]) -> None:
        key = parse_key(words[0], {1: 32})
        if key.public in {one.public for one in self.logs} or len(self.logs) >= 256:
            raise Fault("this log's key stands above already, or there are too many.")
        self.logs.append(key)

    def _take_witness(self, words: list[str]) -> None:
        self._new(words[0])
        key = parse_key(words[1], {4: 32, 6: 1312})
        if key.public in {one.public for one in self.witnesses.values()}:
            raise Fault("this witness's key stands above already.")
        if len(self.witnesses) >= 256:
            raise Fault("there are too many witnesses.")
        self.witnesses[words[0]] = key

    def _take_group(self, words: list[str]) -> None:
        name, rule, members = words[0], words[1], words[2:]
        self._new(name)
        for member in members:
            self._known(member)
            if member in self.grouped or members.count(member) > 1:
                raise Fault("a member is in a group already.")
        if rule not in ("all", "any") and not re.fullmatch("[0-9]{1,3}", rule, re.ASCII):
            raise Fault("a group asks for all, any or a number.")
        least = {"all": len(members), "any": 1}.get(rule) or int(rule if rule.isdigit() else 0)
        if not 1 <= least <= len(members) or len(self.groups) >= 256:
            raise Fault("a group asks for more than it has.")
        self.groups[name] = (least, members)
        self.grouped.update(members)

    def _take_quorum(self, words: list[str]) -> None:
        if self.quorum is not None:
            raise Fault("there is a quorum line above already.")
        if words[0] != "none":
            self._known(words[0])
        self.quorum = words[0]

    def _take_agency(self, words: list[str]) -> None:
        for name in words[1:]:
            if name not in self.witnesses:
                raise Fault("no such witness is named above.")
            if any(name in members for members in self.agencies.values()):
                raise Fault("a witness has an agency already.")
        self.agencies.setdefault(words[0], set()).update(words[1:])

    def _new(self, name: str) -> None:
        if name == "none" or name in self.witnesses or name in self.groups:
            raise Fault("the name is used already.")

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise Fault("no witness or group of that name stands above.")

    def met_by(self, names: Any) -> bool:
        """Return whether these witnesses make the quorum."""
        if self.quorum == "none":
            return True
        signed = set(names)
        for name, (least, members) in self.groups.items():
            if sum(member in signed for member in members) >= least:
                signed.add(name)
        return self.quorum in signed

    def dependence(self) -> Finding:
        """Return whether no single agency can make the quorum."""
        if self.quorum == "none":
            return Finding("not_independent_no_quorum", agency="")
        for agency, members in self.agencies.items():
            if self.met_by(members):
                return Finding("not_independent_one_agency", agency=agency)
        unsaid = set(self.witnesses).difference(*self.agencies.values())
        for agency, members in (*self.agencies.items(), ("", set())):
            if self.met_by(members | unsaid):
                return Finding("not_independent_unsaid", agency=agency)
        return Finding("independent")

    def head(self, note: Note, now_s: int) -> dict[str, Any]:
        """Return what the policy says of a checkpoint."""
        key = hashlib.sha256(note.data).digest()
        if key not in self.heads:
            try:
                self.heads[key] = self._judged(note, now_s)
            except Fault as fault:
                self.heads[key] = {"log": "", "signed": {}, "early": [], "quorum": False,
                                   "quorum_s": None, "why": str(fault)}  # fmt: skip
            self.heads[key]["size"] = parse_head(note.text).size
        return self.heads[key]

    def _judged(self, note: Note, now_s: int) -> dict[str, Any]:
        known = {(key.name, key.key_id): key for key in self.logs}
        log = ""
        for name, key_id, blob in note.lines:
            key = known.get((name, key_id))
            if key is None:
                continue
            if not ed25519(key.public, note.text.encode(), blob):
                raise Fault(f"The signature of {name} on the note is forged.")
            log = log or name
        times = {name: cosigned_at(note, key) for name, key in self.witnesses.items()}
        early = [name for name, at_s in times.items() if at_s and at_s > now_s + FUTURE_S]
        signed = {name: at_s for name, at_s in times.items() if at_s and name not in early}
        quorum_s = None
        if not self.met_by(()):
            for at_s in sorted(signed.values()):
                if self.met_by([name for name, when in signed.items() if when <= at_s]):
                    quorum_s = at_s
                    break
        return {"log": log, "signed": signed, "early": early, "quorum": self.met_by(signed),
                "quorum_s": quorum_s, "why": ""}  # fmt: skip


# --- Records (RFC 8785) and commitments ---------------------------------------------------------


def canonical(value: Any, depth: int = 0) -> str:
    """Return the one spelling of what records may hold."""
    if depth > 32:
        raise Fault("The record nests too deep.")
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        if abs(value) >= 1 << 53:
            raise Fault("The record has a number that is too large.")
        return str(value)
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as fault:
            raise Fault("The record holds text that is not Unicode.") from fault
        return json.dumps(unicodedata.normalize("NFC", value), ensure_ascii=False)
    if isinstance(value, list):
        return f"[{','.join(canonical(one, depth + 1) for one in value)}]"
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        pairs = (f"{canonical(key)}:{canonical(value[key], depth + 1)}" for key in keys)
        return f"{{{','.join(pairs)}}}"
    raise Fault("The record holds what has no canonical form.")


def fields_of(body: bytes) -> dict[str, Any]:
    """Return a record's fields."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise Fault("The record is not JSON.") from fault
    if not isinstance(fields, dict) or canonical(fields).encode() != body:
        raise Fault("The record is not in its canonical form.")
    return fields


def open_entry(entry: bytes, body: bytes, salt: bytes) -> str:
    """Check that an entry commits to a record; return the kind that it tells."""
    if len(salt) != 16:
        raise Fault("The salt has not 16 bytes.")
    commitment = hashlib.sha256(b"shn/rec/v1\x00" + salt + body).digest()
    try:
        told = json.loads(entry) if len(entry) <= 1024 else {}
        kind, found = told["k"], told["c"]
    except (ValueError, TypeError, KeyError, RecursionError) as fault:
        raise Fault("The entry is not a commitment.") from fault
    if not isinstance(kind, str) or not re.fullmatch("[a-z_]{1,16}", kind, re.ASCII):
        raise Fault("The entry is not a commitment.")
    encoded = base64.b64encode(commitment).decode()
    if canonical({"v": 1, "k": kind, "c": found}).encode() != entry:
        raise Fault("The entry is not a commitment in its canonical form.")
    if found != encoded:
        raise Fault("The record is not the one the ledger committed to.")
    return kind


# --- Opening a bundle that may be hostile -------------------------------------------------------


def checked(name: str) -> str:
    """Return a file's name if it is safe."""
    parts = name.split("/")
    if (
        len(name) > 1024
        or len(parts) > 32
        or any(part in ("", ".", "..") for part in parts)
        or "\\" in name
        or any(unicodedata.category(sign) in ("Cc", "Cs") for sign in name)
    ):
        raise Hostile(f"A bundle cannot have a file named {name[:80]!r}.")
    return name


def pieces(stream: BinaryIO, count: int) -> Iterator[memoryview]:
    """Yield the next bytes of a stream through one buffer."""
    buffer = memoryview(bytearray(CHUNK))
    while count > 0:
        got = stream.readinto(buffer[: min(count, CHUNK)])  # type: ignore[attr-defined]  # raw file
        if not got:
            raise Hostile("The bundle ends within a file.")
        count -= got
        yield buffer[:got]


class Bag:
    """The files of a bundle, a folder or a zip file; nothing is unpacked."""

    def __init__(self, path: Path) -> None:
        self.sizes: dict[str, int] = {}
        self._names = 0
        self._members: dict[str, tuple[int, int, int]] = {}
        self._root = path
        self._zip: BinaryIO | None = None
        if path.is_dir():
            self._walk()
        elif path.is_file():
            self._zip = open(path, "rb", buffering=0)  # noqa: SIM115, PTH123 - as long as the bag
            try:
                self._list(path.stat().st_size)
            except BaseException:
                self._zip.close()
                raise
        else:
            raise Fault(f"There is no bundle {path}.")

    def close(self) -> None:
        """Let go of the bundle."""
        if self._zip is not None:
            self._zip.close()

    def read(self, name: str, limit: int) -> bytes:
        """Return a small file."""
        if name not in self.sizes:
            raise Fault(f"The bundle has no {name}.")
        if self.sizes[name] > limit:
            raise Hostile(f"{name} is longer than {limit} bytes.")
        return b"".join(bytes(piece) for piece in self.chunks(name))

    def sha256(self, name: str) -> str:
        """Return SHA-256 of a file."""
        digest = hashlib.sha256()
        for piece in self.chunks(name):
            digest.update(piece)
        return digest.hexdigest()

    def chunks(self, name: str) -> Iterator[Any]:
        """Yield a file's bytes."""
        if self._zip is None:
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            flags |= getattr(os, "O_BINARY", 0)
            try:
                with os.fdopen(os.open(self._root / name, flags), "rb", buffering=0) as stream:
                    yield from pieces(stream, self.sizes[name])
            except OSError as fault:
                raise Hostile(f"{name!r} cannot be read: {fault.strerror}.") from fault
            return
        start, packed, method = self._members[name]
        self._zip.seek(start)
        if method == 0:
            yield from pieces(self._zip, packed)
            return
        inflate, left = zlib.decompressobj(-15), self.sizes[name]
        try:
            for piece in pieces(self._zip, packed):
                rest = bytes(piece)
                while rest:
                    chunk = inflate.decompress(rest, CHUNK)
                    rest, left = inflate.unconsumed_tail, left - len(chunk)
                    if left < 0:
                        raise Hostile(f"{name!r} is longer than it says.")
                    yield chunk
            chunk = inflate.flush()
        except zlib.error as fault:
            raise Hostile(f"{name!r} is packed wrongly.") from fault
        if left != len(chunk) or not inflate.eof:
            raise Hostile(f"{name!r} is not as long as it says.")
        yield chunk

    def _add(self, name: str, size: int) -> None:
        if checked(name) in self.sizes:
            raise Hostile(f"The bundle has {name!r} twice.")
        self._names += len(name)
        if len(self.sizes) >= 200_000 or self._names > 32 << 20:
            raise Hostile("The bundle has too many files, or names too long.")
        self.sizes[name] = size

    def _walk(self) -> None:
        for folder, folders, names in os.walk(self._root, followlinks=False):
            for name in (*folders, *names):
                path = Path(folder) / name
                told = path.lstat()
                if stat.S_ISDIR(told.st_mode):
                    continue
                inside = path.relative_to(self._root).as_posix()
                if not stat.S_ISREG(told.st_mode):
                    raise Hostile(f"{inside!r} is a link or no plain file.")
                self._add(inside, told.st_size)

    def _at(self, at: int, count: int) -> bytes:
        if self._zip is None:
            raise Fault("This is no zip file.")
        self._zip.seek(at)
        return b"".join(bytes(piece) for piece in pieces(self._zip, count))

    def _list(self, size: int) -> None:
        start, length, count = self._directory(size)
        data, at, entries = self._at(start, length), 0, []
        for _ in range(count):
            if len(data) - at < 46:
                raise Hostile("The zip file's directory ends early.")
            told = struct.unpack_from("<4s6H3I5H2I", data, at)
            raw = data[at + 46 : at + 46 + told[10]]
            extra = data[at + 46 + told[10] :][: told[11]]
            at += 46 + told[10] + told[11] + told[12]
            if told[0] != b"PK\x01\x02" or at > len(data):
                raise Hostile("The zip file's directory is misshapen.")
            if told[3] & 0x2041 or told[4] not in (0, 8):
                raise Hostile("The zip file is encrypted or packed in an unknown way.")
            mode = stat.S_IFMT(told[15] >> 16)
            if told[1] >> 8 == 3 and mode not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise Hostile("The zip file holds a link or no plain file.")
            whole, packed, offset = wide(extra, [told[9], told[8], told[16]])
            if told[4] == 0 and whole != packed:
                raise Hostile("The zip file contradicts itself about a size.")
            try:
                name = raw.decode("utf-8" if told[3] & 0x800 else "ascii")
            except UnicodeDecodeError as fault:
                raise Hostile("The zip file has a name that is not UTF-8.") from fault
            entries.append((name, raw, offset, whole, packed, told[4]))
        if at != len(data):
            raise Hostile("The zip file's directory has bytes that name nothing.")
        self._take(entries, start)

    def _take(self, entries: list[tuple[str, bytes, int, int, int, int]], end: int) -> None:
        names = [entry[0] for entry in entries]
        tops = {name.split("/", 1)[0] for name in names}
        top = "" if "bagit.txt" in names else f"{next(iter(tops), '')}/"
        if top and (len(tops) != 1 or not all(name.startswith(top) for name in names)):
            raise Hostile("The zip file holds no bundle: it has no bagit.txt in one folder.")
        spans, all_packed, all_whole = [], 0, 0
        for name, raw, offset, whole, packed, method in entries:
            if name.endswith("/"):
                continue
            told = struct.unpack("<4s5H3I2H", self._at(offset, 30))
            if told[0] != b"PK\x03\x04" or told[9] != len(raw):
                raise Hostile("The zip file contradicts itself about where a file is.")
            if self._at(offset + 30, len(raw)) != raw:
                raise Hostile("The zip file calls a file by two names.")
            start = offset + 30 + len(raw) + told[10]
            spans.append((offset, start + packed))
            self._add(name[len(top) :], whole)
            self._members[name[len(top) :]] = (start, packed, method)
            all_packed, all_whole = all_packed + packed, all_whole + whole
        if all_whole > 20 * all_packed + (1 << 20):
            raise Hostile("The zip file would become far larger than it is.")
        spans.sort()
        starts = [*(begin for begin, _ in spans), end]
        if any(a > b for a, b in zip([0, *(stop for _, stop in spans)], starts)):
            raise Hostile("Files in the zip file overlap.")

    def _directory(self, size: int) -> tuple[int, int, int]:
        tail_at = max(0, size - 22 - 0xFFFF)
        tail = self._at(tail_at, size - tail_at)
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < 22:
            raise Hostile("This is no zip file.")
        _, disk, first, here, count, length, start, comment = struct.unpack_from(
            "<4s4H2IH", tail, at
        )
        end = tail_at + at
        if at + 22 + comment != len(tail) or disk or first or here != count:
            raise Hostile("The zip file's end is misshapen.")
        if 0xFFFFFFFF in (length, start) or count == 0xFFFF:
            if end < 76:
                raise Hostile("The zip file's end is misshapen.")
            sign, _, place, _ = struct.unpack("<4sIQI", self._at(end - 20, 20))
            if sign != b"PK\x06\x07" or place + 56 != end - 20:
                raise Hostile("The zip file's end is misshapen.")
            told = struct.unpack("<4sQ2H2I4Q", self._at(place, 56))
            if told[0] != b"PK\x06\x06" or told[4] or told[5] or told[6] != told[7]:
                raise Hostile("The zip file's end is misshapen.")
            count, length, start, end = told[7], told[8], told[9], place
        if start + length != end:
            raise Hostile("The zip file has bytes that no directory names.")
        if length > 64 << 20 or count > 400_000:
            raise Hostile("The zip file lists too many files.")
        return start, length, count


def wide(extra: bytes, values: list[int]) -> list[int]:
    """Return size, packed size and place with those filled in that need 64 bits."""
    wanted = [index for index, value in enumerate(values) if value == 0xFFFFFFFF]
    at = 0
    while wanted and at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1 and length >= 8 * len(wanted) and at + 4 + length <= len(extra):
            for place, index in enumerate(wanted):
                values[index] = struct.unpack_from("<Q", extra, at + 4 + 8 * place)[0]
            wanted = []
        at += 4 + length
    if wanted:
        raise Hostile("The zip file does not say how long a file is.")
    return values


# --- The steps ----------------------------------------------------------------------------------


class Finding:
    """One thing found: a key of the words, and what they mention."""

    def __init__(self, key: str, **given: object) -> None:
        self.key = key
        self.given = {name: str(value) for name, value in given.items()}


class Record:
    """A record that opens its entry, which is in a log that the policy names."""

    def __init__(self, entry: int, body: dict[str, Any], head: dict[str, Any]) -> None:
        self.entry, self.body, self.head = entry, body, head

    def text(self, name: str) -> str:
        """Return a field as text; empty where it is none."""
        value = self.body.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """Return a field as a whole number; 0 where it is none."""
        value = self.body.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else 0

    def items(self, name: str) -> list[Any]:
        """Return a field as a list; empty where it is none."""
        value = self.body.get(name)
        return value if isinstance(value, list) else []

    def at(self, name: str) -> str:
        """Return a time in words."""
        return time_of(self.number(name))

    @property
    def span(self) -> tuple[int, int]:
        """Return its span in microseconds."""
        return self.number("start_us"), self.number("end_us")


def time_of(at_us: int) -> str:
    """Return microseconds since 1970 as ISO 8601."""
    try:
        at = EPOCH + timedelta(microseconds=at_us)
    except OverflowError:
        return str(at_us)
    return f"{at.strftime('%Y-%m-%dT%H:%M:%S')}.{at.microsecond // 1000:03d}Z"


class Verification:
    """One verification of a bundle: its steps, one after another."""

    def __init__(self, bag: Bag, policy: Policy, now_s: int, seal: bytes | None) -> None:
        self.bag, self.policy, self.now_s, self.seal = bag, policy, now_s, seal
        self.steps: list[dict[str, Any]] = []
        self.records: dict[int, Record] = {}
        self.digests: dict[str, str] = {}
        self.sealed, self.count, self.later = "", 0, 0

    def step(
        self, name: str, wrong: list[Finding], told: list[Finding], good: str = "holds"
    ) -> None:
        """Note how a step ended."""
        state = "fails" if wrong else good
        self.steps.append({"number": len(self.steps) + 1, "name": name, "state": state,
                           "findings": [*wrong, *told]})  # fmt: skip

    def of(self, *kinds: str) -> list[Record]:
        """Return the proven records of some kinds, in the log's order."""
        found = [self.records[entry] for entry in sorted(self.records)]
        return [one for one in found if one.text("k") in kinds]

    def exhibit(self, what: str) -> Record | None:
        """Return the newest record of an exhibit that says this of itself."""
        found = [one for one in self.of("hold", "access", "export") if one.text("what") == what]
        return found[-1] if found else None

    def run(self, *, unsealed: bool) -> None:
        """Verify everything."""
        self._whole()
        wrong = self._records()
        self._seal(unsealed=unsealed)
        self.step("opened", wrong["opened"],
                  [Finding("opened", count=self.count - len(wrong["opened"]))])  # fmt: skip
        if not self.records and not wrong["signed"]:
            wrong["included"].append(Finding("nothing_proven"))
        self.step("included", wrong["included"], [Finding("included", count=len(self.records))])
        heads = list(self.policy.heads.values())
        signed = {(one["log"], one["size"]): one for one in heads if one["log"]}
        self.step("signed", wrong["signed"],
                  [Finding("signed_by", log=log, size=size) for log, size in signed])  # fmt: skip
        self._quorum(wrong["cosigned"], heads)
        exact = self._media()
        scope = self._scope()
        self._complete(scope, exact)
        self.step("ordered", self._order(scope), [Finding("in_order")])
        self._bounds()
        # Groups of pictures need a demuxer: not here. Steps 1 and 2 cover the clips.
        self.step("clips", [], [Finding("clips_unread")], "unknown")
        # C2PA needs CBOR, COSE and X.509: not here. Step 1 covers the files with their claims.
        count = sum(name.startswith("data/claims/") for name in self.bag.sizes)
        self.step("claims", [], [Finding("claims_unread", count=count)], "unknown")
        self.step("case", [], [Finding("case_unread")], "unknown")
        self.step("custody", [], self._custody(), "told")
        limits = ("scene", "place", "clock", "nobody_else", "derived")
        self.step("limits", [], [Finding(f"limit_{name}") for name in limits], "told")

    def _whole(self) -> None:
        wrong: list[Finding] = []
        size = 0
        try:
            listed = {
                **self._listed("tagmanifest-sha256.txt"),
                **self._listed("manifest-sha256.txt"),
            }
            declared = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
            if self.bag.read("bagit.txt", 1024) != declared:
                raise Fault("bagit.txt does not declare BagIt 1.0 in UTF-8.")
            for name, digest in listed.items():
                if name not in self.bag.sizes:
                    wrong.append(Finding("missing", name=name))
                    continue
                try:
                    found = self.digests[name] = self.bag.sha256(name)
                except Hostile as fault:
                    wrong.append(Finding("misshapen", why=fault))
                    continue
                size += self.bag.sizes[name]
                if found != digest:
                    wrong.append(Finding("differs", name=name))
            wrong += [
                Finding("unlisted", name=name)
                for name in self.bag.sizes
                if name not in listed and name != "tagmanifest-sha256.txt"
            ]
            self.sealed = self.bag.sha256("tagmanifest-sha256.txt")
        except Fault as fault:
            wrong.append(Finding("misshapen", why=fault))
        self.step("whole", wrong, [Finding("files", count=len(self.digests), bytes=size)])

    def _listed(self, manifest: str) -> dict[str, str]:
        try:
            lines = self.bag.read(manifest, 64 << 20).decode("utf-8").split("\n")
        except UnicodeDecodeError as fault:
            raise Fault(f"{manifest} is not UTF-8.") from fault
        if lines.pop() != "":
            raise Fault(f"{manifest} does not end in a newline.")
        found: dict[str, str] = {}
        for line in lines:
            told = re.fullmatch(r"([0-9a-f]{64})  (.+)", line)
            if told is None or told[2] in found:
                raise Fault(f"{manifest} has a misshapen or repeated line.")
            if (manifest == "manifest-sha256.txt") != checked(told[2]).startswith("data/"):
                raise Fault(f"{manifest} lists a file that belongs in the other manifest.")
            found[told[2]] = told[1]
        return found

    def _records(self) -> dict[str, list[Finding]]:
        wrong: dict[str, list[Finding]] = {
            name: [] for name in ("opened", "included", "signed", "cosigned")
        }
        names = sorted(name for name in self.bag.sizes if name.startswith("data/records/"))
        for name in names:
            told = re.fullmatch("data/records/(0|[1-9][0-9]{0,18})[.]json", name, re.ASCII)
            if told is None:
                if not name.endswith((".salt", ".tlog-proof")):
                    wrong["opened"].append(Finding("not_a_record", name=name))
                continue
            self.count += 1
            self._record(int(told[1]), wrong)
        if len(names) != 3 * self.count:
            count = abs(len(names) - 3 * self.count)
            wrong["opened"].append(Finding("stray_records", count=count))
        if not self.count:
            wrong["opened"].append(Finding("no_records"))
        return wrong

    def _record(self, entry: int, wrong: dict[str, list[Finding]]) -> None:
        place = f"data/records/{entry}"
        try:
            body = self.bag.read(f"{place}.json", 1 << 20)
            salt = self.bag.read(f"{place}.salt", 16)
            proof = parse_proof(self.bag.read(f"{place}.tlog-proof", 2_000_000))
            fields = fields_of(body)
            if open_entry(proof.extra, body, salt) != fields.get("k"):
                raise Fault("The entry is of another kind than the record.")
        except Fault as fault:
            wrong["opened"].append(Finding("not_opened", entry=entry, why=fault))
            return
        try:
            if proof.place != entry:
                raise Fault(f"The proof is of entry {proof.place}.")
            proof.check(proof.extra)
        except Fault as fault:
            wrong["included"].append(Finding("not_included", entry=entry, why=fault))
            return
        head = self.policy.head(proof.note, self.now_s)
        if not head["log"] or head["log"] != parse_head(proof.note.text).origin:
            why = head["why"] or "no log of the policy has signed it"
            wrong["signed"].append(Finding("not_signed", entry=entry, why=why))
            return
        if not head["quorum"]:
            if fields.get("k") in FOOTAGE:
                wrong["cosigned"].append(Finding("not_cosigned", entry=entry))
            else:
                self.later += 1
        self.records[entry] = Record(entry, fields, head)

    def _seal(self, *, unsealed: bool) -> None:
        if self.seal is None:
            if unsealed:
                self.step("sealed", [], [Finding("unasked")], "unknown")
            else:
                self.step("sealed", [Finding("no_seal")], [])
            return
        try:
            proof = parse_proof(self.seal)
            told = json.loads(proof.extra)
            entry = base64.b64decode(told["entry"], validate=True)
            body = base64.b64decode(told["record"], validate=True)
            open_entry(entry, body, bytes.fromhex(told["salt"]))
            proof.check(entry)
            head = self.policy.head(proof.note, self.now_s)
            sealed = Record(proof.place, json.loads(body), head)
            if not head["log"] or head["log"] != parse_head(proof.note.text).origin:
                raise Fault(head["why"] or "No log of the policy has signed it.")
            if not head["quorum"]:
                raise Fault("Too few have cosigned it.")
            if sealed.text("what") != "exhibit_exported":
                raise Fault("The proof is of something else than an export.")
        except (Fault, ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
            self.step("sealed", [Finding("seal_broken", why=fault)], [])
            return
        made = self.exhibit("exhibit")
        if sealed.text("tagmanifest_sha256") != self.sealed:
            self.step("sealed", [Finding("other_bundle")], [])
        elif made is not None and made.text("exhibit") != sealed.text("exhibit"):
            self.step("sealed", [Finding("other_exhibit", code=sealed.text("exhibit"))], [])
        else:
            told = {"entry": sealed.entry, "at": sealed.at("at_us"), "by": sealed.text("by")}
            self.step("sealed", [], [Finding("sealed_by", **told)])

    def _quorum(self, wrong: list[Finding], heads: list[dict[str, Any]]) -> None:
        wrong += [Finding("forged", why=head["why"]) for head in heads if head["why"]]
        told = []
        for head in heads:
            names = ", ".join(
                f"{name} {time_of(at_s * 1_000_000)}"
                for name, at_s in sorted(head["signed"].items())
            )
            told.append(Finding("cosigned_by", size=head["size"], names=names or "-"))
            if head["early"]:
                told.append(Finding("early", names=", ".join(head["early"])))
        if self.later:
            told.append(Finding("later", count=self.later))
        self.step("quorum", wrong, [*told, self.policy.dependence()])

    def _deleted(self) -> dict[str, Record]:
        return {str(name): one for one in self.of("deletion") for name in one.items("segments")}

    def _media(self) -> set[int]:
        wrong: list[Finding] = []
        told: list[Finding] = []
        exact: set[int] = set()
        named: set[str] = set()
        gone = self._deleted()
        for one in self.of("segment", "intake"):
            name = f"data/originals/{one.text('path')}"
            named.add(name)
            if name not in self.bag.sizes:
                deletion = gone.get(one.text("id"))
                if deletion is None:
                    wrong.append(Finding("media_missing", name=name))
                else:
                    told.append(Finding("deleted", name=name, why=deletion.text("why")))
            elif (
                self.digests.get(name) != one.text("sha256")
                or self.bag.sizes[name] != one.number("size_bytes")
            ):  # fmt: skip
                wrong.append(Finding("media_differs", name=name))
            else:
                exact.add(one.entry)
        wrong += [
            Finding("unproven_original", name=name)
            for name in self.bag.sizes
            if name.startswith("data/originals/") and name not in named
        ]
        self.step("exact", wrong, [Finding("exact", count=len(exact)), *told])
        return exact

    def _scope(self) -> tuple[list[str], int, int] | None:
        made, opened = self.exhibit("exhibit"), self.exhibit("exhibit_opened")
        if made is None or opened is None or made.text("exhibit") != opened.text("exhibit"):
            return None
        found = [
            ([name for name in one.items("cameras") if isinstance(name, str)], *one.span)
            for one in (made, opened)
        ]
        usable = found[0][0] and found[0][1] < found[0][2]
        return found[0] if found[0] == found[1] and usable else None

    def _complete(self, scope: tuple[list[str], int, int] | None, exact: set[int]) -> None:
        if scope is None:
            self.step("complete", [Finding("no_scope")], [])
            return
        wrong: list[Finding] = []
        told: list[Finding] = []
        cameras, begin, finish = scope
        gone, opened = self._deleted(), self.exhibit("exhibit_opened")
        for camera in cameras:
            segments = [
                one for one in self.of("segment")
                if one.text("camera") == camera and not is_sound(one.text("path"))
            ]  # fmt: skip
            here = [one for one in segments if one.entry in exact]
            lost = [one for one in segments if one.entry not in exact and one.text("id") in gone]
            gaps = [one for one in self.of("gap") if one.text("camera") == camera]
            nothing = [
                (one["start_us"], one["end_us"])
                for one in (opened.items("unrecorded") if opened else [])
                if isinstance(one, dict) and one.get("camera") == camera
                and isinstance(one.get("start_us"), int) and isinstance(one.get("end_us"), int)
            ]  # fmt: skip
            reached, seconds = begin, 0
            for start, end in sorted([one.span for one in [*here, *lost, *gaps]] + nothing):
                if min(start, finish) - reached > SEAM_US:
                    wrong.append(span_finding("hole", camera, reached, min(start, finish)))
                reached = max(reached, end)
            if finish - reached > SEAM_US:
                wrong.append(span_finding("hole", camera, reached, finish))
            reached = begin
            for start, end in sorted(one.span for one in here):
                seconds += max(0, min(end, finish) - max(start, reached))
                reached = max(reached, min(end, finish))
            told.append(span_finding("covered", camera, begin, finish,
                                     seconds=f"{seconds / 1_000_000:.1f}"))  # fmt: skip
            for key, found in (("gap", gaps), ("gone", lost)):
                for one in found:
                    start, end = max(one.span[0], begin), min(one.span[1], finish)
                    if start < end:
                        more = (
                            {"cause": one.text("cause")} if key == "gap"
                            else {"why": gone[one.text("id")].text("why")}
                        )  # fmt: skip
                        told.append(span_finding(key, camera, start, end, **more))
            told += [span_finding("unrecorded", camera, *span) for span in nothing]
        for one in self.of("tampering", "clock"):
            told.append(Finding("tampering", camera=one.text("camera"), at=one.at("at_us"),
                                rule=one.text("rule")))  # fmt: skip
        self.step("complete", wrong, told)

    def _order(self, scope: tuple[list[str], int, int] | None) -> list[Finding]:
        wrong: list[Finding] = []
        handed_in = {one.text("camera") for one in self.of("intake")}
        streams: dict[tuple[str, bool], list[Record]] = {}
        for one in self.of("segment"):
            streams.setdefault((one.text("camera"), is_sound(one.text("path"))), []).append(one)
            if scope is not None and one.text("camera") not in scope[0]:
                wrong.append(Finding("foreign", camera=one.text("camera")))
        for (camera, sound), found in streams.items():
            gaps = [one for one in self.of("gap") if one.text("camera") == camera]
            if any(one.text("cause") == "clock_stepped" for one in gaps):
                continue
            found.sort(key=lambda one: (one.number("start_us"), one.entry))
            overlapping = overlaps(camera, [one.span for one in found], "overlap")
            wrong += overlapping
            if not sound and not overlapping:
                mixed = sorted(one.span for one in (*found, *gaps))
                wrong += overlaps(camera, mixed, "over_gap")
            if camera not in handed_in:
                for earlier, later in zip(found, found[1:]):
                    if later.entry < earlier.entry:
                        told = {"camera": camera, "at": later.at("start_us")}
                        wrong.append(Finding("out_of_order", **told))
        return wrong

    def _bounds(self) -> None:
        media = self.of("segment", "intake")
        wrong: list[Finding] = []
        told: list[Finding] = []
        known = [one.head["quorum_s"] for one in media if one.head["quorum_s"] is not None]
        for one in media:
            at_s = one.head["quorum_s"]
            if at_s is not None and one.number("end_us") > (at_s + FUTURE_S) * 1_000_000:
                given = {"camera": one.text("camera"), "at": one.at("end_us")}
                wrong.append(Finding("after_signing", **given))
        if media and len(known) == len(media):
            told.append(Finding("not_after", at=time_of(max(known) * 1_000_000)))
        else:
            told.append(Finding("no_not_after"))
        first = min((one.entry for one in media), default=0)
        last = max((one.entry for one in media), default=0)
        prefix = "data/timestamps/"
        folders = {name[len(prefix) :].split("/")[0] for name in self.bag.sizes
                   if name.startswith(prefix)}  # fmt: skip
        for folder in sorted(folders):
            try:
                size = self._stamped(f"{prefix}{folder}", folder)
            except Fault as fault:
                wrong.append(Finding("stamp_broken", size=folder, why=fault))
                continue
            if size <= first:
                told.append(Finding("stamp_before", size=size))
            elif size > last:
                told.append(Finding("stamp_after", size=size))
        self.step("bounds", wrong, told, "holds" if known else "unknown")

    def _stamped(self, place: str, folder: str) -> int:
        head = parse_head(parse_note(self.bag.read(f"{place}/checkpoint", 1_000_000)).text)
        note = parse_note(self.bag.read("data/log/checkpoint", 1_000_000))
        main = parse_head(note.text)
        if self.policy.head(note, self.now_s)["log"] != main.origin:
            raise Fault("The bundle's own head is not signed by a log of the policy.")
        try:
            text = self.bag.read(f"{place}/consistency", 4096).decode("ascii")
        except UnicodeDecodeError as fault:
            raise Fault("The proof's lines are not ASCII.") from fault
        if text and not text.endswith("\n"):
            raise Fault("The proof is no list of hashes.")
        if head.origin != main.origin or str(head.size) != folder:
            raise Fault("It is of another log or size.")
        hashes = parse_hashes(text.split("\n")[:-1])
        check_consistency(head.size, main.size, head.root, main.root, hashes)
        return head.size

    def _custody(self) -> list[Finding]:
        told = []
        for one in self.of("access", "export"):
            what = one.text("what")
            key = {"": "looked", "export": "cut"}.get(what, what)
            if key not in ("looked", "cut", *EXHIBIT_DEEDS):
                key = "did"
            given = {name: one.text(name) for name in ("camera", "case", "purpose", "exhibit")}
            by = one.text("person") or one.text("by")
            told.append(Finding(key, by=by, at=one.at("at_us"), **given))
        for one in self.of("hold"):
            key = {"released": "released", "exhibit": "made"}.get(one.text("what"), "held")
            given = {name: one.text(name) for name in ("by", "reason", "exhibit", "case")}
            told.append(Finding(key, at=one.at("at_us"), **given))
        return told


def overlaps(camera: str, spans: list[tuple[int, int]], key: str) -> list[Finding]:
    """Return where spans, in order of their starts, overlap."""
    wrong: list[Finding] = []
    reached: int | None = None
    for start, end in spans:
        if end < start:
            wrong.append(Finding("backwards", camera=camera, at=time_of(start)))
        if reached is not None and reached - start > SEAM_US:
            wrong.append(Finding(key, camera=camera, at=time_of(start)))
        reached = end if reached is None else max(reached, end)
    return wrong


def span_finding(key: str, camera: str, start: int, end: int, **more: str) -> Finding:
    """Return a finding about a span of a camera."""
    return Finding(key, camera=camera, start=time_of(start), end=time_of(end), **more)


def is_sound(path: str) -> bool:
    """Return whether a recording's path is that of sound: archive/CAMERA/sound/..."""
    parts = path.split("/")
    return "archive" in parts and parts[parts.index("archive") + 2 :][:1] == ["sound"]


# --- Telling ------------------------------------------------------------------------------------


def say(words: dict[str, str], finding: Finding) -> str:
    """Return a finding in words; without words, its key and what it mentions."""
    text = words.get(f"say.{finding.key}") or f"{finding.key} {finding.given or ''}".strip()
    for name, value in finding.given.items():
        text = text.replace(f"{{{name}}}", value)
    kept = (" " if sign in "\r\n\t" else sign for sign in text)
    return "".join(sign for sign in kept if unicodedata.category(sign)[0] != "C")


def lines_of(done: Verification, words: dict[str, str]) -> Iterator[str]:
    """Yield the report in words."""
    for step in done.steps:
        name, state = step["name"], step["state"]
        yield f"{step['number']}. {words.get(f'state.{state}', state)}  " + words.get(
            f"step.{name}", name
        )
        counts: dict[str, int] = {}
        for one in step["findings"]:
            counts[one.key] = counts.get(one.key, 0) + 1
            if counts[one.key] <= 12:
                yield f"   {say(words, one)}"
        more = sum(count - 12 for count in counts.values() if count > 12)
        if more:
            yield f"   {say(words, Finding('more', count=more))}"
        if state == "fails" and f"means.{name}" in words:
            yield f"   {words[f'means.{name}']}"
    verdict = "holds" if holds(done) else "fails"
    yield words.get(f"verdict.{verdict}", verdict)


def holds(done: Verification) -> bool:
    """Return whether all that was asked for holds."""
    return all(step["state"] != "fails" for step in done.steps)


def main(arguments: list[str]) -> int:
    """Run; return 0 when all holds, 8 when anything does not, 2 when it cannot be looked at."""
    parser = argparse.ArgumentParser(description="Verify a Shanasheel bundle.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--policy", type=Path, required=True)
    parser.add_argument("--proof", type=Path)
    parser.add_argument("--originals-only", action="store_true")
    parser.add_argument("--lang", choices=("ar", "en"), default="en")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    words = WORDS.get(asked.lang, {})
    try:
        policy = Policy(asked.policy.read_bytes())
        bundle = Path(os.path.abspath(asked.bundle))  # noqa: PTH100 - links are not followed
        beside = asked.proof or bundle.with_name(f"{bundle.name}.tlog-proof")
        seal = beside.read_bytes()[:2_000_001] if asked.proof or beside.is_file() else None
        done = Verification(Bag(bundle), policy, int(time.time()), seal)  # noqa: TID251
        done.run(unsealed=asked.originals_only)
    except (Fault, OSError) as fault:
        print(fault, file=sys.stderr)
        return 2
    if asked.json:
        steps = [
            {**step, "findings": [{"key": one.key, **one.given} for one in step["findings"]]}
            for step in done.steps
        ]
        print(json.dumps({"holds": holds(done), "steps": steps}, ensure_ascii=True))
    else:
        for line in lines_of(done, words):
            print(line)
    return 0 if holds(done) else 8


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(main(sys.argv[1:]))
