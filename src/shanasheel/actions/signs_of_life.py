"""Minutes of cameras of which nothing tells: no sign of life, and no gap that says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shanasheel.domain.facts import FactKind

#: Between two signs of life; they come each minute, and a restart costs what was not told yet.
_MOST_US = 90_000_000
_MOST_HOLES = 1000  # of a camera; further ones are counted
_MOST_GAPS = 1000  # of a camera, the newest; only long ones are noted


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A span of a camera without a sign of life.

    Args:
        explained: a gap that was logged covers it, as when the product was stopped.
        lasting: it lasts on, while other cameras live.
    """

    camera: str
    start_us: int
    end_us: int
    explained: bool
    lasting: bool = False


@dataclass(slots=True)
class _Life:
    until_us: int
    holes: list[tuple[int, int]] = field(default_factory=list)
    more: int = 0


@dataclass(slots=True)
class SignsOfLife:
    """Takes records in the order of the log; bounded in memory whatever its length."""

    beats: int = 0
    newest_us: int = 0
    _lives: dict[str, _Life] = field(default_factory=dict)
    _gaps: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def take(self, kind: str, body: Mapping[str, object]) -> None:
        """Take a heartbeat or a gap; others say nothing here.

        Raises:
            ValueError, TypeError, KeyError: the body is not one of ours.
        """
        if kind not in (FactKind.HEARTBEAT, FactKind.GAP):
            return
        camera, start_us, end_us = str(body["camera"]), _us(body["start_us"]), _us(body["end_us"])
        if kind == FactKind.HEARTBEAT:
            self._live(camera, start_us, end_us)
        elif end_us - start_us > _MOST_US:
            gaps = self._gaps.setdefault(camera, [])
            gaps.append((start_us, end_us))
            del gaps[:-_MOST_GAPS]

    def _live(self, camera: str, start_us: int, end_us: int) -> None:
        self.beats += 1
        self.newest_us = max(self.newest_us, end_us)
        life = self._lives.get(camera)
        if life is None:
            self._lives[camera] = _Life(until_us=end_us)
            return
        if start_us - life.until_us > _MOST_US:
            if len(life.holes) < _MOST_HOLES:
                life.holes.append((life.until_us, start_us))
            else:
                life.more += 1
        # A clock that was set back tells minutes again: no hole, and its own record says so.
        life.until_us = end_us

    def holes(self, cameras: Sequence[str]) -> tuple[Hole, ...]:
        """Return every hole found, by camera and time.

        Args:
            cameras: that are recorded now: one of them that has fallen silent is a hole, too.
        """
        found = [
            Hole(camera=camera, start_us=start_us, end_us=end_us,
                 explained=self._explained(camera, start_us, end_us))
            for camera, life in sorted(self._lives.items())
            for start_us, end_us in life.holes
        ]  # fmt: skip
        for camera in sorted(cameras):
            life = self._lives.get(camera)
            until_us = life.until_us if life else 0
            if self.beats and self.newest_us - until_us > 2 * _MOST_US:
                found.append(
                    Hole(camera=camera, start_us=until_us, end_us=self.newest_us,
                         explained=False, lasting=True)
                )  # fmt: skip
        return tuple(found)

    def uncounted(self) -> int:
        """Return how many holes were too many to be listed."""
        return sum(life.more for life in self._lives.values())

    def _explained(self, camera: str, start_us: int, end_us: int) -> bool:
        """Return whether gaps leave no more of a span than is between two signs of life."""
        left_us = end_us - start_us
        covered_us = start_us
        for first_us, last_us in sorted(self._gaps.get(camera, ())):
            begin_us, stop_us = max(first_us, covered_us), min(last_us, end_us)
            if stop_us > begin_us:
                left_us -= stop_us - begin_us
                covered_us = stop_us
        return left_us <= _MOST_US


def _us(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("a time is no integer")
    return value
