"""Once accounts exist, nobody plays, exports or previews without a session."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from served import CAMERA, film, served
from shanasheel.actions.access import add_account
from shanasheel.base.clock import to_us
from shanasheel.domain.people import Role

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.timeout(60)
def test_every_route_for_players_asks_who_is_there(tmp_path: Path) -> None:
    span = f"from={to_us(NOON)}&to={to_us(NOON) + 2_000_000}"
    with served(tmp_path / "data") as hub:
        (first, *_) = hub.record(film(tmp_path), NOON)
        paths = [
            f"/cameras/{CAMERA}/hls.m3u8?{span}",
            f"/cameras/{CAMERA}/export?{span}",
            f"/cameras/{CAMERA}/preview?at={to_us(NOON)}",
            f"/segments/{first.id}/part.mp4",
            f"/segments/{first.id}/media.mp4",
        ]

        before = [hub.get(path).status for path in paths]
        add_account(hub.site, "layla", Role.OPERATOR, "a long enough password")
        after = [hub.get(path).status for path in paths]

    assert before == [200] * 5
    assert after == [401] * 5
