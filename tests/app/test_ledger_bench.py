"""What `bench ledger` prints comes from a real log, which holds."""

from __future__ import annotations

import json
from pathlib import Path

from running import cli


def test_it_measures_a_small_log_and_leaves_nothing(tmp_path: Path) -> None:
    done = cli(
        "bench", "ledger", "--entries", "10000", "--facts", "1000", "--on", str(tmp_path), "--json"
    )

    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert (body["entries"], body["facts"], body["holds"]) == (10_000, 1_000, True)
    for name in ("entries_per_s", "proof_ms_median", "check_s", "fsck_s", "facts_per_s",
                 "ratio_to_bare_fsync", "check_ratio_to_bare_hashes"):  # fmt: skip
        assert body[name] > 0
    assert list(tmp_path.iterdir()) == []
