"""Decode, detect, shield, tamper: the only code that sees images."""

from shanasheel.watch.vision.arabic_scores import ArabicScores, evaluate_arabic
from shanasheel.watch.vision.closeups import Closeups
from shanasheel.watch.vision.decode import PacketDecoder
from shanasheel.watch.vision.describing import Describer
from shanasheel.watch.vision.detect import Detector, ModelDetector, load_detector
from shanasheel.watch.vision.detection_scores import (
    DetectionScores,
    evaluate_detection,
    find_clip,
)
from shanasheel.watch.vision.encode import ShieldedEncoder
from shanasheel.watch.vision.left_things import LeftThings, cover_of
from shanasheel.watch.vision.masks import Masks
from shanasheel.watch.vision.picture import Picture, Planes
from shanasheel.watch.vision.plate_drawing import PlateFonts, find_fonts
from shanasheel.watch.vision.plate_scores import PlateScores, evaluate_plates
from shanasheel.watch.vision.plates import PlateReader
from shanasheel.watch.vision.previews import key_picture
from shanasheel.watch.vision.searching import Searched, Searcher
from shanasheel.watch.vision.second_look import SecondLooks
from shanasheel.watch.vision.shield import Shield, still
from shanasheel.watch.vision.shield_scores import ShieldScores
from shanasheel.watch.vision.tampering import GoodStills, TamperChange, TamperWatch, whole_view
from shanasheel.watch.vision.weapons import WeaponModel
from shanasheel.watch.vision.word_scores import Reliability, WordScores, evaluate_words

__all__ = [
    "ArabicScores",
    "Closeups",
    "Describer",
    "DetectionScores",
    "Detector",
    "GoodStills",
    "LeftThings",
    "Masks",
    "ModelDetector",
    "PacketDecoder",
    "Picture",
    "Planes",
    "PlateFonts",
    "PlateReader",
    "PlateScores",
    "Reliability",
    "Searched",
    "Searcher",
    "SecondLooks",
    "Shield",
    "ShieldScores",
    "ShieldedEncoder",
    "TamperChange",
    "TamperWatch",
    "WeaponModel",
    "WordScores",
    "cover_of",
    "evaluate_arabic",
    "evaluate_detection",
    "evaluate_plates",
    "evaluate_words",
    "find_clip",
    "find_fonts",
    "key_picture",
    "load_detector",
    "still",
    "whole_view",
]
