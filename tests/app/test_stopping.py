"""A process that is asked twice to stop stops, and does not hang."""

from __future__ import annotations

import signal
import subprocess
import sys

_ASKED = """
import os, signal
from shanasheel.app.processes import stop_on_signal
stop = stop_on_signal()
print("ready", flush=True)
stop.wait()
print("stopped", flush=True)
"""


def test_a_storm_of_signals_stops_the_process_once() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _ASKED], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        for _ in range(200):
            child.send_signal(signal.SIGTERM)
            child.send_signal(signal.SIGINT)
        child.wait(30)

        assert child.stdout.read() == "stopped\n"
