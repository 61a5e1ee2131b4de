"""Packets into segments and gaps, and segments back into bytes."""

from shanasheel.watch.recording.clips import ClipSpan, write_clip
from shanasheel.watch.recording.follow import Follower, Fragment, News, fragments
from shanasheel.watch.recording.gaps import GapKeeper, OpenGap
from shanasheel.watch.recording.mime import mime_type
from shanasheel.watch.recording.places import live_path
from shanasheel.watch.recording.recorder import Recorder
from shanasheel.watch.recording.recovery import Recovery, recover
from shanasheel.watch.recording.spool import Spool, SpoolReader

__all__ = [
    "ClipSpan",
    "Follower",
    "Fragment",
    "GapKeeper",
    "News",
    "OpenGap",
    "Recorder",
    "Recovery",
    "Spool",
    "SpoolReader",
    "fragments",
    "live_path",
    "mime_type",
    "recover",
    "write_clip",
]
