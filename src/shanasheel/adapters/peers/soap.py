"""Asks an ONVIF device one question after another: SOAP 1.2 over HTTP, logged in.

What comes back is the answer's element or one of our errors; nothing else is raised, whatever the
device sends.
"""

from __future__ import annotations

import secrets
import ssl
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

from shanasheel.adapters.peers import hostile_xml as xml
from shanasheel.adapters.peers.login import (
    Account,
    Challenge,
    authorization,
    challenge_in,
    username_token,
)
from shanasheel.adapters.peers.web import Address, Answer, Deadline, post
from shanasheel.base.clock import Clock
from shanasheel.base.errors import Denied, InvalidInput, Unavailable

_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_ADDRESSING = "http://www.w3.org/2005/08/addressing"
#: Fault codes that mean "not you" (ONVIF Core, generic faults; WSS SOAP Message Security §12).
_REFUSALS = frozenset(
    {"notauthorized", "sendernotauthorized", "failedauthentication", "invalidsecuritytoken"}
)
_CHECK_LOGIN = "Check user name, password and that the account may use ONVIF."


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request of a service.

    Args:
        namespace, operation: name of the request's element; the answer's ends in `Response`.
        inner: XML inside it.
        headers: XML of further SOAP headers; `a:` is WS-Addressing.
        action: its URI; `namespace/operation` by default.
        anonymous: asked without logging in.
    """

    namespace: str
    operation: str
    inner: str = ""
    headers: str = ""
    action: str = ""
    anonymous: bool = False


class Conversation:
    """A series of questions to one device under one account; owns the login state.

    Not safe for several threads at once. Holds no connection between questions.
    """

    def __init__(
        self, address: Address, account: Account, *, clock: Clock, tls: ssl.SSLContext | None = None
    ) -> None:
        self.address = address
        self.offset_s: float | None = None  # how far the device's clock is ahead of ours
        self._account = account
        self._clock = clock
        self._tls = tls
        self._challenge: Challenge | None = None
        self._answered = 0

    def ask(
        self, question: Question, deadline: Deadline, *, at: Address | None = None
    ) -> xml.Element:
        """Return the `…Response` element.

        Args:
            at: the service to ask; the device's own by default.

        Raises:
            Unavailable: no answer before the deadline.
            Denied: the account is refused.
            InvalidInput: the answer is not ONVIF, too large, or a fault.
        """
        address = at or self.address
        answer = self._send(question, deadline, address)
        if answer.status == 401 and not question.anonymous and self._account.user:
            self._challenge, self._answered = challenge_in(answer.challenges), 0
            if self._challenge is not None:
                answer = self._send(question, deadline, address)
        return self._read(answer, question, address)

    def _send(self, question: Question, deadline: Deadline, address: Address) -> Answer:
        action = question.action or f"{question.namespace}/{question.operation}"
        headers = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'}
        logged_in = bool(self._account.user) and not question.anonymous
        if logged_in and self._challenge is not None:
            self._answered += 1
            headers["Authorization"] = authorization(
                self._challenge,
                self._account,
                target=address.target,
                count=self._answered,
                cnonce=secrets.token_hex(8),
            )
        body = self._envelope(question, logged_in=logged_in)
        return post(address, body, headers, deadline=deadline, tls=self._tls)

    def _envelope(self, question: Question, *, logged_in: bool) -> bytes:
        token = ""
        if logged_in:
            # Half a second less than the best guess: strict devices refuse a login from their
            # future, and take one from the last seconds.
            ahead_s = 0.0 if self.offset_s is None else self.offset_s - 0.5
            at = self._clock.now() + timedelta(seconds=ahead_s)
            token = username_token(self._account, at)
        name = question.operation
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            f'<s:Envelope xmlns:s="{_SOAP}" xmlns:a="{_ADDRESSING}">'
            f"<s:Header>{token}{question.headers}</s:Header><s:Body>"
            f'<{name} xmlns="{question.namespace}">{question.inner}</{name}>'
            "</s:Body></s:Envelope>"
        ).encode()

    def _read(self, answer: Answer, question: Question, address: Address) -> xml.Element:
        if answer.status == 401 and answer.challenges and not challenge_in(answer.challenges):
            raise Denied(
                f"{address} offers no login that keeps the password secret.",
                "Switch HTTP Digest or WS-UsernameToken on in the camera.",
            )
        if answer.status in {401, 403}:
            raise Denied(f"{address} refuses the login (HTTP {answer.status}).", _CHECK_LOGIN)
        try:
            found = answer_in(answer.body)
        except InvalidInput:
            if answer.status in {502, 503, 504}:
                raise Unavailable(f"{address} is busy (HTTP {answer.status}).", "") from None
            raise InvalidInput(
                f"{address} answered {question.operation} with HTTP {answer.status} and not ONVIF.",
                "Check that this is a camera's ONVIF address, and that ONVIF is switched on.",
            ) from None
        if xml.local_name(found) == "Fault":
            self._refuse(found, question, address)
        if xml.local_name(found) != f"{question.operation}Response":
            raise InvalidInput(f"{address} answered something else than {question.operation}.", "")
        return found

    def _refuse(self, fault: xml.Element, question: Question, address: Address) -> NoReturn:
        # NOTE: the fault's words stay out of the message: a device can put anything there, the
        # password it knows included. Its codes are compared, and never repeated either.
        if fault_codes(fault) & _REFUSALS:
            raise Denied(f"{address} refuses the login to {question.operation}.", _CHECK_LOGIN)
        raise InvalidInput(f"{address} answered {question.operation} with a fault.", "")


def answer_in(document: bytes) -> xml.Element:
    """Return the first element in the body of a SOAP message.

    Raises:
        InvalidInput: this is not a SOAP message, or its body is empty.
    """
    root = xml.parse(document)
    body = xml.first(root, "Body")
    if xml.local_name(root) != "Envelope" or body is None or not len(body):
        raise InvalidInput("The answer is not a SOAP message.")
    return body[0]


def fault_codes(fault: xml.Element) -> frozenset[str]:
    """Return the codes of a SOAP 1.2 or 1.1 fault, without prefixes, in lower case."""
    codes = [element for element in fault.iter() if xml.local_name(element) == "Value"]
    codes += list(xml.named(fault, "faultcode"))
    return frozenset(xml.text(code).rpartition(":")[2].lower() for code in codes)
