"""One site and one clean bundle for all attacks, which are carried out on copies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bundled import Bundle, make_bundle
from exhibited import Exhibited, exhibited


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exhibited]:
    """A site whose cameras A and B recorded 8 s, and then lost their signal for 5 s."""
    with exhibited(tmp_path_factory.mktemp("site")) as made:
        for camera in ("A", "B"):
            made.gap(camera, made.end, made.end + timedelta(seconds=5))
        made.site.sequencer.catch_up()
        yield made


@pytest.fixture(scope="package")
def clean(place: Exhibited, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    bundle = make_bundle(
        place, tmp_path_factory.mktemp("clean"), end=place.end + timedelta(seconds=5)
    )
    assert bundle.verify().holds
    return bundle


@pytest.fixture
def bundle(clean: Bundle, tmp_path: Path) -> Bundle:
    """A copy to be attacked."""
    return clean.copy(tmp_path / "attacked")
