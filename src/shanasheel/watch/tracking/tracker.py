"""Following things from frame to frame in one camera.

Two rounds as in ByteTrack (Zhang et al., ECCV 2022): strong detections lead, weak ones only prolong
what is already followed. A third round looks where a lost track was last seen rather than where it
should be (OC-SORT's recovery). A last one gives what nobody took to people first seen a moment
ago, who may have run there. Each kind is followed by itself: a car never becomes a person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from shanasheel.base.clock import to_us
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import KIND_NUMBERS, CameraId, Kind
from shanasheel.domain.seen import Detections, Tracks
from shanasheel.watch.tracking.association import assign, in_reach, likeness
from shanasheel.watch.tracking.geometry import Floats, overlap
from shanasheel.watch.tracking.settings import TrackerSettings
from shanasheel.watch.tracking.track import FinishedTrack, GrowingTrack, Seen

_MOST_WIDENING = 0.5  # a box twice as wide and tall; beyond, neighbours are mistaken
# The next two and _START_ABOVE were chosen on PETS09-S2L1 with NanoDet, the clip that is also
# scored: 0.2 to 0.4 s and 0.5 to 0.7 score alike (HOTA .598), starting 0.1 to 0.2 above gives .592
# to .603. The rest are guesses.
_RECENT_S = 0.4  # weak detections prolong only what was seen this recently
_WEAK_OVERLAP = 0.5  # weak detections must be more alike, and are never widened
_IN_REACH = 0.01
_TENTATIVE_S = 0.5  # an unconfirmed track may blink this long
_DOUBLE_OVERLAP = 0.6  # a strong detection lying so on a track is the same thing twice
_START_ABOVE = 0.15  # a first detection must score this much above those that lead
_GAP_S = 0.6  # unseen for longer, the way is made up for
_CLOCK_STEP_US = 1_000_000  # time falling back further is a new session, less is jitter

_Boxes = Callable[[GrowingTrack], Floats]


class Tracker:
    """Follows the things of one camera; one instance per camera session, not thread-safe.

    Track ids count from 1 in the order in which tracks are confirmed. A change of picture size or
    a clock that falls back by more than a second ends all tracks; ids go on counting.
    """

    def __init__(self, camera: CameraId, settings: TrackerSettings | None = None) -> None:
        self._camera = camera
        self._settings = settings or TrackerSettings()
        self._tracks: list[GrowingTrack] = []
        self._finished: list[FinishedTrack] = []
        self._next = 1
        self._at_us: int | None = None
        self._frame: Detections | None = None  # the last one
        self._size_px = (0, 0)

    def push(self, detections: Detections) -> Tracks:
        """Follow all tracks into one frame and return the confirmed ones seen in it.

        Boxes with numbers that are not finite, or without area, are passed over.

        Raises:
            InvalidInput: the frame is of another camera, or its arrays differ in length.
        """
        self._check(detections)
        at_us = self._advance(detections)
        seen_now: list[GrowingTrack] = []
        for kind in Kind:
            seen_now += self._follow(kind, self._sighted(detections, kind, at_us), at_us)
        self._end_lost(at_us)
        self._frame = detections
        present = sorted(
            (track for track in seen_now if track.number), key=lambda track: track.number
        )
        return _tracks(detections, present, [track.last.box for track in present])

    def finished(self) -> list[FinishedTrack]:
        """Return the confirmed tracks that ended since the last call, each exactly once."""
        drained, self._finished = self._finished, []
        return drained

    def missed(self) -> Tracks | None:
        """Return what is followed and was not seen in the last frame; None before the first.

        Boxes reach from where a thing was last seen to where it should be now. Its id is 0 while
        its track is not confirmed.
        """
        if self._frame is None or self._at_us is None:
            return None
        at_us = self._at_us
        unseen = [track for track in self._tracks if track.last.frame != self._frame.frame_index]
        there = [track.last.box for track in unseen]
        here = [track.motion.box_at(at_us / 1e6) for track in unseen]
        reach = [
            np.concatenate([np.minimum(a, b)[:2], np.maximum(a, b)[2:]])
            for a, b in zip(there, here, strict=True)
        ]
        return _tracks(self._frame, unseen, reach)

    def flush(self) -> None:
        """End every track, as when the source ends; `finished` then returns them."""
        for track in self._tracks:
            self._end(track)
        self._tracks = []

    def _check(self, detections: Detections) -> None:
        if detections.camera != self._camera:
            raise InvalidInput(
                f"Detections of {detections.camera} reached the tracker of {self._camera}.",
                "Use one tracker per camera.",
            )
        count = len(detections.scores)
        if detections.boxes.shape != (count, 4) or not (
            len(detections.kinds) == len(detections.labels) == count
        ):
            raise InvalidInput(
                f"Detections of {detections.camera} have arrays of different lengths.",
                "Give boxes (N, 4) and scores, kinds, labels (N,).",
            )

    def _advance(self, detections: Detections) -> int:
        at_us = to_us(detections.at)
        size_px = (detections.width_px, detections.height_px)
        if self._at_us is not None and (
            size_px != self._size_px or at_us < self._at_us - _CLOCK_STEP_US
        ):
            self.flush()
        elif self._at_us is not None:
            at_us = max(at_us, self._at_us)
        self._at_us, self._size_px = at_us, size_px
        return at_us

    def _sighted(self, detections: Detections, kind: Kind, at_us: int) -> list[Seen]:
        """Return usable detections of a kind, best first."""
        boxes = detections.boxes.astype(np.float64)
        usable = (
            (detections.kinds == KIND_NUMBERS[kind])
            & (detections.scores >= self._settings.low_score)
            & np.isfinite(boxes).all(axis=1)
            & (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
        )
        order = np.argsort(-detections.scores, kind="stable")
        return [
            Seen(
                at_us=at_us,
                frame=detections.frame_index,
                box=boxes[index],
                score=float(detections.scores[index]),
                label=int(detections.labels[index]),
            )
            for index in order
            if usable[index]
        ]

    def _follow(self, kind: Kind, seen: list[Seen], at_us: int) -> list[GrowingTrack]:
        """Associate one kind in rounds and return the tracks seen now."""
        tracks = [track for track in self._tracks if track.kind == kind]
        known = [track for track in tracks if track.number]
        tentative = [track for track in tracks if not track.number]
        lead = self._lead(kind)
        strong = [each for each in seen if each.score >= lead]
        weak = [each for each in seen if each.score < lead]
        least, matched = self._settings.overlap, []

        def expected(track: GrowingTrack) -> Floats:
            return track.motion.box_at(at_us / 1e6)

        matched += self._round(known, strong, expected, least=least)
        recent = [track for track in known if track.unseen_s(at_us) <= _RECENT_S]
        found = self._round(recent, weak, expected, least=_WEAK_OVERLAP, exact=True)
        known = [track for track in known if track not in found]
        matched += found
        matched += self._round(known, strong, _last_box, least=least)
        matched += self._round(tentative, strong, expected, least=least)
        if kind is Kind.PERSON:
            matched += self._run(tentative, strong, at_us)
        self._start(kind, strong, matched)
        return matched

    def _run(self, tracks: list[GrowingTrack], seen: list[Seen], at_us: int) -> list[GrowingTrack]:
        """Match who may have run to detections that nobody took, and remove those.

        For tracks that are not confirmed alone: for known ones too it costs identities in a crowd.
        """
        recent = [track for track in tracks if 0 < track.unseen_s(at_us) <= _RECENT_S]
        if not recent or not seen:
            return []
        near = in_reach(
            np.stack([_last_box(track) for track in recent]),
            np.stack([each.box for each in seen]),
            np.array([track.unseen_s(at_us) for track in recent]),
        )
        pairs = assign(near, _IN_REACH)
        for row, column in pairs:
            self._take(recent[row], seen[column])
        taken = {column for _, column in pairs}
        seen[:] = [each for column, each in enumerate(seen) if column not in taken]
        return [recent[row] for row, _ in pairs]

    def _lead(self, kind: Kind) -> float:
        settings = self._settings
        return settings.people_score if kind is Kind.PERSON else settings.vehicle_score

    def _round(
        self,
        tracks: list[GrowingTrack],
        seen: list[Seen],
        boxes: _Boxes,
        *,
        least: float,
        exact: bool = False,
    ) -> list[GrowingTrack]:
        """Match, let tracks take their detections, and remove both from the given lists."""
        if not tracks or not seen:
            return []
        at_us = seen[0].at_us
        ratios = np.array([self._widening(track.unseen_s(at_us)) for track in tracks])
        if exact:
            ratios[:] = 0.0
        similarity = likeness(
            np.stack([boxes(track) for track in tracks]),
            np.stack([each.box for each in seen]),
            scores=np.array([each.score for each in seen]),
            widening=ratios,
            near=tracks[0].kind is Kind.PERSON,
        )
        pairs = assign(similarity, least)
        matched = [tracks[row] for row, _ in pairs]
        taken = {column for _, column in pairs}
        for row, column in pairs:
            self._take(tracks[row], seen[column])
        tracks[:] = [track for track in tracks if track not in matched]
        seen[:] = [each for column, each in enumerate(seen) if column not in taken]
        return matched

    def _widening(self, unseen_s: float) -> float:
        return min(_MOST_WIDENING, self._settings.widening_per_s * unseen_s)

    def _take(self, track: GrowingTrack, seen: Seen) -> None:
        track.take(seen, gap_s=_GAP_S)
        self._confirm(track)

    def _confirm(self, track: GrowingTrack) -> None:
        if not track.number and track.hits >= self._settings.confirm_hits:
            track.number = self._next
            self._next += 1

    def _start(self, kind: Kind, strong: list[Seen], matched: list[GrowingTrack]) -> None:
        """Begin tracks from strong detections left over that lie on no track seen now."""
        for each in strong:
            if each.score < self._lead(kind) + _START_ABOVE:
                continue
            if matched:
                others = np.stack([track.last.box for track in matched])
                if overlap(each.box[None], others).max() > _DOUBLE_OVERLAP:
                    continue
            track = GrowingTrack(each, kind)
            self._confirm(track)
            self._tracks.append(track)
            matched.append(track)

    def _end_lost(self, at_us: int) -> None:
        kept = []
        for track in self._tracks:
            patience_s = self._settings.lost_s if track.number else _TENTATIVE_S
            if track.unseen_s(at_us) > patience_s:
                self._end(track)
            else:
                kept.append(track)
        self._tracks = kept

    def _end(self, track: GrowingTrack) -> None:
        if track.number:
            self._finished.append(
                track.finished(
                    self._camera,
                    width_px=self._size_px[0],
                    height_px=self._size_px[1],
                    still_ratio=self._settings.still_ratio,
                )
            )


def _tracks(frame: Detections, tracks: Sequence[GrowingTrack], boxes: Sequence[Floats]) -> Tracks:
    return Tracks(
        camera=frame.camera,
        at=frame.at,
        frame_index=frame.frame_index,
        width_px=frame.width_px,
        height_px=frame.height_px,
        ids=np.array([track.number for track in tracks], np.int32),
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        scores=np.array([track.last.score for track in tracks], np.float32),
        kinds=np.array([KIND_NUMBERS[track.kind] for track in tracks], np.int16),
        labels=np.array([track.label for track in tracks], np.int16),
    )


def _last_box(track: GrowingTrack) -> Floats:
    return track.last.box
