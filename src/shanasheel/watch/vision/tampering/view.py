"""The usual view of one camera, learned slowly from looks that nothing speaks against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shanasheel.watch.vision.tampering.look import SCALES, Grey, Look, alike, texture_of

STANDING = 4.0  # standard deviation of grey in a cell that is found again by its structure
_LEARN = 0.05  # share of a look a second: a minute's change is learned, an hour's dusk surely


class UsualView:
    """What the camera usually shows. `grey` and the rest hold from the first look on."""

    def __init__(self, first: Look) -> None:
        self.looks = 1
        self.grey: Grey = first.grey.copy()
        self.texture = [part.copy() for part in first.texture]
        self.detail = first.detail.copy()
        self.white = first.white
        self.hidden = 0.0  # share of small cells that usually shows nothing (`sprayed`)
        self.kept = 1.0  # share of textured cells that a look usually finds again

    @property
    def textured(self) -> NDArray[np.bool_]:
        """Return (48,) which large cells show something that stands."""
        return np.asarray(self.standing > STANDING, np.bool_)

    @property
    def standing(self) -> Grey:
        """Return (48,) the texture of what stands; what passes is averaged out."""
        return texture_of(self.grey, SCALES[0])

    def kept_in(self, look: Look) -> float:
        """Return the share of the usually textured cells found again in a look."""
        counted = self.textured
        if not counted.any():
            return 1.0
        return float((alike(look.grey, self.grey)[counted] > 0.5).mean())

    def learn(self, look: Look, *, hidden: float = 0.0, weight: float = 1.0) -> None:
        """Move a little towards a look; the first few count in equal parts.

        Args:
            hidden: share of it that shows nothing.
            weight: in [0, 1]; less for a look that something speaks against.
        """
        self.looks += 1
        share = weight * max(_LEARN, 1 / self.looks)
        self.hidden += share * (hidden - self.hidden)
        self.kept += share * (self.kept_in(look) - self.kept)
        self.grey += share * (look.grey - self.grey)
        self.detail += share * (look.detail - self.detail)
        self.white += share * (look.white - self.white)
        for usual, now in zip(self.texture, look.texture, strict=True):
            usual += share * (now - usual)
