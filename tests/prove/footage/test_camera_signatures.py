"""ONVIF Media Signing: the consortium's own samples hold, and whatever is changed is noticed."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from footage import data_folder
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.signing import CameraSignature, Doubt, SignatureState
from shanasheel.prove.footage import Anchors, SignatureCheck, check_file, gop_leaves
from shanasheel.prove.footage.documents import MEDIA_SIGNING, parse_document
from videos import make_video

#: The samples do not know the time; their certificate is of 13 November 2024 to 2025.
THEN = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
SAMPLES = ["test_signed_h264.mp4", "test_signed_h265.mp4"]
Units = list[tuple[bytes, bool]]


@pytest.fixture
def folder() -> Path:
    return data_folder("vectors/onvif-media-signing")


@pytest.fixture
def anchors(folder: Path) -> Anchors:
    return Anchors.read([folder / "ca.pem"])


class _Keeping:
    """Keeps every unit."""

    def __init__(self) -> None:
        self.units: Units = []

    def begin_group(self) -> None:
        pass

    def unit(self, unit: memoryview, *, is_sei: bool) -> None:
        self.units.append((bytes(unit), is_sei))


def _units(file: Path) -> Units:
    keeping = _Keeping()
    gop_leaves(file, watch=keeping)
    return keeping.units


def _documents(units: Units) -> list[int]:
    return [place for place, (unit, sei) in enumerate(units) if sei and MEDIA_SIGNING in unit]


def _groups(units: Units, codec: str) -> list[int]:
    """Return where groups begin."""
    kinds = [unit[0] & 0x1F if codec == "h264" else unit[0] >> 1 & 0x3F for unit, _ in units]
    return [place for place, kind in enumerate(kinds) if kind == (5 if codec == "h264" else 20)]


def _check(
    units: Units, anchors: Anchors, codec: str, *, now: dt.datetime = THEN
) -> CameraSignature:
    check = SignatureCheck(codec, anchors, lambda: now, eager=True)
    for unit, is_sei in units:
        check.unit(memoryview(unit), is_sei=is_sei)
    return check.take(end=True) or CameraSignature(state=SignatureState.NONE)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_hold_but_for_their_end(name: str, folder: Path, anchors: Anchors) -> None:
    found = check_file(folder / name, anchors, THEN)

    assert found.state is SignatureState.OK
    assert found.doubts == (Doubt.TAIL,)
    assert (found.groups, found.first, found.last) == (4, 1, 4)
    assert found.certificate.startswith("f31095d47366728724fd")


@pytest.mark.parametrize("name", ["test_h264.mp4", "test_h265.mp4"])
def test_an_unsigned_sample_has_no_signatures(name: str, folder: Path, anchors: Anchors) -> None:
    assert check_file(folder / name, anchors, THEN).state is SignatureState.NONE


@pytest.mark.parametrize("name", SAMPLES)
def test_copies_in_other_containers_hold(
    name: str, folder: Path, anchors: Anchors, tmp_path: Path
) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    whole = check_file(folder / name, anchors, THEN)
    for target, options in (("a.mkv", []), ("b.mp4", ["-movflags", "frag_keyframe+empty_moov"])):
        copy = tmp_path / target
        command = ["ffmpeg", "-loglevel", "error", "-i", str(folder / name), "-c", "copy"]
        subprocess.run([*command, *options, str(copy)], check=True)

        assert check_file(copy, anchors, THEN) == whole


def _flip(place: int, at: int) -> Callable[[Units], None]:
    def change(units: Units) -> None:
        unit, is_sei = units[place]
        units[place] = (unit[:at] + bytes([unit[at] ^ 0x10]) + unit[at + 1 :], is_sei)

    return change


def _drop(place: int) -> Callable[[Units], None]:
    return lambda units: units.pop(place) and None


def _swap(units: Units) -> None:
    units[10], units[11] = units[11], units[10]


@pytest.mark.parametrize(
    ("change", "state", "doubt"),
    [
        (_flip(0, 30), SignatureState.BAD, Doubt.PICTURES),
        (_flip(20, 15), SignatureState.BAD, Doubt.PICTURES),
        (_swap, SignatureState.BAD, Doubt.PICTURES),
        (_drop(20), SignatureState.PARTIAL, Doubt.PICTURES_MISSING),
    ],
)
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_changed_pictures_are_found(
    change: Callable[[Units], None], state: SignatureState, doubt: Doubt, codec: str,
    folder: Path, anchors: Anchors,
) -> None:  # fmt: skip
    units = _units(folder / SAMPLES[codec == "hevc"])
    change(units)

    found = _check(units, anchors, codec)

    assert found.state is state
    assert doubt in found.doubts
    assert found.groups == 3  # every other group holds as before


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_every_byte_of_a_document_matters(codec: str, folder: Path, anchors: Anchors) -> None:
    whole = _units(folder / SAMPLES[codec == "hevc"])
    (first, *_) = _documents(whole)
    size = len(whole[first][0])
    holds = _check(whole, anchors, codec)

    harmless = 0
    for at in range(0, size, 37):
        units = list(whole)
        _flip(first, at)(units)
        found = _check(units, anchors, codec)
        if found == holds:
            harmless += 1  # the room behind a signature that is shorter than its place
        else:
            assert found.groups < 4 or found.state is not SignatureState.OK

    assert harmless <= 1


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_a_group_taken_out_exchanged_or_sent_again_is_found(
    codec: str, folder: Path, anchors: Anchors
) -> None:
    units = _units(folder / SAMPLES[codec == "hevc"])
    _, one, two, three, four, *_ = _groups(units, codec)
    without = units[:two] + units[three:]
    exchanged = units[:one] + units[two:three] + units[one:two] + units[three:]
    again = units[:four] + units[two:three] + units[four:]

    assert Doubt.GROUPS_MISSING in _check(without, anchors, codec).doubts
    assert _check(without, anchors, codec).state is SignatureState.PARTIAL
    assert _check(exchanged, anchors, codec).state is SignatureState.BAD
    assert Doubt.REPLAYED in _check(again, anchors, codec).doubts


def test_documents_taken_out_leave_groups_unsigned(folder: Path, anchors: Anchors) -> None:
    units = _units(folder / SAMPLES[0])
    lost = _documents(units)[1]

    found = _check(units[:lost] + units[lost + 1 :], anchors, "h264")
    none = _check([one for one in units if not one[1]], anchors, "h264")

    assert found.state is SignatureState.PARTIAL
    assert Doubt.GROUPS_MISSING in found.doubts
    assert found.groups == 3
    assert none.state is SignatureState.NONE


def test_a_camera_that_stops_signing_is_told(folder: Path, anchors: Anchors) -> None:
    units = _units(folder / SAMPLES[0])
    check = SignatureCheck("h264", anchors, lambda: THEN, signs=True)
    for _ in range(3):
        for unit, is_sei in units:
            if unit[0] & 0x1F == 5:
                check.begin_group()
            if not is_sei:
                check.unit(memoryview(unit), is_sei=False)

    found = check.take()

    assert found is not None
    assert found.state is SignatureState.NONE
    assert Doubt.STOPPED in found.doubts


def test_without_a_trusted_certificate_nothing_is_ok(folder: Path, anchors: Anchors) -> None:
    units = _units(folder / SAMPLES[0])
    other = Anchors((_certificate("Somebody else"),))

    assert _check(units, Anchors(), "h264").doubts == (Doubt.NO_ANCHOR, Doubt.TAIL)
    assert _check(units, other, "h264").doubts == (Doubt.UNTRUSTED, Doubt.TAIL)
    late = _check(units, anchors, "h264", now=dt.datetime(2026, 12, 1, tzinfo=dt.UTC))
    assert late.doubts == (Doubt.EXPIRED, Doubt.TAIL)
    for found in (_check(units, other, "h264"), late):
        assert found.state is SignatureState.PARTIAL
        assert found.groups == 4


def test_a_certificate_of_the_same_name_does_not_vouch(folder: Path) -> None:
    units = _units(folder / SAMPLES[0])
    real = Anchors.read([folder / "ca.pem"]).certificates[0]
    forged = Anchors((_certificate("Test RootCA", subject=real.subject),))

    assert Doubt.UNTRUSTED in _check(units, forged, "h264").doubts


def _certificate(name: str, *, subject: x509.Name | None = None) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    who = subject or x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2040, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )


def test_what_is_seen_only_from_its_middle_on_is_not_called_changed(
    folder: Path, anchors: Anchors
) -> None:
    units = _units(folder / SAMPLES[0])

    found = _check(units[30:], anchors, "h264")

    assert found.state is SignatureState.OK
    assert found.doubts == (Doubt.HEAD, Doubt.TAIL)
    assert found.groups == 3


def test_pictures_lost_with_the_connection_are_not_called_changed(
    folder: Path, anchors: Anchors
) -> None:
    units = _units(folder / SAMPLES[0])
    check = SignatureCheck("h264", anchors, lambda: THEN, eager=True)
    for unit, is_sei in units[:100]:
        check.unit(memoryview(unit), is_sei=is_sei)
    check.lose()
    for unit, is_sei in units[140:]:
        check.unit(memoryview(unit), is_sei=is_sei)

    found = check.take(end=True)

    assert found is not None
    assert found.state is SignatureState.OK
    assert found.doubts == (Doubt.HEAD, Doubt.TAIL)


def test_a_camera_that_does_not_sign_costs_no_hash() -> None:
    check = SignatureCheck("h264", Anchors(), lambda: THEN)
    for _ in range(100):
        check.unit(memoryview(b"\x65\x88" + bytes(100)), is_sei=False)

    assert check.take() is None
    assert not check._waiting


def test_a_group_without_an_end_is_let_go(anchors: Anchors) -> None:
    check = SignatureCheck("h264", anchors, lambda: THEN, signs=True)
    check.unit(memoryview(b"\x65\x88\x80"), is_sei=False)
    for _ in range(1 << 16):
        check.unit(memoryview(b"\x41\x9a"), is_sei=False)

    found = check.take()

    assert found is not None
    assert found.doubts == (Doubt.UNSIGNED,)


@given(st.binary(max_size=400), st.booleans())
def test_any_message_is_read_or_refused(data: bytes, hevc: bool) -> None:
    header = b"\x4e\x01\x05" if hevc else b"\x06\x05"
    size = bytes([min(254, len(data) + 16)])
    for unit in (data, header + size + MEDIA_SIGNING + data + b"\x80"):
        try:
            parse_document(unit, hevc=hevc)
        except InvalidInput:
            continue


def test_emulation_prevention_is_taken_out_before_reading(folder: Path) -> None:
    units = _units(folder / SAMPLES[0])
    unit = units[_documents(units)[0]][0]
    escaped, zeros = bytearray(), 0
    for byte in unit:
        if zeros >= 2 and byte <= 3:
            escaped.append(3)
            zeros = 0
        zeros = 0 if byte else zeros + 1
        escaped.append(byte)
    assert len(escaped) > len(unit)

    plain, read = parse_document(unit, hevc=False), parse_document(bytes(escaped), hevc=False)

    assert read == plain
    assert read is not None
    flagged = bytearray(escaped)
    flagged[flagged.index(MEDIA_SIGNING) + 16] |= 0x40
    as_coded = parse_document(bytes(flagged), hevc=False)
    assert as_coded is not None
    assert as_coded.signed == bytes(flagged[: len(as_coded.signed)])
    assert replace(as_coded, signed=b"") == replace(read, signed=b"")


def test_trusted_certificates_are_read_from_files(folder: Path, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    pem = _certificate("A").public_bytes(serialization.Encoding.PEM)
    both.write_bytes((folder / "ca.pem").read_bytes() + pem)
    (tmp_path / "no.pem").write_text("no certificate")

    assert len(Anchors.read([both]).certificates) == 2
    with pytest.raises(InvalidInput):
        Anchors.read([tmp_path / "no.pem"])
    with pytest.raises(NotFound):
        Anchors.read([tmp_path / "none.pem"])


def test_other_codecs_are_not_signed(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", codec="mjpeg", frames=10)

    assert check_file(film, Anchors(), THEN).state is SignatureState.NONE
