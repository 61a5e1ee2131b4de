"""Ports of one transaction, a Protocol for each family of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from shanasheel.actions.rows_proof import Authorities, Cosigners, Exhibits, Facts
from shanasheel.base.clock import EPOCH
from shanasheel.domain.alerts import Alert, AlertState, Decision, Event, EventKind
from shanasheel.domain.cameras import Camera, CameraId, Kind, Stream
from shanasheel.domain.combining import Combination
from shanasheel.domain.copying import Copy, CopyTotals, Item, Scope, VaultPlan
from shanasheel.domain.facts import FactKind
from shanasheel.domain.footage import Gap, Segment, Shed
from shanasheel.domain.incidents import Incident, IncidentState
from shanasheel.domain.keeping import Deleted, Hold, Intake, KeepRule, Kept
from shanasheel.domain.models import ModelTask
from shanasheel.domain.overview import Days, Layer, Mark, Run
from shanasheel.domain.people import Grant, Person
from shanasheel.domain.protecting import Protecting
from shanasheel.domain.receivers import Attempt, Delivery, DeliveryState, Message, Receiver
from shanasheel.domain.response import Cancellation, LogLine, Response, ResponsePlan, Shift
from shanasheel.domain.seen import Sighting


class Cameras(Protocol):
    """Rows of cameras."""

    def all(self) -> tuple[Camera, ...]: ...  # noqa: D102
    def ids(self) -> tuple[CameraId, ...]: ...  # noqa: D102
    def one(self, identifier: str) -> Camera | None: ...  # noqa: D102
    def revision(self) -> str: ...  # noqa: D102
    def chosen(self, task: ModelTask) -> str: ...  # noqa: D102
    def choose(self, task: ModelTask, name: str, *, revision: str) -> None: ...  # noqa: D102
    def replace(self, listed: Sequence[Camera], *, revision: str) -> None: ...  # noqa: D102


class Footage(Protocol):
    """Rows of segments, gaps and spool cursors."""

    def add_segment(self, segment: Segment) -> bool: ...  # noqa: D102
    def add_gap(self, gap: Gap) -> bool: ...  # noqa: D102
    def segment(self, identifier: str) -> Segment | None: ...  # noqa: D102
    def segments(  # noqa: D102
        self, camera: CameraId, stream: Stream, start: datetime, end: datetime
    ) -> tuple[Segment, ...]: ...
    def newest(  # noqa: D102
        self, camera: CameraId, stream: Stream, limit: int, before: datetime
    ) -> tuple[tuple[Segment, ...], int]: ...
    def spans(  # noqa: D102
        self, camera: CameraId, stream: Stream, start: datetime, end: datetime
    ) -> list[tuple[int, int]]: ...
    def gaps(  # noqa: D102
        self, camera: CameraId, start: datetime, end: datetime
    ) -> tuple[Gap, ...]: ...
    def add_shed(self, shed: Shed) -> bool: ...  # noqa: D102
    def sheds(  # noqa: D102
        self, camera: CameraId, start: datetime, end: datetime
    ) -> tuple[Shed, ...]: ...
    def shed_s(self, since: datetime) -> float: ...  # noqa: D102
    def every_segment(self, stream: Stream) -> Iterator[Segment]: ...  # noqa: D102
    def paths_in(self, folder: str) -> frozenset[str]: ...  # noqa: D102
    def totals(self) -> tuple[int, int, int]: ...  # noqa: D102
    def cursor(self, spool: str) -> str: ...  # noqa: D102
    def set_cursor(self, spool: str, cursor: str) -> None: ...  # noqa: D102


class Sightings(Protocol):
    """Rows of sightings."""

    def add(self, sighting: Sighting) -> bool: ...  # noqa: D102
    def one(self, identifier: str) -> Sighting | None: ...  # noqa: D102
    def count(self) -> int: ...  # noqa: D102
    def forget(  # noqa: D102
        self, camera: CameraId, start: datetime, end: datetime
    ) -> tuple[Sighting, ...]: ...
    def page(  # noqa: D102, PLR0913
        self,
        *,
        kinds: Sequence[Kind],
        cameras: Sequence[CameraId],
        types: Sequence[str],
        words: Mapping[str, Sequence[str]],
        plate: str,
        bearing_deg: float | None,
        faster_kmh: float,
        min_confidence: float,
        start: datetime | None,
        end: datetime | None,
        before: tuple[int, str] | None,
        limit: int,
    ) -> tuple[Sighting, ...]: ...


class Alerts(Protocol):
    """Rows of events, alerts and decisions."""

    def add_events(self, found: Sequence[tuple[Event, str | None]]) -> None: ...  # noqa: D102
    def known_events(self, identifiers: Sequence[str]) -> frozenset[str]: ...  # noqa: D102
    def kinds_at(  # noqa: D102
        self, cameras: Sequence[CameraId], kinds: Sequence[EventKind], start: datetime,
        end: datetime,
    ) -> tuple[tuple[CameraId, EventKind], ...]: ...  # fmt: skip
    def events(  # noqa: D102
        self, camera: CameraId, start: datetime, end: datetime
    ) -> tuple[Event, ...]: ...
    def of_kinds(  # noqa: D102
        self, kinds: Sequence[EventKind], start: datetime, end: datetime, *, limit: int,
        newest: bool = False, cameras: Sequence[CameraId] | None = None,
    ) -> tuple[Event, ...]: ...  # fmt: skip
    def kinds_between(  # noqa: D102
        self, kinds: Sequence[EventKind], start: datetime, end: datetime
    ) -> frozenset[EventKind]: ...
    def count_events(self) -> int: ...  # noqa: D102
    def save(self, *changed: Alert) -> None: ...  # noqa: D102
    def next_code(self) -> str: ...  # noqa: D102
    def alert(self, identifier: str) -> Alert | None: ...  # noqa: D102
    def numbered(self, number: int) -> Alert | None: ...  # noqa: D102
    def undecided(self, camera: CameraId) -> tuple[Alert, ...]: ...  # noqa: D102
    def joinable(self, start: datetime, end: datetime) -> tuple[Alert, ...]: ...  # noqa: D102
    def due(self, until: datetime, limit: int) -> tuple[Alert, ...]: ...  # noqa: D102
    def events_of(self, alert: str, limit: int) -> tuple[Event, ...]: ...  # noqa: D102
    def outcomes(  # noqa: D102
        self, start: datetime, end: datetime
    ) -> tuple[tuple[str, CameraId, AlertState, int], ...]: ...
    def page(  # noqa: D102
        self,
        *,
        states: Sequence[AlertState],
        camera: CameraId | None,
        before: tuple[int, str] | None,
        limit: int,
    ) -> tuple[Alert, ...]: ...
    def between(  # noqa: D102
        self, camera: CameraId, start: datetime, end: datetime
    ) -> tuple[Alert, ...]: ...
    def of_kind(  # noqa: D102
        self, kind: EventKind, start: datetime, end: datetime
    ) -> tuple[Alert, ...]: ...
    def touching(  # noqa: D102
        self, camera: CameraId, start: datetime, end: datetime
    ) -> tuple[Alert, ...]: ...
    def count(self, *states: AlertState) -> int: ...  # noqa: D102
    def add_decision(self, decision: Decision) -> None: ...  # noqa: D102
    def decisions(self, alert: str) -> tuple[Decision, ...]: ...  # noqa: D102


class Responding(Protocol):
    """Rows of plans, responses, cancellations, shifts, and the alerts' log."""

    def plans(self) -> tuple[ResponsePlan, ...]: ...  # noqa: D102
    def save_plan(self, plan: ResponsePlan) -> None: ...  # noqa: D102
    def drop_plan(self, name: str) -> None: ...  # noqa: D102
    def save(self, response: Response) -> None: ...  # noqa: D102
    def of_alert(self, alert: str) -> tuple[Response, ...]: ...  # noqa: D102
    def running(self) -> tuple[Response, ...]: ...  # noqa: D102
    def due(self, until: datetime, limit: int) -> tuple[Response, ...]: ...  # noqa: D102
    def save_cancellation(self, cancellation: Cancellation) -> None: ...  # noqa: D102
    def cancellation(self, identifier: str) -> Cancellation | None: ...  # noqa: D102
    def cancellations(  # noqa: D102
        self, *, alert: str | None, waiting: bool
    ) -> tuple[Cancellation, ...]: ...
    def save_shift(self, shift: Shift) -> None: ...  # noqa: D102
    def shifts(self, limit: int) -> tuple[Shift, ...]: ...  # noqa: D102
    def here(self) -> tuple[Shift, ...]: ...  # noqa: D102
    def add_line(self, line: LogLine) -> None: ...  # noqa: D102
    def log(self, alert: str) -> tuple[LogLine, ...]: ...  # noqa: D102


