"""Reads the streams a device offers: its media profiles, each with an RTSP address.

Media2 (ONVIF ver20) is asked first where it is offered: Media (ver10) cannot name H.265.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit, urlunsplit
from xml.sax.saxutils import escape

import structlog

from shanasheel.adapters.peers import hostile_xml as xml
from shanasheel.adapters.peers.soap import Conversation, Question
from shanasheel.adapters.peers.web import Address, Deadline
from shanasheel.base.errors import InvalidInput

MEDIA = "http://www.onvif.org/ver10/media/wsdl"
MEDIA2 = "http://www.onvif.org/ver20/media/wsdl"
_SCHEMA = "http://www.onvif.org/ver10/schema"
_MOST_PROFILES = 64  # guessed: a recorder of 32 channels offers two each
_URL_CHARACTERS = 1024
_SHOWN_PX = 640  # the width of shielded pictures; the detector needs less
_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One stream a device offers; None where it did not say.

    Args:
        token: the device's own name of it, unique there.
        encoding: `H264`, `H265`, `JPEG`, `MPEG4`, as the device spells it; empty without video.
        frame_rate: pictures a second, at most.
        gop_frames: pictures from one key frame to the next.
        bitrate_bps: at most.
        audio_encoding: for example `G711` or `AAC`; empty without audio.
        stream_url: `rtsp://…` at the host we dialled, without user and password, which the caller
            adds; None when the device gave none that can be used. Not in the `repr`, because some
            devices write a password of their own into its path.
    """

    token: str
    name: str
    encoding: str
    width_px: int | None
    height_px: int | None
    frame_rate: float | None
    gop_frames: int | None
    bitrate_bps: int | None
    has_audio: bool
    audio_encoding: str
    stream_url: str | None = field(default=None, repr=False)


def read_profiles(
    conversation: Conversation, services: dict[str, Address], deadline: Deadline
) -> tuple[Profile, ...]:
    """Return what the device offers, in its order; empty when it has no media service.

    Raises:
        Unavailable, Denied, InvalidInput: as `Conversation.ask`.
    """
    for namespace in (MEDIA2, MEDIA):
        if namespace not in services:
            continue
        try:
            found = _read(conversation, namespace, services[namespace], deadline)
        except InvalidInput:
            if namespace == MEDIA or MEDIA not in services:
                raise
            continue
        if found:
            return found
    return ()


def main_and_sub(profiles: tuple[Profile, ...]) -> tuple[Profile | None, Profile | None]:
    """Return which stream to record, the largest, and which smaller one to look at.

    The sub is the smallest that is at least as wide as what we show of it, else the largest of
    those below the main; None where every stream is as large, or none has an address.
    """
    usable = sorted((one for one in profiles if one.stream_url), key=_pixels)
    if not usable:
        return None, None
    main = max(usable, key=_pixels)
    smaller = [one for one in usable if 0 < _pixels(one) < _pixels(main)]
    enough = [one for one in smaller if (one.width_px or 0) >= _SHOWN_PX]
    return main, next(iter(enough or smaller[-1:]), None)


def profiles_in(answer: xml.Element) -> tuple[Profile, ...]:
    """Return the profiles of a `GetProfilesResponse` of Media or Media2, at most 64."""
    found = [_profile(element) for element in xml.named(answer, "Profiles")]
    usable = [profile for profile in found if profile.token]
    if len(usable) != len(found) or len(found) > _MOST_PROFILES:
        _LOG.warning("onvif_profiles_ignored", offered=len(found), bound=_MOST_PROFILES)
    return tuple(usable[:_MOST_PROFILES])


def stream_url(said: str, address: Address) -> str:
    """Return the RTSP address a device named, at the host we dialled, without credentials.

    The host is ours for the reasons of `Address.beside`: we will send a password there.

    Raises:
        InvalidInput: it is no RTSP address.

    >>> camera = Address.of("http://203.0.113.9/onvif/device_service")
    >>> stream_url("rtsp://u:p@192.168.1.10:554/live?ch=1", camera)
    'rtsp://203.0.113.9:554/live?ch=1'
    """
    try:
        parts = urlsplit(said)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    ascii_only = all("!" <= character <= "~" for character in said)
    if parts.scheme not in {"rtsp", "rtsps"} or not ascii_only or port == 0:
        raise InvalidInput(f"{address} named a stream without an RTSP address.", "")
    host = f"[{address.host}]" if ":" in address.host else address.host
    netloc = f"{host}:{port}" if port else host
    return urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))


