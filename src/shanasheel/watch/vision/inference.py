"""Running a model on this machine: OpenVINO, or ONNX Runtime where it cannot."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from shanasheel.base.errors import Unavailable

_LOG = structlog.get_logger()

Floats = NDArray[np.float32]
Backend = Literal["auto", "openvino", "onnxruntime"]
Precision = Literal["auto", "fp32", "bf16", "fp16"]
_PRECISIONS: tuple[Precision, ...] = ("fp32", "bf16", "fp16")
BACKENDS: tuple[Backend, ...] = ("openvino", "onnxruntime")
_CPU = {"openvino": "CPU", "onnxruntime": "CPUExecutionProvider"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How a model is run.

    Args:
        device: OpenVINO's device or ONNX Runtime's execution provider; empty for the processor.
        precision: `auto` leaves it to the back end: OpenVINO takes bf16 where the processor has it.
    """

    backend: Backend = "auto"
    device: str = ""
    precision: Precision = "auto"
    threads: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What a model's inputs and outputs are called.

    Args:
        outputs: in the order wanted; empty for all in the model's own order.
        sizes: an input that takes the picture's width and height, or empty.
    """

    outputs: tuple[str, ...] = ()
    sizes: str = ""


class Runner(Protocol):
    """A loaded model. Safe to call from several threads; calls wait for each other."""

    name: str

    def run(self, image: Floats) -> list[Floats]:
        """Return the outputs for one (B, 3, H, W) or (B, H, W, 3) image."""


class OpenVinoRunner:
    """OpenVINO; the first image of each size compiles the model for it."""

    name = "openvino"

    def __init__(self, model: Path, choice: Choice, ports: Ports) -> None:
        stay_silent()
        import openvino

        self._core = openvino.Core()
        self._model = self._core.read_model(model)
        self._device = choice.device or _CPU[self.name]
        self._settings = {"PERFORMANCE_HINT": "LATENCY"}
        if self._device == _CPU[self.name]:
            self._settings["INFERENCE_NUM_THREADS"] = str(choice.threads)
            # Else every process binds its first thread to the same core.
            self._settings["ENABLE_CPU_PINNING"] = "NO"
        if choice.precision != "auto":
            kind = {"fp32": "f32", "bf16": "bf16", "fp16": "f16"}[choice.precision]
            self._settings["INFERENCE_PRECISION_HINT"] = kind
        names = [port.get_any_name() for port in self._model.inputs]
        self._image, self._sizes = _ports_of(names, ports)
        out = [port.get_names() for port in self._model.outputs]
        self._outputs = [_place_of(name, out) for name in ports.outputs] or list(range(len(out)))
        self._type = self._model.input(self._image).get_element_type().to_dtype()
        self._requests: dict[tuple[int, ...], openvino.InferRequest] = {}
        self._lock = threading.Lock()

    def run(self, image: Floats) -> list[Floats]:
        """Return the outputs."""
        with self._lock:
            request = self._requests.get(image.shape)
            if request is None:
                shape: dict[str, list[int]] = {self._image: list(image.shape)}
                if self._sizes:
                    shape[self._sizes] = [image.shape[0], 2]
                self._model.reshape(shape)
                compiled = self._core.compile_model(self._model, self._device, self._settings)
                request = self._requests[image.shape] = compiled.create_infer_request()
            given: dict[str, NDArray[np.generic]] = {
                self._image: image.astype(self._type, copy=False)
            }
            if self._sizes:
                given[self._sizes] = _sizes(image)
            results = request.infer(given)
            return [np.array(results[place], np.float32) for place in self._outputs]


class OnnxRunner:
    """ONNX Runtime."""

    name = "onnxruntime"

    def __init__(self, model: Path, choice: Choice, ports: Ports) -> None:
        stay_silent()
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = choice.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        self._faults = _onnx_faults()
        provider = choice.device or _CPU[self.name]
        try:
            self._session = onnxruntime.InferenceSession(str(model), options, providers=[provider])
        except self._faults as fault:
            raise RuntimeError(str(fault)) from fault
        inputs = {port.name: port.type for port in self._session.get_inputs()}
        self._image, self._sizes = _ports_of(list(inputs), ports)
        self._type = {"tensor(float16)": np.float16, "tensor(uint8)": np.uint8}.get(
            inputs[self._image], np.float32
        )
        out = [{port.name} for port in self._session.get_outputs()]
        self._outputs = [next(iter(out[_place_of(name, out)])) for name in ports.outputs] or None
        self._lock = threading.Lock()

    def run(self, image: Floats) -> list[Floats]:
        """Return the outputs."""
        given: dict[str, NDArray[np.generic]] = {self._image: image.astype(self._type, copy=False)}
        if self._sizes:
            given[self._sizes] = _sizes(image)
        with self._lock:
            try:
                results = self._session.run(self._outputs, given)
            except self._faults as fault:
                raise RuntimeError(str(fault)) from fault
        return [np.asarray(result, np.float32) for result in results]


def load_runner(
    model: Path, *, choice: Choice, ports: Ports, trial: tuple[int, ...],
    only: Sequence[str] = BACKENDS,
) -> Runner:  # fmt: skip
    """Load a model, preferring OpenVINO where the choice leaves it open.

    Args:
        trial: shape of a first input, run at once.
        only: back ends that may be taken.

    Raises:
        Unavailable: neither back end, or not the one asked for, can run it.
    """
    kinds: dict[str, Callable[[Path, Choice, Ports], Runner]] = {
        "openvino": OpenVinoRunner,
        "onnxruntime": OnnxRunner,
    }
    wanted = [each for each in BACKENDS if choice.backend in ("auto", each) and each in only]
    reasons = []
    for name in wanted:
        try:
            runner = kinds[name](model, choice, ports)
            # Compiling can fail where reading did not; better here than at the first picture.
            runner.run(np.zeros(trial, np.float32))
            return runner
        except (ImportError, OSError, RuntimeError, TypeError, ValueError) as fault:
            reasons.append(f"{name}: {_short(str(fault))}")
            _LOG.warning("backend_unavailable", backend=name, detail=reasons[-1])
    raise Unavailable(
        f"The detector cannot run here ({'; '.join(reasons) or choice.backend}).",
        "Run `shanasheel doctor` and `shanasheel models verify`; reinstall with `uv sync`.",
    )


def _short(reason: str) -> str:
    """Return both ends of a long reason: back ends begin with where it was and end with why."""
    words = " ".join(reason.split())
    return words if len(words) <= 240 else f"{words[:100]} … {words[-138:]}"


def devices() -> list[tuple[Backend, str]]:
    """Return every back end with each of its devices here, the processor's first."""
    found: list[tuple[Backend, str]] = []
    stay_silent()
    try:
        import openvino

        found += [("openvino", name) for name in openvino.Core().available_devices]
    except (ImportError, OSError, RuntimeError):
        _LOG.warning("backend_unavailable", backend="openvino")
    try:
        import onnxruntime

        # AzureExecutionProvider sends pictures to a stranger's server: never.
        found += [("onnxruntime", name) for name in onnxruntime.get_available_providers()
                  if name != "AzureExecutionProvider"]  # fmt: skip
    except (ImportError, OSError):
        _LOG.warning("backend_unavailable", backend="onnxruntime")
    return sorted(found, key=lambda each: each[1] not in _CPU.values())


