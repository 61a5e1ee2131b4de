"""Decode, detect, shield, tamper: the only code that sees images."""

from shanasheel.watch.vision.decode import PacketDecoder
from shanasheel.watch.vision.detect import Detector, load_detector
from shanasheel.watch.vision.detection_scores import (
    DetectionScores,
    evaluate_detection,
    find_clip,
)
from shanasheel.watch.vision.encode import ShieldedEncoder
from shanasheel.watch.vision.picture import Picture
from shanasheel.watch.vision.previews import key_picture
from shanasheel.watch.vision.shield import Shield, still
from shanasheel.watch.vision.tampering import GoodStills, TamperChange, TamperWatch, whole_view

__all__ = [
    "DetectionScores",
    "Detector",
    "GoodStills",
    "PacketDecoder",
    "Picture",
    "Shield",
    "ShieldedEncoder",
    "TamperChange",
    "TamperWatch",
    "evaluate_detection",
    "find_clip",
    "key_picture",
    "load_detector",
    "still",
    "whole_view",
]
