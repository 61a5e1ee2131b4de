"""All that is watched for in one camera's view, and which finding is told."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from shanasheel.domain.alerts import EventKind
from shanasheel.domain.footage import Packet
from shanasheel.watch.vision.picture import Picture
from shanasheel.watch.vision.tampering.blinded import is_blinded
from shanasheel.watch.vision.tampering.covered import is_covered
from shanasheel.watch.vision.tampering.defocused import is_defocused
from shanasheel.watch.vision.tampering.empty_packets import EmptyPackets
from shanasheel.watch.vision.tampering.frozen import FrozenPicture
from shanasheel.watch.vision.tampering.look import Look, look_at
from shanasheel.watch.vision.tampering.looped import LoopedPicture
from shanasheel.watch.vision.tampering.replayed import ReplayedPackets
from shanasheel.watch.vision.tampering.sprayed import is_sprayed
from shanasheel.watch.vision.tampering.turned import is_turned
from shanasheel.watch.vision.tampering.view import UsualView
from shanasheel.watch.vision.tampering.voting import Vote

_PERIOD_S = 0.9  # about one look a second
_USUAL_LOOKS = 3  # before the usual view is known
_BEFORE = timedelta(seconds=1.7)  # a look so old tells whether a new view stands still
_ACCEPTED = timedelta(minutes=30)  # then the new view is the usual one, until somebody changes it
_DOUBTFUL = 0.2  # how much is learned from a look that something speaks against
_STRANGE = 0.8  # of what is usually found again; below, a look is doubtful
_CLOSE_S = 15.0  # looked at closely so long for one doubt, so that a doubtful view is not costly

#: The view's own states, the most certain first; only one holds at a time.
_VIEW = (
    EventKind.CAMERA_BLINDED, EventKind.CAMERA_COVERED, EventKind.CAMERA_DEFOCUSED,
    EventKind.CAMERA_TURNED, EventKind.CAMERA_SPRAYED,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TamperChange:
    """Tampering began, or is over.

    Args:
        at: time of the look that decided.
        start: time of the first look that pointed this way.
        score: how much speaks for it, in [0, 1]; what it measures is said where it is judged.
        loop_s: length of the loop, for a looped view alone.
    """

    kind: EventKind
    at: datetime
    start: datetime
    on: bool
    score: float
    loop_s: float | None = None


class TamperWatch:
    """Watches one camera. Not shared between threads.

    Args:
        loops: False for a file that is played again and again: it does repeat.
    """

    def __init__(self, *, loops: bool = True) -> None:
        self._loops = loops
        self._usual: UsualView | None = None
        self._looks: deque[Look] = deque(maxlen=4)
        self._last: datetime | None = None
        self._frozen, self._looped = FrozenPicture(), LoopedPicture()
        self._empty, self._replayed = EmptyPackets(), ReplayedPackets()
        self._loop_s: float | None = None  # while packets come again
        self._strange = False  # the newest look found much of the usual view missing
        self._noted: list[TamperChange] = []  # found in pictures that were not looked at
        self._on_since: datetime | None = None
        self._doubt_since: datetime | None = None
        self._votes = {
            EventKind.CAMERA_BLINDED: Vote(least_s=5.3),
            EventKind.CAMERA_COVERED: Vote(least_s=1.7),
            EventKind.CAMERA_DEFOCUSED: Vote(least_s=3.5),
            EventKind.CAMERA_TURNED: Vote(least_s=3.5),
            EventKind.CAMERA_SPRAYED: Vote(least_s=4.4),
            EventKind.CAMERA_FROZEN: Vote(least_s=1.7, looks=2, share=1.0),
            EventKind.CAMERA_LOOPED: Vote(least_s=0.9, looks=4),
        }

    @property
    def states(self) -> tuple[EventKind, ...]:
        """Return what holds now."""
        return tuple(kind for kind, vote in self._votes.items() if vote.on)

    @property
    def good(self) -> bool:
        """Return whether nothing holds and nothing speaks for a change."""
        return not any(vote.on or vote.pending for vote in self._votes.values())

    def wants_closer(self, at: datetime) -> bool:
        """Return whether the next pictures should be looked at although nothing moves."""
        pending = any(vote.pending for vote in self._votes.values())
        frozen = self._votes[EventKind.CAMERA_FROZEN].on
        pending = pending or bool(self._noted)  # told with the next picture
        pending = pending or (self._empty.since is not None and not frozen)
        pending = pending or (self._frozen.doubtful and not frozen)
        # Whatever it will turn out to be: 4 s until the next look would be lost.
        pending = pending or (self._strange and not any(self._votes[kind].on for kind in _VIEW))
        self._doubt_since = (self._doubt_since or at) if pending else None
        return self._doubt_since is not None and (
            (at - self._doubt_since).total_seconds() <= _CLOSE_S
        )

    def note_packet(self, packet: Packet) -> None:
        """Take every packet, decoded or not."""
        self._empty.push(packet)
        if not self._loops:
            return
        before, self._loop_s = self._loop_s, self._replayed.push(packet)
        if (before is None) is not (self._loop_s is None):
            self._tell_replayed(packet.at)

    def note(self, picture: Picture) -> None:
        """Take any decoded picture; call before `push` of the same."""
        if self._loops:
            self._looped.note(picture)
        found = self._frozen.push(picture, self._empty.since)
        # A sheet or a white picture looks frozen too.
        hidden = any(self._votes[kind].on or self._votes[kind].pending for kind in _VIEW)
        if found is not None and not hidden:
            self._noted += self._vote(EventKind.CAMERA_FROZEN, picture.at, *found)

    def push(self, picture: Picture) -> list[TamperChange]:
        """Look at a picture; return what is sure now."""
        changes = [*self._noted, *self._judge_looped(picture.at)]
        self._noted = []
        if self._last is None or (picture.at - self._last).total_seconds() >= _PERIOD_S:
            self._last = picture.at
            changes += self._judge_view(look_at(picture))
        return changes

    def _tell_replayed(self, at: datetime) -> None:
        """Note that packets come again, or no more; bytes leave no doubt to vote on."""
        vote, on = self._votes[EventKind.CAMERA_LOOPED], self._loop_s is not None
        vote.start_over()
        if vote.on is on:
            return
        vote.on = on
        self._noted.append(
            TamperChange(
                kind=EventKind.CAMERA_LOOPED, at=at, start=at, on=on, score=1.0,
                loop_s=self._loop_s,
            )
        )  # fmt: skip

    def _judge_looped(self, at: datetime) -> list[TamperChange]:
        found = self._looped.judge()
        if found is None or self._loop_s is not None:
            return []
        return self._vote(EventKind.CAMERA_LOOPED, at, found[0], found[1], loop_s=found[2])

    def _judge_view(self, look: Look) -> list[TamperChange]:
        usual = self._usual
        if usual is None:
            self._usual = UsualView(look)
            return []
        before = next((old for old in reversed(self._looks) if look.at - old.at >= _BEFORE), None)
        self._looks.append(look)
        if usual.looks <= _USUAL_LOOKS:
            usual.learn(look)
            return []
        found = _found(look, before, usual)
        held = next((kind for kind in _VIEW if self._votes[kind].on), None)
        changes: list[TamperChange] = []
        for kind in (held,) if held else _VIEW:
            verdict = found[kind]
            changes += self._vote(kind, look.at, *verdict) if verdict else []
            if changes:
                break
        self._strange = usual.kept_in(look) < _STRANGE * usual.kept
        bad = self._strange or any(one[0] for one in found.values() if one)
        hidden = is_sprayed(look, before, usual)[1]
        self._learn(look, usual, hidden=hidden, weight=_DOUBTFUL if bad else 1.0)
        return changes

    def _learn(self, look: Look, usual: UsualView, *, hidden: float, weight: float) -> None:
        """Learn the usual view; take a changed one for usual when it has stayed long."""
        held = any(self._votes[kind].on for kind in _VIEW)
        self._on_since = (self._on_since or look.at) if held else None
        if self._on_since is not None and look.at - self._on_since >= _ACCEPTED:
            self._usual, self._on_since = UsualView(look), None
        elif not held:
            usual.learn(look, hidden=hidden, weight=weight)

    def _vote(
        self, kind: EventKind, at: datetime, says: bool, score: float,  # noqa: FBT001
        *, loop_s: float | None = None,
    ) -> list[TamperChange]:  # fmt: skip
        vote = self._votes[kind]
        start = vote.push(at, says=says)
        if start is None:
            return []
        if kind in _VIEW and vote.on:
            for other in _VIEW:
                if other is not kind:
                    self._votes[other].start_over()
        return [
            TamperChange(
                kind=kind, at=at, start=start, on=vote.on, score=min(1.0, max(0.0, score)),
                loop_s=loop_s if vote.on else None,
            )
        ]  # fmt: skip


def _found(
    look: Look, before: Look | None, usual: UsualView
) -> dict[EventKind, tuple[bool, float] | None]:
    """Return what one look says of each kind: whether, and how much speaks for it."""
    blinded, covered = is_blinded(look, usual), is_covered(look, usual)
    return {
        EventKind.CAMERA_BLINDED: blinded,
        EventKind.CAMERA_COVERED: (covered[0] and not blinded[0], covered[1]),
        EventKind.CAMERA_DEFOCUSED: is_defocused(look, usual),
        EventKind.CAMERA_TURNED: is_turned(look, before, usual),
        EventKind.CAMERA_SPRAYED: is_sprayed(look, before, usual),
    }
