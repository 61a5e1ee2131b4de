"""How fast a model runs here: every back end, device, precision, number of threads and batch."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np

from shanasheel.base.errors import Unavailable
from shanasheel.watch.vision.detect import ports_of
from shanasheel.watch.vision.inference import (
    Choice,
    Runner,
    devices,
    load_runner,
    on_processor,
    precisions,
)
from shanasheel.watch.vision.inputs import Floats, InputMaker, side_of
from shanasheel.watch.vision.measured import Speed
from shanasheel.watch.vision.registry import Model
from shanasheel.watch.vision.trial import drawn_picture

_WARM_UPS = 2
_MOST_S = 3.0  # for one way of running it; slow machines get fewer rounds, at least three

Progress = Callable[[int, int], None]
Refusal = tuple[Choice, int, str]


def ways(model: Model) -> Iterator[Choice]:
    """Yield every way to run a model here."""
    for backend, device in devices():
        if backend not in model.backends:
            continue
        for precision in precisions(backend, device):
            for threads in (1, 2) if on_processor(device) else (1,):
                yield Choice(backend=backend, device=device, precision=precision, threads=threads)


def measure(
    model: Model, *, live: bool = True, rounds: int = 20, progress: Progress = lambda _a, _b: None
) -> tuple[list[Speed], list[Refusal]]:
    """Run the model in every way; return what each took, and which were refused and why.

    Args:
        live: at the size that live cameras are looked at.
        rounds: runs of each at most.
    """
    image = _image(model, live=live)
    plans = [(choice, batch) for choice in ways(model) for batch in (1, 2, 4)]
    speeds: list[Speed] = []
    refused: list[Refusal] = []
    runner: tuple[Choice, Runner] | None = None
    for done, (choice, batch) in enumerate(plans):
        progress(done, len(plans))
        try:
            if runner is None or runner[0] != choice:
                runner = None
                runner = (
                    choice,
                    load_runner(
                        model.file, choice=choice, ports=ports_of(model.card), trial=image.shape
                    ),
                )
            speeds.append(_speed(runner[1], choice, np.repeat(image, batch, axis=0), rounds))
        except (Unavailable, RuntimeError, ValueError) as fault:
            refused.append((choice, batch, " ".join(str(fault).split())[:160]))
    progress(len(plans), len(plans))
    return speeds, refused


def best_of(speeds: list[Speed]) -> Speed | None:
    """Return the way that costs least, one picture at a time.

    On the processor that is processor time: workers share the cores, and a second thread that
    halves the wait but spins costs another camera its turn. Elsewhere it is the wait.
    """
    return min((each for each in speeds if each.batch == 1), key=_cost_ms, default=None)


def _cost_ms(speed: Speed) -> float:
    return speed.cpu_ms if on_processor(speed.choice.device) else speed.ms


def _speed(runner: Runner, choice: Choice, image: Floats, rounds: int) -> Speed:
    batch = image.shape[0]
    outputs = runner.run(image)
    if any(output.shape[:1] != (batch,) for output in outputs):
        raise RuntimeError("its outputs do not follow the batch")
    for _ in range(_WARM_UPS):
        runner.run(image)
    times_ms: list[float] = []
    begun, cpu = time.perf_counter(), time.process_time()
    while len(times_ms) < rounds and (len(times_ms) < 3 or time.perf_counter() - begun < _MOST_S):
        at = time.perf_counter()
        runner.run(image)
        times_ms.append(1000 * (time.perf_counter() - at) / batch)
    cpu_ms = 1000 * (time.process_time() - cpu) / (len(times_ms) * batch)
    return Speed(
        choice=choice, batch=batch, ms=round(statistics.median(times_ms), 2),
        cpu_ms=round(cpu_ms, 2),
    )  # fmt: skip


def _image(model: Model, *, live: bool) -> Floats:
    picture = drawn_picture()
    region = (0, 0, picture.width_px, picture.height_px)
    maker = InputMaker(model.card.input, side_px=side_of(model.card.input, live=live))
    return maker.make(picture, (region,))[0][0]
