"""Cameras as the YAML that `cameras apply` takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from shanasheel.actions.camera_addresses import hidden_url
from shanasheel.app.settings import as_settings, parse_settings
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import Camera

_NAME = Path("/the file")


class YamlFiles:
    """Reads and writes lists of cameras."""

    def read(self, text: str) -> tuple[Camera, ...]:
        """Return the cameras that a text lists; every fault is named."""
        try:
            _settings, cameras = parse_settings(text.encode(), _NAME)
        except InvalidInput as fault:
            what = fault.message.removeprefix(str(_NAME)).lstrip(": ")
            raise InvalidInput(
                what, fault.remedy, key="file_faulty", field="text", what=what
            ) from fault
        if cameras is None:
            raise InvalidInput(
                "The file lists no cameras.", "Give it a list `cameras`.",
                key="file_without_cameras", field="text",
            )  # fmt: skip
        return cameras

    def write(self, cameras: Sequence[Camera]) -> str:
        """Return the text that lists cameras, without passwords and tokens."""
        hidden = [
            replace(
                camera, url=hidden_url(camera.url), sub_url=hidden_url(camera.sub_url),
                onvif=hidden_url(camera.onvif),
            )
            for camera in cameras
        ]  # fmt: skip
        return cameras_text(hidden, hide=True)


def cameras_text(cameras: Sequence[Camera], *, hide: bool) -> str:
    """Return the YAML that lists cameras.

    Args:
        hide: put `***` in place of each password.
    """
    body = {"cameras": [as_settings(camera, hide=hide) for camera in cameras]}
    text: str = yaml.safe_dump(body, allow_unicode=True, sort_keys=False)
    return text
