"""The benchmark of timelines runs, and measures what it says."""

from __future__ import annotations

from shanasheel.app.timeline_bench import BenchPlan, measure_timeline, table_of


def test_a_small_bench_answers_every_request_and_compares_with_a_scan() -> None:
    plan = BenchPlan(cameras=41, days=2, indexed=5, index_days=(2,), segment_s=600, rounds=3)

    body = measure_timeline(plan, lambda _words: None)

    lines = table_of(body)
    (index,) = body["first_pictures"]  # type: ignore[misc]
    assert index["segments"] == 2 * 5 * 144  # type: ignore[index]
    assert index["scan_cameras"] == 5  # type: ignore[index]
    assert len(lines) == 2 + 4 + 1
    assert all(line.count("|") == 5 for line in lines)