class Incidents(Protocol):
    """Rows of incidents."""

    def save(self, incident: Incident) -> None: ...  # noqa: D102
    def one(self, code: str) -> Incident | None: ...  # noqa: D102
    def of_alert(self, alert: str) -> Incident | None: ...  # noqa: D102
    def next_code(self, year: int) -> str: ...  # noqa: D102
    def page(  # noqa: D102
        self, *, states: Sequence[IncidentState], before: tuple[int, str] | None, limit: int
    ) -> tuple[Incident, ...]: ...


class Combining(Protocol):
    """Rows of combinations."""

    def all(self) -> tuple[Combination, ...] | None: ...  # noqa: D102
    def replace(self, combinations: Sequence[Combination]) -> None: ...  # noqa: D102


class Protected(Protocol):
    """How protected places are watched."""

    def get(self) -> Protecting: ...  # noqa: D102
    def put(self, protecting: Protecting) -> None: ...  # noqa: D102


class Accounts(Protocol):
    """Rows of accounts, sessions and grants."""

    def exist(self) -> bool: ...  # noqa: D102
    def all(self) -> tuple[Person, ...]: ...  # noqa: D102
    def add(self, person: Person, password_hash: str) -> None: ...  # noqa: D102
    def find(self, name: str) -> tuple[Person, str] | None: ...  # noqa: D102
    def add_session(self, token_sha256: str, person: str, at: datetime) -> None: ...  # noqa: D102
    def session(  # noqa: D102
        self, token_sha256: str
    ) -> tuple[Person, datetime, datetime] | None: ...
    def touch_session(self, token_sha256: str, at: datetime) -> None: ...  # noqa: D102
    def end_session(self, token_sha256: str) -> None: ...  # noqa: D102
    def add_grant(self, grant: Grant) -> None: ...  # noqa: D102
    def grant(self, identifier: str) -> Grant | None: ...  # noqa: D102
    def grants(self, limit: int) -> tuple[Grant, ...]: ...  # noqa: D102


