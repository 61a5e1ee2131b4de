"""Blinded: a strong light or laser saturates much of the view, longer than headlights pass."""

from __future__ import annotations

from shanasheel.watch.vision.tampering.look import Look
from shanasheel.watch.vision.tampering.view import UsualView

_WHITE = 0.3  # more of the picture saturated than usual (guess; seen on altered clips only)
_KEPT = 0.7  # of what is usually found again: a white lorry hides less


def is_blinded(look: Look, usual: UsualView) -> tuple[bool, float]:
    """Return whether the view is blinded, and the share of the picture that is saturated."""
    more = look.white - usual.white
    return more >= _WHITE and usual.kept_in(look) <= _KEPT * usual.kept, look.white