def _read(
    conversation: Conversation, namespace: str, service: Address, deadline: Deadline
) -> tuple[Profile, ...]:
    inner = "<Type>All</Type>" if namespace == MEDIA2 else ""
    question = Question(namespace=namespace, operation="GetProfiles", inner=inner)
    profiles = profiles_in(conversation.ask(question, deadline, at=service))
    return tuple(
        _with_url(profile, conversation, namespace, service, deadline) for profile in profiles
    )


def _with_url(
    profile: Profile,
    conversation: Conversation,
    namespace: str,
    service: Address,
    deadline: Deadline,
) -> Profile:
    question = Question(
        namespace=namespace, operation="GetStreamUri", inner=_wish(namespace, profile.token)
    )
    names = ("Uri",) if namespace == MEDIA2 else ("MediaUri", "Uri")
    try:
        answer = conversation.ask(question, deadline, at=service)
        url = stream_url(xml.text(answer, *names, limit=_URL_CHARACTERS), service)
    except InvalidInput as error:
        _LOG.warning("onvif_profile_without_stream", profile=profile.token, reason=error.message)
        return profile
    return replace(profile, stream_url=url)


def _wish(namespace: str, token: str) -> str:
    """Return what to ask: RTP over RTSP over TCP, because city networks lose UDP."""
    wanted = f"<ProfileToken>{escape(token)}</ProfileToken>"
    if namespace == MEDIA2:
        return f"<Protocol>RTSP</Protocol>{wanted}"
    return (
        f'<StreamSetup><Stream xmlns="{_SCHEMA}">RTP-Unicast</Stream>'
        f'<Transport xmlns="{_SCHEMA}"><Protocol>RTSP</Protocol></Transport></StreamSetup>{wanted}'
    )


def _profile(element: xml.Element) -> Profile:
    video, audio = _encoders(element)
    return Profile(
        token=_token(element),
        name=xml.text(element, "Name"),
        encoding=xml.text(video, "Encoding"),
        width_px=_count(video, "Resolution", "Width"),
        height_px=_count(video, "Resolution", "Height"),
        frame_rate=xml.number(video, "RateControl", "FrameRateLimit"),
        gop_frames=_gop_frames(video),
        bitrate_bps=_bits(_count(video, "RateControl", "BitrateLimit")),
        has_audio=audio is not None,
        audio_encoding=xml.text(audio, "Encoding") if audio is not None else "",
    )


def _encoders(element: xml.Element) -> tuple[xml.Element, xml.Element | None]:
    """Return the encoder settings of video (empty when there is none) and audio."""
    video = xml.first(element, "VideoEncoderConfiguration")
    audio = xml.first(element, "AudioEncoderConfiguration")
    if video is None:
        video = xml.first(element, "Configurations", "VideoEncoder")
    if audio is None:
        audio = xml.first(element, "Configurations", "AudioEncoder")
    return video if video is not None else xml.Element("none"), audio


def _token(element: xml.Element) -> str:
    """Return the token exactly: it is sent back, so it is never cut, only refused."""
    token = str(element.get("token") or "")
    return token if len(token) <= 64 and token.isprintable() else ""


def _gop_frames(video: xml.Element) -> int | None:
    told = [_count(video, codec, "GovLength") for codec in ("H264", "MPEG4")]  # Media
    attribute = str(video.get("GovLength") or "")  # Media2
    told.append(int(attribute) if attribute.isdecimal() and len(attribute) < 10 else None)
    return next((count for count in told if count is not None), None)


def _count(element: xml.Element, *names: str) -> int | None:
    value = xml.number(element, *names)
    return None if value is None else int(value)


def _pixels(profile: Profile) -> int:
    return (profile.width_px or 0) * (profile.height_px or 0)


def _bits(bitrate_kbps: int | None) -> int | None:
    return None if bitrate_kbps is None else bitrate_kbps * 1000
