"""Which worker owns which cameras, as files, so that a worker needs only its disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from shanasheel.base.errors import InvalidInput
from shanasheel.base.files import write_atomic
from shanasheel.domain.cameras import Camera
from shanasheel.domain.wire import dumps, loads

Hands = tuple[tuple[Camera, ...], ...]


def deal(cameras: Sequence[Camera], workers: int, before: Hands = ()) -> Hands:
    """Deal cameras to workers evenly; whoever has one keeps it, so that nobody else is disturbed.

    >>> [len(hand) for hand in deal([], 2)]
    [0, 0]
    """
    owner = {camera.id: turn for turn, hand in enumerate(before) for camera in hand}
    hands: list[list[Camera]] = [[] for _ in range(workers)]
    fresh = []
    for camera in cameras:
        turn = owner.get(camera.id, workers)
        if turn < workers:
            hands[turn].append(camera)
        else:
            fresh.append(camera)
    for camera in fresh:
        min(hands, key=len).append(camera)
    return tuple(tuple(hand) for hand in hands)


def write_assignment(path: Path, cameras: Sequence[Camera]) -> None:
    """Write a worker's cameras; the file may hold passwords and is the owner's alone."""
    listed = [json.loads(dumps(camera)) for camera in cameras]
    write_atomic(path, json.dumps(listed, ensure_ascii=False).encode(), mode=0o600)


def read_assignment(path: Path) -> tuple[Camera, ...]:
    """Return a worker's cameras.

    Raises:
        InvalidInput: the file is missing or not an assignment.
    """
    try:
        listed = json.loads(path.read_bytes())
    except (OSError, ValueError) as fault:
        raise InvalidInput(f"{path} is not an assignment of cameras.", "") from fault
    return tuple(loads(json.dumps(item), Camera) for item in listed)
