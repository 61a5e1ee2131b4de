"""Records as one line of JSON each, for spools and rows; times are integer microseconds."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TypeVar

import cattrs
from cattrs.gen import make_dict_unstructure_fn

from shanasheel.base.clock import from_us, to_us
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.alerts import Alert, Decision, Event
from shanasheel.domain.cameras import Camera
from shanasheel.domain.copying import VaultPlan
from shanasheel.domain.cosigning import OutsideCosigner
from shanasheel.domain.exhibits import Exhibit
from shanasheel.domain.footage import Gap, Segment, Shed
from shanasheel.domain.handed import IntakeOrder
from shanasheel.domain.incidents import Incident
from shanasheel.domain.keeping import Hold, Intake, KeepRule
from shanasheel.domain.receivers import Message, Receiver
from shanasheel.domain.response import Cancellation, LogLine, Response, ResponsePlan, Shift
from shanasheel.domain.seen import ActiveSpan, Sighting
from shanasheel.domain.signing import CameraSignature

R = TypeVar("R")
Spooled = Segment | Gap | Shed | Sighting | Event | ActiveSpan

_KINDS: dict[str, type[Spooled]] = {
    "segment": Segment,
    "gap": Gap,
    "shed": Shed,
    "sighting": Sighting,
    "event": Event,
    "active": ActiveSpan,
}
_NAMES = {record: name for name, record in _KINDS.items()}


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=False)
    converter.register_unstructure_hook(datetime, to_us)
    converter.register_structure_hook(datetime, lambda value, _: from_us(int(value)))
    records = (
        Segment, Gap, Shed, Sighting, Event, ActiveSpan, Alert, Decision, Camera, Hold, KeepRule,
        Intake, VaultPlan, IntakeOrder, ResponsePlan, Response, Cancellation, Shift, LogLine,
        Receiver, Message, OutsideCosigner, Incident, CameraSignature, Exhibit,
    )  # fmt: skip
    for record in records:
        converter.register_unstructure_hook(record, make_dict_unstructure_fn(record, converter))
    return converter


_CONVERTER = _converter()


def plain(record: object) -> dict[str, object]:
    """Return a record as plain JSON values: enums as text, times as microseconds."""
    value: dict[str, object] = _CONVERTER.unstructure(record)
    return value


def dumps(record: object) -> str:
    """Return a record as compact JSON text without its type."""
    return json.dumps(plain(record), ensure_ascii=False, separators=(",", ":"))


def loads(text: str | bytes, kind: type[R]) -> R:
    """Return the record of `kind` that `dumps` wrote.

    Raises:
        InvalidInput: the text is not JSON, or not such a record; every fault is listed.
    """
    try:
        return _CONVERTER.structure(json.loads(text), kind)
    except (ValueError, cattrs.BaseValidationError, KeyError, TypeError) as fault:
        if isinstance(fault, cattrs.BaseValidationError):
            reasons = "; ".join(cattrs.transform_error(fault))
        else:
            reasons = str(fault)
        raise InvalidInput(f"Not a {kind.__name__}: {reasons}.") from fault


def to_line(record: Spooled) -> bytes:
    """Return a spooled record as one line (without the line end) that names its type."""
    body = {"record": _NAMES[type(record)], **plain(record)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def from_line(line: bytes) -> Spooled:
    """Return the record on a spool line.

    Raises:
        InvalidInput: the line is not one that `to_line` writes.
    """
    try:
        name = json.loads(line).get("record")
    except (ValueError, AttributeError) as fault:
        raise InvalidInput("A spool line is not JSON.", "The worker's disk may be bad.") from fault
    if name not in _KINDS:
        raise InvalidInput(f"A spool line holds an unknown record {name!r}.")
    return loads(line, _KINDS[name])
