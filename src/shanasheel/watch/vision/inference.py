"""Running a model on this machine's processor: OpenVINO, or ONNX Runtime where it cannot."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from shanasheel.base.errors import Unavailable

_LOG = structlog.get_logger()

Floats = NDArray[np.float32]
Backend = Literal["auto", "openvino", "onnxruntime"]


class Runner(Protocol):
    """A loaded model. Safe to call from several threads; calls wait for each other."""

    name: str

    def run(self, image: Floats) -> tuple[Floats, Floats]:
        """Return the model's two outputs for one (1, 3, H, W) image."""


class OpenVinoRunner:
    """OpenVINO on the CPU; it chooses bf16 by itself where the processor has it."""

    name = "openvino"

    def __init__(self, model: Path, threads: int) -> None:
        stay_silent()
        import openvino

        self._core = openvino.Core()
        self._model = self._core.read_model(model)
        self._settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": str(threads),
        }
        self._requests: dict[tuple[int, ...], openvino.InferRequest] = {}
        self._lock = threading.Lock()

    def run(self, image: Floats) -> tuple[Floats, Floats]:
        """Return the two outputs; the first image of each size compiles the model for it."""
        with self._lock:
            request = self._requests.get(image.shape)
            if request is None:
                self._model.reshape({0: list(image.shape)})
                compiled = self._core.compile_model(self._model, "CPU", self._settings)
                request = self._requests[image.shape] = compiled.create_infer_request()
            results = request.infer({0: image})
            return np.array(results[0]), np.array(results[1])


class OnnxRunner:
    """ONNX Runtime on the CPU."""

    name = "onnxruntime"

    def __init__(self, model: Path, threads: int) -> None:
        stay_silent()
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as faults

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(model), options, providers=["CPUExecutionProvider"]
            )
        # Its exceptions share no base of their own, and only some are RuntimeErrors.
        except (
            faults.Fail, faults.InvalidArgument, faults.InvalidGraph, faults.InvalidProtobuf,
            faults.NoModel, faults.NoSuchFile, faults.NotImplemented, faults.RuntimeException,
        ) as fault:  # fmt: skip
            raise RuntimeError(str(fault)) from fault
        self._lock = threading.Lock()

    def run(self, image: Floats) -> tuple[Floats, Floats]:
        """Return the two outputs."""
        with self._lock:
            first, second = self._session.run(None, {"image": image})
        return np.asarray(first, np.float32), np.asarray(second, np.float32)


def load_runner(model: Path, *, backend: Backend, threads: int) -> Runner:
    """Load a model, preferring OpenVINO.

    Raises:
        Unavailable: neither back end, or not the one asked for, can run it.
    """
    kinds: dict[str, Callable[[Path, int], Runner]] = {
        "openvino": OpenVinoRunner,
        "onnxruntime": OnnxRunner,
    }
    wanted = list(kinds) if backend == "auto" else [backend]
    reasons = []
    for name in wanted:
        try:
            runner = kinds[name](model, threads)
            # Compiling can fail where reading did not; better here than at the first picture.
            runner.run(np.zeros((1, 3, 64, 64), np.float32))
            return runner
        except (ImportError, OSError, RuntimeError) as fault:
            reasons.append(f"{name}: {' '.join(str(fault).split())[:160]}")
            _LOG.warning("backend_unavailable", backend=name, detail=reasons[-1])
    raise Unavailable(
        f"The detector cannot run here ({'; '.join(reasons)}).",
        "Run `shanasheel doctor`; reinstall with `uv sync`.",
    )


def stay_silent() -> None:
    """Keep both back ends from reporting to their makers; must come before they are imported.

    By default OpenVINO's Python package reports its import to Google Analytics, and ONNX Runtime
    1.29 and later reports processes and models to Microsoft; both leave an identifier in the
    home folder. A site's cameras are nobody else's business: there is no setting to allow it.
    """
    # Officially named in onnxruntime/Privacy.md; latched when the library is first used.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    # OpenVINO has no variable for it, and its opt-out is a file in the home folder. None makes
    # `import openvino_telemetry` fail, and OpenVINO then takes its own stub that does nothing.
    if "openvino_telemetry" not in sys.modules:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # Python reference, 5.3.1
