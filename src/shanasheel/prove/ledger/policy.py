"""Who must have signed (C2SP tlog-policy): the verifier's own file of logs, witnesses, quorum.

One comment of the file means something to us: `#agency NAME WITNESS...` says who runs which
witnesses. Other programs pass over it. A quorum is independent when no single agency can make it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from shanasheel.base.errors import InvalidInput
from shanasheel.base.text import printable
from shanasheel.prove.ledger.cosignatures import CosignerKey, cosigned_at, parse_cosigner_key
from shanasheel.prove.ledger.faults import SignatureMismatch
from shanasheel.prove.ledger.notes import Note, Verifier, parse_verifier, verify_note

POLICY_LIMIT_BYTES = 512 * 1024  # 64 witnesses with ML-DSA keys need a quarter
_MOST = 256  # of each kind of line; the text recommends at least 32
_NONE = "none"
_ALLOWED = frozenset({0x09, 0x0A, *range(0x20, 0x7F), *range(0x80, 0x100)})
_FUTURE_S = 300  # clocks of honest cosigners may differ so much (guessed)
_REMEDY = "See docs/guide/prove.md for an example."


class PolicyMistake(InvalidInput):
    """A policy file breaks the rules of tlog-policy; the message names the line."""


class Dependence(StrEnum):
    """Why a quorum is not independent."""

    NO_QUORUM = "no_quorum"
    ONE_AGENCY = "one_agency"
    UNSAID = "unsaid"  # nobody said who runs enough of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """At least `least` of `members` must have signed; members are witnesses or groups."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Independence:
    """Whether no single agency can make the quorum.

    Args:
        why: None when it is independent.
        agency: the one that can; empty where none is named.
    """

    why: Dependence | None = None
    agency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a policy says of one checkpoint.

    Args:
        log: name of the log's key that signed it; empty where none that the policy knows did.
        signed: witnesses that cosigned it, with POSIX seconds.
        early: witnesses whose cosignature is dated in the future; they do not count.
        quorum: whether enough did.
    """

    log: str
    signed: dict[str, int]
    early: tuple[str, ...]
    quorum: bool

    @property
    def holds(self) -> bool:
        """Return whether log and quorum both signed."""
        return bool(self.log) and self.quorum


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy file, read.

    Args:
        witnesses: by the name they have in the file.
        groups: by name, each after those it names.
        quorum: a witness, a group, or `none`.
        agencies: who runs which witnesses.
        urls: where witnesses answer, of those that say so.
    """

    logs: tuple[Verifier, ...]
    witnesses: dict[str, CosignerKey]
    groups: dict[str, Group]
    quorum: str
    agencies: dict[str, frozenset[str]]
    urls: dict[str, str]

    def met_by(self, witnesses: Collection[str]) -> bool:
        """Return whether these witnesses make the quorum."""
        if self.quorum == _NONE:
            return True
        signed = set(witnesses)
        for name, group in self.groups.items():
            if sum(member in signed for member in group.members) >= group.least:
                signed.add(name)
        return self.quorum in signed

    def judge(self, note: Note, now_s: int) -> Verdict:
        """Return what the policy says of a cosigned checkpoint.

        Args:
            now_s: POSIX seconds; a cosignature dated over five minutes later does not count.

        Raises:
            SignatureMismatch: a line under a key of the policy is forged.
        """
        try:
            log = verify_note(note, self.logs)[0].name if self.logs else ""
        except SignatureMismatch:
            if _has_line(note, self.logs):
                raise
            log = ""
        times = {name: cosigned_at(note, key) for name, key in self.witnesses.items()}
        signed = {name: at_s for name, at_s in times.items() if at_s is not None}
        early = tuple(name for name, at_s in signed.items() if at_s > now_s + _FUTURE_S)
        counted = {name: at_s for name, at_s in signed.items() if name not in early}
        return Verdict(log=log, signed=counted, early=early, quorum=self.met_by(counted))

    def independence(self) -> Independence:
        """Return whether no single agency can make the quorum alone.

        Witnesses of whom nobody said who runs them may belong to anybody: they count for each.
        """
        if self.quorum == _NONE:
            return Independence(why=Dependence.NO_QUORUM)
        for agency, members in self.agencies.items():
            if self.met_by(members):
                return Independence(why=Dependence.ONE_AGENCY, agency=agency)
        unsaid = set(self.witnesses).difference(*self.agencies.values())
        for agency, members in (*self.agencies.items(), ("", frozenset[str]())):
            if self.met_by(members | unsaid):
                return Independence(why=Dependence.UNSAID, agency=agency)
        return Independence()


