"""People, vehicles and two-wheelers in a picture, by any model that has a card."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from shanasheel.domain.cameras import Tiles, ViewFrom
from shanasheel.domain.seen import Detections
from shanasheel.watch.vision.cards import Family, ModelCard, Wanted, read_card
from shanasheel.watch.vision.inference import BACKENDS, Backend, Choice, Ports, Runner, load_runner
from shanasheel.watch.vision.inputs import Floats, InputMaker, Layout, side_of
from shanasheel.watch.vision.outputs import Candidates, decode
from shanasheel.watch.vision.picture import Picture
from shanasheel.watch.vision.suppression import join_at_seams, suppress
from shanasheel.watch.vision.tiles import regions_of

BUILT_IN = Path(__file__).parent / "models"
CARD = BUILT_IN / "nanodet_g_int8.yaml"
MODEL = BUILT_IN / "nanodet_g_int8.onnx"


class Detector(Protocol):
    """Finds boxes in pictures. Safe to share between threads."""

    @property
    def backend(self) -> str:
        """Return which back end runs the model."""

    def detect(self, picture: Picture) -> Detections:
        """Return everything of a known kind, best first."""

    def detect_parts(self, picture: Picture, parts: Floats) -> Detections | None:
        """Return what is in parts of a picture, best first, and nothing of the rest.

        Args:
            parts: (N, 4) ratios of the picture.

        Returns:
            None where looking at these parts alone would save nothing: nothing was looked at.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a camera's pictures are looked at.

    Args:
        tiles: parts that are looked at one by one, for wide views.
        view: from where; some models call things otherwise from above.
    """

    tiles: Tiles = Tiles()  # noqa: RUF009 - frozen
    view: ViewFrom = ViewFrom.SIDE


class ModelDetector:
    """Runs one model by its card.

    Args:
        side_px: long side of the input, where the card leaves it free.
    """

    def __init__(
        self, runner: Runner, card: ModelCard, *, side_px: int, look: Look | None = None
    ) -> None:
        self._runner, self._card = runner, card
        self._look = look or Look()
        self._inputs = InputMaker(card.input, side_px=side_px)
        self._wanted = Wanted(card, self._look.view)
        self._prepared: set[tuple[int, int]] = set()

    @property
    def input_px(self) -> int:
        """Return the long side of what the model sees."""
        return self._inputs.side_px

    @property
    def backend(self) -> str:
        """Return which back end runs the model."""
        return self._runner.name

    @property
    def card(self) -> ModelCard:
        """Return the model's card."""
        return self._card

    def looking(self, look: Look) -> ModelDetector:
        """Return the same loaded model looking otherwise."""
        return ModelDetector(self._runner, self._card, side_px=self._inputs.side_px, look=look)

    def detect(self, picture: Picture) -> Detections:
        """Return everything of a known kind that scores enough for the card, best first.

        Raises:
            InvalidInput: the model gives what its card does not say.
        """
        return self._told(picture, self._in_whole(picture))

    def detect_parts(self, picture: Picture, parts: Floats) -> Detections | None:
        """Return what is in parts of a picture; None in tiles, or where parts are too large.

        Raises:
            InvalidInput: the model gives what its card does not say.
        """
        if self._look.tiles != Tiles():
            return None
        self._prepare(picture.width_px, picture.height_px)
        composed = self._inputs.compose(picture, parts)
        return None if composed is None else self._told(picture, self._in_parts(*composed))

    def _prepare(self, width_px: int, height_px: int) -> None:
        """Run once what parts of such pictures are laid on: the first time takes half a second."""
        if (width_px, height_px) not in self._prepared:
            self._prepared.add((width_px, height_px))
            for width, height in self._inputs.canvases(width_px, height_px):
                nhwc = self._card.input.layout == "nhwc"
                shape = (1, height, width, 3) if nhwc else (1, 3, height, width)
                self._runner.run(np.zeros(shape, np.float32))

    def _in_parts(self, image: Floats, layout: Layout) -> Candidates:
        seen = self._seen(image)
        part = layout.part_of(seen.boxes)
        kept = part >= 0
        return Candidates(
            boxes=layout.back(seen.boxes[kept], part[kept]),
            scores=seen.scores[kept],
            places=seen.places[kept],
        )

    def _seen(self, image: Floats) -> Candidates:
        size_px = image.shape[1:3] if self._card.input.layout == "nhwc" else image.shape[2:]
        return self._kept(decode(
            self._card.output, self._runner.run(image), (size_px[0], size_px[1]), self._wanted
        ))  # fmt: skip

    def _in_whole(self, picture: Picture) -> Candidates:
        regions = regions_of(picture.width_px, picture.height_px, self._look.tiles)
        found, boxes, tiles = [], [], []
        for (image, fit), region in zip(self._inputs.make(picture, regions), regions, strict=True):
            seen = self._seen(image)
            found.append(seen)
            boxes.append(fit.back(seen.boxes))
            tiles.append(np.tile(np.array(region, np.float32), (len(seen.scores), 1)))
        whole = Candidates(
            boxes=np.concatenate(boxes),
            scores=np.concatenate([each.scores for each in found]),
            places=np.concatenate([each.places for each in found]),
        )
        if len(regions) > 1:
            whole = self._joined(whole, np.concatenate(tiles))
        return whole

    def _kept(self, found: Candidates) -> Candidates:
        """Suppress what overlaps a better one; models that find sets need none."""
        if self._card.output.family is Family.DETR:
            return found
        kept = suppress(
            found.boxes, found.scores, self._wanted.kinds[found.places],
            overlap=self._card.output.overlap,
        )  # fmt: skip
        return Candidates(
            boxes=found.boxes[kept], scores=found.scores[kept], places=found.places[kept]
        )

    def _joined(self, found: Candidates, tiles: Floats) -> Candidates:
        """Make one of what several tiles saw."""
        order = np.argsort(-found.scores, kind="stable")
        places, kinds = found.places[order], self._wanted.kinds[found.places[order]]
        groups = join_at_seams(found.boxes[order], kinds, tiles[order])
        first = np.array([members[0] for members, _ in groups], np.intp)
        boxes = np.array([union for _, union in groups], np.float32).reshape(-1, 4)
        scores = found.scores[order][first]
        kept = suppress(boxes, scores, kinds[first], overlap=self._card.output.overlap)
        return Candidates(boxes=boxes[kept], scores=scores[kept], places=places[first][kept])

    def _told(self, picture: Picture, found: Candidates) -> Detections:
        limits = np.array([picture.width_px, picture.height_px] * 2, np.float32)
        return Detections(
            camera=picture.camera,
            at=picture.at,
            frame_index=picture.frame_index,
            width_px=picture.width_px,
            height_px=picture.height_px,
            boxes=np.clip(found.boxes, 0, limits).astype(np.float32),
            scores=np.clip(found.scores, 0, 1).astype(np.float32),
            kinds=self._wanted.kinds[found.places],
            labels=self._wanted.labels[found.places],
        )


