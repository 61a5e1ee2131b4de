"""What goes to the vault, what is found wrong there, and what comes back from it."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from running import cli
from shanasheel.actions.access import LOCAL, open_raw
from shanasheel.actions.handing_in import FileClock, keep_original, record_intake
from shanasheel.actions.ingest import absorb
from shanasheel.actions.proof import FootageReport, check_footage
from shanasheel.actions.sweeping import sweep
from shanasheel.actions.vault_plan import set_vault_plan
from shanasheel.adapters.stores import open_database
from shanasheel.adapters.vaults import FolderVault
from shanasheel.app.folder import DataFolder
from shanasheel.app.machine import Machine
from shanasheel.app.wiring import open_site, read_verifier_key
from shanasheel.base.errors import Conflict, Denied, IntegrityFault, ShanasheelError
from shanasheel.domain.cameras import Kind, Stream
from shanasheel.domain.copying import Scope
from shanasheel.domain.footage import Gap, GapCause
from shanasheel.domain.people import Purpose
from shanasheel.domain.seen import Sighting
from shanasheel.domain.wire import to_line
from shanasheel.prove.ledger import Algorithm, CosignedHeads, new_cosigner, parse_note
from shanasheel.prove.ledger.checkpoints import parse_checkpoint
from sites import CAMERA, Place, add_segment, disk, make_place
from vaulted import Vaulted, checked, make_vaulted, restored


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = make_place(tmp_path / "data")
    yield made
    made.wired.close()


@pytest.fixture
def held(place: Place, tmp_path: Path) -> Vaulted:
    """A site of which two segments and a shielded one of six and one are held and copied."""
    add_segment(place.wired, place.segments[1].start, stream=Stream.SHIELDED)
    vaulted = make_vaulted(place, tmp_path / "vault")
    vaulted.hold(place.segments[1], place.segments[2])
    vaulted.copy()
    return vaulted


def footage_check(folder: DataFolder) -> FootageReport:
    database = open_database(folder.database)
    try:
        with database.read() as rows:
            at = max(segment.end for segment in rows.footage.every_segment(Stream.MAIN))
        return check_footage(folder.root, database, read_verifier_key(folder), at=at)
    finally:
        database.close()


def test_held_footage_goes_with_its_proof_and_other_footage_stays(held: Vaulted) -> None:
    main = [segment.path for segment in held.place.segments]

    report = checked(held.vault, held.place.wired.verifier_key)

    footage = {name for name in held.files() if name.endswith(".mp4")}
    assert footage & set(main) == set(main[1:3])
    assert len(footage) == 3
    assert report.holds, [step for step in report.footage.steps if not step.ok]
    assert (report.footage.segments, report.footage.not_copied, report.files) == (2, 4, 1)
    assert report.held_absent == 0
    with held.place.wired.site.store.read() as rows:
        totals = rows.copies.totals(rows.copies.vault(), Scope.HELD)
    assert (totals.copied, totals.waiting, totals.oldest) == (3, 0, None)


def sight(place: Place, at: datetime) -> Sighting:
    """Store a sighting with its picture."""
    identifier = place.wired.site.ids.new()
    seen = Sighting(
        id=identifier, camera=CAMERA, kind=Kind.PERSON, track=1, start=at,
        end=at + timedelta(seconds=2), confidence=0.9, type="person", path=(),
        picture=f"shielded/{CAMERA}/pictures/{identifier}.jpg",
    )  # fmt: skip
    file = place.folder.root / seen.picture
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(f"picture {identifier}".encode())
    absorb(place.wired.site, "test", [to_line(seen)], identifier)
    return seen


@pytest.mark.parametrize("scope", [Scope.HELD, Scope.EVERYTHING])
def test_pictures_of_sightings_go_along(place: Place, tmp_path: Path, scope: Scope) -> None:
    held, other, gone = (sight(place, place.segments[number].start) for number in (1, 4, 2))
    (place.folder.root / gone.picture).unlink()
    vaulted = make_vaulted(place, tmp_path / "vault", scope)
    vaulted.hold(place.segments[1], place.segments[2])

    progress = vaulted.copy()

    assert progress.faults == ()
    assert (vaulted.root / held.picture).exists()
    assert (vaulted.root / other.picture).exists() == (scope is Scope.EVERYTHING)
    late = sight(place, place.segments[2].start)
    vaulted.runs[-1].run()
    folder, _done = restored(vaulted.vault, tmp_path / "new")
    for one in (held, late):
        assert (folder.root / one.picture).read_bytes() == f"picture {one.id}".encode()
    (vaulted.root / late.picture).write_bytes(b"another")
    assert [step.name for step in checked(vaulted.vault).footage.steps if not step.ok] == [
        "files_match_journals"
    ]


def test_an_original_that_was_handed_in_goes_when_it_is_held(place: Place, tmp_path: Path) -> None:
    site = place.wired.site
    vaulted = make_vaulted(place, tmp_path / "vault")
    handed = {}
    for name, start in (("held", place.segments[1].start), ("other", place.segments[4].start)):
        file = tmp_path / f"{name}.avi"
        file.write_bytes(name.encode() * 1000)
        identifier = site.ids.new()
        handed[name] = record_intake(
            site, LOCAL, identifier=identifier, camera=CAMERA, name=file.name,
            original=keep_original(site, file, identifier), clock=FileClock(stated=start),
            end=start + timedelta(seconds=5), handed_by="Hassan, bakery", note="",
        )  # fmt: skip
    vaulted.hold(place.segments[1], place.segments[1])

    vaulted.copy()

    assert (vaulted.root / handed["held"].path).read_bytes() == b"held" * 1000
    assert not (vaulted.root / handed["other"].path).exists()
    assert checked(vaulted.vault).holds
    folder, _done = restored(vaulted.vault, tmp_path / "new")
    assert (folder.root / handed["held"].path).read_bytes() == b"held" * 1000
    assert footage_check(folder).holds
    (vaulted.root / handed["held"].path).write_bytes(b"HELD" * 1000)
    assert not checked(vaulted.vault).holds


def test_the_commands_copy_and_say_what_lies_there(place: Place, tmp_path: Path) -> None:
    vaulted = make_vaulted(place, tmp_path / "vault", Scope.EVERYTHING)
    (place.folder.root / place.segments[0].path).unlink()
    data = str(place.folder.root)

    before = json.loads(cli("vault", "status", "--data", data, "--json").stdout)
    synced = cli("vault", "sync", "--data", data)
    after = cli("vault", "status", "--data", data)

    assert (before["waiting"], before["copied"], before["state"]) == (6, 0, "stopped")
    assert synced.returncode == 8  # a file is missing here
    assert "5 files" in synced.stdout
    assert "1 wait" in synced.stdout
    assert place.segments[0].path in after.stdout
    assert (vaulted.root / place.segments[1].path).exists()


def test_a_restored_folder_is_clean_and_says_what_it_lacks(held: Vaulted, tmp_path: Path) -> None:
    folder, done = restored(held.vault, tmp_path / "new")

    report = footage_check(folder)
    assert report.holds, report.steps
    assert (report.segments, report.not_copied, done.not_copied) == (2, 4, 4)
    assert done.files == 3
    wired = open_site(folder, site_name="copy", workers=Machine(folder.root))
    try:
        with wired.site.store.read() as rows:
            assert [one.reason for one in rows.keeping.holds(active=True)] == ["case 2026-0031"]
            end = held.place.segments[-1].end
            assert rows.footage.gaps(CAMERA, end, end + timedelta(seconds=9))
            assert [camera.id for camera in rows.cameras.all()] == [CAMERA]
        with pytest.raises(Denied, match="ledger's key"):
            open_raw(wired.site, LOCAL, camera=CAMERA, purpose=Purpose.ALERT, case="2026-0031")
    finally:
        wired.close()
    assert not (folder.keys / "log.key").exists()


def test_with_its_key_a_restored_folder_is_the_recorder_again(
    held: Vaulted, tmp_path: Path
) -> None:
    held.place.wired.close()
    key = held.place.folder.keys / "log.key"

    folder, _done = restored(held.vault, tmp_path / "new", key)

    wired = open_site(folder, site_name="again", workers=Machine(folder.root))
    try:
        size = wired.site.sequencer.catch_up()
        with wired.site.store.read() as rows:
            last = json.loads([fact.body for fact in rows.facts.every()][-1])
        assert (last["k"], last["what"], last["not_copied"]) == ("setting", "restored", 4)
        add_segment(wired, held.place.segments[-1].end + timedelta(minutes=1))
        assert wired.site.sequencer.catch_up() == size + 1
    finally:
        wired.close()
    report = footage_check(folder)
    assert report.holds, report.steps
    assert report.pending == 0
    assert report.not_copied == 4


def test_one_flipped_byte_in_any_file_of_the_vault_is_found(held: Vaulted) -> None:
    held.place.wired.site.sequencer.catch_up()
    add_segment(held.place.wired, held.place.segments[-1].end + timedelta(minutes=1))
    held.place.wired.site.sequencer.catch_up()
    held.copy()  # a second head: tiles of the first are outgrown
    assert checked(held.vault).holds
    names = sorted(held.files())
    assert {name.split("/")[0] for name in names} == {
        "archive", "shielded", "ledger", "facts", "records", "database", "vault.json",
    }  # fmt: skip

    unnoticed = [name for name in names if not _noticed(held, name)]

    assert unnoticed == []


def _noticed(held: Vaulted, name: str) -> bool:
    file = held.root / name
    whole = file.read_bytes()
    at = whole.find(b"+", len(whole) // 4) - 2 if name == "vault.json" else len(whole) // 2
    file.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
    try:
        return not checked(held.vault).holds
    except ShanasheelError:
        return True  # refused before anything was looked at
    finally:
        file.write_bytes(whole)


def test_a_file_taken_out_of_the_vault_is_found(held: Vaulted) -> None:
    (held.root / held.place.segments[2].path).unlink()

    report = checked(held.vault)

    assert [failure.path for failure in report.footage.failures] == [held.place.segments[2].path]


def test_a_key_kept_elsewhere_exposes_a_vault_made_anew(held: Vaulted, tmp_path: Path) -> None:
    other = make_place(tmp_path / "forger")
    try:
        assert not checked(held.vault, other.wired.verifier_key).holds
    finally:
        other.wired.close()


def test_other_bytes_under_a_name_are_told_and_never_overwritten(
    place: Place, tmp_path: Path
) -> None:
    vaulted = make_vaulted(place, tmp_path / "vault")
    vaulted.hold(place.segments[0], place.segments[1])
    wrong = vaulted.root / place.segments[0].path
    wrong.parent.mkdir(parents=True)
    wrong.write_bytes(b"something else")

    progress = vaulted.copy()

    assert wrong.read_bytes() == b"something else"
    assert [place.segments[0].path in words for words in progress.faults] == [True]
    assert (progress.totals.copied, progress.totals.waiting) == (1, 1)


def test_footage_that_was_changed_here_is_not_copied(place: Place, tmp_path: Path) -> None:
    vaulted = make_vaulted(place, tmp_path / "vault", Scope.EVERYTHING)
    (place.folder.root / place.segments[3].path).write_bytes(b"changed")
    (place.folder.root / place.segments[4].path).unlink()

    progress = vaulted.copy()

    assert len(progress.faults) == 2
    assert progress.totals.copied == 4
    assert not (vaulted.root / place.segments[3].path).exists()


def test_what_expired_meanwhile_is_no_fault(place: Place, tmp_path: Path) -> None:
    vaulted = make_vaulted(place, tmp_path / "vault", Scope.EVERYTHING)
    old = add_segment(place.wired, place.segments[0].start - timedelta(days=400))
    vaulted.copy()
    assert (vaulted.root / old.path).exists()

    assert sweep(place.wired.site, disk(place.wired.site.data)).segments == 1
    progress = vaulted.copy()

    assert progress.faults == ()
    assert (vaulted.root / old.path).exists()  # a vault is never deleted from
    folder, done = restored(vaulted.vault, tmp_path / "new")
    assert done.not_copied == 0
    assert footage_check(folder).deleted == 1  # what the rule deleted does not come back


def test_what_came_after_the_copy_of_the_database_comes_from_the_facts(
    held: Vaulted, tmp_path: Path
) -> None:
    place = held.place
    late = add_segment(place.wired, place.segments[-1].end + timedelta(minutes=1))
    gap = Gap(id=place.wired.site.ids.new(), camera=CAMERA, start=late.end,
              end=late.end + timedelta(seconds=4), cause=GapCause.DISK)  # fmt: skip
    absorb(place.wired.site, "test", [to_line(gap)], "late")
    held.hold(late, late)
    held.runs[-1].run()  # the same process: its copy of the database is fresh enough
    assert len([name for name in held.files() if name.startswith("database/")]) == 1

    folder, done = restored(held.vault, tmp_path / "new")

    assert (folder.root / late.path).read_bytes()
    assert footage_check(folder).holds
    database = open_database(folder.database)
    with database.read() as rows:
        assert len(rows.keeping.holds(active=True)) == 2
        assert [one.cause for one in rows.footage.gaps(CAMERA, gap.start, gap.end)] == [
            GapCause.DISK
        ]
    database.close()
    assert done.faults == ()


def test_a_vault_without_any_copy_of_the_database_still_proves(
    held: Vaulted, tmp_path: Path
) -> None:
    shutil.rmtree(held.root / "database")

    folder, done = restored(held.vault, tmp_path / "new")

    assert done.database == ""
    assert footage_check(folder).holds
    assert checked(held.vault).holds


def test_no_password_and_no_private_key_lies_in_the_vault(held: Vaulted) -> None:
    private = (held.place.folder.keys / "log.key").read_bytes().strip()
    contents = [(held.root / name).read_bytes() for name in held.files()]
    contents += [
        gzip.decompress((held.root / name).read_bytes())
        for name in held.files()
        if name.startswith("database/")
    ]

    assert len(contents) > 8
    assert not any(b"camera-pass-word" in one or private in one for one in contents)
    assert any(b"rtsp://admin:***@10.0.0.5/live" in one for one in contents)


def test_an_empty_mount_point_is_not_taken_for_the_vault(held: Vaulted) -> None:
    held.root.rename(held.root.with_name("unplugged"))
    held.root.mkdir()

    with pytest.raises(Conflict, match="not there"):
        held.copy()

    assert held.files() == set()


def test_a_vault_of_another_recorder_is_refused(held: Vaulted, tmp_path: Path) -> None:
    other = make_place(tmp_path / "other")
    try:
        plan = held.plan
        assert set_vault_plan(other.wired.site, plan)
        stranger = Vaulted(other, held.root, FolderVault(held.root), plan)
        before = held.files()

        with pytest.raises(Conflict, match="another recorder"):
            stranger.copy()

        assert held.files() == before
    finally:
        other.wired.close()


def test_setting_the_vault_leaves_one_fact_and_no_secret(held: Vaulted) -> None:
    assert not set_vault_plan(held.place.wired.site, held.plan)

    with held.place.wired.site.store.read() as rows:
        bodies = [json.loads(fact.body) for fact in rows.facts.every() if fact.kind == "setting"]
    assert [(body["what"], body["scope"]) for body in bodies] == [("vault", "held")]


def test_proof_changed_in_the_vault_ends_copying(held: Vaulted) -> None:
    add_segment(held.place.wired, held.place.segments[-1].end + timedelta(minutes=1))
    size = held.place.wired.site.sequencer.catch_up()
    (held.root / "ledger" / "checkpoint.d" / str(size)).write_bytes(b"forged")

    with pytest.raises(IntegrityFault, match=r"checkpoint\.d"):
        held.copy()


@pytest.mark.parametrize("hostile", ["../../../etc/cron.d/x", "/etc/cron.d/x", "a/./b", "a\\..\\b"])
def test_a_hostile_journal_cannot_write_outside(
    held: Vaulted, tmp_path: Path, hostile: str, journal: Callable[[Vaulted, str], None]
) -> None:
    journal(held, hostile)

    folder, done = restored(held.vault, tmp_path / "new" / "deep")

    assert any("impossible" in fault for fault in done.faults)
    assert not (tmp_path / "etc").exists()
    assert folder.root.exists()


@pytest.fixture
def journal() -> Callable[[Vaulted, str], None]:
    def write(held: Vaulted, path: str) -> None:
        (name,) = [name for name in held.files() if name.startswith("records/")]
        line = json.loads((held.root / name).read_bytes().splitlines()[0])
        content = json.dumps({**line, "id": "evil", "path": path, "record": ""}).encode()
        digest = hashlib.sha256(content).hexdigest()
        (held.root / "records" / f"20990101T000000.0Z-{digest}.jsonl").write_bytes(content)

    return write


def test_what_outsiders_said_of_the_log_goes_along(held: Vaulted, tmp_path: Path) -> None:
    """Cosigned heads and timestamps: written once there, whatever becomes of them here."""
    ledger = held.place.folder.ledger
    heads, note = CosignedHeads(ledger), parse_note((ledger / "checkpoint").read_bytes())
    size = parse_checkpoint(note.text).size
    court, bar = (new_cosigner(f"{one}.example/1", Algorithm.ED25519) for one in ("court", "bar"))
    heads.add(note.text, note.signatures, [court.sign(note.text, 1_800_000_000)])
    stamps = ledger / "timestamps" / str(size)
    stamps.mkdir(parents=True)
    (stamps / "checkpoint").write_bytes(note.encoded())
    (stamps / "tsa.example.tsr").write_bytes(b"an answer")
    (ledger / "timestamps" / str(size + 1)).mkdir()
    (ledger / "timestamps" / str(size + 1) / "tsa.example.tsr").write_bytes(b"of a later head")
    held.copy()
    heads.add(note.text, note.signatures, [bar.sign(note.text, 1_800_000_001)])
    held.copy()
    heads.add(note.text, note.signatures, [bar.sign(note.text, 1_800_000_002)])
    held.runs[-1].run()  # an idle log is cosigned anew: nothing more for ever

    vouched = {name for name in held.files() if "/cosigned/" in name or "/timestamps/" in name}
    folder, done = restored(held.vault, tmp_path / "new")

    assert len([name for name in vouched if "/cosigned/" in name]) == 2
    assert len([name for name in vouched if f"/timestamps/{size}/" in name]) == 2
    assert len(vouched) == 4
    assert done.faults == ()
    (again,) = CosignedHeads(folder.ledger).all()
    signers = {line.name for line in again.signatures}
    assert signers == {note.signatures[0].name, "court.example/1", "bar.example/1"}
    stamp = folder.ledger / "timestamps" / str(size) / "tsa.example.tsr"
    assert stamp.read_bytes() == b"an answer"
    assert checked(held.vault).holds
    assert [name for name in vouched if not _noticed(held, name)] == []
