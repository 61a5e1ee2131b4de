"""A ledger whose writer is killed at any moment gives no index twice and loses no entry."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shanasheel.base.clock import FakeClock
from shanasheel.prove.ledger import Ledger, LedgerReader, Verifier, check_log

_WRITER = """
import sys
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from shanasheel.base.clock import FakeClock
from shanasheel.prove.ledger import Ledger
key = Ed25519PrivateKey.from_private_bytes(bytes(32))
ledger = Ledger(Path(sys.argv[1]), key=key, origin="killed/1", clock=FakeClock())
print("open", flush=True)
while True:
    lines = [b'{"c":"AA==","k":"segment","n":%d,"v":1}' % (ledger.size + more) for more in range(7)]
    print(ledger.append(lines).stop, flush=True)
    ledger.checkpoint()
"""


@pytest.mark.fault
def test_kills_lose_no_durable_entry_and_reuse_no_index(tmp_path: Path) -> None:
    rng = random.Random(5)
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    verifier = Verifier(name="killed/1", public=key.public_key().public_bytes_raw())
    durable = 0
    for _ in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "open\n"
            for _ in range(rng.randint(1, 12)):
                durable = int(child.stdout.readline())
            child.send_signal(signal.SIGKILL)
            for line in child.stdout:
                durable = int(line) if line.strip().isdigit() else durable

        ledger = Ledger(tmp_path, key=key, origin="killed/1", clock=FakeClock())
        size = ledger.size
        ledger.checkpoint()
        ledger.close()

        assert size >= durable
        reader = LedgerReader(tmp_path)
        for index in range(size):
            assert b'"n":%d,' % index in reader.entry(index)
        assert check_log(tmp_path, str(verifier)).holds
