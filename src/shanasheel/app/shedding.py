"""Which cameras are not looked at for a while, so that the rest stays near the present.

The rule, decided every half second from how far each camera's analysis is behind its recording:

- behind by more than `late_s` for `patience_s` on end: one camera is shed, of the lowest priority
  there is, among equals the one whose last shedding is longest ago; behind by more than `far_s`:
  half of that priority at once.
- none behind for `calm_s`: one is taken back, of the highest priority, the longest shed first. When
  it had to be shed again soon, the next try waits twice as long, up to `longest_calm_s`.

Knows no clock, no packets and no threads; times are seconds of any steady clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shanasheel.domain.cameras import AnalysisPriority, CameraId

_RANK = {AnalysisPriority.LOW: 0, AnalysisPriority.NORMAL: 1, AnalysisPriority.HIGH: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class SheddingSettings:
    """When to shed and when to take back. All defaults are guesses.

    Args:
        late_s: this far behind, pictures are skipped (`watch/pipeline.py`); it must not last.
        patience_s: a detector held up for a moment is no overload.
        far_s: this far behind, one camera at a time would take too long.
        calm_s: so long none may be behind before one is taken back.
        longest_calm_s: bounds the doubling of `calm_s`; a night without a look would be too long.
    """

    late_s: float = 0.8
    patience_s: float = 2.0
    far_s: float = 6.0
    calm_s: float = 10.0
    longest_calm_s: float = 160.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What to do now; both may be empty."""

    shed: tuple[CameraId, ...] = ()
    back: tuple[CameraId, ...] = ()


class Shedder:
    """Decides for one worker's cameras; not for two threads."""

    def __init__(self, settings: SheddingSettings | None = None) -> None:
        self._settings = settings or SheddingSettings()
        self._shed_at_s: dict[CameraId, float] = {}  # of every camera ever shed
        self._shed: set[CameraId] = set()
        self._behind_since_s: float | None = None
        self._calm_since_s: float | None = None
        self._calm_s = self._settings.calm_s
        self._back_at_s: float | None = None

    def note_shed(self, camera: CameraId, now_s: float) -> None:
        """Learn that a camera was shed without being chosen: its packets were too many to keep."""
        self._shed.add(camera)
        self._shed_at_s[camera] = now_s
        self._calm_since_s = None

    def forget(self, camera: CameraId) -> None:
        """Let a camera go."""
        self._shed.discard(camera)
        self._shed_at_s.pop(camera, None)

    def choose(
        self,
        now_s: float,
        behind_s: Mapping[CameraId, float],
        priorities: Mapping[CameraId, AnalysisPriority],
    ) -> Choice:
        """Return whom to shed and whom to take back now.

        Args:
            behind_s: of every camera that is looked at, how far it is behind, in seconds.
            priorities: of every camera.
        """
        worst_s = max(behind_s.values(), default=0.0)
        if worst_s > self._settings.late_s:
            self._calm_since_s = None
            return Choice(shed=self._to_shed(now_s, worst_s, behind_s, priorities))
        self._behind_since_s = None
        return Choice(back=self._to_take_back(now_s, priorities))

    def _to_shed(
        self,
        now_s: float,
        worst_s: float,
        behind_s: Mapping[CameraId, float],
        priorities: Mapping[CameraId, AnalysisPriority],
    ) -> tuple[CameraId, ...]:
        if self._behind_since_s is None:
            self._behind_since_s = now_s
        far = worst_s > self._settings.far_s
        # Even far behind one look is not enough: a stepped clock looks like that for a moment.
        patience_s = self._settings.patience_s / (2 if far else 1)
        if now_s - self._behind_since_s < patience_s:
            return ()
        order = sorted(behind_s, key=lambda one: (_RANK[priorities[one]], self._last(one), one))
        lowest = [one for one in order if priorities[one] is priorities[order[0]]]
        # One camera stays: shedding the last would make the machine idle, not less late.
        most = min(len(order) - 1, (len(lowest) + 1) // 2 if far else 1)
        chosen = lowest[:most]
        self._give_up_soon_tried(now_s)
        for one in chosen:
            self.note_shed(one, now_s)
        self._behind_since_s = now_s  # let it take effect
        return tuple(chosen)

    def _to_take_back(
        self, now_s: float, priorities: Mapping[CameraId, AnalysisPriority]
    ) -> tuple[CameraId, ...]:
        if self._calm_since_s is None:
            self._calm_since_s = now_s
        if not self._shed or now_s - self._calm_since_s < self._calm_s:
            return ()
        chosen = min(self._shed, key=lambda one: (-_RANK[priorities[one]], self._last(one), one))
        self._shed.discard(chosen)
        if self._back_at_s is not None and now_s - self._back_at_s >= self._calm_s:
            self._calm_s = self._settings.calm_s  # the one before could be kept
        self._calm_since_s = self._back_at_s = now_s
        return (chosen,)

    def _give_up_soon_tried(self, now_s: float) -> None:
        """Wait longer before the next try when the last one did not last."""
        tried_s, self._back_at_s = self._back_at_s, None
        if tried_s is not None and now_s - tried_s < 3 * self._settings.calm_s:
            self._calm_s = min(2 * self._calm_s, self._settings.longest_calm_s)

    def _last(self, camera: CameraId) -> float:
        return self._shed_at_s.get(camera, float("-inf"))