def parse_policy(data: bytes) -> Policy:
    """Return the policy in a file.

    Raises:
        PolicyMistake: it breaks a rule of tlog-policy; the message begins with the line's number.
    """
    if len(data) > POLICY_LIMIT_BYTES:
        raise PolicyMistake(f"The policy is longer than {POLICY_LIMIT_BYTES} bytes.")
    reading = _Reading()
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            if not _ALLOWED.issuperset(line):
                raise PolicyMistake("a control character; lines end in a newline alone.")
            # SPEC: names must be handled as opaque octet strings.
            reading.take(line.decode("utf-8", "surrogateescape").replace("\t", " ").split(" "))
        except InvalidInput as fault:
            raise PolicyMistake(
                f"Line {number} of the policy: {fault.message}", fault.remedy or _REMEDY
            ) from fault
    return reading.policy()


@dataclass(slots=True)
class _Reading:
    """A policy while it is read, line by line."""

    logs: list[Verifier] = field(default_factory=list)
    witnesses: dict[str, CosignerKey] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    grouped: set[str] = field(default_factory=set)
    agencies: dict[str, frozenset[str]] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    quorum: str | None = None

    def take(self, split: list[str]) -> None:
        """Take one line in words."""
        words = [word for word in split if word]
        if not words or (words[0].startswith("#") and words[0] != "#agency"):
            return
        takes = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
            "#agency": self._agency,
        }
        if words[0] not in takes:
            raise PolicyMistake(f"{_shown(words[0])} is not log, witness, group or quorum.")
        takes[words[0]](words[1:])

    def policy(self) -> Policy:
        """Return the policy once all lines are taken."""
        if self.quorum is None:
            raise PolicyMistake("The policy has no quorum line.", "Add `quorum NAME`.")
        return Policy(
            logs=tuple(self.logs),
            witnesses=self.witnesses,
            groups=self.groups,
            quorum=self.quorum,
            agencies=self.agencies,
            urls=self.urls,
        )

    def _log(self, words: list[str]) -> None:
        _count(words, 1, 2, "log KEY [URL]")
        key = parse_verifier(words[0])
        if key.public in {known.public for known in self.logs}:
            raise PolicyMistake("this log's key stands above already.")
        _bound(len(self.logs))
        self.logs.append(key)

    def _witness(self, words: list[str]) -> None:
        _count(words, 2, 3, "witness NAME KEY [URL]")
        self._check_new(words[0])
        key = parse_cosigner_key(words[1])
        if key.public in {known.public for known in self.witnesses.values()}:
            raise PolicyMistake("this witness's key stands above already.")
        _bound(len(self.witnesses))
        self.witnesses[words[0]] = key
        if len(words) > 2:
            self.urls[words[0]] = words[2].rstrip("/")

    def _group(self, words: list[str]) -> None:
        _count(words, 3, None, "group NAME all|any|NUMBER NAME...")
        name, rule, *members = words
        self._check_new(name)
        for member in members:
            self._check_known(member)
            if member in self.grouped or members.count(member) > 1:
                raise PolicyMistake(f"{_shown(member)} is a member of a group already.")
        _bound(len(self.groups))
        self.groups[name] = Group(least=_least(rule, len(members)), members=tuple(members))
        self.grouped.update(members)

    def _quorum(self, words: list[str]) -> None:
        _count(words, 1, 1, "quorum NAME")
        if self.quorum is not None:
            raise PolicyMistake("there is a quorum line above already.")
        if words[0] != _NONE:
            self._check_known(words[0])
        self.quorum = words[0]

    def _agency(self, words: list[str]) -> None:
        _count(words, 2, None, "#agency NAME WITNESS...")
        name, *witnesses = words
        for witness in witnesses:
            if witness not in self.witnesses:
                raise PolicyMistake(f"no witness {_shown(witness)} is named above.")
            if any(witness in members for members in self.agencies.values()):
                raise PolicyMistake(f"{_shown(witness)} has an agency already.")
        self.agencies[name] = self.agencies.get(name, frozenset()) | set(witnesses)

    def _check_new(self, name: str) -> None:
        if name == _NONE:
            raise PolicyMistake("the name none is taken by the standard.")
        if name in self.witnesses or name in self.groups:
            raise PolicyMistake(f"the name {_shown(name)} is used above already.")

    def _check_known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise PolicyMistake(f"no witness or group {_shown(name)} is named above.")


def _count(words: list[str], least: int, most: int | None, form: str) -> None:
    if len(words) < least or (most is not None and len(words) > most):
        raise PolicyMistake(f"it should read `{form}`.")


def _bound(count: int) -> None:
    if count >= _MOST:
        raise PolicyMistake(f"more than {_MOST} lines of a kind.")


def _least(rule: str, count: int) -> int:
    if rule == "all":
        return count
    if rule == "any":
        return 1
    if not (rule.isascii() and rule.isdigit() and len(rule) < 4 and 1 <= int(rule) <= count):
        raise PolicyMistake(f"{_shown(rule)} is not all, any, or 1 to {count}.")
    return int(rule)


def _has_line(note: Note, logs: Collection[Verifier]) -> bool:
    known = {(key.name, key.key_id) for key in logs}
    return any((line.name, line.key_id) in known for line in note.signatures)


def _shown(word: str) -> str:
    return f"`{printable(word.encode('utf-8', 'replace').decode(), 40)}`"
