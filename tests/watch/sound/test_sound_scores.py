"""The scores are what they are called, and the bench says what trained the model."""

from __future__ import annotations

import hashlib
import json
import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from footage import data_folder
from running import cli
from shanasheel.watch.sound.classifier import CARD, MODEL, read_card
from shanasheel.watch.sound.sound_scores import (
    area_under_curve,
    average_precision,
    calibration_error,
    scores_of,
)


def _slow_precision(truth: np.ndarray, scores: np.ndarray) -> float:
    """Return the sum over falling thresholds, word for word."""
    total, recall_before = 0.0, 0.0
    for bar in sorted(set(scores.tolist()), reverse=True):
        chosen = scores >= bar
        recall = (truth & chosen).sum() / truth.sum()
        total += (recall - recall_before) * (truth & chosen).sum() / chosen.sum()
        recall_before = recall
    return total


def test_precision_and_area_equal_their_definitions_with_ties() -> None:
    random = np.random.default_rng(2)
    for _ in range(50):
        truth = random.random(40) < 0.4
        scores = random.integers(0, 8, 40) / 8
        if not truth.any() or truth.all():
            continue
        pairs = [(a > b) + 0.5 * (a == b) for a in scores[truth] for b in scores[~truth]]

        assert average_precision(truth, scores) == pytest.approx(_slow_precision(truth, scores))
        assert area_under_curve(truth, scores) == pytest.approx(np.mean(pairs))


def test_honest_probabilities_have_no_error_and_boasting_ones_do() -> None:
    truth = np.array([True] * 7 + [False] * 3)

    assert calibration_error(truth, np.full(10, 0.7)) == pytest.approx(0.0, abs=1e-6)
    assert calibration_error(truth, np.full(10, 0.95)) == pytest.approx(0.25, abs=1e-6)


def test_recall_counts_what_scores_above_the_allowed_false_alarms() -> None:
    labels = np.array([0, 0, 1, 2, 2, 2])
    scores = np.array([[0.9] * 3, [0.4] * 3, [0.1] * 3, [0.5] * 3, [0.2] * 3, [0.1] * 3])
    body = scores_of(labels, scores, np.full(6, 1 / 30))

    shot = body["shot"]
    assert isinstance(shot, dict)
    assert shot["recall_at_false_alarms_per_hour"] == {"0": 0.5, "10": 1.0, "60": 1.0}


def test_the_model_is_the_one_its_card_describes() -> None:
    card = read_card()

    assert card["sha256"] == hashlib.sha256(MODEL.read_bytes()).hexdigest()
    assert MODEL.stat().st_size < 2_000_000
    assert {"data", "data_licence", "limits", "cross_validation", "prior"} <= set(card)
    assert CARD.is_file()


@pytest.mark.footage
def test_the_bench_prints_every_class_and_way_and_what_trained_the_model(tmp_path: Path) -> None:
    data = data_folder("sesa-audio")
    for kind in ("gunshot", "explosion", "casual", "siren"):
        for file in sorted(data.glob(f"{kind}_*.wav"))[:3]:
            shutil.copy(file, tmp_path)
    with wave.open(str(tmp_path / "other_1.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(64_000))

    done = cli("bench", "sound", str(tmp_path), "--json")

    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert (body["files"], body["files_trained_on"], body["shots"]) == (13, 12, 3)
    assert "12 of 13 files trained the shipped model" in done.stderr
    for way in ("clean", "g711", "noise_10db"):
        for name in ("shot", "blast", "shot_or_blast"):
            assert 0.9 <= body[way][name]["auc"] <= 1, (way, name)  # they trained it
            assert sum(one["files"] for one in body[way][name]["reliability"]) == 13
    assert body["cpu_ms_per_second_of_sound"] > 0
