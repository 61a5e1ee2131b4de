"""Where packets come from: files played as live cameras, RTSP over TCP."""

from shanasheel.watch.sources.footage import Footage, read_footage
from shanasheel.watch.sources.losses import SourceLost
from shanasheel.watch.sources.sound import Heard, SoundTrack
from shanasheel.watch.sources.source import Source, open_source

__all__ = [
    "Footage",
    "Heard",
    "SoundTrack",
    "Source",
    "SourceLost",
    "open_source",
    "read_footage",
]
