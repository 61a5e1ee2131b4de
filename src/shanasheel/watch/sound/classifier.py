"""Tells shots and blasts from other noise, by features: numpy alone, no training here.

Two models are averaged, a linear one and a forest of random trees; their mean is calibrated on
predictions for sounds they were not trained with. `models/impulses.json` is the card: what data,
which licence, measured how, and what it cannot do. `training/sound/train.py` makes both files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shanasheel.base.errors import InvalidInput
from shanasheel.watch.sound.features import Vector

MODEL = Path(__file__).parent / "models" / "impulses.npz"
CARD = MODEL.with_suffix(".json")
CLASSES = ("shot", "blast", "other")
_LEAST = 1e-4  # a probability below is taken for this before its logarithm is calibrated
_DEEPEST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """Multinomial logistic regression of features brought to mean 0 and deviation 1."""

    mean: Vector
    deviation: Vector
    weights: NDArray[np.float32]  # (3, F)
    bias: Vector

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (N, 3) for (N, F)."""
        # Beyond 6 deviations a feature is of no sound that was learnt; it must not decide alone.
        scaled = np.clip((features - self.mean) / self.deviation, -6, 6)
        return _softmax(scaled @ self.weights.T + self.bias)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Many trees as arrays of all their nodes; a leaf's `feature` is -1.

    Args:
        roots: (T,) number of each tree's first node.
        feature, threshold, left, right: (M,) go left where the feature is at most the threshold.
        value: (M, 3) probabilities at a leaf.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: Vector
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float16]

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (N, 3) for (N, F): the mean of the leaves that each row falls to."""
        rows = np.arange(len(features))[:, None]
        nodes = np.broadcast_to(self.roots, (len(features), len(self.roots)))
        for _ in range(_DEEPEST):
            asked = self.feature[nodes]
            if (asked < 0).all():
                break
            low = features[rows, np.maximum(asked, 0)] <= self.threshold[nodes]
            nodes = np.where(asked < 0, nodes, np.where(low, self.left[nodes], self.right[nodes]))
        return np.asarray(self.value[nodes].mean(axis=1, dtype=np.float32))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpulseClassifier:
    """The shipped model. Safe to share between threads.

    Args:
        mixing: (3, 3), and `shift`, (3,): the calibration of the logarithms of the mean.
    """

    linear: Linear
    forest: Forest
    mixing: NDArray[np.float32]
    shift: Vector

    def raw(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the mean of both models, (N, 3), not calibrated."""
        both = self.linear.probabilities(features) + self.forest.probabilities(features)
        return np.asarray(both / 2, np.float32)

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return calibrated probabilities, (N, 3) in the order of `CLASSES`, for (N, F)."""
        return calibrated(self.raw(features), self.mixing, self.shift)


def calibrated(
    raw: NDArray[np.float32], mixing: NDArray[np.float32], shift: Vector
) -> NDArray[np.float32]:
    """Return probabilities whose logarithms are `mixing` times those of `raw`, plus `shift`.

    Source:
        Kull et al., "Beyond temperature scaling: Dirichlet calibration", NeurIPS 2019.
    """
    logs = np.log(np.maximum(raw, _LEAST), dtype=np.float32)
    return _softmax(np.asarray(logs @ mixing.T + shift, np.float32))


def save_classifier(model: ImpulseClassifier, path: Path) -> None:
    """Write a model as arrays; `load_classifier` reads them."""
    parts = {
        f"{part}_{name}": getattr(getattr(model, part), name)
        for part in ("linear", "forest")
        for name in getattr(model, part).__slots__
    }
    np.savez_compressed(path, mixing=model.mixing, shift=model.shift, **parts)


def read_classifier(path: Path) -> ImpulseClassifier:
    """Return the model in a file.

    Raises:
        InvalidInput: it is not one that `save_classifier` wrote.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return ImpulseClassifier(
            linear=Linear(**_part(arrays, "linear")), forest=Forest(**_part(arrays, "forest")),
            mixing=arrays["mixing"], shift=arrays["shift"],
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise InvalidInput(f"{path.name} is not a model of impulses: {fault}.", "") from fault


@lru_cache(maxsize=1)
def load_classifier() -> ImpulseClassifier:
    """Return the shipped model; read once."""
    return read_classifier(MODEL)


def read_card() -> dict[str, object]:
    """Return the shipped model's card."""
    card: dict[str, object] = json.loads(CARD.read_text())
    return card


def _part(arrays: dict[str, Any], part: str) -> dict[str, Any]:
    begin = f"{part}_"
    return {name[len(begin) :]: one for name, one in arrays.items() if name.startswith(begin)}


def _softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True), np.float32)
