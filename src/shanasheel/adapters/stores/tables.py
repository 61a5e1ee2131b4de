"""The schema: every table and column with its meaning and unit.

Times are integer microseconds since 1970 UTC; spans are half-open. Identifiers are UUIDv7 text.
Records whose fields nobody searches travel whole as JSON in `body` (`domain.wire`).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _word(name: str, meaning: str) -> Column[str]:
    """Return a column of a sighting's words: empty where nobody looked, or `unknown`."""
    return Column(name, String(16), nullable=False, server_default="", comment=meaning)


cameras = Table(
    "cameras",
    metadata,
    Column("id", String(32), primary_key=True, comment="code people say"),
    Column("position", Integer, nullable=False, comment="order on the wall, from 0"),
    Column("body", Text, nullable=False, comment="Camera as JSON; may hold a password in url"),
)

segments = Table(
    "segments",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("camera", String(32), nullable=False),
    Column("stream", String(16), nullable=False, comment="main, sub or shielded"),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=False),
    Column("path", Text, nullable=False, unique=True, comment="POSIX, relative to data folder"),
    Column("size_bytes", BigInteger, nullable=False),
    Column("body", Text, nullable=False, comment="Segment as JSON"),
    CheckConstraint("end_us > start_us", name="span"),
    Index("ix_segments_camera_stream_start", "camera", "stream", "start_us"),
    Index("ix_segments_end", "end_us", "id"),
)

deletions = Table(
    "deletions",
    metadata,
    Column("segment", String(36), primary_key=True, comment="id the segment had"),
    Column("camera", String(32), nullable=False),
    Column("stream", String(16), nullable=False),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("path", Text, nullable=False, comment="POSIX, relative to data folder"),
    Column("why", String(16), nullable=False),
    Column("fact", String(36), nullable=False, comment="the fact that names the segment"),
    Column("done", Integer, nullable=False, comment="1 when the file is gone"),
    Index("ix_deletions_done", "done"),
    Index("ix_deletions_camera_stream_start", "camera", "stream", "start_us"),
)

holds = Table(
    "holds",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    Column("released_us", BigInteger, nullable=True, comment="null while it holds"),
    Column("body", Text, nullable=False, comment="Hold as JSON"),
)

intakes = Table(
    "intakes",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True, comment="of the original, hex"),
    Column("at_us", BigInteger, nullable=False),
    Column("body", Text, nullable=False, comment="Intake as JSON"),
)

copies = Table(
    "copies",
    metadata,
    Column("vault", String(36), primary_key=True, comment="id in the vault's own vault.json"),
    Column("item", String(36), primary_key=True, comment="id of the segment or intake"),
    Column("path", Text, nullable=False, comment="POSIX, relative to data folder and vault"),
    Column("sha256", String(64), nullable=False, comment="read back from the vault, hex"),
    Column("size_bytes", BigInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False, comment="when it had been verified there"),
)

settings = Table(
    "settings",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("body", Text, nullable=False, comment="the setting's record as JSON"),
)

gaps = Table(
    "gaps",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("camera", String(32), nullable=False),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=False),
    Column("cause", String(32), nullable=False),
    Column("body", Text, nullable=False, comment="Gap as JSON"),
    CheckConstraint("end_us >= start_us", name="span"),
    Index("ix_gaps_camera_start", "camera", "start_us"),
)

sheds = Table(
    "sheds",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("camera", String(32), nullable=False),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=False),
    Column("cause", String(32), nullable=False),
    CheckConstraint("end_us > start_us", name="span"),
    Index("ix_sheds_camera_start", "camera", "start_us"),
    Index("ix_sheds_end", "end_us"),
    comment="spans recorded but not looked at although due",
)

runs = Table(
    "runs",
    metadata,
    Column("camera", String(32), primary_key=True),
    Column("layer", String(16), primary_key=True, comment="as domain.overview.Layer"),
    Column("start_us", BigInteger, primary_key=True),
    Column("word", String(32), primary_key=True, comment="cause of gap or shed, else empty"),
    Column("end_us", BigInteger, nullable=False, comment="never across midnight UTC"),
    CheckConstraint("end_us > start_us", name="span"),
    sqlite_with_rowid=False,
)

