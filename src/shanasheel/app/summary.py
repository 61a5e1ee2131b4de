"""What a finished run did, counted from what it stored, and whether every part worked."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from shanasheel.actions.cameras import list_cameras
from shanasheel.actions.proof import check_footage
from shanasheel.app.folder import DataFolder
from shanasheel.app.machine import Machine
from shanasheel.app.wiring import open_site
from shanasheel.domain.cameras import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Counts of one run's data folder, and what did not work.

    Args:
        tracks: confirmed tracks, from the workers' last word.
        verification: `intact` or `failed`.
        problems: parts that did not work, in words; empty when all did.
    """

    cameras: int
    segments: int
    gaps: int
    tracks: int
    sightings: int
    events: int
    alerts: int
    ledger_size: int
    verification: str
    problems: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return plain values, with `ok`."""
        return {**asdict(self), "problems": list(self.problems), "ok": not self.problems}


def summarize(folder: DataFolder, *, real: bool) -> Summary:
    """Count and verify what a stopped run left in its data folder.

    Args:
        real: real footage was played: people must have been seen in it.
    """
    machine = Machine(folder.root)
    wired = open_site(folder, site_name="", workers=machine)
    try:
        wired.site.sequencer.catch_up()
        report = check_footage(
            folder.root, wired.database, wired.verifier_key, at=wired.site.clock.now()
        )
        with wired.database.read() as rows:
            segments, _size, gaps = rows.footage.totals()
            sightings, events = rows.sightings.count(), rows.alerts.count_events()
            alerts = rows.alerts.count()
            silent = [
                camera.id
                for camera in list_cameras(wired.site)
                if not rows.footage.spans(
                    camera.id, Stream.MAIN, report.checked.replace(year=1971), report.checked
                )
            ]
    finally:
        wired.close()
    tracks = sum(int(str(camera.get("tracks", 0))) for camera in machine.cameras().values())
    checks = (
        (not silent, f"nothing was recorded from {', '.join(silent)}"),
        (gaps > 0, "no gap was recorded although a camera lost its signal"),
        (tracks > 0 or not real, "nothing was tracked"),
        (sightings > 0 or not real, "nothing was sighted"),
        (alerts > 0, "no alert was raised"),
        (report.holds, "the footage does not match the ledger"),
        (report.pending == 0, f"{report.pending} facts are not in the ledger"),
    )
    return Summary(
        cameras=len(machine.cameras()),
        segments=segments,
        gaps=gaps,
        tracks=tracks,
        sightings=sightings,
        events=events,
        alerts=alerts,
        ledger_size=report.entries,
        verification="intact" if report.holds else "failed",
        problems=tuple(words for fine, words in checks if not fine),
    )
