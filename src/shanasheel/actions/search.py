"""Finding sightings."""

from __future__ import annotations

from collections.abc import Mapping

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.paging import Page, page_of
from shanasheel.actions.site import Site
from shanasheel.actions.stored_files import file_of
from shanasheel.base.clock import to_us
from shanasheel.base.errors import NotFound
from shanasheel.domain.facts import FactKind
from shanasheel.domain.people import Person
from shanasheel.domain.seen import Sighting
from shanasheel.find import SightingQuery, encode_cursor


def find_sightings(site: Site, who: Person, query: SightingQuery) -> Page[Sighting]:
    """Return the sightings that match, newest first.

    Looking for somebody or something by its looks or plate leaves a fact of who asked for what,
    before the answer is given; further pages of one answer leave none.

    Raises:
        InvalidInput: the query's cursor is not ours.
    """
    before = query.after()
    asked: dict[str, list[str]] = {
        name: list(wanted) for name, wanted in query.words().items() if wanted
    }
    if query.bearing_deg is not None:
        asked["bearing_deg"] = [str(query.bearing_deg)]  # canonical JSON has no fractions
    if query.faster_kmh:
        asked["faster_kmh"] = [str(query.faster_kmh)]
    if (asked or query.pattern()) and before is None:
        _note(site, who, {**asked, "plate": query.plate}, query)
    with site.store.read() as rows:
        found = rows.sightings.page(
            kinds=query.kinds,
            cameras=query.cameras,
            start=query.start,
            end=query.end,
            types=query.types,
            words=query.words(),
            plate=query.pattern(),
            bearing_deg=query.bearing_deg,
            faster_kmh=query.faster_kmh,
            min_confidence=query.min_confidence,
            before=before,
            limit=query.limit + 1,
        )
    return page_of(
        found, query.limit, lambda sighting: encode_cursor(to_us(sighting.start), sighting.id)
    )


def _note(site: Site, who: Person, asked: Mapping[str, object], query: SightingQuery) -> None:
    body = {
        "what": "search",
        "by": who.name,
        "asked": asked,
        "types": list(query.types),
        "cameras": list(query.cameras),
        "from_us": to_us(query.start) if query.start else None,
        "to_us": to_us(query.end) if query.end else None,
    }
    with site.store.begin() as rows:
        rows.facts.add(make_fact(site.ids.new(), FactKind.ACCESS, site.clock.now(), body))
    site.sequencer.catch_up()


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
