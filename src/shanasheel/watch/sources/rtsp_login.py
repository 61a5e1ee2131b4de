"""Answers a camera's challenge: Digest where it offers it, Basic where it offers nothing better."""

from __future__ import annotations

import base64
import secrets
from urllib.parse import unquote, urlsplit

from shanasheel.base.login import Account, Challenge, authorization, challenge_in


class Login:
    """Our account at one camera, and what it last asked to be answered."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._challenge: Challenge | None = None
        self._basic = False
        self._count = 0

    def challenged(self, values: tuple[str, ...]) -> bool:
        """Take in a refusal's challenges; return whether another try may help.

        It may not where we have no account, or where the same challenge was answered already.
        """
        if not self._account.user:
            return False
        found, before = challenge_in(values), self._challenge
        if found is not None:
            self._challenge, self._count, self._basic = found, 0, False
            return before is None or before.nonce != found.nonce
        offers_basic = any(value.lower().lstrip().startswith("basic") for value in values)
        first = offers_basic and not self._basic and before is None
        self._basic = self._basic or first
        return first

    def forget(self) -> None:
        """Forget what was asked: another connection asks anew."""
        self._challenge, self._basic, self._count = None, False, 0

    def header(self, method: str, url: str) -> dict[str, str]:
        """Return what a request carries; nothing before the first challenge."""
        if self._challenge is not None:
            self._count += 1
            told = authorization(
                self._challenge, self._account, target=url, count=self._count,
                cnonce=secrets.token_hex(8), method=method,
            )  # fmt: skip
            return {"Authorization": told}
        if self._basic:
            plain = f"{self._account.user}:{self._account.password}".encode()
            return {"Authorization": f"Basic {base64.b64encode(plain).decode()}"}
        return {}


def account_in(url: str) -> Account:
    """Return the account of an address; an empty user where it has none.

    Raises:
        InvalidInput: the name cannot be one.
    """
    parts = urlsplit(url)
    return Account(user=unquote(parts.username or ""), password=unquote(parts.password or ""))
