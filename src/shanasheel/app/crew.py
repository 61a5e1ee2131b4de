"""The workers of this machine: who has which cameras, followed while cameras come and go."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import structlog

from shanasheel.actions.models import with_models
from shanasheel.adapters.engines import LocalEngine, ProcessPlan
from shanasheel.adapters.stores import Database
from shanasheel.app.assignment import Hands, deal, write_assignment
from shanasheel.app.folder import DataFolder
from shanasheel.base.errors import Unavailable
from shanasheel.domain.cameras import Camera

_LOG = structlog.get_logger()


class Crew:
    """Keeps assignments in line with the stored cameras; a worker starts with its first one.

    Args:
        workers: 0 means one for each core.
    """

    def __init__(
        self, folder: DataFolder, engine: LocalEngine, database: Database, *, workers: int
    ) -> None:
        self._folder, self._engine, self._database = folder, engine, database
        self._hands: Hands = ((),) * (workers or os.cpu_count() or 1)
        self._revision: str | None = None
        self._started: set[int] = set()

    def follow(self) -> None:
        """Deal again when cameras were added, changed or removed; cheap when not."""
        try:
            with self._database.read() as rows:
                revision = rows.cameras.revision()
                if revision == self._revision:
                    return
                cameras = [
                    with_models(camera, rows.cameras)
                    for camera in rows.cameras.all()
                    if not camera.retired
                ]
        except Unavailable:
            return  # whoever is recording goes on; asked again soon
        try:
            self._deal(cameras)
        except OSError as fault:
            _LOG.error("assignment_unwritable", detail=str(fault))
            return
        self._revision = revision

    def _deal(self, cameras: Sequence[Camera]) -> None:
        hands = deal(cameras, len(self._hands), self._hands)
        # Whoever loses a camera is told first: nobody records one camera twice.
        for turn, hand in sorted(enumerate(hands), key=lambda one: len(one[1])):
            if hand != self._hands[turn]:
                write_assignment(self._path(turn), hand)
            if hand and turn not in self._started:
                self._started.add(turn)
                self._engine.start([self._plan(turn)])
        self._hands = hands

    def _path(self, turn: int) -> Path:
        return self._folder.run / f"assignment-{turn + 1}.json"

    def _plan(self, turn: int) -> ProcessPlan:
        name = f"worker-{turn + 1}"
        return ProcessPlan(
            name=name,
            module="shanasheel.app.worker",
            arguments=(
                "--data", str(self._folder.root), "--name", name,
                "--assignment", str(self._path(turn)),
            ),
            log=self._folder.logs / f"{name}.log",
        )  # fmt: skip
