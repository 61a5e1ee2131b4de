"""Asking something of a process beside the hub, which answers in lines of JSON."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

_LINE_BYTES = 64 * 1024


def talk(
    process: subprocess.Popen[bytes], asked: bytes, progress: Callable[[int, int], None]
) -> dict[str, object]:
    """Hand over what is asked and listen; return what it has become, empty if the process died."""
    ending: dict[str, object] = {}
    if process.stdin is None or process.stdout is None:
        return ending
    try:
        process.stdin.write(asked)
        process.stdin.close()
    except BrokenPipeError:
        return ending
    while line := process.stdout.readline(_LINE_BYTES):
        try:
            said = json.loads(line)
        except ValueError:
            continue
        match said:
            case {"progress": [int(done), int(total)]}:
                progress(done, total)
            case {"done": True}:
                ending = {"state": "done"}
            case {"fault": dict(fault)}:
                words = {name: str(fault.get(name, "")) for name in ("key", "detail", "remedy")}
                given = tuple(sorted(fault.get("given", {}).items()))
                ending = {"state": "refused", "given": given, **words}
    return ending
