"""Ordering that a file which was sent be taken in, and listing what became of those."""

from __future__ import annotations

from dataclasses import dataclass

from shanasheel.actions.cameras import list_cameras
from shanasheel.actions.file_clocks import FileClock
from shanasheel.actions.handing_in import check_handing, intake_camera, list_intakes
from shanasheel.actions.intake_outcomes import Outcome, outcome_of
from shanasheel.actions.ports import IntakeQueue
from shanasheel.actions.site import Site
from shanasheel.actions.uploads import Upload
from shanasheel.base.errors import Conflict, NotFound
from shanasheel.domain.cameras import Place
from shanasheel.domain.handed import IntakeOrder, OrderState
from shanasheel.domain.keeping import Intake
from shanasheel.domain.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmedAt:
    """Where a file was filmed.

    Args:
        fresh: it is a camera we do not know yet.
    """

    camera: str
    fresh: bool = False
    name: str = ""
    name_ar: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenList:
    """What was handed in, newest first, and orders that are not records yet."""

    orders: tuple[OrderState, ...]
    intakes: tuple[tuple[Intake, Outcome], ...]


def order_intake(
    site: Site,
    who: Person,
    queue: IntakeQueue,
    upload: Upload,
    filmed: FilmedAt,
    order: IntakeOrder,
) -> None:
    """Queue a file that was sent completely.

    Args:
        order: what was said of it.

    Raises:
        Conflict: it is not here completely, is being taken in already, or the camera's id is taken.
        NotFound: there is no such camera.
        InvalidInput: nobody is named, or the clock cannot be.
        Denied: the person's role does not take footage in.
    """
    clock = FileClock(
        stated=order.stated, ahead_s=order.ahead_s, drift_s_day=order.drift_s_day,
        evidence=order.evidence,
    )  # fmt: skip
    check_handing(who, order.handed_by, clock)
    _check_camera(site, queue, filmed)
    with upload.lock:
        if not upload.sha256:
            raise Conflict("The file is not here completely.", "Wait.", key="upload_unfinished")
        if upload.taken:
            raise Conflict("It is being taken in already.", "Wait.", key="upload_taken")
        upload.taken = True
    queue.submit(order)


def taken_list(site: Site, who: Person, queue: IntakeQueue) -> TakenList:
    """Return what was handed in and what waits to be.

    Raises:
        Denied: the person neither takes footage in nor audits.
    """
    intakes = list_intakes(site, who)
    recorded = {one.id for one in intakes}
    orders = queue.orders()
    return TakenList(
        orders=tuple(
            one for one in orders if one.order.id not in recorded or one.state == "working"
        ),
        intakes=tuple((one, outcome_of(site, one.id)) for one in intakes),
    )


def _check_camera(site: Site, queue: IntakeQueue, filmed: FilmedAt) -> None:
    coming = {one.order.camera for one in queue.orders() if one.state in ("waiting", "working")}
    if filmed.camera in coming:
        return  # an order before this one makes it
    known = filmed.camera in {camera.id for camera in list_cameras(site, retired=True)}
    if filmed.fresh and known:
        raise Conflict(
            f"There is a camera {filmed.camera} already.", "Choose another id.",
            key="camera_id_taken", field="camera", camera=filmed.camera,
        )  # fmt: skip
    if not filmed.fresh and not known:
        raise NotFound(
            f"There is no camera {filmed.camera!r}.", "See the list of cameras.",
            key="no_such_camera", field="camera", camera=filmed.camera,
        )  # fmt: skip
    intake_camera(site, filmed.camera, name=filmed.name, place=filmed.place)
