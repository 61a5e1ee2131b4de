"""Footage that expires, footage that must not, and what is known of what is gone."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from shanasheel.actions.access import LOCAL
from shanasheel.actions.archive import examine_archive
from shanasheel.actions.cameras import apply_cameras
from shanasheel.actions.footage import timeline
from shanasheel.actions.keeping import (
    freeze,
    hold_footage,
    list_holds,
    release_hold,
    set_keep_rule,
)
from shanasheel.actions.site import Site
from shanasheel.actions.sweeping import Mark, Swept, sweep
from shanasheel.app.folder import DataFolder
from shanasheel.app.machine import Machine
from shanasheel.app.volumes import use_volumes
from shanasheel.app.wiring import open_site
from shanasheel.base.clock import to_us
from shanasheel.base.errors import Conflict, Denied, InvalidInput, NotFound
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.domain.cameras import Place as Spot
from shanasheel.domain.keeping import KeepRule
from shanasheel.domain.people import Person, Role
from shanasheel.watch.recording.volumes import (
    Look,
    VolumeState,
    look,
    read_volumes,
)
from sites import CAMERA, Place, add_segment, disk, make_place


def swept(site: Site, marks: Mapping[str, Mark] | None = None) -> Swept:
    return sweep(site, disk(site.data), marks)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = make_place(tmp_path / "data")
    site = made.wired.site
    apply_cameras(
        site,
        [
            Camera(id=CAMERA, url="a.mp4", place=Spot(lat_deg=30.50, lon_deg=47.80)),
            Camera(id=CameraId("cam-2"), url="b.mp4", place=Spot(lat_deg=30.51, lon_deg=47.80)),
        ],
    )
    yield made
    made.wired.close()


def age(place: Place, days: float, **more: object) -> object:
    """Store a segment that ended so many days ago."""
    start = place.wired.site.clock.now() - timedelta(days=days, seconds=10)
    return add_segment(place.wired, start, **more)  # type: ignore[arg-type]


def stored(place: Place, segment: object) -> bool:
    return (place.folder.root / segment.path).exists()  # type: ignore[attr-defined]


def test_old_footage_goes_with_its_entry_and_the_check_still_holds(place: Place) -> None:
    site = place.wired.site
    old = [age(place, 31, stream=stream) for stream in (Stream.MAIN, Stream.SOUND, Stream.SHIELDED)]
    young = age(place, 29)

    done = swept(site)

    assert done.segments == 3
    assert not any(stored(place, one) for one in old)
    assert stored(place, young)
    report = place.check()
    assert report.holds, report.steps
    assert (report.segments, report.deleted, report.pending) == (7, 2, 0)
    start, end = site.clock.now() - timedelta(days=31, hours=1), site.clock.now() - timedelta(30)
    assert len(timeline(site, CAMERA, start, end).deleted) == 1
    assert swept(site).segments == 0


def test_a_camera_may_have_a_rule_of_its_own(place: Place) -> None:
    site = place.wired.site
    apply_cameras(site, [Camera(id=CAMERA, url="a.mp4", keep_days=2)])
    gone, kept = age(place, 3), age(place, 3, camera=CameraId("cam-2"))

    swept(site)

    assert not stored(place, gone)
    assert stored(place, kept)


def test_held_footage_outlives_every_rule_until_it_is_released(place: Place) -> None:
    site = place.wired.site
    old, heard = age(place, 100), age(place, 100, stream=Stream.SOUND)
    now = site.clock.now()
    hold = hold_footage(
        site, LOCAL, cameras=[CAMERA], start=now - timedelta(days=101), end=now, reason="case 7"
    )

    set_keep_rule(site, KeepRule(days=1, most_bytes=1))
    assert sweep(site, disk(site.data, 0)).segments == 0
    assert stored(place, old)
    assert stored(place, heard)

    release_hold(site, LOCAL, hold.id, "case closed")
    assert list_holds(site, active=True) == ()
    swept(site)
    assert not stored(place, old)
    assert not stored(place, heard)
    with pytest.raises(Conflict):
        release_hold(site, LOCAL, hold.id, "again")
    assert place.check().holds


def test_room_is_made_but_never_from_the_last_hour(place: Place) -> None:
    site = place.wired.site
    older, newer = age(place, 3), age(place, 2)
    set_keep_rule(site, KeepRule(days=365, most_bytes=6 * 2000 + 2000))

    assert swept(site).segments == 1
    assert not stored(place, older)
    assert stored(place, newer)

    set_keep_rule(site, KeepRule(days=365, most_bytes=1))
    assert swept(site).segments == 1
    last = swept(site)
    assert (last.segments, last.short_bytes) == (0, 6 * 2000 - 1)
    assert all(stored(place, one) for one in place.segments)


def test_freezing_holds_what_stands_near_and_nothing_else(place: Place) -> None:
    site = place.wired.site
    now = site.clock.now()
    span = {"start": now - timedelta(hours=1), "end": now + timedelta(hours=8)}

    near = freeze(site, LOCAL, lat_deg=30.501, lon_deg=47.8, radius_m=500, reason="shots", **span)
    both = freeze(site, LOCAL, lat_deg=30.501, lon_deg=47.8, radius_m=1200, reason="shots", **span)

    assert near.cameras == (CAMERA,)
    assert both.cameras == (CAMERA, CameraId("cam-2"))
    with pytest.raises(NotFound):
        freeze(site, LOCAL, lat_deg=0, lon_deg=0, radius_m=500, reason="shots", **span)
    assert timeline(site, CAMERA, now - timedelta(minutes=1), now).held


def test_holds_need_a_reason_a_known_camera_a_span_and_a_right(place: Place) -> None:
    site = place.wired.site
    now = site.clock.now()
    fine = {"cameras": [CAMERA], "start": now, "end": now + timedelta(1), "reason": "case 7"}

    for wrong, fault in (
        ({"reason": " "}, InvalidInput),
        ({"cameras": ["nobody"]}, NotFound),
        ({"cameras": []}, InvalidInput),
        ({"end": now}, InvalidInput),
        ({"end": now + timedelta(days=366 * 40)}, InvalidInput),
    ):
        with pytest.raises(fault):
            hold_footage(site, LOCAL, **{**fine, **wrong})
    with pytest.raises(Denied):
        hold_footage(site, Person(name="t", role=Role.TECHNICIAN), **fine)
    assert list_holds(site) == ()


def test_a_file_deleted_without_a_fact_is_still_missed(place: Place) -> None:
    """A row of deletions alone, written by whoever owns the database, excuses nothing."""
    victim = place.segments[2]
    (place.folder.root / victim.path).unlink()
    place.sql(
        "INSERT INTO deletions SELECT id, camera, stream, start_us, end_us, size_bytes, path,"
        " 'expired', id, 1 FROM segments WHERE id=?",
        victim.id,
    )
    place.sql("DELETE FROM segments WHERE id=?", victim.id)

    (failure,) = place.check().failures

    assert (failure.segment, failure.reason) == (victim.id, "file_missing")


SWEEPER = """
import sys
from pathlib import Path
from shanasheel.actions import sweeping
from shanasheel.app.folder import DataFolder
from shanasheel.app.machine import Machine
from shanasheel.app.wiring import open_site
from shanasheel.watch.recording.volumes import data_volume, look