def load_model(
    card: ModelCard, file: Path, *, choice: Choice | None = None, side_px: int | None = None,
    look: Look | None = None, only: tuple[str, ...] = BACKENDS,
) -> ModelDetector:  # fmt: skip
    """Load a model by its card.

    Raises:
        Unavailable: no back end can run it here.
    """
    runner = load_runner(
        file, choice=choice or Choice(), ports=ports_of(card), trial=trial_shape(card), only=only
    )
    return ModelDetector(runner, card, side_px=side_px or side_of(card.input), look=look)


def load_detector(
    *, backend: Backend = "auto", threads: int = 1, input_px: int | None = None, live: bool = False
) -> ModelDetector:
    """Load the built-in detector.

    Args:
        input_px: long side of its input; None for the card's.
        live: at the card's smaller size for live cameras.

    Raises:
        Unavailable: no back end can run it here.
    """
    card = read_card(CARD)
    side_px = input_px or side_of(card.input, live=live)
    return load_model(card, MODEL, choice=Choice(backend=backend, threads=threads), side_px=side_px)


def ports_of(card: ModelCard) -> Ports:
    """Return the names of inputs and outputs that the card gives."""
    return Ports(outputs=card.output.outputs, sizes=card.input.sizes)


def trial_shape(card: ModelCard, batch: int = 1) -> tuple[int, ...]:
    """Return the shape of a small input that the model must take."""
    width, height = card.input.size or (2 * card.input.step, 2 * card.input.step)
    return (batch, height, width, 3) if card.input.layout == "nhwc" else (batch, 3, height, width)
