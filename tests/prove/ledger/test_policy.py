"""A verifier's policy: read to the letter, evaluated, and called independent only if it is."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from logs import SomeLog
from shanasheel.prove.ledger import (
    Algorithm,
    Dependence,
    Note,
    PolicyMistake,
    Signature,
    SignatureMismatch,
    new_cosigner,
    parse_note,
    parse_policy,
)

LOG = SomeLog().grow(9)
SIGNERS = {
    name: new_cosigner(f"{name}.example/1", Algorithm.ED25519)
    for name in ("X1", "X2", "X3", "Y1", "Y2", "Y3")
}
WITNESSES = "".join(f"witness {name} {one.verifier}\n" for name, one in SIGNERS.items())
EXAMPLE = f"""# the example of tlog-policy
log {LOG.vkey} https://log.example

{WITNESSES}
\tgroup X-witnesses 2 X1 X2 X3
group Y-witnesses  any Y1 Y2 Y3
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""
AT = 1_800_000_000


def cosigned(*names: str, at_s: int = AT) -> Note:
    note = parse_note(LOG.checkpoint(9))
    lines = tuple(SIGNERS[name].sign(note.text, at_s) for name in names)
    return Note(text=note.text, signatures=(*note.signatures, *lines))


def test_the_example_of_the_specification_holds_for_exactly_its_quorums() -> None:
    policy = parse_policy(EXAMPLE.encode())

    for count in range(7):
        for names in itertools.combinations(SIGNERS, count):
            enough = len([n for n in names if n[0] == "X"]) >= 2 and any(n[0] == "Y" for n in names)
            verdict = policy.judge(cosigned(*names), AT)
            assert verdict.holds == enough, names
            assert verdict.signed == dict.fromkeys(names, AT)


def test_both_kinds_of_cosignature_count() -> None:
    signer = new_cosigner("pq.example/1", Algorithm.ML_DSA_44)
    policy = parse_policy(f"log {LOG.vkey}\nwitness P {signer.verifier}\nquorum P".encode())
    note = parse_note(LOG.checkpoint(9))
    line = signer.sign(note.text, AT)

    assert policy.judge(Note(text=note.text, signatures=(*note.signatures, line)), AT).holds
    assert not policy.judge(note, AT).holds


def test_a_log_the_policy_does_not_name_does_not_hold() -> None:
    other = SomeLog("other.example/log").grow(1)
    policy = parse_policy(f"log {other.vkey}\nquorum none\n".encode())

    assert not policy.judge(cosigned("X1"), AT).holds
    assert parse_policy(f"log {LOG.vkey}\nquorum none\n".encode()).judge(cosigned(), AT).holds


def test_a_cosignature_dated_in_the_future_does_not_count() -> None:
    policy = parse_policy(f"log {LOG.vkey}\n{WITNESSES}quorum X1\n".encode())

    verdict = policy.judge(cosigned("X1", at_s=AT + 3600), AT)

    assert (verdict.holds, verdict.early) == (False, ("X1",))


def test_a_forged_line_under_a_known_key_is_never_passed_over() -> None:
    policy = parse_policy(EXAMPLE.encode())
    note = cosigned("X1", "X2", "Y1")
    last = note.signatures[-1]
    forged = Signature(
        name=last.name, key_id=last.key_id, blob=last.blob[:-1] + bytes([last.blob[-1] ^ 1])
    )

    with pytest.raises(SignatureMismatch):
        policy.judge(Note(text=note.text, signatures=(*note.signatures[:-1], forged)), AT)


X1, X2 = SIGNERS["X1"].verifier, SIGNERS["X2"].verifier


