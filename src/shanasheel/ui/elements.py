"""The Vue components that pages mount; all behaviour is in `components/*.js`."""

from __future__ import annotations

from nicegui.element import Element


class Shell(Element, component="components/shell.js"):
    """Header controls, toasts of new alerts and their sound."""


class Wall(Element, component="components/wall.js"):
    """Every camera live."""


class Map(Element, component="components/map.js"):
    """Cameras where they stand."""


class Alerts(Element, component="components/alerts.js"):
    """Alerts, their clips and decisions."""


class Incidents(Element, component="components/incidents.js"):
    """What happened, by the alerts people confirmed."""


class Shift(Element, component="components/shift.js"):
    """Who is at the desk, and what one shift hands to the next."""


class Precision(Element, component="components/precision.js"):
    """How right each rule is, by what people decided."""


class Playback(Element, component="components/playback.js"):
    """Stored footage on a time line."""


class Find(Element, component="components/find.js"):
    """Sightings by kind, camera and time."""


class Proof(Element, component="components/proof.js"):
    """The ledger, the check of the footage, the access log."""


class Status(Element, component="components/status.js"):
    """Machine, workers and cameras in numbers."""


class Cameras(Element, component="components/cameras.js"):
    """Installing cameras."""


class Intake(Element, component="components/intake.js"):
    """Footage that others hand in."""


class Models(Element, component="components/models.js"):
    """Which models look at the pictures."""


class Receivers(Element, component="components/receivers.js"):
    """Who is told of alerts outside."""


class Acknowledge(Element, component="components/acknowledge.js"):
    """Somebody outside says that a message was read."""


class Combinations(Element, component="components/combinations.js"):
    """Events that together call for a person."""


class ProtectedPlaces(Element, component="components/protected_places.js"):
    """Places that may be spied out."""


class Login(Element, component="components/login.js"):
    """Name and password."""
