"""The words of messages to receivers, which are people outside: the same as on the pages."""

from __future__ import annotations

from shanasheel.domain.alerts import Alert, EventKind
from shanasheel.ui.locales import Language, strings, text

#: Where the words of a kind's detail stand; elsewhere it is a direction. As in `reason.js`.
_FAMILIES = {
    EventKind.SIGNAL_LOST: "cause",
    EventKind.RECORDING_STOPPED: "cause",
    EventKind.CAMERA_TAMPERED: "tamper",
    EventKind.SHOT_HEARD: "heard",
    EventKind.CLOCK_CHANGED: "clock_of",
    EventKind.NOT_COSIGNED: "cosigner_fault",
    EventKind.NOT_SIGNED: "signing_fault",
}
_KEYS = {
    "subject_test": "told.subject_test",
    "subject_raised": "told.subject_raised",
    "subject_confirmed": "told.subject_confirmed",
    "subject_cancelled": "told.subject_cancelled",
    "body_test": "told.body_test",
    "body_raised": "told.body_raised",
    "body_confirmed": "told.body_confirmed",
    "body_cancelled": "told.body_cancelled",
    "push_test": "told.push_test",
    "push_raised": "told.push_raised",
    "push_confirmed": "told.push_confirmed",
    "push_cancelled": "told.push_cancelled",
    "camera": "told.camera",
    "at": "told.at",
    "place": "told.place",
    "sound_place": "told.sound_place",
    "acknowledge": "told.acknowledge",
    "message": "told.message",
}


class MessageWords:
    """The words of one language."""

    def __init__(self, lang: Language) -> None:
        self._lang: Language = lang

    def text(self, key: str, **given: str) -> str:
        """Return the words for a key of messages, with what they mention put in."""
        return text(self._lang, _KEYS[key], **given)

    def reason(self, alert: Alert) -> str:
        """Return in one sentence why an alert was raised."""
        subject = alert.subject or text(self._lang, "reason.unnamed")
        sentence = self._of("reason", alert.kind.value).replace("{subject}", subject)
        detail = alert.first_event.detail
        if not detail:
            return sentence
        family = _FAMILIES.get(alert.kind, "direction")
        words = self._of(family, detail)
        return text(self._lang, "reason.with_detail", sentence=sentence, detail=words)

    def kind(self, kind: EventKind) -> str:
        """Return what a kind of event is called."""
        return self._of("kind", kind.value)

    def _of(self, family: str, value: str) -> str:
        """Return the words for a value of a family, or the value itself."""
        return strings(self._lang).get(f"{family}.{value}", value.replace("_", " "))
