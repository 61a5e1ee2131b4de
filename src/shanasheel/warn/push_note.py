"""What a browser shows of a message: kind, place and code; no name of a person, no picture."""

from __future__ import annotations

import json

from shanasheel.domain.alerts import Priority
from shanasheel.domain.receivers import CALLING, Message, Receiver
from shanasheel.warn.messages import Words, camera_name, site_of

#: All notes are this long or a multiple: its length tells the push service nothing.
BLOCK_BYTES = 768


def push_note(message: Message, receiver: Receiver, words: Words) -> bytes:
    """Return a note in JSON, filled with blanks; the same message gives the same bytes.

    Its token acknowledges this one message: the browser sends it when the notice is opened.
    """
    alert, said = message.alert, message.said.value
    kind = words.kind(alert.kind) if alert else ""
    note = {
        "id": message.id,
        "said": said,
        "kind": alert.kind.value if alert else "",
        "alert": alert.id if alert else "",
        "title": words.text(f"push_{said}", kind=kind, site=site_of(message)),
        "body": f"{camera_name(message, receiver.language)} \u00b7 {alert.code}" if alert else "",
        "lang": receiver.language,
        "stays": bool(alert and (message.owed or (
            message.said in CALLING and alert.priority is Priority.HIGH
        ))),
        "token": message.token,
    }  # fmt: skip
    body = json.dumps(note, ensure_ascii=False, separators=(",", ":")).encode()
    return body + b" " * (-len(body) % BLOCK_BYTES)