MISTAKES = [
    ("bogus a b\nquorum none", 1, "not log, witness, group or quorum"),
    ("\n\nlog\nquorum none", 3, "log KEY"),
    ("log nonsense\nquorum none", 1, "verifier key"),
    (f"log {X1}\nquorum none", 1, "not an Ed25519 key"),
    (f"log {LOG.vkey}\nlog {LOG.vkey}\nquorum none", 2, "already"),
    (f"witness a {LOG.vkey}\nquorum a", 1, "not a cosigner's key"),
    (f"witness none {X1}\nquorum none", 1, "taken by the standard"),
    (f"witness a {X1}\nwitness a {X2}\nquorum a", 2, "used above already"),
    (f"witness a {X1}\nwitness b {X1}\nquorum a", 2, "key stands above"),
    (f"witness a {X1}\ngroup a any a\nquorum a", 2, "used above already"),
    (f"witness a {X1}\ngroup g any a b\nquorum g", 2, "no witness or group `b`"),
    (f"group g any g\nwitness a {X1}\nquorum g", 1, "no witness or group"),
    (f"witness a {X1}\ngroup g any none\nquorum g", 2, "no witness or group"),
    (f"witness a {X1}\ngroup g 0 a\nquorum g", 2, "1 to 1"),
    (f"witness a {X1}\ngroup g 2 a\nquorum g", 2, "1 to 1"),
    (f"witness a {X1}\ngroup g ٢ a\nquorum g", 2, "1 to 1"),
    (f"witness a {X1}\ngroup g any\nquorum g", 2, "group NAME"),
    (f"witness a {X1}\ngroup g any a\ngroup h any a\nquorum g", 3, "member of a group"),
    (f"witness a {X1}\ngroup g any a a\nquorum g", 2, "member of a group"),
    (f"quorum a\nwitness a {X1}", 1, "no witness or group"),
    ("quorum none\nquorum none", 2, "already"),
    ("quorum none more", 1, "quorum NAME"),
    ("quorum\r\n", 1, "control character"),
    (f"witness a {X1}\n#agency police b\nquorum a", 2, "no witness `b`"),
    (f"witness a {X1}\n#agency p a\n#agency q a\nquorum a", 3, "agency already"),
]


# Numbered: keys are new in each process, and all must collect the same tests.
@pytest.mark.parametrize(("text", "line", "what"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_names_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(PolicyMistake, match=re.escape(what)) as caught:
        parse_policy(text.encode())

    assert f"Line {line} " in str(caught.value)


def test_a_policy_without_a_quorum_or_too_long_is_refused() -> None:
    with pytest.raises(PolicyMistake, match="no quorum line"):
        parse_policy(f"log {LOG.vkey}\n".encode())
    with pytest.raises(PolicyMistake, match="longer"):
        parse_policy(b"#" * 600_000)


def test_names_are_octets() -> None:
    kelvin = b"\xe2\x84\xaa"  # looks like a K
    lines = b"witness K %s\nwitness %s %s\nwitness \xff\xfe %s\nquorum %s\n"
    keys = [str(SIGNERS[name].verifier).encode() for name in ("X1", "X2", "X3")]

    policy = parse_policy(lines % (keys[0], kelvin, keys[1], keys[2], kelvin))

    assert policy.judge(cosigned("X2"), AT).quorum
    assert not policy.judge(cosigned("X1"), AT).quorum


@pytest.mark.parametrize(
    ("agencies", "quorum", "why", "agency"),
    [
        ("#agency police X1 X2 X3\n#agency court Y1 Y2 Y3\n", "X-and-Y", None, ""),
        ("#agency police X1 X2 Y1\n#agency court X3 Y2 Y3\n", "X-and-Y", "one_agency", "police"),
        ("#agency police X1 X2\n", "X-and-Y", "unsaid", "police"),
        ("", "X-and-Y", "unsaid", ""),
        ("# agency police X1\n", "X1", "unsaid", ""),
        ("#agency court X1\n", "X1", "one_agency", "court"),
        ("#agency court X1\n", "none", "no_quorum", ""),
    ],
)
def test_a_quorum_that_one_agency_can_make_is_not_independent(
    agencies: str, quorum: str, why: str | None, agency: str
) -> None:
    text = EXAMPLE.replace("quorum X-and-Y", f"{agencies}quorum {quorum}")

    found = parse_policy(text.encode()).independence()

    assert (found.why, found.agency) == (Dependence(why) if why else None, agency)


@given(some.binary(max_size=200))
def test_whatever_is_in_a_file_is_a_policy_or_a_mistake(junk: bytes) -> None:
    try:
        parse_policy(EXAMPLE.encode() + junk)
    except PolicyMistake as fault:
        told = str(fault)
    else:
        told = "Line "  # comments and blank lines change nothing
    assert "Line " in told
