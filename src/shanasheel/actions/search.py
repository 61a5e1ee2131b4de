"""Finding sightings."""

from __future__ import annotations

from shanasheel.actions.paging import Page, page_of
from shanasheel.actions.site import Site
from shanasheel.actions.stored_files import file_of
from shanasheel.base.clock import to_us
from shanasheel.base.errors import NotFound
from shanasheel.domain.seen import Sighting
from shanasheel.find import SightingQuery, encode_cursor


def find_sightings(site: Site, query: SightingQuery) -> Page[Sighting]:
    """Return the sightings that match, newest first.

    Raises:
        InvalidInput: the query's cursor is not ours.
    """
    with site.store.read() as rows:
        found = rows.sightings.page(
            kinds=query.kinds,
            cameras=query.cameras,
            start=query.start,
            end=query.end,
            types=query.types,
            min_confidence=query.min_confidence,
            before=query.after(),
            limit=query.limit + 1,
        )
    return page_of(
        found, query.limit, lambda sighting: encode_cursor(to_us(sighting.start), sighting.id)
    )


def sighting_picture(site: Site, identifier: str) -> bytes:
    """Return the shielded JPEG of a sighting.

    Raises:
        NotFound: there is no such sighting, or it has no picture.
    """
    with site.store.read() as rows:
        sighting = rows.sightings.one(identifier)
    if sighting is None or not sighting.picture:
        raise NotFound(f"There is no picture of sighting {identifier!r}.")
    try:
        return file_of(site.data, sighting.picture).read_bytes()
    except FileNotFoundError as fault:
        raise NotFound(f"The picture of sighting {identifier!r} is gone.") from fault


__all__ = ["SightingQuery", "find_sightings", "sighting_picture"]
