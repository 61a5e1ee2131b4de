"""How good tracks are: HOTA, MOTA and IDF1 as the reference tool TrackEval computes them."""

from __future__ import annotations

from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shanasheel.base.errors import InvalidInput, NotFound, Unavailable
from shanasheel.domain.cameras import KIND_NUMBERS, Kind
from shanasheel.watch.tracking.association import assign
from shanasheel.watch.tracking.geometry import overlap
from shanasheel.watch.tracking.mot import MotRows, read_mot

_PERSON = KIND_NUMBERS[Kind.PERSON]
_MOST_FRAMES = 1_000_000
_LEAST_OVERLAP = 0.5
_BYSTANDERS = (
    2,
    6,
    7,
    8,
    12,
)  # MOT16: in a vehicle, (MOT20) without one, static, distractor, reflection


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingScores:
    """Scores of one sequence, in [0, 1] (MOTA may fall below 0).

    Args:
        hota: mean over the localisation thresholds 0.05 to 0.95.
        mota, idf1: at an overlap of 0.5.
        detail: further numbers by TrackEval's names, for example `DetA`, `AssA`, `IDSW`.
    """

    hota: float
    mota: float
    idf1: float
    detail: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """What `seqinfo.ini` says."""

    name: str
    frame_rate: float
    frames: int
    width_px: int
    height_px: int


def read_sequence(folder: Path) -> Sequence:
    """Return what the folder's `seqinfo.ini` says.

    Raises:
        NotFound: there is none.
        InvalidInput: a field is missing or out of range.
    """
    path = folder / "seqinfo.ini"
    if not path.is_file():
        raise NotFound(f"There is no {path}.", "Give a MOTChallenge folder.")
    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text("utf-8"))
        section = parser["Sequence"]
        sequence = Sequence(
            name=section["name"],
            frame_rate=float(section["frameRate"]),
            frames=int(section["seqLength"]),
            width_px=int(section["imWidth"]),
            height_px=int(section["imHeight"]),
        )
    except (ConfigError, KeyError, ValueError, OSError) as fault:
        raise InvalidInput(
            f"{path} is not a sequence description: {type(fault).__name__}.",
            "It needs [Sequence] with name, frameRate, seqLength, imWidth, imHeight.",
        ) from fault
    if not (0 < sequence.frame_rate <= 1000 and 0 < sequence.frames <= _MOST_FRAMES):
        raise InvalidInput(f"{path}: frameRate or seqLength is out of range.", "")
    return sequence


def evaluate_tracking(folder: Path, tracks_path: Path) -> TrackingScores:
    """Return the scores of tracks of people against a MOTChallenge folder.

    As TrackEval's MotChallenge2DBox: ground truth marked 0 is left out; where it has classes
    (since MOT16), class 1 is demanded, and tracks that lie on a bystander (someone in a vehicle or
    sitting, a statue, a reflection) are neither right nor wrong. However little of someone is
    visible, they are demanded.

    Args:
        folder: holds `seqinfo.ini`, and `gt.txt` or `gt/gt.txt`.
        tracks_path: a MOTChallenge file of tracks.

    Raises:
        Unavailable: TrackEval is not installed.
        NotFound: a file is missing.
        InvalidInput: a file cannot be read as what it should be, or an id occurs twice in a frame.
    """
    try:
        from trackeval.metrics import CLEAR, HOTA, Identity
    except ImportError as fault:
        raise Unavailable(
            "TrackEval is not installed, so tracks cannot be scored.",
            "Run `uv sync --group dev`, or `pip install trackeval`.",
        ) from fault
    sequence = read_sequence(folder)
    truth_path = folder / "gt.txt"
    if not truth_path.is_file():
        truth_path = folder / "gt" / "gt.txt"
    truth = read_mot(truth_path)
    tracks = _people(read_mot(tracks_path), sequence, tracks_path)
    tracks = _without_bystanders(tracks, truth)
    paired = _paired(_people(truth.where(truth.scores != 0), sequence, truth_path), tracks)
    quiet = {"PRINT_CONFIG": False}
    hota = HOTA().eval_sequence(paired)
    clear = CLEAR(quiet).eval_sequence(paired)
    identity = Identity(quiet).eval_sequence(paired)
    detail = [(name, float(np.mean(hota[name]))) for name in ("DetA", "AssA", "LocA")]
    detail += [(name, float(clear[name])) for name in ("CLR_TP", "CLR_FP", "CLR_FN", "IDSW", "MT")]
    detail += [(name, float(identity[name])) for name in ("IDR", "IDP")]
    return TrackingScores(
        hota=float(np.mean(hota["HOTA"])),
        mota=float(clear.get("MOTA", 0.0)),
        idf1=float(identity.get("IDF1", 0.0)),
        detail=tuple(detail),
    )


def _without_bystanders(tracks: MotRows, truth: MotRows) -> MotRows:
    """Drop tracks' boxes matched to people of classes that are not judged.

    Source:
        TrackEval, `mot_challenge_2d_box.py`, `get_preprocessed_seq_data`: one-to-one by overlap,
        over all the truth of a frame, at 0.5 at least.
    """
    if not np.isin(truth.classes, _BYSTANDERS).any():
        return tracks
    kept = np.ones(len(tracks), bool)
    for frame in np.unique(tracks.frames):
        left, right = _span(truth, frame), _span(tracks, frame)
        shared = overlap(truth.boxes[left], tracks.boxes[right])
        pairs = assign(np.where(shared >= _LEAST_OVERLAP, shared, 0.0), 1e-9)
        for row, column in pairs:
            kept[right.start + column] = truth.classes[left.start + row] not in _BYSTANDERS
    return tracks.where(kept)


def _people(rows: MotRows, sequence: Sequence, path: Path) -> MotRows:
    people = (rows.classes == _PERSON) | (rows.classes < 0)
    kept = rows.where(people & (rows.frames < sequence.frames))
    keys = np.stack([kept.frames, kept.ids], axis=1)
    if len(np.unique(keys, axis=0)) != len(keys):
        raise InvalidInput(f"{path}: an id occurs twice in one frame.", "Make ids unique.")
    return kept


def _paired(truth: MotRows, tracks: MotRows) -> dict[str, object]:
    """Return the input TrackEval's metrics take for one sequence."""
    frames = np.union1d(truth.frames, tracks.frames)
    truth_ids, truth_codes = np.unique(truth.ids, return_inverse=True)
    track_ids, track_codes = np.unique(tracks.ids, return_inverse=True)
    spans = [(_span(truth, frame), _span(tracks, frame)) for frame in frames]
    return {
        "num_timesteps": len(frames),
        "num_gt_ids": len(truth_ids),
        "num_tracker_ids": len(track_ids),
        "num_gt_dets": len(truth),
        "num_tracker_dets": len(tracks),
        "gt_ids": [truth_codes[left] for left, _ in spans],
        "tracker_ids": [track_codes[right] for _, right in spans],
        "similarity_scores": [
            overlap(truth.boxes[left], tracks.boxes[right]) for left, right in spans
        ],
    }


def _span(rows: MotRows, frame: NDArray[np.int32]) -> slice:
    low, high = np.searchsorted(rows.frames, [frame, frame + 1])
    return slice(int(low), int(high))
