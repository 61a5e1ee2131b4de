"""Measures what `train.py` made on stills each model has not seen, calibrates, writes the card.

    python training/weapons/measure.py DATA OUT [--quiet CLIP ...]

Runs in the project's own environment, the product's own way: its person detector, its cut, its
look. The calibration is fitted on scenes a model has not seen, each class weighing the same: on the
cameras it was trained on it says too little, elsewhere it does not say too much.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import yaml
from crops import takes_of

from shanasheel.app.weapons_bench import false_events
from shanasheel.domain.seen import SecondLook
from shanasheel.watch.rules import Agreement
from shanasheel.watch.vision import WeaponModel, load_detector
from shanasheel.watch.vision.cards import read_card
from shanasheel.watch.vision.detect import load_model
from shanasheel.watch.vision.weapon_scores import JudgedStills, judge_stills, scores_of
from shanasheel.watch.vision.weapon_stills import read_stills

NAME = "weapon-crops"
LEAST = 0.01


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--quiet", type=Path, nargs="*", default=[])
    arguments = parser.parse_args()
    stills, out = read_stills(arguments.data), arguments.out
    folds = json.loads((out / "folds.json").read_text())
    places = dict(
        zip((s.file for s in stills), takes_of([s.file.stem for s in stills]), strict=True)
    )
    judged = {by: judged_by(by, out, folds, places, stills) for by in ("take", "scene")}
    calibration = fitted(judged["scene"])
    takes = {file.stem: place[0] for file, place in places.items()}
    measured: dict = {"calibration": calibration, "by_take": fitted(judged["take"])}
    for by, raw in judged.items():
        cuts = calibrated(raw, calibration)
        measured[by] = {
            **scores_of(cuts), "takes_told": told_of(cuts, takes),
            "ece_uncalibrated": scores_of(raw)["ece"],
        }  # fmt: skip
        print(by, json.dumps(measured[by]), flush=True)
    card = write_card(out, f"{NAME}.onnx", NAME, calibration, limits=limits_of(measured, stills))
    model = loaded(card)
    detector = load_detector(threads=1, live=True)
    measured["quiet"] = {clip.name: false_events(clip, detector, model) for clip in arguments.quiet}
    print(json.dumps(measured["quiet"]))
    (out / "measured.json").write_text(json.dumps(measured, indent=1) + "\n")


def judged_by(by: str, out: Path, folds: list, places: dict, stills: list) -> JudgedStills:
    """Return what each fold's model sees in the stills it has not seen."""
    models = {
        group: model_of(out, fold["file"])
        for fold in folds
        if fold["by"] == by
        for group in fold["held_out"]
    }
    of = {file: models[place[by == "scene"]] for file, place in places.items()}
    detector = load_detector(threads=1, live=True)
    return judge_stills(stills, detector, lambda still: of[still.file])


def fitted(judged: JudgedStills) -> dict[str, float]:
    """Fit scale and shift by logistic regression, each class weighing the same (Platt, 1999)."""
    score = np.clip([cut.score for cut in judged.cuts], LEAST, 1 - LEAST)
    truth = np.array([cut.truth for cut in judged.cuts], float)
    given = np.stack([np.log(score / (1 - score)), np.ones(len(score))], axis=1)
    weight = np.where(truth == 1, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))
    fit = np.array([1.0, 0.0])
    for _ in range(50):  # Newton's steps
        chance = 1 / (1 + np.exp(-given @ fit))
        slope = given.T @ (weight * (truth - chance)) - 1e-2 * fit
        bend = (given * (weight * chance * (1 - chance))[:, None]).T @ given + 1e-2 * np.eye(2)
        fit = fit + np.linalg.solve(bend, slope)
    return {"scale": round(max(0.01, float(fit[0])), 4), "shift": round(float(fit[1]), 4)}


def calibrated(judged: JudgedStills, calibration: dict[str, float]) -> JudgedStills:
    """Return the same looks with calibrated log-odds."""
    cuts = []
    for cut in judged.cuts:
        score = min(1 - LEAST, max(LEAST, cut.score))
        said = calibration["scale"] * np.log(score / (1 - score)) + calibration["shift"]
        cuts.append(replace(cut, log_odds=float(np.clip(said, -5, 5))))
    return replace(judged, cuts=cuts)


def told_of(judged: JudgedStills, takes: dict[str, str]) -> dict[str, str]:
    """Return for each take with weapons whether its looks would agree on an event.

    A stand-in for films, of which there are none: the stills of a take that show a weapon in
    somebody's reach, in their order, as looks half a second apart at one person.
    """
    told = {}
    for take in dict.fromkeys(takes.values()):
        sure: dict[str, float] = {}
        for cut in judged.cuts:
            if cut.truth and takes[cut.still] == take:
                sure[cut.still] = max(cut.log_odds, sure.get(cut.still, -np.inf))
        agreement, events = Agreement(), 0
        for number, log_odds in enumerate(sure.values()):
            at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=0.5 * number)
            events += agreement.push(SecondLook(track=1, at=at, log_odds=log_odds)) is not None
        if sure:
            told[take] = f"{'told' if events else 'not told'} by {len(sure)} looks"
    return told


def limits_of(measured: dict, stills: list) -> str:
    """Return what is known, and is not, in words with numbers."""
    take, scene = measured["take"], measured["scene"]
    return (
        f"Trained on {len(stills)} stills, {take['stills_with_weapon']} with a handgun, and on "
        f"weapons drawn by formulas. On takes it has not seen, of scenes it has: AP {take['ap']} "
        f"per person's cut, recall {take['recall_without_false_look']} with no false look among "
        f"{take['cuts'] - take['cuts_with_weapon']} cuts. On scenes it has not seen: AP "
        f"{scene['ap']}, recall {scene['recall_without_false_look']}. Expect the latter, or "
        "worse, on your cameras: measure it there. Rifles, knives, hidden weapons, night and "
        "children's toys were not measured. An alarm is a reason to look, never to act."
    )


def model_of(out: Path, file: str) -> WeaponModel:
    """Return a fold's model, not calibrated."""
    name = Path(file).stem
    return loaded(write_card(out, file, name, {"scale": 1.0, "shift": 0.0}, limits="one fold"))


def loaded(card: Path) -> WeaponModel:
    """Return the model of a card."""
    described = read_card(card)
    return WeaponModel(load_model(described, card.parent / described.file))


def write_card(out: Path, file: str, name: str, calibration: dict, *, limits: str) -> Path:
    """Write a model's card beside it."""
    card = {
        "name": name, "task": "weapons", "file": file,
        "source": "trained by scripts/train-weapons of Shanasheel on first layers of nanodet-g",
        "licence": "Apache-2.0 (first layers), and that of the pictures it was trained on",
        "sha256": hashlib.sha256((out / file).read_bytes()).hexdigest(),
        "classes": ["handgun"], "weapons": ["handgun"], "calibration": calibration,
        "input": {"size": [192, 192], "colour": "bgr", "mean": [103.53, 116.28, 123.675],
                  "std": [57.375, 57.12, 58.395], "pad": 114},
        "output": {"family": "yolox", "strides": [8], "least_score": LEAST, "overlap": 0.3},
        "limits": limits,
    }  # fmt: skip
    path = out / f"{Path(file).stem}.yaml"
    path.write_text(yaml.safe_dump(card, sort_keys=False, width=100))
    return path


if __name__ == "__main__":
    main()
