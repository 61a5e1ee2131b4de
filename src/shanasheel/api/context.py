"""What every route is handed: the site, who asks, and where news is published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from shanasheel.actions.access import person_of
from shanasheel.actions.ports import (
    CameraFiles,
    Finder,
    FootageTrials,
    IntakeQueue,
    ModelShelf,
)
from shanasheel.actions.site import Site
from shanasheel.actions.uploads import Uploads
from shanasheel.api.updates import Updates
from shanasheel.base.errors import Handling, Retry, ShanasheelError
from shanasheel.domain.people import Person

SESSION_COOKIE = "shanasheel_session"


class LoginRequired(ShanasheelError):
    """Nobody is logged in."""

    handling = Handling(http_status=401, exit_code=4, log_level="info", retry=Retry.NO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The running hub as routes see it.

    Args:
        verifier_key: the ledger's public key as text.
        machine: returns CPU, memory, disk and uptime as plain JSON values.
        finder: finds cameras on the network.
        camera_files: reads and writes lists of cameras.
        uploads: files on their way in.
        intakes: files that wait to be taken in.
        models: the models of this machine.
        public_log: strangers may have the log's files.
        trials: rules tried on footage; None where nobody does it.
        metrics_token: returns what a program must know to read `/metrics`; empty where none may.
        push_key: returns the public key by which browsers know who may send them notices.
    """

    site: Site
    updates: Updates
    verifier_key: str
    machine: Callable[[], dict[str, object]]
    finder: Finder
    camera_files: CameraFiles
    uploads: Uploads
    intakes: IntakeQueue
    models: ModelShelf
    metrics_token: Callable[[], str] = str
    push_key: Callable[[], str] = str
    trials: FootageTrials | None = None
    public_log: bool = True


def desk_of(connection: HTTPConnection) -> Desk:
    """Return the desk the process put on the application."""
    desk: Desk = connection.app.state.desk
    return desk


def visitor(connection: HTTPConnection) -> Person | None:
    """Return who asks, or None when they must log in first."""
    return person_of(desk_of(connection).site, connection.cookies.get(SESSION_COOKIE))


def _require_person(request: Request) -> Person:
    person = visitor(request)
    if person is None:
        raise LoginRequired("Nobody is logged in.", "Log in at /login.")
    return person


def _desk(request: Request) -> Desk:
    return desk_of(request)


Who = Annotated[Person, Depends(_require_person)]
TheDesk = Annotated[Desk, Depends(_desk)]