def precisions(backend: str, device: str) -> tuple[Precision, ...]:
    """Return the precisions a back end offers on a device, the exact one first."""
    if backend != "openvino":
        return ("fp32",)
    stay_silent()
    import openvino

    offered = openvino.Core().get_property(device, "OPTIMIZATION_CAPABILITIES")
    return ("fp32", *(name for name in _PRECISIONS if name.upper() in offered and name != "fp32"))


def on_processor(device: str) -> bool:
    """Return whether a device is the processor."""
    return device in ("", *_CPU.values())


def _ports_of(names: list[str], ports: Ports) -> tuple[str, str]:
    """Return the names of the picture's input and, if the model has one, of the sizes'."""
    if ports.sizes and ports.sizes not in names:
        raise RuntimeError(f"there is no input {ports.sizes!r}, only {', '.join(names)[:100]}")
    images = [name for name in names if name != ports.sizes]
    if len(images) != 1:
        raise RuntimeError(f"it has the inputs {', '.join(names)[:100]} where one is expected")
    return images[0], ports.sizes


def _place_of(name: str, outputs: Sequence[set[str]]) -> int:
    for place, names in enumerate(outputs):
        if name in names:
            return place
    there = ", ".join(sorted(each)[0] for each in outputs if each)[:100]
    raise RuntimeError(f"there is no output {name!r}, only {there}")


def _sizes(image: Floats) -> NDArray[np.int64]:
    """Return width and height of each picture of a (B, 3, H, W) image, as D-FINE takes them."""
    return np.array([[image.shape[3], image.shape[2]]] * image.shape[0], np.int64)


def _onnx_faults() -> tuple[type[Exception], ...]:
    """Return ONNX Runtime's errors: they share no base, and only some are RuntimeErrors."""
    from onnxruntime.capi import onnxruntime_pybind11_state as faults

    return (
        faults.EPFail, faults.Fail, faults.InvalidArgument, faults.InvalidGraph,
        faults.InvalidProtobuf, faults.NoModel, faults.NoSuchFile, faults.NotImplemented,
        faults.RuntimeException,
    )  # fmt: skip


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
