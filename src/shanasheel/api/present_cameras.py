"""Settings of cameras, and devices that could become some, as JSON without secrets."""

from __future__ import annotations

from dataclasses import asdict
from enum import Enum

from shanasheel.actions.camera_addresses import shown_address
from shanasheel.actions.installing import CameraReport, FilePlan, Installed
from shanasheel.actions.models import own_models
from shanasheel.api.present import Json
from shanasheel.base.text import printable, without_secrets
from shanasheel.domain.devices import FoundDevice, ReadDevice


def installed(one: Installed) -> Json:
    """Return a camera's settings and what its newest footage says of it."""
    camera, newest = one.camera, one.newest
    return {
        "id": camera.id,
        "name": camera.name,
        "name_ar": camera.name_ar,
        **asdict(shown_address(camera)),
        "place": None if camera.place is None else asdict(camera.place),
        "keep_days": camera.keep_days,
        "shield": asdict(camera.shielding),
        "models": {task.value: name for task, name in own_models(camera).items()},
        "codec": newest.codec if newest else "",
        "width_px": newest.width_px if newest else None,
        "height_px": newest.height_px if newest else None,
    }


def report(found: CameraReport) -> Json:
    """Return what a check found; advice by name, so that pages have their own words for it."""
    return {
        **asdict(found),
        "detail": printable(found.detail),
        "advice": [
            {"name": one.name.lower() if isinstance(one, Enum) else "", "text": str(one)}
            for one in found.advice
        ],
    }


def device(found: FoundDevice) -> Json:
    """Return a device that answered."""
    return {**asdict(found), "service": bool(found.service)}


def read_device(read: ReadDevice) -> Json:
    """Return what a device offers; its streams' addresses are shown without secrets."""
    body = asdict(read)
    for shown, stream in zip(body["streams"], read.streams, strict=True):
        shown["url"] = without_secrets(stream.url)
    return body


def plan(found: FilePlan) -> Json:
    """Return what a file would change."""
    changes = found.changes
    return {
        "added": list(changes.added),
        "changed": [{"id": one, "fields": list(found.fields[one])} for one in changes.changed],
        "removed": list(changes.removed),
        "reordered": changes.reordered,
        "any": changes.any,
        "revision": found.revision,
    }