camera_days = Table(
    "camera_days",
    metadata,
    Column("day", Integer, primary_key=True, comment="days since 1970 UTC"),
    Column("camera", String(32), primary_key=True),
    Column("runs", Integer, nullable=False, comment="rows of runs on this day"),
    Column("cells", LargeBinary, nullable=False, comment="9 planes of 96 bytes, domain.overview"),
)

sightings = Table(
    "sightings",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("camera", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("type", String(32), nullable=False),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=False),
    Column("confidence", Float, nullable=False, comment="ratio in [0, 1]"),
    Column("body", Text, nullable=False, comment="Sighting as JSON"),
    _word("colour", "of a vehicle"),
    _word("upper", "colour of a person's upper clothes"),
    _word("lower", "colour of a person's lower clothes"),
    _word("towards", "where it went in the picture"),
    Column("bearing_deg", Float, nullable=True, comment="true, clockwise from north"),
    Column("speed_kmh", Float, nullable=True, comment="along the ground"),
    _word("windows", "domain.described.Windows"),
    _word("plate_state", "domain.seen.PlateState"),
    Column("plate", String(32), nullable=False, server_default="",
           comment="base.text.folded_plate of what was read, else empty"),
    Index("ix_sightings_start", "start_us", "id"),
    Index("ix_sightings_camera_start", "camera", "start_us"),
    Index("ix_sightings_plate", "plate", "start_us"),
)  # fmt: skip

