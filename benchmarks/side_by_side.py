"""Ours beside others on the same streams, in one run: `python -m benchmarks.side_by_side DATA`.

Prints Markdown: CPU a second of footage, quiet and busy, with accuracy beside it; then, with
`--cameras 1,8,32`, how late alerts are and how cost grows with the number of cameras.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.contenders import CONTENDERS, Outcome
from benchmarks.streams import LEAD_S, Streams, make_streams
from shanasheel.app.activity_bench import hota
from shanasheel.app.measuring import measure_pipeline
from shanasheel.watch.tracking import active_seconds

_BASE = "shape of the leading open recorder"


def main() -> None:
    """Make the streams, measure everybody, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="a clip with gt.txt and seqinfo.ini")
    parser.add_argument("--quiet-seconds", type=int, default=60)
    parser.add_argument("--cameras", default="", help="then numbers of cameras: 1,8,32")
    parser.add_argument("--seconds", type=float, default=40, help="how long each number runs")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        streams = make_streams(asked.data, Path(scratch), quiet_s=asked.quiet_seconds)
        _costs(streams, asked.quiet_seconds)
        numbers = [int(word) for word in asked.cameras.split(",") if word]
        if numbers:
            _growth(streams, numbers, asked.seconds)


def _costs(streams: Streams, quiet_s: int) -> None:
    busy_s = LEAD_S + streams.busy_s
    wanted = {second for second in active_seconds(streams.truth, frame_rate=15.0) if second >= 10}
    rows: dict[str, tuple[Outcome, Outcome]] = {}
    for name, run in CONTENDERS.items():
        quiet, busy = run(streams.quiet, quiet_s), run(streams.busy, busy_s)
        if quiet is None or busy is None:
            print(f"{name}: not installed, left out.")
        else:
            rows[name] = (quiet, busy)
    base = rows[_BASE][1].cpu_s / busy_s, rows[_BASE][0].cpu_s / quiet_s
    _row("", "core, quiet", "core, busy", "ratio, quiet", "ratio, busy", "active seconds seen",
         "quiet seconds called active", "HOTA", "detector runs, busy")  # fmt: skip
    _row(*["---"] * 9)
    for name, (quiet, busy) in rows.items():
        cost = busy.cpu_s / busy_s, quiet.cpu_s / quiet_s
        seen = "" if busy.active is None else f"{len(wanted & busy.active)} of {len(wanted)}"
        false = "" if quiet.active is None else sum(second >= 10 for second in quiet.active)
        _row(name, f"{cost[1]:.4f}", f"{cost[0]:.4f}", f"{cost[1] / base[1]:.2f}",
             f"{cost[0] / base[0]:.2f}", seen, false, _hota(streams, busy),
             busy.detector_runs or "")  # fmt: skip


def _row(*cells: object) -> None:
    print(f"| {' | '.join(str(cell) for cell in cells)} |", flush=True)


def _hota(streams: Streams, busy: Outcome) -> str:
    if busy.tracks is None:
        return ""
    with tempfile.TemporaryDirectory() as scratch:
        return f"{hota(Path(scratch), streams.truth, 15.0, busy.tracks):.3f}"


def _growth(streams: Streams, numbers: list[int], seconds: float) -> None:
    print()
    _row("cameras", "cores used", "of a core a camera", "memory, MB", "shed", "alerts",
         "delay, median s", "delay, 99 of 100 below s")  # fmt: skip
    _row(*["---"] * 8)
    for number in numbers:
        told = measure_pipeline(streams.busy, cameras=number, seconds=seconds, quiet=streams.quiet)
        _row(number, told["cores_used"], told["core_share_per_camera"], told["memory_mb"],
             told["shed_share"], told["alert_messages"], told["alert_delay_s_median"],
             told["alert_delay_s_p99"])  # fmt: skip


if __name__ == "__main__":
    main()
