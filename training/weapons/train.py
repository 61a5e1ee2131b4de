"""Trains the weapon network on `crops.py`'s crops; writes one model for each fold, and one of all.

    python training/weapons/train.py CROPS.npz OUT [--steps 900]

Runs in an environment with the packages of `requirements.txt`; the product needs none of them.
Everything is seeded. Folds are of whole takes, and of whole scenes: pictures of one take never
teach and judge the same model. How well each does is measured by `measure.py`, in the product.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from network import INPUT, STRIDE, Head, Maps, write
from synthetic import drawn_gun, drawn_other
from torch import nn

DETECTOR = Path(__file__).parents[2] / "src/shanasheel/watch/vision/models/nanodet_g.onnx"
SEED = 20261124
SIDE = INPUT * 3 // 2
POOL = 2400  # altered cuts each model learns from; their maps are computed once
BATCH, RATE = 32, 2e-3
MOST_FOLDS = 3
CELLS = INPUT // STRIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Crops:
    """Crops of people: (N, 288, 288, 3) RGB, boxes (N, 4), NaN where there is no weapon."""

    crop: np.ndarray
    gun: np.ndarray
    zone: np.ndarray
    take: np.ndarray
    scene: np.ndarray

    def only(self, wanted: np.ndarray) -> Crops:
        """Return some of them."""
        return Crops(crop=self.crop[wanted], gun=self.gun[wanted], zone=self.zone[wanted],
                     take=self.take[wanted], scene=self.scene[wanted])  # fmt: skip


def main() -> None:
    """Train every fold, then on everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("crops", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=900)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(0)
    arguments.out.mkdir(parents=True, exist_ok=True)
    with np.load(arguments.crops) as held:
        crops = Crops(**{name: held[name] for name in ("crop", "gun", "zone", "take", "scene")})
    folds, maps = [], Maps(DETECTOR)
    for by in ("take", "scene"):
        for number, out in enumerate(folds_of(getattr(crops, by), crops.gun)):
            name = f"{by}-{number}"
            known = ~np.isin(getattr(crops, by), out)
            head = trained(crops.only(known), maps, arguments.steps, name)
            write(DETECTOR, head, arguments.out / f"{name}.onnx")
            folds.append({"by": by, "file": f"{name}.onnx", "held_out": out})
            (arguments.out / "folds.json").write_text(json.dumps(folds, indent=1))
    write(
        DETECTOR, trained(crops, maps, arguments.steps, "all"), arguments.out / "weapon-crops.onnx"
    )


def folds_of(groups: np.ndarray, gun: np.ndarray) -> list[list[str]]:
    """Return which groups each fold holds out: with as many weapons each as can be.

    Clips without weapons (`clip-…`) always teach: nothing is measured on them.
    """
    armed = {name: int(np.isfinite(gun[groups == name, 0]).sum()) for name in np.unique(groups)
             if not name.startswith("clip-")}  # fmt: skip
    count = min(MOST_FOLDS, sum(number > 0 for number in armed.values()))
    folds: list[list[str]] = [[] for _ in range(count)]
    totals = [0] * count
    for name in sorted(armed, key=lambda one: (-armed[one], one)):
        least = totals.index(min(totals))
        folds[least].append(str(name))
        totals[least] += armed[name]
    return folds


