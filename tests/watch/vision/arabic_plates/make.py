"""Draws the plates of this folder again: .venv/bin/python tests/watch/vision/arabic_plates/make.py

With fonts that the reader was never trained with (Debian's fonts-noto-core, fonts-dejavu-core …).
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

from PIL import Image

from shanasheel.watch.vision.plate_drawing import LAYOUTS, draw_plate, find_fonts

HERE = Path(__file__).parent


def main() -> None:
    """Draw four plates of each layout, and list what is on them."""
    fonts, random, told = find_fonts(Path("/usr/share/fonts"), held_out=True), Random(11), {}
    for layout in LAYOUTS:
        for number in range(4):
            plate = draw_plate(random, fonts, layout)
            name = f"{layout}-{number}.png"
            Image.fromarray(plate.rgb).quantize(16).save(HERE / name, optimize=True)
            told[name] = {"number": plate.number, "words": list(plate.words)}
    (HERE / "plates.json").write_text(
        json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