folder = DataFolder(root=Path(sys.argv[1]))
unlink, left = sweeping._unlink, [int(sys.argv[2])]

def slow(data, paths):
    for path in paths:
        if left[0] == 0:
            print("now", flush=True)
            sys.stdin.read()
        left[0] -= 1
        unlink(data, [path])

sweeping._unlink = slow
wired = open_site(folder, site_name="", workers=Machine(folder.root))
sweeping.sweep(wired.site, [look(data_volume(folder.root))])
print("over", flush=True)
sys.stdin.read()
"""


@pytest.mark.fault
@pytest.mark.parametrize("after", [0, 1, 5])
def test_a_killed_sweep_is_finished_by_the_next(place: Place, after: int) -> None:
    old = [age(place, 40 + number / 100) for number in range(12)]
    root = place.folder.root
    place.wired.close()
    child = subprocess.Popen(
        [sys.executable, "-c", SWEEPER, str(root), str(after)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "now\n"
        child.send_signal(signal.SIGKILL)

    folder = DataFolder(root=root)
    place.wired = open_site(folder, site_name="test", workers=Machine(root))
    assert sum(stored(place, one) for one in old) == 12 - after
    assert place.check().holds  # files still there are still the logged ones
    assert swept(place.wired.site).segments == 0
    assert not any(stored(place, one) for one in old)
    report = place.check()
    assert report.holds
    assert report.deleted == 12


def test_numbers_of_live_files_do_not_fall_when_old_footage_goes(place: Place) -> None:
    site = place.wired.site
    old = [age(place, 40 + number) for number in range(3)]
    with site.store.read() as rows:
        before = rows.footage.newest(CAMERA, Stream.MAIN, 4, site.clock.now())[1]
    swept(site)
    with site.store.read() as rows:
        after = rows.footage.newest(CAMERA, Stream.MAIN, 4, site.clock.now())[1]

    assert not any(stored(place, one) for one in old)
    assert before == after == 5


def test_what_is_held_never_keeps_the_sweep_from_what_lies_behind_it(place: Place) -> None:
    site = place.wired.site
    start = site.clock.now() - timedelta(days=90)
    place.sql(
        "INSERT INTO segments"
        " WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
        " SELECT 'held-' || i, ?, 'main', ? + i * 1000000,"
        " ? + (i + 1) * 1000000, 'archive/held/' || i, 1, '' FROM n",
        CAMERA, to_us(start), to_us(start),
    )  # fmt: skip
    hold_footage(
        site, LOCAL, cameras=[CAMERA], start=start, end=start + timedelta(days=2), reason="case 7"
    )
    old = age(place, 40)

    rounds = [swept(site)]
    while rounds[-1].more:
        rounds.append(swept(site, rounds[-1].marks))

    assert not stored(place, old)
    assert sum(one.segments for one in rounds) == 1
    assert len(rounds) < 30  # each looked at 10,000 and the next went on behind them


def test_footage_on_a_volume_that_is_away_is_not_deleted_until_it_is_back(
    place: Place, tmp_path: Path
) -> None:
    site = place.wired.site
    shelf = tmp_path / "other"
    _data, other = use_volumes(place.folder, [shelf], origin="o", ids=site.ids)
    here, there = age(place, 41), age(place, 40, volume=other.prefix)
    assert (shelf / "archive").is_dir()
    away = shelf.rename(tmp_path / "unplugged")
    shelf.mkdir()  # an empty mount point

    looks = [look(volume) for volume in read_volumes(site.data)]
    assert sweep(site, looks).segments == 1
    assert not stored(place, here)
    assert {one.reason for one in place.check().failures} == {"volume_away"}
    assert {one.breach for one in examine_archive(site).faults} >= {"volume_away"}

    shelf.rmdir()
    away.rename(shelf)
    assert stored(place, there)
    assert place.check().holds
    looks = [look(volume) for volume in read_volumes(site.data)]
    assert sweep(site, looks).segments == 1
    assert not stored(place, there)
    assert place.check().holds


def test_room_is_made_where_it_is_wanted(place: Place, tmp_path: Path) -> None:
    site = place.wired.site
    data, other = use_volumes(place.folder, [tmp_path / "other"], origin="o", ids=site.ids)
    there, here = age(place, 3, volume=other.prefix), age(place, 2)

    def seen(home_free: int, other_free: int) -> list[Look]:
        states = [VolumeState.READY if home_free > 20 else VolumeState.FULL, VolumeState.READY]
        return [
            Look(volume=volume, state=state, free_bytes=free, total_bytes=1000)
            for volume, state, free in zip(
                (data, other), states, (home_free, other_free), strict=True
            )
        ]

    assert sweep(site, seen(30, 900)).segments == 0  # one is nearly full, together there is room

    assert sweep(site, seen(5, 900)).segments == 1  # index and spool have none left
    assert not stored(place, here)
    assert stored(place, there)

    assert sweep(site, seen(5, 40)).segments == 1  # nothing more may go here: then the oldest
    assert not stored(place, there)
    assert place.check().holds
