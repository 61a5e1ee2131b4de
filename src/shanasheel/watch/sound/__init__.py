"""Listens to the sound a camera sends: shots and blasts, and where they were."""

from shanasheel.watch.sound.classifier import ImpulseClassifier, load_classifier
from shanasheel.watch.sound.decoding import SoundDecoder, read_sound
from shanasheel.watch.sound.joining import joined
from shanasheel.watch.sound.joining_scores import evaluate_joining
from shanasheel.watch.sound.listening import Impulse, Listener
from shanasheel.watch.sound.locating import Arrival, Located, Unlocatable, locate_sound
from shanasheel.watch.sound.locating_scores import evaluate_locating
from shanasheel.watch.sound.plane import Plane
from shanasheel.watch.sound.sound_scores import evaluate_sound

__all__ = [
    "Arrival",
    "Impulse",
    "ImpulseClassifier",
    "Listener",
    "Located",
    "Plane",
    "SoundDecoder",
    "Unlocatable",
    "evaluate_joining",
    "evaluate_locating",
    "evaluate_sound",
    "joined",
    "load_classifier",
    "locate_sound",
    "read_sound",
]