events = Table(
    "events",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("camera", String(32), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("subject", Text, nullable=False, comment="zone or line name, may be empty"),
    Column("alert", String(36), nullable=True, comment="alert the event belongs to"),
    Column("body", Text, nullable=False, comment="Event as JSON"),
    Index("ix_events_camera_at", "camera", "at_us"),
    Index("ix_events_at", "at_us"),
    Index("ix_events_alert", "alert"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("number", Integer, nullable=False, unique=True, comment="running number of its code"),
    Column("camera", String(32), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, comment="counts changes"),
    Column("body", Text, nullable=False, comment="Alert as JSON"),
    Column("due_us", BigInteger, nullable=True, comment="when it asks louder; null for never"),
    Index("ix_alerts_at", "at_us", "id"),
    Index("ix_alerts_state_at_id", "state", "at_us", "id"),
    Index("ix_alerts_due", "due_us"),
)

alert_cameras = Table(
    "alert_cameras",
    metadata,
    Column("alert", String(36), primary_key=True),
    Column("camera", String(32), primary_key=True),
    Column("at_us", BigInteger, nullable=False, comment="of the alert"),
    Index("ix_alert_cameras_camera_at", "camera", "at_us", "alert"),
    comment="every camera of an alert's story",
)

plans = Table(
    "plans",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("body", Text, nullable=False, comment="ResponsePlan as JSON"),
)

responses = Table(
    "responses",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("alert", String(36), ForeignKey("alerts.id"), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("due_us", BigInteger, nullable=True, comment="when its next step is overdue"),
    Column("body", Text, nullable=False, comment="Response as JSON"),
    Index("ix_responses_due", "due_us"),
    Index("ix_responses_state", "state"),
)

cancellations = Table(
    "cancellations",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("alert", String(36), ForeignKey("alerts.id"), nullable=False, index=True),
    Column("at_us", BigInteger, nullable=False),
    Column("acknowledged_us", BigInteger, nullable=True, comment="null until they know"),
    Column("body", Text, nullable=False, comment="Cancellation as JSON"),
    Index("ix_cancellations_acknowledged", "acknowledged_us"),
)

shifts = Table(
    "shifts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("person", String(64), nullable=False),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=True, comment="null while they are here"),
    Column("body", Text, nullable=False, comment="Shift as JSON"),
    Index("ix_shifts_start", "start_us"),
)

alert_log = Table(
    "alert_log",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("alert", String(36), ForeignKey("alerts.id"), nullable=False, index=True),
    Column("at_us", BigInteger, nullable=False),
    Column("body", Text, nullable=False, comment="LogLine as JSON"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("alert", String(36), ForeignKey("alerts.id"), nullable=False, index=True),
    Column("at_us", BigInteger, nullable=False),
    Column("body", Text, nullable=False, comment="Decision as JSON"),
)

facts = Table(
    "facts",
    metadata,
    Column(
        "entry",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
        comment="index in the ledger, from 0, given in writing order without holes",
    ),
    Column("id", String(36), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False, comment="RFC 8785 JSON"),
    Column("salt", LargeBinary, nullable=False, comment="16 random bytes"),
    Index("ix_facts_kind_entry", "kind", "entry"),
)

spool_cursors = Table(
    "spool_cursors",
    metadata,
    Column("spool", String(64), primary_key=True, comment="name of the worker's spool"),
    Column("cursor", Text, nullable=False, comment="how far it has been absorbed"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False, comment="argon2id, PHC string"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", String(64), primary_key=True, comment="the token itself is not kept"),
    Column("person", String(64), ForeignKey("accounts.name"), nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),
)

grants = Table(
    "grants",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("person", String(64), nullable=False),
    Column("camera", String(32), nullable=False),
    Column("issued_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False, comment="index of the access entry"),
    Column("body", Text, nullable=False, comment="Grant as JSON"),
    Index("ix_grants_issued", "issued_us"),
)

receivers = Table(
    "receivers",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("removed_us", BigInteger, nullable=True, comment="null while it is a receiver"),
    Column("body", Text, nullable=False, comment="Receiver as JSON, without its secret"),
    Column("secret", Text, nullable=False, comment="key, password or address; empty if none"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", String(36), primary_key=True, comment="the same at every attempt"),
    Column("receiver", String(36), nullable=False),
    Column("alert", String(36), nullable=False, comment="empty in a test"),
    Column("topic", String(80), nullable=False, comment="camera and kind of the alert"),
    Column("said", String(16), nullable=False, comment="domain.receivers.Said"),
    Column("made_us", BigInteger, nullable=False),
    Column("state", String(16), nullable=False, comment="domain.receivers.DeliveryState"),
    Column("tries", Integer, nullable=False, comment="attempts begun"),
    Column("next_us", BigInteger, nullable=False, comment="not tried before"),
    Column("give_up_us", BigInteger, nullable=False, comment="then it is dead"),
    Column("sent_us", BigInteger, nullable=True, comment="when the receiver had taken it"),
    Column("fault", Text, nullable=False, comment="of the last attempt; empty if none"),
    Column("owed", Integer, nullable=False, comment="1 if it must be acknowledged"),
    Column("acknowledged_us", BigInteger, nullable=True),
    Column("acknowledged_by", Text, nullable=False),
    Column("acknowledged_how", String(16), nullable=False, comment="token, phone, or empty"),
    Column("token", String(64), nullable=False, comment="lets its knower acknowledge; secret"),
    Column("body", Text, nullable=False, comment="Message as JSON, without its token"),
    Index("ix_messages_state_next", "state", "receiver", "next_us"),
    Index("ix_messages_owed_acknowledged", "owed", "acknowledged_us"),
    Index("ix_messages_alert", "alert", "receiver"),
    Index("ix_messages_receiver_made", "receiver", "made_us"),
    Index("ix_messages_topic_made", "topic", "made_us"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("message", String(36), nullable=False, index=True),
    Column("at_us", BigInteger, nullable=False),
    Column("ended_us", BigInteger, nullable=True, comment="null when we ended before it did"),
    Column("outcome", String(16), nullable=False, comment="domain.receivers.AttemptOutcome"),
    Column("detail", Text, nullable=False, comment="what was answered, without secrets"),
)
