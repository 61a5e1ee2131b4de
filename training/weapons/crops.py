"""Cuts out what the product's second look sees of people, for `train.py`.

    python training/weapons/crops.py DATA OUT.npz [--negatives CLIP ...]

Runs in the project's own environment: the product's person detector and its own cut. Written are
crops half as wide again as the product's, so that training can shift and turn within them.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import av
import numpy as np
from PIL import Image

from shanasheel.domain.cameras import KIND_NUMBERS, Kind
from shanasheel.watch.vision import load_detector
from shanasheel.watch.vision.person_crops import cut_out, holds, square_of, zone_of
from shanasheel.watch.vision.picture import picture_of
from shanasheel.watch.vision.weapon_stills import read_stills

INPUT = 192  # pixels of the network's input; the product's square is scaled to it
WIDER = 1.5
SIDE = int(INPUT * WIDER)
LEAST_SCORE = 0.3
LEAST_PX = 48
APART_S = 20  # a pause so long between stills begins another take, …
ELSEWHERE_S = 300  # … and one so long another scene


def main() -> None:
    """Cut and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--negatives", type=Path, nargs="*", default=[], help="clips, no weapons")
    arguments = parser.parse_args()
    stills = read_stills(arguments.data)
    takes = takes_of([still.file.stem for still in stills])
    detector = load_detector(threads=1)
    rows: dict[str, list] = {name: [] for name in ("crop", "gun", "zone", "take", "scene", "name")}
    reached = guns = 0
    for still, (take, scene) in zip(stills, takes, strict=True):
        pixels = still.pixels()
        scale = np.array([pixels.shape[1], pixels.shape[0]] * 2)
        boxes = [np.array(box) * scale for box in still.weapons]
        people = people_of(detector, pixels)
        guns += len(boxes)
        reached += sum(any(holds(zone_of(one), box) for one in people) for box in boxes)
        for person in people:
            put(rows, pixels, person, boxes, of=(take, scene, still.file.stem))
    print(f"{len(stills)} stills, {guns} weapons, {reached} within reach of a person found")
    for clip in arguments.negatives:
        for number, pixels in enumerate(pictures(clip)):
            for person in people_of(detector, pixels):
                clip_of = (f"clip-{clip.stem}",) * 2
                put(rows, pixels, person, [], of=(*clip_of, f"{clip.stem}-{number}"))
    arrays = {name: np.array(values) for name, values in rows.items()}
    np.savez(arguments.out, **arrays)
    held = np.isfinite(arrays["gun"][:, 0])
    for take in dict.fromkeys(arrays["take"]):
        of = arrays["take"] == take
        print(f"{take}: {of.sum()} crops, {held[of].sum()} with a weapon")


def takes_of(names: list[str]) -> list[tuple[str, str]]:
    """Return for each still the take and the scene it is of, by pauses between stills.

    Names carry the time (`…_154601…`), or count on within one scene (`IMG_5851`).
    """
    found, last, take, scene = [], -ELSEWHERE_S, 0, 0
    for name in names:
        clock = re.search(r"_\d{8}_(\d{2})(\d{2})(\d{2})", name)
        if clock is None:
            found.append(("untimed", "untimed"))
            continue
        at = sum(int(part) * unit for part, unit in zip(clock.groups(), (3600, 60, 1), strict=True))
        take, scene = take + (at - last >= APART_S), scene + (at - last >= ELSEWHERE_S)
        last = at
        found.append((f"take{take}", f"scene{scene}"))
    return found


def people_of(detector: object, pixels: np.ndarray) -> list[tuple]:
    """Return the boxes of the people found in a picture."""
    found = detector.detect(picture_of(pixels))
    wanted = (found.kinds == KIND_NUMBERS[Kind.PERSON]) & (found.scores >= LEAST_SCORE)
    tall = found.boxes[:, 3] - found.boxes[:, 1] >= LEAST_PX
    return [tuple(map(float, box)) for box in found.boxes[wanted & tall]]


def put(rows: dict, pixels: np.ndarray, person: tuple, guns: list, *, of: tuple) -> None:
    """Add one person's crop; everything in pixels of the crop.

    A weapon that is in view but out of this person's reach is a weapon all the same: the product
    tells whose it is by where it is.
    """
    cut, corner = cut_out(pixels, square_of(person, wider=WIDER))
    scale, moved = SIDE / cut.shape[0], np.array(corner * 2)
    within = ((np.array(box) - moved) * scale for box in guns)
    seen = [box for box in within if holds((0, 0, SIDE, SIDE), tuple(box))]
    rows["crop"].append(np.asarray(Image.fromarray(cut).resize((SIDE, SIDE), Image.BICUBIC)))
    rows["gun"].append(seen[0] if seen else [np.nan] * 4)
    rows["zone"].append((np.array(zone_of(person)) - moved) * scale)
    for name, value in zip(("take", "scene", "name"), of, strict=True):
        rows[name].append(value)


def pictures(clip: Path) -> list[np.ndarray]:
    """Return a picture a second of a clip."""
    taken, next_s = [], 0.0
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= next_s:
                taken.append(frame.to_ndarray(format="rgb24"))
                next_s = frame.time + 1.0
    return taken


if __name__ == "__main__":
    main()