def trained(crops: Crops, maps: Maps, steps: int, name: str) -> Head:
    """Return a head trained on these crops."""
    torch.manual_seed(SEED)
    random = np.random.default_rng(SEED)
    images, boxes = altered(crops, random)
    pool = [maps.of(image) for image in images]
    fine, coarse = (np.stack([each[place] for each in pool]) for place in (0, 1))
    head = Head()
    averaged = torch.optim.swa_utils.AveragedModel(
        head, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.99)
    )
    optimiser = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    seen = 0.0
    for step in range(steps):
        rows = random.choice(len(boxes), BATCH, replace=False)
        given = [torch.from_numpy(each[rows]).float() for each in (fine, coarse)]
        loss = loss_of(head(*given), boxes[rows])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(head.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        averaged.update_parameters(head)
        seen = 0.98 * seen + 0.02 * loss.item() if step else loss.item()
        if step % 250 == 249:
            print(f"{name} step {step + 1} loss {seen:.4f}", flush=True)
    return averaged.module.eval()


def loss_of(maps: torch.Tensor, boxes: np.ndarray) -> torch.Tensor:
    """Return the loss: CenterNet's focal loss (arXiv 1904.07850, 3) and the boxes' L1.

    Args:
        maps: (N, 5, C, C). boxes: (N, 4) pixels, NaN where there is no weapon.
    """
    target = np.zeros((len(boxes), CELLS, CELLS), np.float32)
    rows = np.flatnonzero(np.isfinite(boxes[:, 0]))
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2 / STRIDE
    sizes = np.log(np.maximum(boxes[:, 2:] - boxes[:, :2], 4) / STRIDE)
    grid = np.arange(CELLS) + 0.5
    regression = torch.zeros(())
    for row in rows:
        across, down = middles[row]
        spread = max(0.6, 0.25 * float(np.exp(sizes[row]).max()))
        heat = np.exp(-((grid[None] - across) ** 2 + (grid[:, None] - down) ** 2) / spread**2 / 2)
        cell = int(np.clip(down, 0, CELLS - 1)), int(np.clip(across, 0, CELLS - 1))
        target[row] = np.minimum(heat, 0.95)
        target[row][cell] = 1
        wanted = torch.tensor([across - cell[1], down - cell[0], *sizes[row]], dtype=torch.float32)
        regression = regression + (maps[row, :4, cell[0], cell[1]] - wanted).abs().mean()
    logits, aim = maps[:, 4], torch.from_numpy(target)
    chance = torch.sigmoid(logits)
    hit = (aim == 1).float()
    found = -(hit * (1 - chance) ** 2 * nn.functional.logsigmoid(logits)).sum()
    spared = (1 - aim) ** 4 * chance**2 * nn.functional.logsigmoid(-logits)
    missed = -((1 - hit) * spared).sum()
    return (found + missed + 0.3 * regression) / max(1, len(rows))


def altered(crops: Crops, random: np.random.Generator) -> tuple[list[np.ndarray], np.ndarray]:
    """Return altered cuts, and boxes: a third shows real weapons, a third ones laid in."""
    armed = np.flatnonzero(np.isfinite(crops.gun[:, 0]))
    bare = np.flatnonzero(~np.isfinite(crops.gun[:, 0]))
    images, boxes = [], []
    for place in range(POOL):
        if place % 3 == 0 and len(armed):
            chosen = random.choice(armed)
            image, box = crops.crop[chosen].copy(), crops.gun[chosen]
        else:
            chosen = random.choice(bare)
            image, box = crops.crop[chosen].copy(), np.full(4, np.nan)
            zone = crops.zone[chosen]
            if random.random() < 0.6:
                laid(image, thing(crops, armed, random), zone, random)
            if place % 3 == 1:
                box = np.array(laid(image, gun_patch(crops, armed, random), zone, random))
        image, box = moved(image, box, random)
        images.append(worn(image, random))
        boxes.append(box)
    return images, np.array(boxes)


def gun_patch(crops: Crops, armed: np.ndarray, random: np.random.Generator) -> tuple:
    """Return a drawn pistol, or a real one with its surroundings from a crop that teaches."""
    if len(armed) == 0 or random.random() < 0.5:
        return drawn_gun(random)
    chosen = random.choice(armed)
    return cut_patch(crops.crop[chosen], crops.gun[chosen])


def thing(crops: Crops, armed: np.ndarray, random: np.random.Generator) -> tuple:
    """Return something that is no weapon: drawn, or a piece of some person's crop."""
    if random.random() < 0.5:
        return drawn_other(random)
    chosen = random.integers(len(crops.crop))
    zone, size = crops.zone[chosen], random.uniform(16, 48)
    left, top = (random.uniform(max(0, zone[n]), min(SIDE - size, zone[n + 2])) for n in (0, 1))
    box = np.array([left, top, left + size, top + size])
    gun = crops.gun[chosen]
    if (
        np.isfinite(gun[0])
        and (np.minimum(box[2:], gun[2:] + 8) > np.maximum(box[:2], gun[:2] - 8)).all()
    ):
        return drawn_other(random)
    return cut_patch(crops.crop[chosen], box)


def cut_patch(crop: np.ndarray, box: np.ndarray) -> tuple:
    """Return a piece of a crop, feathered: RGB, opacity, and where the box lies in it."""
    margin = 0.35 * max(box[2:] - box[:2])
    left, top = (max(0, int(edge - margin)) for edge in box[:2])
    right, bottom = (min(SIDE, int(np.ceil(edge + margin))) for edge in box[2:])
    piece = crop[top:bottom, left:right].astype(np.float32)
    down, across = (np.minimum(np.arange(n) + 1, np.arange(n)[::-1] + 1) for n in piece.shape[:2])
    feather = np.clip(np.minimum(down[:, None], across[None]) / max(2, margin * 0.6), 0, 1)
    return piece, feather.astype(np.float32), tuple(box - np.array([left, top, left, top]))


def laid(image: np.ndarray, patch: tuple, zone: np.ndarray, random: np.random.Generator) -> tuple:
    """Lay a patch, turned and scaled, where a hand could be; return its box in the image."""
    length = (zone[3] - zone[1]) / 1.2 * random.uniform(0.09, 0.2)
    rgb, alpha, box = scaled(patch, length)
    turn = random.uniform(-180, 180) if random.random() < 0.3 else random.uniform(-40, 40)
    across = random.uniform(max(8, zone[0]), min(SIDE - 8, zone[2]))
    down = zone[1] + (zone[3] - zone[1]) * random.uniform(0.15, 0.75)
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    matrix = cv2.getRotationMatrix2D(middle, turn, 1.0)
    if random.random() < 0.5:
        matrix = matrix @ np.array([[-1, 0, 2 * middle[0]], [0, 1, 0], [0, 0, 1]])
    matrix[:, 2] += np.array([across, down]) - middle
    warped = cv2.warpAffine(rgb, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    opacity = cv2.warpAffine(alpha, matrix, (SIDE, SIDE))[:, :, None] * random.uniform(0.85, 1)
    image[:] = np.clip(image * (1 - opacity) + warped * opacity, 0, 255).astype(np.uint8)
    return turned(box, matrix)


def scaled(patch: tuple, length: float) -> tuple:
    """Return a patch scaled so that its box's longer side has this length."""
    rgb, alpha, box = patch
    scale = length / max(box[2] - box[0], box[3] - box[1])
    size = max(2, round(rgb.shape[1] * scale)), max(2, round(rgb.shape[0] * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(rgb, size, interpolation=way), cv2.resize(alpha, size, interpolation=way)
    return (*small, tuple(edge * scale for edge in box))


def turned(box: tuple, matrix: np.ndarray) -> tuple:
    """Return the box around a turned box."""
    corners = np.array([(box[x], box[y], 1) for x in (0, 2) for y in (1, 3)]) @ matrix.T
    return (*corners.min(axis=0), *corners.max(axis=0))


def moved(image: np.ndarray, box: np.ndarray, random: np.random.Generator) -> tuple:
    """Return the image cut to the input's size, turned, scaled, shifted and mirrored a little."""
    matrix = cv2.getRotationMatrix2D(
        (SIDE / 2, SIDE / 2), random.uniform(-12, 12), random.uniform(0.8, 1.25)
    )
    matrix[:, 2] += random.uniform(-16, 16, 2) - (SIDE - INPUT) / 2
    if random.random() < 0.5:
        matrix = np.array([[-1, 0, INPUT], [0, 1, 0]]) @ np.vstack([matrix, [0, 0, 1]])
    cut = cv2.warpAffine(image, matrix, (INPUT, INPUT), borderValue=(114, 114, 114))
    if not np.isfinite(box[0]):
        return cut, box
    found = np.array(turned(tuple(box), matrix))
    middle = (found[:2] + found[2:]) / 2
    return cut, found if (middle > 0).all() and (middle < INPUT).all() else np.full(4, np.nan)


def worn(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return the image as a worse camera in other light would give it."""
    if random.random() < 0.5:  # few pixels on the person
        small = int(INPUT / random.uniform(1.1, 2.6))
        image = cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA)
        image = cv2.resize(image, (INPUT, INPUT), interpolation=cv2.INTER_CUBIC)
    light = image.astype(np.float32)
    light = (light - 128) * random.uniform(0.6, 1.35) + 128 * random.uniform(0.6, 1.35)
    light = light * random.uniform(0.88, 1.12, 3)
    if random.random() < 0.15:
        light = np.repeat(light.mean(axis=2, keepdims=True), 3, axis=2)
    light += random.normal(0, random.uniform(0, 8), light.shape)
    image = np.clip(light, 0, 255).astype(np.uint8)
    if random.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.uniform(25, 85))]
        image = cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_COLOR)
    return image


if __name__ == "__main__":
    main()
