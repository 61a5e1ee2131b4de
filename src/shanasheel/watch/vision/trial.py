"""A model's first run, in a process of its own with bounds: a hostile file can only end that one.

`python -m shanasheel.watch.vision.trial CARD MODEL BACKEND` prints one line of JSON: what the model
thinks of the built-in test picture, or why it cannot be used.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from shanasheel.base.errors import InvalidInput, ShanasheelError, Unavailable
from shanasheel.base.text import printable
from shanasheel.domain.cameras import CameraId
from shanasheel.watch.vision.cards import ModelCard, Wanted, read_card
from shanasheel.watch.vision.detect import ports_of, trial_shape
from shanasheel.watch.vision.inference import Backend, Choice, load_runner
from shanasheel.watch.vision.inputs import InputMaker, side_of
from shanasheel.watch.vision.outputs import decode
from shanasheel.watch.vision.picture import Picture

MEMORY_BYTES = 4 * 1024**3  # of address space; measured with NanoDet-g: OpenVINO 0.93 GB
CPU_S = 60
_ALLOCATION = re.compile(r"bad_alloc|failed to allocate|out of memory", re.IGNORECASE)
WALL_S = 180.0
_EXPECTED = 3  # detections remembered as the expected result
_LEAST = 0.0  # the test picture is drawn: nothing in it need look convincing


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One box the model proposes on the test picture.

    Args:
        box: pixels of the model's input, rounded to tenths.
        place: of the class among the card's own.
    """

    box: tuple[float, ...]
    score: float
    place: int

    def like(self, other: Guess) -> bool:
        """Return whether two runs mean the same: another back end or processor rounds otherwise."""
        size = max(1.0, *(abs(edge) for edge in self.box))
        apart = max(abs(a - b) for a, b in zip(self.box, other.box, strict=True))
        return (
            self.place == other.place
            and abs(self.score - other.score) <= 0.01 + 0.1 * self.score
            and apart <= 0.03 * size + 2
        )


def try_model(card: Path, model: Path, backend: Backend) -> tuple[Guess, ...]:
    """Run a model once on the test picture, in a bounded child process; return its best guesses.

    Raises:
        InvalidInput: the model cannot be used; the message says why.
    """
    arguments = [sys.executable, "-m", __name__, str(card), str(model), backend]
    kept = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path),
            "HOME": "/nonexistent", "LANG": "C.UTF-8"}  # fmt: skip
    try:
        done = subprocess.run(
            arguments, env=kept, capture_output=True, stdin=subprocess.DEVNULL, check=False,
            timeout=WALL_S, cwd="/",
        )  # fmt: skip
    except subprocess.TimeoutExpired as fault:
        raise _ended(model, f"needs over {WALL_S:.0f} s for one picture") from fault
    if done.returncode < 0:
        raise _ended(model, _of_signal(-done.returncode))
    try:
        told = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError) as fault:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise _ended(model, f"ended its process ({printable(''.join(last), 160)})") from fault
    if "fault" in told:
        raise InvalidInput(
            f"{model.name} cannot be used with {backend}: {printable(str(told['fault']), 400)}",
            printable(str(told["remedy"]), 200),
        )
    return tuple(
        Guess(box=tuple(box), score=score, place=place) for box, score, place in told["guesses"]
    )


def drawn_picture() -> Picture:
    """Return the test picture: a street of plain shapes, the same on every machine."""
    rgb: NDArray[np.uint8] = np.full((360, 640, 3), (150, 160, 170), np.uint8)
    rgb[200:] = (90, 90, 92)
    rgb[270:276, ::40] = 230
    for left, colour in ((60, (170, 40, 40)), (470, (30, 60, 150))):  # cars
        rgb[215:262, left : left + 130] = colour
        rgb[188:215, left + 28 : left + 102] = colour
        rgb[193:213, left + 34 : left + 96] = (200, 215, 225)
        for wheel in (left + 18, left + 92):
            rgb[252:272, wheel : wheel + 20] = 20
    for left, colour in ((280, (40, 90, 50)), (350, (200, 170, 60))):  # people
        rgb[190:250, left : left + 26] = colour
        rgb[250:310, left + 2 : left + 11] = (40, 40, 60)
        rgb[250:310, left + 15 : left + 24] = (40, 40, 60)
        rgb[166:190, left + 4 : left + 22] = (205, 160, 130)
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Picture(camera=CameraId("test"), at=at, frame_index=0, frame=frame)


def guesses(card: ModelCard, model: Path, choice: Choice) -> tuple[Guess, ...]:
    """Return what the model proposes for the test picture, best first.

    Raises:
        ShanasheelError: it cannot be run, or gives what its card does not say.
    """
    runner = load_runner(
        model, choice=choice, ports=ports_of(card), trial=trial_shape(card), only=(choice.backend,)
    )
    picture = drawn_picture()
    region = (0, 0, picture.width_px, picture.height_px)
    ((image, _),) = InputMaker(card.input, side_px=side_of(card.input)).make(picture, (region,))
    size = image.shape[1:3] if card.input.layout == "nhwc" else image.shape[2:]
    output = card.output.model_copy(update={"least_score": _LEAST})
    wanted = Wanted(card)
    found = decode(output, runner.run(image), (size[0], size[1]), wanted)
    return tuple(
        Guess(
            box=tuple(round(float(edge), 1) for edge in box),
            score=round(float(score), 4),
            place=int(wanted.columns[place]),
        )
        for box, score, place in zip(found.boxes, found.scores, found.places, strict=True)
    )[:20]


def expected(found: tuple[Guess, ...]) -> tuple[Guess, ...]:
    """Return the guesses to be remembered as the expected result."""
    return found[:_EXPECTED]


def main() -> None:
    """Run one model within the bounds and print what it gives."""
    card, model, backend = sys.argv[1:4]
    _bound()
    try:
        found = guesses(read_card(Path(card)), Path(model), Choice(backend=backend))  # type: ignore[arg-type]  # checked by load_runner
        told: dict[str, object] = {"guesses": [[g.box, g.score, g.place] for g in found]}
    except Unavailable as fault:
        told = {"fault": fault.message, "remedy": "Check its card, or export it again."}
        if _ALLOCATION.search(fault.message):
            told = {"fault": f"it needs over {MEMORY_BYTES >> 30} GiB of memory.", "remedy": ""}
    except ShanasheelError as fault:
        told = {"fault": fault.message, "remedy": fault.remedy}
    except MemoryError:
        told = {"fault": f"it needs over {MEMORY_BYTES >> 30} GiB of memory", "remedy": ""}
    sys.stdout.write(json.dumps(told) + "\n")


def _bound() -> None:
    """Bound memory and time of this process; forbid it to write files or start processes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def _of_signal(number: int) -> str:
    if number == signal.SIGXCPU:
        return f"needs over {CPU_S} s of processor time for one picture"
    return f"ended its process with {signal.Signals(number).name}"


def _ended(model: Path, what: str) -> InvalidInput:
    return InvalidInput(f"{model.name} {what}.", "It was not taken; do not run it elsewhere.")


if __name__ == "__main__":
    main()
