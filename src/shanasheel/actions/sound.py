"""Listening to recorded sound: raw footage, for those who hold a grant."""

from __future__ import annotations

from shanasheel.actions.footage import segment_file
from shanasheel.actions.site import Site
from shanasheel.base.errors import NotFound
from shanasheel.domain.cameras import Stream
from shanasheel.domain.footage import Segment
from shanasheel.domain.people import Person
from shanasheel.watch.recording import FLAC_MIME, PLAYED_AS_STORED, as_flac


def played_as(segment: Segment) -> str:
    """Return the media type of what a browser is given of a segment: stored, or `audible`."""
    converted = segment.stream is Stream.SOUND and segment.codec not in PLAYED_AS_STORED
    return FLAC_MIME if converted else segment.mime


def audible(site: Site, who: Person, identifier: str, grant: str | None) -> bytes:
    """Return a segment of sound converted without loss into what browsers play.

    Raises:
        NotFound: there is no such segment of sound, or its file is gone.
        Denied: `who` has no grant for its camera.
        InvalidInput: the file is damaged.
    """
    path, _mime = segment_file(site, who, identifier, grant)
    with site.store.read() as rows:
        segment = rows.footage.segment(identifier)
    if segment is None or segment.stream is not Stream.SOUND:
        raise NotFound(f"Segment {identifier!r} is not sound.", "Take its media.")
    return as_flac(path)
