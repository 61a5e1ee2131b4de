"""What is known of the signatures that a camera puts into its own pictures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SignatureState(StrEnum):
    """How the camera's signatures stand."""

    NONE = "none"  # there is none, where the camera signed before
    OK = "ok"  # every signature holds, and somebody trusted vouches for the camera's key
    PARTIAL = "partial"  # what could be checked holds; not all could, or nobody vouches
    BAD = "bad"  # pictures or their order are not what the camera signed


class Doubt(StrEnum):
    """Why a state is not `ok`, or what was not covered."""

    SIGNATURE = "signature"  # a signature does not fit its key
    PICTURES = "pictures"  # pictures are not those signed
    ORDER = "order"  # a group does not follow the one signed before it
    REPLAYED = "replayed"  # a group's number was there before
    PICTURES_MISSING = "pictures_missing"  # signed pictures are not there; all others are
    GROUPS_MISSING = "groups_missing"  # numbers of groups were skipped
    UNSIGNED = "unsigned"  # groups without a signature between others with one
    UNREADABLE = "unreadable"  # a signature of a form that we do not know
    UNTRUSTED = "untrusted"  # its certificate leads to no trusted one
    NO_ANCHOR = "no_anchor"  # nobody said which certificates to trust
    EXPIRED = "expired"  # a certificate was not valid when it signed
    STOPPED = "stopped"  # the camera signed, and does no more
    HEAD = "head"  # pictures before the first signature that were not seen from their beginning
    TAIL = "tail"  # the last pictures: their signature would come later


_BAD = frozenset({Doubt.SIGNATURE, Doubt.PICTURES, Doubt.ORDER, Doubt.REPLAYED})
_HARMLESS = frozenset({Doubt.HEAD, Doubt.TAIL})


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSignature:
    """The signatures that lie in some footage, and the pictures they are about.

    A signature is about the group of pictures before the one in which it lies, so it may be about
    the end of the segment before.

    Args:
        doubts: in the order of `Doubt`.
        groups: of pictures that hold.
        certificate: SHA-256 of the camera's certificate, hex; empty when none was readable.
        first, last: the camera's own numbers of the groups that hold; None when none does.
    """

    state: SignatureState
    doubts: tuple[Doubt, ...] = ()
    groups: int = 0
    certificate: str = ""
    first: int | None = None
    last: int | None = None


def state_of(doubts: frozenset[Doubt], groups: int) -> SignatureState:
    """Return the state that doubts make.

    >>> state_of(frozenset({Doubt.TAIL}), 4)
    <SignatureState.OK: 'ok'>
    >>> state_of(frozenset({Doubt.TAIL, Doubt.NO_ANCHOR}), 4)
    <SignatureState.PARTIAL: 'partial'>
    """
    if doubts & _BAD:
        return SignatureState.BAD
    if Doubt.STOPPED in doubts:
        return SignatureState.NONE
    return SignatureState.PARTIAL if doubts - _HARMLESS or not groups else SignatureState.OK
