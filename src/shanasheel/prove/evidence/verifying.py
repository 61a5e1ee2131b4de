"""Verifying a bundle from its files and the verifier's own policy: a report of every step.

Nothing of the site is asked and nothing of the bundle is trusted: its copies of keys and policy
are not even read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from shanasheel.base.errors import IntegrityFault, InvalidInput
from shanasheel.prove.evidence.bounds import check_bounds
from shanasheel.prove.evidence.case import (
    CASE_FILE,
    CASE_LIMIT_BYTES,
    FileHash,
    case_document,
    is_of_this_format,
)
from shanasheel.prove.evidence.claim_check import check_claims, unread_claims
from shanasheel.prove.evidence.clip_check import check_clips, unread_clips
from shanasheel.prove.evidence.footage import (
    Scope,
    check_complete,
    check_media,
    check_order,
    scope_of,
)
from shanasheel.prove.evidence.layout import (
    DOWNLOADED,
    EXHIBIT,
    EXPORTED,
    OPENED,
    parse_seal,
)
from shanasheel.prove.evidence.opening import BagFiles, read_small
from shanasheel.prove.evidence.records import Judge, Proven, Records, check_records, time_of
from shanasheel.prove.evidence.report import BundleReport, BundleStep, Finding, State
from shanasheel.prove.evidence.whole import Progress, Whole, check_whole
from shanasheel.prove.ledger.commitments import open_commitment
from shanasheel.prove.ledger.policy import Dependence, Policy
from shanasheel.prove.ledger.timestamps import TimestampTrust

LIMITS = ("scene", "place", "clock", "nobody_else", "derived")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifying:
    """What a verifier asks for.

    Args:
        now_s: POSIX seconds by the verifier's clock.
        seal: the file beside the bundle; None where there is none.
        unsealed: judge the originals alone, without the file beside the bundle.
        trust: by which timestamps are verified, and then one must hold; None verifies none.
        quick: leave out what reads footage once more: groups of clips, and C2PA claims.
    """

    policy: Policy
    now_s: int
    seal: bytes | None
    unsealed: bool = False
    trust: TimestampTrust | None = None
    quick: bool = False


@dataclass(slots=True)
class _Steps:
    done: list[BundleStep] = field(default_factory=list)

    def add(
        self,
        name: str,
        wrong: Sequence[Finding],
        told: Sequence[Finding],
        good: State | None = None,
    ) -> None:
        state = State.FAILS if wrong else (good or State.HOLDS)
        self.done.append(
            BundleStep(number=len(self.done) + 1, name=name, state=state, findings=(*wrong, *told))
        )


def verify_bundle(
    bag: BagFiles, asked: Verifying, progress: Progress | None = None
) -> BundleReport:
    """Verify a bundle.

    Steps: 1 `whole`, 2 `sealed`, 3 `opened`, 4 `included`, 5 `signed`, 6 `quorum`, 7 `exact`,
    8 `complete`, 9 `ordered`, 10 `bounds`, 11 `clips`, 12 `claims`, 13 `case`, 14 `custody`,
    15 `limits`.

    Returns:
        The report; a bundle that fails is a result, not an error.

    Raises:
        HostileBundle: a file cannot be read to its end.
    """
    steps, judge = _Steps(), Judge(asked.policy, asked.now_s)
    whole = check_whole(bag, progress)
    counted = Finding("files", {"count": str(len(whole.digests)), "bytes": str(whole.size_bytes)})
    steps.add("whole", whole.findings, [counted])
    records = check_records(bag, judge)
    _seal(steps, whole, asked, judge, records)
    opened = Finding("opened", {"count": str(records.count - len(records.opened))})
    steps.add("opened", records.opened, [opened])
    included = Finding("included", {"count": str(len(records.proven))})
    steps.add("included", [*records.included, *_none_proven(records)], [included])
    _signed(steps, records)
    _quorum(steps, records, asked.policy)
    wrong, told, exact = check_media(bag.sizes, whole.digests, records)
    exact_told = Finding("exact", {"count": str(len(exact))})
    steps.add("exact", wrong, [exact_told, *told])
    scope = scope_of(records)
    _complete(steps, scope, records, exact)
    steps.add("ordered", check_order(records, scope), [Finding("in_order")])
    bounds = check_bounds(bag, records, judge, asked.trust)
    known = State.HOLDS if bounds.known else State.UNKNOWN
    steps.add("bounds", bounds.wrong, bounds.told, known)
    clips = unread_clips() if asked.quick else check_clips(bag, records)
    steps.add("clips", clips.wrong, clips.told, clips.good)
    claims = unread_claims(bag) if asked.quick else check_claims(bag, whole.digests, records)
    steps.add("claims", claims.wrong, claims.told, claims.good)
    _case(steps, bag, whole, records)
    steps.add("custody", [], _custody(records), State.TOLD)
    steps.add("limits", [], [Finding(f"limit_{name}") for name in LIMITS], State.TOLD)
    made = records.exhibit(EXHIBIT)
    logs = sorted({one.head.log for one in records.proven.values()})
    return BundleReport(
        steps=tuple(steps.done), exhibit=made.text("exhibit") if made else "", log=", ".join(logs)
    )


def _none_proven(records: Records) -> list[Finding]:
    return [] if records.proven or records.signed else [Finding("nothing_proven")]


def _seal(steps: _Steps, whole: Whole, asked: Verifying, judge: Judge, records: Records) -> None:
    if asked.seal is None:
        if asked.unsealed:
            steps.add("sealed", [], [Finding("unasked")], State.UNKNOWN)
        else:
            steps.add("sealed", [Finding("no_seal")], [])
        return
    try:
        seal = parse_seal(asked.seal)
        open_commitment(seal.entry, seal.body, seal.salt)
        seal.proof.verify(seal.entry)
        body = json.loads(seal.body)
        head = judge.head(seal.proof.note, seal.proof.checkpoint.size)
        sealed = Proven(entry=seal.proof.index, body=body, head=head)
        if not head.log or head.log != seal.proof.checkpoint.origin or not head.quorum:
            raise InvalidInput(head.why or "The log or the quorum has not signed it.")
        if sealed.text("what") != EXPORTED:
            raise InvalidInput("The proof is of something else than an export.")
    except (InvalidInput, IntegrityFault, ValueError, AttributeError, RecursionError) as fault:
        steps.add("sealed", [Finding("seal_broken", {"why": str(fault)})], [])
        return
    made = records.exhibit(EXHIBIT)
    if sealed.text("tagmanifest_sha256") != whole.sealed:
        steps.add("sealed", [Finding("other_bundle")], [])
    elif made is not None and made.text("exhibit") != sealed.text("exhibit"):
        steps.add("sealed", [Finding("other_exhibit", {"code": sealed.text("exhibit")})], [])
    else:
        told = {"entry": str(sealed.entry), "at": sealed.at("at_us"), "by": sealed.text("by")}
        steps.add("sealed", [], [Finding("sealed_by", told)])


def _signed(steps: _Steps, records: Records) -> None:
    told = {
        (head.log, head.size): Finding("signed_by", {"log": head.log, "size": str(head.size)})
        for head in records.heads.values()
        if head.log
    }
    steps.add("signed", records.signed, list(told.values()))


def _quorum(steps: _Steps, records: Records, policy: Policy) -> None:
    wrong = list(records.cosigned)
    wrong += [Finding("forged", {"why": head.why}) for head in records.heads.values() if head.why]
    told = []
    for head in records.heads.values():
        names = ", ".join(
            f"{name} {time_of(at_s * 1_000_000)}" for name, at_s in sorted(head.signed.items())
        )
        told.append(Finding("cosigned_by", {"size": str(head.size), "names": names or "-"}))
        if head.early:
            told.append(Finding("early", {"names": ", ".join(head.early)}))
    if records.later:
        told.append(Finding("later", {"count": str(records.later)}))
    found = policy.independence()
    if found.why is None:
        told.append(Finding("independent"))
    else:
        key = "one_agency" if found.why is Dependence.ONE_AGENCY else found.why.value
        told.append(Finding(f"not_independent_{key}", {"agency": found.agency}))
    steps.add("quorum", wrong, told)


def _complete(steps: _Steps, scope: Scope | None, records: Records, exact: set[int]) -> None:
    if scope is None:
        steps.add("complete", [Finding("no_scope")], [])
        return
    wrong, told = check_complete(scope, records, exact)
    for one in records.of("tampering", "clock"):
        told.append(
            Finding("tampering", {"camera": one.text("camera"), "at": one.at("at_us"),
                                  "rule": one.text("rule")})
        )  # fmt: skip
    steps.add("complete", wrong, told)


def _case(steps: _Steps, bag: BagFiles, whole: Whole, records: Records) -> None:
    """Write the case file again from what is proven, and compare, where all else holds."""
    name = f"data/{CASE_FILE}"
    if name not in whole.digests:
        steps.add("case", [], [Finding("case_none")], State.UNKNOWN)
        return
    if any(step.state is State.FAILS for step in steps.done):
        # It follows from files and records: where those are others, it is another of necessity.
        steps.add("case", [], [Finding("case_skipped")], State.UNKNOWN)
        return
    files = {
        name: FileHash(sha256=digest, size_bytes=bag.sizes[name])
        for name, digest in whole.digests.items()
    }
    again = case_document({entry: one.body for entry, one in records.proven.items()}, files)
    if hashlib.sha256(again).hexdigest() == whole.digests[name]:
        steps.add("case", [], [Finding("case_same")])
    elif not is_of_this_format(read_small(bag, name, CASE_LIMIT_BYTES)):
        steps.add("case", [], [Finding("case_other")], State.UNKNOWN)
    else:
        steps.add("case", [Finding("case_differs")], [])


def _custody(records: Records) -> list[Finding]:
    """Say who looked at the footage, handed it out, held it and let it go."""
    told: list[Finding] = []
    for one in records.of("access", "export"):
        what = one.text("what")
        key = {"": "looked", "export": "cut"}.get(what, what)
        given = {
            "by": one.text("person") or one.text("by"), "at": one.at("at_us"),
            "camera": one.text("camera"), "case": one.text("case"),
            "purpose": one.text("purpose"), "exhibit": one.text("exhibit"),
        }  # fmt: skip
        known = key in ("looked", "cut", OPENED, EXPORTED, DOWNLOADED)
        told.append(Finding(key if known else "did", given))
    for one in records.of("hold"):
        key = {"released": "released", EXHIBIT: "made"}.get(one.text("what"), "held")
        given = {
            "by": one.text("by"), "at": one.at("at_us"), "reason": one.text("reason"),
            "exhibit": one.text("exhibit"), "case": one.text("case"),
        }  # fmt: skip
        told.append(Finding(key, given))
    return told
