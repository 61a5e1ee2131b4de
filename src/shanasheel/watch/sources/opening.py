"""Opens a local file of unknown make so that it can touch nothing but itself."""

from __future__ import annotations

from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.base.text import printable
from shanasheel.domain.footage import StreamFormat
from shanasheel.watch.sources.formats import describe, rotation_of

#: Containers and raw streams that hold their own pictures. Playlists (hls, dash, concat, ...) and
#: image sequences are left out on purpose: they name other files or addresses.
_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,h264,hevc,mjpeg,mpjpeg,gif,mpegts,mpeg,mpegvideo,"
    "m4v,flv,ivf,obu,av1,asf,dhav,nut,ogg,mxf,dv,wtv,h261,h263,vc1,vvc"
)
_FILE_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}
_TRY = "Give a video file, for example MP4, MKV, AVI or raw H.264."
#: Packets read in search of a first decodable picture, for its rotation (guessed).
_FIRST_PICTURE_PACKETS = 50


def open_file(path: Path) -> tuple[InputContainer, av.VideoStream]:
    """Open a video file and return it with its first real video stream.

    Raises:
        NotFound: nothing is there.
        InvalidInput: a folder, unreadable, empty, no video, or a kind that names other files.
    """
    _check_path(path)
    try:
        # NOTE: `file:` keeps FFmpeg from reading `concat:` or `http:` out of a file's name.
        container = av.open(f"file:{path.resolve()}", options=dict(_FILE_OPTIONS))
    except FFmpegError as error:
        reason = printable(error.strerror or "not a video")
        raise InvalidInput(
            f"{_name(path)} cannot be read as video: {reason}.", _TRY, key="not_video"
        ) from error
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            return container, stream
    container.close()
    raise InvalidInput(f"{_name(path)} holds no video.", _TRY, key="not_video")


def format_of_file(path: Path, stream: av.VideoStream) -> StreamFormat:
    """Return the format of an opened file's stream, with its rotation."""
    try:
        return describe(stream, rotation_deg=_rotation(path))
    except InvalidInput as error:
        raise InvalidInput(f"{_name(path)}: {error.message}", error.remedy) from error


def _rotation(path: Path) -> int:
    """Decode the first picture: only there does PyAV show a container's display matrix."""
    container, stream = open_file(path)
    with container:
        try:
            for count, packet in enumerate(container.demux(stream)):
                for frame in packet.decode():
                    return rotation_of(frame)
                if count >= _FIRST_PICTURE_PACKETS:
                    break
        except (FFmpegError, ValueError):
            return 0
    return 0


def _check_path(path: Path) -> None:
    try:
        if path.is_dir():
            raise InvalidInput(f"{_name(path)} is a folder.", _TRY)
        if not path.exists():
            raise NotFound(f"There is no file {_name(path)}.", "Check the path.")
        if not path.is_file():
            raise InvalidInput(f"{_name(path)} is not a regular file.", _TRY)
        with path.open("rb") as stream:
            if not stream.read(1):
                raise InvalidInput(f"{_name(path)} is empty.", "Copy or record the file again.")
    except (InvalidInput, NotFound):
        raise
    except (OSError, ValueError) as error:
        reason = printable(getattr(error, "strerror", None) or str(error))
        raise InvalidInput(
            f"{_name(path)} cannot be read: {reason}.", "Check its name and permissions."
        ) from error


def _name(path: Path) -> str:
    return printable(str(path))
