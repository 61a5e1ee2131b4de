"""One receiver's messages on their way: a thread that sends them one after another."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from shanasheel.actions.delivering import Claimed, claim, settle
from shanasheel.actions.ports import Sender
from shanasheel.actions.site import Site
from shanasheel.app.senders import MakeSender
from shanasheel.base.errors import Denied, InvalidInput, ShanasheelError
from shanasheel.domain.receivers import AttemptOutcome, Delivery, Receiver

_LOG = structlog.get_logger()
_STOP_S = 3.0  # a message under way is given so long; killed within it, it is sent again


class Courier:
    """Sends what is due for one receiver whenever it is woken, until `stop`.

    A receiver that is slow or down keeps nobody else waiting. Its way is opened at once, so that
    a broker sees that we are there.
    """

    def __init__(
        self, site: Site, receiver: Receiver, secret: str, make: MakeSender,
        told: Callable[[Delivery], None],
    ) -> None:  # fmt: skip
        self._site, self._receiver, self._secret = site, receiver, secret
        self._make, self._told = make, told
        self._sender: Sender | None = None
        self._failing = False
        self._wanted, self._stopping, self._retired = threading.Event(), False, False
        self._thread = threading.Thread(
            target=self._run, name=f"courier-{receiver.id[-6:]}", daemon=True
        )

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Say that something is due."""
        self._wanted.set()

    def end(self, *, retired: bool = False) -> None:
        """Ask the thread to end after the message in hand, and to let go of the way.

        Args:
            retired: the receiver was removed.
        """
        self._retired, self._stopping = retired, True
        self._wanted.set()

    @property
    def ended(self) -> bool:
        """Whether nothing more is sent: only then may another courier follow."""
        return not self._thread.is_alive()

    def stop(self) -> None:
        """End, and wait a little."""
        self.end(retired=self._retired)
        self._thread.join(_STOP_S)

    def _run(self) -> None:
        try:
            self._open()
            while not self._stopping:
                self._wanted.wait()
                self._wanted.clear()
                self._send_all()
        finally:
            if self._sender is not None:
                (self._sender.retire if self._retired else self._sender.close)()

    def _open(self) -> None:
        try:
            self._sender = self._make(self._site, self._receiver, self._secret)
        except ShanasheelError as fault:
            _LOG.error("receiver_unusable", receiver=self._receiver.id, detail=fault.message)

    def _send_all(self) -> None:
        try:
            while not self._stopping and self.send_one():
                pass
        except Exception:  # noqa: BLE001 - outermost loop of the thread: the message stays queued
            _LOG.exception("delivering_failed", receiver=self._receiver.id)

    def send_one(self) -> bool:
        """Send the next message that is due; False when none is."""
        claimed = claim(self._site, self._receiver.id)
        if claimed is None:
            return False
        outcome, detail = self._attempt(claimed)
        settled = settle(self._site, claimed, outcome, detail)
        self._note(settled, failed=outcome is not AttemptOutcome.SENT)
        self._told(settled)
        return True

    def _attempt(self, claimed: Claimed) -> tuple[AttemptOutcome, str]:
        try:
            if self._sender is None:
                self._sender = self._make(self._site, self._receiver, self._secret)
            return AttemptOutcome.SENT, self._sender.send(claimed.delivery.message)
        except (InvalidInput, Denied) as fault:
            return AttemptOutcome.REFUSED, fault.message
        except ShanasheelError as fault:
            return AttemptOutcome.FAILED, fault.message
        except Exception as fault:  # noqa: BLE001 - a library's fault must not end the courier
            # Its text may hold the address, which may be a secret.
            return AttemptOutcome.FAILED, f"The way failed: {type(fault).__name__}."

    def _note(self, settled: Delivery, *, failed: bool) -> None:
        """Log once when a receiver is not reached, and once when it is again."""
        if failed and not self._failing:
            _LOG.error("receiver_lost", receiver=self._receiver.id, detail=settled.fault)
        elif self._failing and not failed:
            _LOG.info("receiver_back", receiver=self._receiver.id)
        self._failing = failed
