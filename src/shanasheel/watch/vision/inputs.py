"""A picture, or a part of it, as a model's input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shanasheel.watch.vision.cards import InputCard
from shanasheel.watch.vision.parts import canvases, laid_out, middles_in
from shanasheel.watch.vision.picture import Picture

Floats = NDArray[np.float32]
Region = tuple[int, int, int, int]  # x1 y1 x2 y2 in pixels of the picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Where the input's pixels lie in the picture: `picture = input / scale + origin`.

    Args:
        scale: (2,) input pixels for one of the picture, across and down.
        offset: (2,) where the picture's corner lies in the input.
        origin: (2,) the region's corner in the picture.
    """

    scale: Floats
    offset: Floats
    origin: Floats

    def back(self, boxes: Floats) -> Floats:
        """Return boxes (N, 4) of the input in pixels of the picture."""
        flat = np.tile(self.offset, 2), np.tile(self.scale, 2), np.tile(self.origin, 2)
        return np.asarray((boxes - flat[0]) / flat[1] + flat[2], np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the parts of a picture lie on a canvas; everything in pixels of the input.

    Args:
        places: (N, 4) rectangles on the canvas.
        origins: (N, 2) the same corners in the whole picture, scaled as the input is.
        scale: (2,) input pixels for one of the picture, across and down.
    """

    places: Floats
    origins: Floats
    scale: Floats

    def part_of(self, boxes: Floats) -> NDArray[np.intp]:
        """Return in which part the middle of each box (N, 4) lies; -1 for none."""
        within = middles_in(boxes, self.places)
        return np.where(np.any(within, axis=1), np.argmax(within, axis=1), -1)

    def back(self, boxes: Floats, part: NDArray[np.intp]) -> Floats:
        """Return boxes of the canvas, cut to their parts, in pixels of the picture."""
        place = self.places[part]
        cut = np.clip(boxes, np.tile(place[:, :2], 2), np.tile(place[:, 2:], 2))
        moved = cut + np.tile(self.origins[part] - place[:, :2], 2)
        return np.asarray(moved / np.tile(self.scale, 2), np.float32)


class InputMaker:
    """Makes a model's inputs by its card.

    Args:
        side_px: long side of the input; counts where the card leaves the size free.
    """

    def __init__(self, card: InputCard, *, side_px: int) -> None:
        self._card, self.side_px = card, side_px
        self._mean = None if card.mean is None else np.array(card.mean, np.float32)
        self._std = None if card.std is None else np.array(card.std, np.float32)

    def make(self, picture: Picture, regions: tuple[Region, ...]) -> list[tuple[Floats, Fit]]:
        """Return the input (1, 3, H, W), or (1, H, W, 3), and its fit for each region.

        Regions are all of one size: the picture is scaled once for all of them.
        """
        width_px, height_px = regions[0][2] - regions[0][0], regions[0][3] - regions[0][1]
        across, down, size = self._scales(width_px, height_px)
        whole = picture.pixels(
            max(1, round(picture.width_px * across)), max(1, round(picture.height_px * down)),
            self._layout,
        )  # fmt: skip
        shape = max(1, round(height_px * down)), max(1, round(width_px * across))
        made = []
        for region in regions:
            left, top = round(region[0] * across), round(region[1] * down)
            part = whole[top : top + shape[0], left : left + shape[1]]
            offset = self._offset(part.shape, size)
            fit = Fit(
                scale=np.array([across, down], np.float32),
                offset=np.array(offset[::-1], np.float32),
                origin=np.array(region[:2], np.float32),
            )
            made.append((self._normal(part, offset, size), fit))
        return made

    def compose(self, picture: Picture, parts: Floats) -> tuple[Floats, Layout] | None:
        """Return an input with only parts of a picture, scaled as the whole, and where each is.

        Args:
            parts: (N, 4) ratios of the picture, apart from each other.

        Returns:
            None where the model takes one size alone, or the parts would need the whole of it.
        """
        across, down, _ = self._scales(picture.width_px, picture.height_px)
        shape = (max(1, round(picture.width_px * across)), max(1, round(picture.height_px * down)))
        rects = np.concatenate([np.floor(parts[:, :2] * shape), np.ceil(parts[:, 2:] * shape)], 1)
        rects = rects.clip(0, [*shape, *shape]).astype(int)
        sizes = [(right - left, bottom - top) for left, top, right, bottom in rects.tolist()]
        for canvas in self.canvases(picture.width_px, picture.height_px):
            places = laid_out(sizes, canvas)
            if places is not None:
                break
        else:
            return None
        whole = picture.pixels(*shape, self._layout)
        sheet = np.full((canvas[1], canvas[0], 3), self._card.pad, np.uint8)
        for (x1, y1, x2, y2), (left, top, right, bottom) in zip(
            rects.tolist(), places, strict=True
        ):
            sheet[top:bottom, left:right] = whole[y1:y2, x1:x2]
        layout = Layout(
            places=np.array(places, np.float32),
            origins=rects[:, :2].astype(np.float32),
            scale=np.array([across, down], np.float32),
        )
        return self._normal(sheet, (0, 0), sheet.shape[:2]), layout

    def canvases(self, width_px: int, height_px: int) -> list[tuple[int, int]]:
        """Return the sizes on which parts of such pictures are laid; none for fixed inputs."""
        if self._card.size is not None:
            return []
        _, _, (height, width) = self._scales(width_px, height_px)
        return canvases((width, height), self._card.step)

    @property
    def _layout(self) -> str:
        return "bgr24" if self._card.colour == "bgr" else "rgb24"

    def _scales(self, width_px: int, height_px: int) -> tuple[float, float, tuple[int, int]]:
        """Return the scales across and down, and the input's height and width."""
        card = self._card
        if card.size is None:
            scale = self.side_px / max(width_px, height_px)
            step = card.step
            height, width = max(1, round(height_px * scale)), max(1, round(width_px * scale))
            return scale, scale, (-(-height // step) * step, -(-width // step) * step)
        width, height = card.size
        if card.fit == "stretch":
            return width / width_px, height / height_px, (height, width)
        scale = min(width / width_px, height / height_px)
        return scale, scale, (height, width)

    def _offset(self, shape: tuple[int, ...], size: tuple[int, int]) -> tuple[int, int]:
        if self._card.anchor == "top_left":
            return 0, 0
        return (size[0] - shape[0]) // 2, (size[1] - shape[1]) // 2

    def _normal(self, part: NDArray[np.uint8], offset: tuple[int, int], size: tuple[int, int]
                ) -> Floats:  # fmt: skip
        padded = np.full((*size, 3), self._card.pad, np.float32)
        rows, columns = min(part.shape[0], size[0]), min(part.shape[1], size[1])
        top, left = offset
        padded[top : top + rows, left : left + columns] = part[:rows, :columns]
        if self._mean is not None:
            padded -= self._mean
        if self._std is not None:
            padded *= 1 / self._std
        if self._card.layout == "nhwc":
            return padded[None]
        return np.ascontiguousarray(padded.transpose(2, 0, 1)[None])


def side_of(card: InputCard, *, live: bool = False) -> int:
    """Return the long side of the input in pixels that the card names."""
    if card.size is not None:
        return max(card.size)
    return (card.live_side if live else None) or card.side or 416