class Keeping(Protocol):
    """Rows of holds, of deletions, and the keeping rule."""

    def rule(self) -> KeepRule: ...  # noqa: D102
    def set_rule(self, rule: KeepRule) -> None: ...  # noqa: D102
    def erased_up_to(self, kind: FactKind) -> int: ...  # noqa: D102
    def set_erased_up_to(self, kind: FactKind, entry: int) -> None: ...  # noqa: D102
    def holds(self, *, active: bool) -> tuple[Hold, ...]: ...  # noqa: D102
    def hold(self, identifier: str) -> Hold | None: ...  # noqa: D102
    def save_hold(self, hold: Hold) -> None: ...  # noqa: D102
    def add_intake(self, intake: Intake) -> None: ...  # noqa: D102
    def intake_of(self, sha256: str) -> Intake | None: ...  # noqa: D102
    def intakes(self) -> tuple[Intake, ...]: ...  # noqa: D102
    def stored_bytes(self) -> int: ...  # noqa: D102
    def oldest(  # noqa: D102
        self,
        after: tuple[int, str] | None,
        before: datetime,
        limit: int,
        without: Sequence[str],
    ) -> tuple[Kept, ...]: ...
    def delete(self, gone: Sequence[Deleted]) -> None: ...  # noqa: D102
    def unfinished(self, limit: int, without: Sequence[str]) -> tuple[Deleted, ...]: ...  # noqa: D102
    def finish(self, gone: Sequence[Deleted]) -> None: ...  # noqa: D102
    def deletion_of(self, segment: str) -> Deleted | None: ...  # noqa: D102
    def deleted(  # noqa: D102
        self, camera: CameraId, stream: Stream, start: datetime, end: datetime
    ) -> tuple[Deleted, ...]: ...


class Copies(Protocol):
    """Rows of what lies in a vault and what waits, and the vault's setting."""

    def plan(self) -> VaultPlan | None: ...  # noqa: D102
    def set_plan(self, plan: VaultPlan) -> None: ...  # noqa: D102
    def vault(self) -> str: ...  # noqa: D102
    def set_vault(self, identifier: str) -> None: ...  # noqa: D102
    def proven(self) -> int: ...  # noqa: D102
    def set_proven(self, entries: int) -> None: ...  # noqa: D102
    def waiting_under(  # noqa: D102
        self, vault: str, hold: Hold, *, since: datetime, limit: int
    ) -> tuple[Item, ...]: ...
    def waiting_late(  # noqa: D102
        self, vault: str, *, since: datetime, limit: int
    ) -> tuple[Item, ...]: ...
    def waiting_originals(self, vault: str, scope: Scope) -> tuple[Item, ...]: ...  # noqa: D102
    def waiting_pictures(  # noqa: D102
        self, vault: str, hold: Hold | None, *, since: datetime, limit: int
    ) -> tuple[Item, ...]: ...
    def totals(  # noqa: D102
        self, vault: str, scope: Scope, *, since: datetime = EPOCH
    ) -> CopyTotals: ...
    def add(self, vault: str, items: Sequence[Item], at: datetime) -> None: ...  # noqa: D102
    def has(self, vault: str, item: str) -> bool: ...  # noqa: D102
    def every(self, vault: str) -> Iterator[Copy]: ...  # noqa: D102


