"""Packets into segments and gaps, and segments back into bytes."""

from shanasheel.watch.recording.clips import ClipSpan, write_clip
from shanasheel.watch.recording.comments import comment_of, with_comment
from shanasheel.watch.recording.follow import (
    Extent,
    Follower,
    Fragment,
    Layout,
    News,
    extent_of,
    fragments,
    layout_of,
)
from shanasheel.watch.recording.gaps import GapKeeper, OpenGap
from shanasheel.watch.recording.lossless import FLAC_MIME, PLAYED_AS_STORED, as_flac
from shanasheel.watch.recording.mime import mime_type
from shanasheel.watch.recording.places import live_path
from shanasheel.watch.recording.recorder import Recorder
from shanasheel.watch.recording.recovery import Recovery, recover
from shanasheel.watch.recording.shelf import NoVolume, Shelf
from shanasheel.watch.recording.spool import Spool, SpoolReader
from shanasheel.watch.recording.steps import StepWatch
from shanasheel.watch.recording.timeline import on_timeline
from shanasheel.watch.recording.volumes import (
    Look,
    Volume,
    VolumeState,
    is_away,
    look,
    read_volumes,
    volume_of,
)

__all__ = [
    "FLAC_MIME",
    "PLAYED_AS_STORED",
    "ClipSpan",
    "Extent",
    "Follower",
    "Fragment",
    "GapKeeper",
    "Layout",
    "Look",
    "News",
    "NoVolume",
    "OpenGap",
    "Recorder",
    "Recovery",
    "Shelf",
    "Spool",
    "SpoolReader",
    "StepWatch",
    "Volume",
    "VolumeState",
    "as_flac",
    "comment_of",
    "extent_of",
    "fragments",
    "is_away",
    "layout_of",
    "live_path",
    "look",
    "mime_type",
    "on_timeline",
    "read_volumes",
    "recover",
    "volume_of",
    "with_comment",
    "write_clip",
]
