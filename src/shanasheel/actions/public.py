"""What the public is told of an alert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.alerts import Alert, AlertState, Decision
from shanasheel.domain.receivers import Earlier, Message, Said

_SAID = {AlertState.CONFIRMED: Said.CONFIRMED, AlertState.DISMISSED: Said.CANCELLED}


def public_history(decisions: Sequence[Decision]) -> tuple[Earlier, ...]:
    """Return what the public was told by decisions, oldest first: from the first confirmation on.

    Dismissing what was never confirmed tells the public nothing.
    """
    told: list[Earlier] = []
    for one in decisions:
        cancels = one.after is AlertState.DISMISSED and bool(told)
        if one.after is AlertState.CONFIRMED or cancels:
            told.append(Earlier(id=one.id, made=one.at))
    return tuple(told)


def public_alert(site: Site, identifier: str) -> Message:
    """Return what the public may be told of an alert now, as a message to nobody in particular.

    Raises:
        NotFound: there is no such alert.
        InvalidInput: nobody has confirmed it.
    """
    with site.store.read() as rows:
        alert = rows.alerts.alert(identifier)
        if alert is None:
            raise NotFound(f"There is no alert {identifier!r}.", "See the list of alerts.")
        told = public_history(rows.alerts.decisions(alert.id))
        if not told:
            raise InvalidInput(
                f"Alert {alert.code} is {alert.state.value}: the public is told of nothing that "
                "nobody has confirmed.", "Confirm it first.",
            )  # fmt: skip
        said = _SAID.get(alert.state, Said.CONFIRMED)
        message = Message(
            id=told[-1].id, receiver="", said=said, made=told[-1].made, site=site.name,
            alert=alert, public=told,
        )  # fmt: skip
        return described(rows, alert, message)


def described(rows: Rows, alert: Alert, message: Message) -> Message:
    """Return a message with the camera's names, and the place of the sound or of the camera."""
    camera = rows.cameras.one(alert.camera)
    named = replace(
        message,
        camera_name=camera.name if camera else "",
        camera_name_ar=camera.name_ar if camera else "",
    )
    placed = [one.place for one in alert.sounds if one.place is not None]
    if placed:  # the newest: where they are now
        last = placed[-1]
        return replace(named, lat_deg=last.lat_deg, lon_deg=last.lon_deg, radius_m=last.radius_m)
    if camera is None or camera.place is None:
        return named
    return replace(named, lat_deg=camera.place.lat_deg, lon_deg=camera.place.lon_deg)