class Overview(Protocol):
    """Rows that sum up every camera's time; stores keep them by themselves."""

    def note(  # noqa: D102
        self, camera: str, layer: Layer, span: tuple[int, int], word: str = ""
    ) -> None: ...
    def days(  # noqa: D102
        self, cameras: Sequence[str] | None, first: int, last: int
    ) -> Days: ...
    def runs(  # noqa: D102
        self, cameras: Sequence[str], start_us: int, end_us: int
    ) -> Sequence[Run]: ...
    def steps(  # noqa: D102
        self, cameras: Sequence[str], start_us: int, end_us: int
    ) -> Sequence[Run]: ...
    def events(  # noqa: D102
        self, cameras: Sequence[str], start: datetime, end: datetime
    ) -> Sequence[Mark]: ...
    def alerts(  # noqa: D102
        self, cameras: Sequence[str], start: datetime, end: datetime
    ) -> Sequence[Mark]: ...


class Summary(Protocol):
    """The same rows, compared with what they follow from; days count since 1970 UTC."""

    def cameras(self) -> Sequence[str]: ...  # noqa: D102
    def differing(self, camera: str) -> Iterator[int]: ...  # noqa: D102
    def rebuild(self, camera: str | None = None) -> None: ...  # noqa: D102


class Receivers(Protocol):
    """Rows of receivers, and their secrets."""

    def all(self, *, removed: bool = False) -> tuple[Receiver, ...]: ...  # noqa: D102
    def one(self, identifier: str) -> Receiver | None: ...  # noqa: D102
    def save(self, receiver: Receiver) -> None: ...  # noqa: D102
    def secret(self, identifier: str) -> str: ...  # noqa: D102
    def set_secret(self, identifier: str, secret: str) -> None: ...  # noqa: D102


class Messages(Protocol):
    """Rows of messages to receivers, and of attempts to deliver them."""

    def add(self, message: Message, *, give_up: datetime) -> None: ...  # noqa: D102
    def one(self, identifier: str) -> Delivery | None: ...  # noqa: D102
    def of_alert(self, alert: str) -> tuple[Delivery, ...]: ...  # noqa: D102
    def standing(  # noqa: D102
        self, receiver: str, topic: str, since: datetime
    ) -> tuple[str, ...]: ...
    def due(self, now: datetime) -> Mapping[str, int]: ...  # noqa: D102
    def counts(self) -> Mapping[tuple[str, str], int]: ...  # noqa: D102
    def next_for(self, receiver: str, now: datetime) -> Delivery | None: ...  # noqa: D102
    def page(  # noqa: D102
        self,
        *,
        receiver: str,
        states: Sequence[DeliveryState],
        unacknowledged: bool,
        before: tuple[int, str] | None,
        limit: int,
    ) -> tuple[Delivery, ...]: ...
    def save(self, delivery: Delivery) -> None: ...  # noqa: D102
    def bury(self, receiver: str, fault: str) -> None: ...  # noqa: D102
    def begin_attempt(self, attempt: Attempt) -> None: ...  # noqa: D102
    def end_attempt(self, attempt: Attempt) -> None: ...  # noqa: D102
    def attempts(self, message: str) -> tuple[Attempt, ...]: ...  # noqa: D102
    def forgettable(  # noqa: D102
        self, before: datetime, after: str, limit: int
    ) -> tuple[tuple[str, ...], str]: ...
    def forget(self, gone: Sequence[str]) -> int: ...  # noqa: D102


class Rows(Protocol):
    """Everything one transaction can touch; what is written becomes durable together."""

    @property
    def cameras(self) -> Cameras: ...  # noqa: D102
    @property
    def footage(self) -> Footage: ...  # noqa: D102
    @property
    def sightings(self) -> Sightings: ...  # noqa: D102
    @property
    def alerts(self) -> Alerts: ...  # noqa: D102
    @property
    def combining(self) -> Combining: ...  # noqa: D102
    @property
    def protecting(self) -> Protected: ...  # noqa: D102
    @property
    def cosigners(self) -> Cosigners: ...  # noqa: D102
    @property
    def authorities(self) -> Authorities: ...  # noqa: D102
    @property
    def facts(self) -> Facts: ...  # noqa: D102
    @property
    def accounts(self) -> Accounts: ...  # noqa: D102
    @property
    def keeping(self) -> Keeping: ...  # noqa: D102
    @property
    def copies(self) -> Copies: ...  # noqa: D102
    @property
    def overview(self) -> Overview: ...  # noqa: D102
    @property
    def summary(self) -> Summary: ...  # noqa: D102
    @property
    def receivers(self) -> Receivers: ...  # noqa: D102
    @property
    def messages(self) -> Messages: ...  # noqa: D102
    @property
    def response(self) -> Responding: ...  # noqa: D102
    @property
    def incidents(self) -> Incidents: ...  # noqa: D102
    @property
    def exhibits(self) -> Exhibits: ...  # noqa: D102
