"""What people do with receivers: add, change, try, remove. Each change leaves a fact."""

from __future__ import annotations

import base64
import secrets
import ssl
from dataclasses import replace

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.actions.telling import GIVE_UP
from shanasheel.base.errors import Conflict, Denied, Exhausted, InvalidInput, NotFound
from shanasheel.domain.browsers import Subscription
from shanasheel.domain.facts import FactKind
from shanasheel.domain.people import Person, Role
from shanasheel.domain.receivers import PUBLIC, Message, Receiver, ReceiverKind, Said
from shanasheel.warn import checked_address, shown_chat

_MOST = 50
_SIGNED = (ReceiverKind.WEBHOOK, ReceiverKind.CAP_WEBHOOK)


def list_receivers(site: Site, *, removed: bool = False) -> tuple[Receiver, ...]:
    """Return the receivers in the order they were added, on request those removed too."""
    with site.store.read() as rows:
        return rows.receivers.all(removed=removed)


def kept_days(site: Site) -> float:
    """Return how many days what receivers were told is kept, once it is settled."""
    with site.store.read() as rows:
        return rows.keeping.rule().message_days


def one_receiver(site: Site, identifier: str) -> Receiver:
    """Return one receiver.

    Raises:
        NotFound: there is no such receiver, or it was removed.
    """
    with site.store.read() as rows:
        return _known(rows, identifier)


def add_receiver(site: Site, who: Person, wanted: Receiver, secret: str) -> tuple[Receiver, str]:
    """Add a receiver; return it with the secret that was made for it, if one was.

    Args:
        wanted: how it shall be; its id is made here.
        secret: key of a webhook (made when empty), password of a broker, the whole address of
            e-mail and chat, or the subscription of a browser as JSON.

    Raises:
        Denied: the role does not change receivers.
        InvalidInput: the name is missing or an address is wrong.
        Exhausted: there are 50 already.
        Conflict: the browser is subscribed already.
    """
    _require_technician(who)
    made = _new_key() if wanted.kind in _SIGNED and not secret else ""
    with site.store.begin() as rows:
        others = rows.receivers.all()
        if len(others) >= _MOST:
            raise Exhausted(f"There are {_MOST} receivers already.", "Remove one.")
        receiver = _checked(replace(wanted, id=site.ids.new(), removed=None), made or secret)
        _refuse_twin(receiver, others)
        _refuse_same_browser(rows, receiver, secret)
        _refuse_unknown(rows, receiver)
        rows.receivers.save(receiver)
        rows.receivers.set_secret(receiver.id, (made or secret).strip())
        _note(site, rows, who, "receiver_added", receiver)
    return receiver, made


def change_receiver(site: Site, who: Person, wanted: Receiver, secret: str | None) -> Receiver:
    """Make a receiver what `wanted` is; the secret stays where None is given.

    Raises:
        NotFound: there is no such receiver.
        Denied, InvalidInput: as for `add_receiver`; a receiver never changes its kind.
    """
    _require_technician(who)
    with site.store.begin() as rows:
        before = _known(rows, wanted.id)
        if wanted.kind is not before.kind:
            raise InvalidInput("A receiver keeps its kind.", "Add another one.", field="kind")
        kept = rows.receivers.secret(before.id) if secret is None else secret.strip()
        receiver = _checked(replace(wanted, removed=None), kept)
        if (
            receiver.kind is ReceiverKind.MQTT
            and receiver.address != before.address
            and (kept and secret is None)
        ):
            # Else a password that is never shown could be sent to any address one likes.
            raise InvalidInput(
                "Another broker needs its password again.", "Enter it.",
                key="password_again", field="secret",
            )  # fmt: skip
        _refuse_twin(receiver, rows.receivers.all())
        _refuse_unknown(rows, receiver)
        rows.receivers.save(receiver)
        rows.receivers.set_secret(receiver.id, kept)
        _note(site, rows, who, "receiver_changed", receiver, new_secret=secret is not None)
    return receiver


def remove_receiver(site: Site, who: Person, identifier: str) -> None:
    """Remove a receiver and forget its secret; what it was told stays on record.

    What still waits for it becomes a dead letter, and so does a cancellation of what it got.

    Raises:
        NotFound: there is no such receiver.
        Denied: the role does not change receivers.
    """
    _require_technician(who)
    with site.store.begin() as rows:
        receiver = replace(_known(rows, identifier), removed=site.clock.now(), active=False)
        rows.receivers.save(receiver)
        rows.receivers.set_secret(identifier, "")
        rows.messages.bury(identifier, "The receiver was removed.")
        _note(site, rows, who, "receiver_removed", receiver)


