"""How fast a bundle is verified, against plain hashing of the same bytes in the same run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time

from shanasheel.base.clock import SystemClock
from shanasheel.prove.evidence import Verifying, open_bag, verify_bundle
from shanasheel.prove.ledger import Policy


def measure_verifying(bundle: Path, policy: Policy, *, rounds: int) -> dict[str, float | int]:
    """Return the median speed of verifying a bundle and of hashing it, and the ratio.

    `verify_mb_s` and `ratio` are of `--quick`, which reads footage once; `all_mb_s` and `all_ratio`
    of everything, with groups of clips and C2PA claims.

    Processor seconds count, not the clock's: other work on the machine shall not decide. Rounds
    of both alternate; the first of each is not counted.

    Args:
        bundle: a folder or a zip file, which should fit into the page cache.
        rounds: counted ones, at least 1.
    """
    files = [p for p in bundle.rglob("*") if p.is_file()] if bundle.is_dir() else [bundle]
    size = sum(path.stat().st_size for path in files)

    def plain() -> None:
        for path in files:
            with path.open("rb") as stream:
                hashlib.file_digest(stream, "sha256")

    def verified(*, quick: bool) -> None:
        now_s = int(SystemClock().now().timestamp())
        asked = Verifying(policy=policy, now_s=now_s, seal=None, unsealed=True, quick=quick)
        bag = open_bag(bundle)
        try:
            verify_bundle(bag, asked)
        finally:
            bag.close()

    timed = [
        (_cost_s(plain), _cost_s(partial(verified, quick=True)),
         _cost_s(partial(verified, quick=False)))
        for _ in range(rounds + 1)
    ][1:]  # fmt: skip
    plain_s, verified_s, all_s = (median(costs) for costs in zip(*timed, strict=True))
    return {
        "size_bytes": size,
        "files": len(files),
        "plain_mb_s": round(size / plain_s / 1e6, 1),
        "verify_mb_s": round(size / verified_s / 1e6, 1),
        "ratio": round(median(one / other for one, other, _ in timed), 3),
        "all_mb_s": round(size / all_s / 1e6, 1),
        "all_ratio": round(median(one / other for one, _, other in timed), 3),
    }


def _cost_s(deed: Callable[[], None]) -> float:
    began = process_time()
    deed()
    return process_time() - began
