"""Tampering with a camera's view: one small module for each kind, one voter for all."""

from shanasheel.watch.vision.tampering.stills import GoodStills, whole_view
from shanasheel.watch.vision.tampering.watch import TamperChange, TamperWatch

__all__ = ["GoodStills", "TamperChange", "TamperWatch", "whole_view"]