def try_receiver(site: Site, who: Person, identifier: str) -> Message:
    """Queue a test message, marked as such, to one receiver.

    Raises:
        NotFound: there is no such receiver.
        Denied: the role does not change receivers.
    """
    _require_technician(who)
    with site.store.begin() as rows:
        receiver, now = _known(rows, identifier), site.clock.now()
        message = Message(
            id=site.ids.new(), receiver=receiver.id, said=Said.TEST, made=now, site=site.name,
        )  # fmt: skip
        rows.messages.add(message, give_up=now + GIVE_UP / 24)
    return message


def _require_technician(who: Person) -> None:
    if who.role not in (Role.TECHNICIAN, Role.INVESTIGATOR):
        raise Denied(
            "Your role does not change receivers.", "Ask a technician.", key="not_for_receivers"
        )


def _checked(receiver: Receiver, secret: str) -> Receiver:
    """Return a receiver whose every field holds.

    Raises:
        InvalidInput: one does not.
    """
    name = receiver.name.strip()
    if not 1 <= len(name) <= 80:
        raise InvalidInput("A receiver needs a name.", key="receiver_without_name", field="name")
    if receiver.language not in ("ar", "en"):
        raise InvalidInput(f"{receiver.language!r} is no language here.", "Give ar or en.")
    if receiver.inside and receiver.kind in PUBLIC:
        raise InvalidInput(
            "A warning to the public is never of what nobody has confirmed.",
            "Leave it to confirmed alerts.", key="public_unconfirmed", field="inside",
        )  # fmt: skip
    if receiver.kind is ReceiverKind.WEB_PUSH:
        address = Subscription.of(secret).service
    elif receiver.kind is ReceiverKind.CHAT:
        address = shown_chat(secret.strip())
    else:
        address = checked_address(receiver.kind, receiver.address)
    if receiver.kind in _SIGNED:
        _check_key(secret)
    _check_certificates(receiver.ca_pem)
    return replace(receiver, name=name, address=address, reach=receiver.reach.strip().rstrip("/"))


def _check_key(secret: str) -> None:
    """Refuse a key that Standard Webhooks does not know: 24 to 64 bytes in base64."""
    try:
        key = base64.b64decode(secret.strip().removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if not 24 <= len(key) <= 64:
        raise InvalidInput(
            "That is no key for signing.", "Give whsec_ and 24 to 64 bytes in base64, or nothing.",
            key="bad_webhook_key", field="secret",
        )  # fmt: skip


def _check_certificates(pem: str) -> None:
    try:
        ssl.create_default_context(cadata=pem or None)
    except ssl.SSLError:
        raise InvalidInput(
            "These are no certificates.", "Give PEM.", key="bad_certificates", field="ca_pem"
        ) from None


def _new_key() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _refuse_twin(receiver: Receiver, others: tuple[Receiver, ...]) -> None:
    if any(one.name == receiver.name and one.id != receiver.id for one in others):
        raise InvalidInput(
            f"There is a receiver {receiver.name!r} already.", "Give another name.",
            key="receiver_twice", field="name",
        )  # fmt: skip


def _refuse_same_browser(rows: Rows, receiver: Receiver, secret: str) -> None:
    if receiver.kind is not ReceiverKind.WEB_PUSH:
        return
    mine = Subscription.of(secret).endpoint
    for one in rows.receivers.all():
        known = rows.receivers.secret(one.id) if one.kind is ReceiverKind.WEB_PUSH else ""
        if known and Subscription.of(known).endpoint == mine:
            raise Conflict(
                f"This browser is subscribed already, as {one.name!r}.", "Change that one.",
                key="browser_twice", name=one.name,
            )  # fmt: skip


def _refuse_unknown(rows: Rows, receiver: Receiver) -> None:
    """Refuse cameras that there are not: of these nobody would ever be told."""
    missing = set(receiver.cameras) - {one.id for one in rows.cameras.all()}
    if missing:
        raise NotFound(f"There is no camera {min(missing)!r}.", "See the list of cameras.")


def _known(rows: Rows, identifier: str) -> Receiver:
    receiver = rows.receivers.one(identifier)
    if receiver is None or receiver.removed is not None:
        raise NotFound(f"There is no receiver {identifier!r}.", "See the list of receivers.")
    return receiver


def _note(
    site: Site, rows: Rows, who: Person, what: str, receiver: Receiver, *, new_secret: bool = True
) -> None:
    """Write the fact of a change: what decides who is told what, but no address and no secret."""
    body = {
        "what": what,
        "by": who.name,
        "receiver": receiver.id,
        "name": receiver.name,
        "kind": receiver.kind.value,
        "active": receiver.active,
        "inside": receiver.inside,
        "private": receiver.private,
        "priorities": [one.value for one in receiver.priorities],
        "kinds": [one.value for one in receiver.kinds],
        "cameras": list(receiver.cameras),
        "new_secret": new_secret,
    }
    rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))
