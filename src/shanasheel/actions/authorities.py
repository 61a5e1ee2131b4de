"""Timestamp authorities of this site: named, removed, and how they stand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from shanasheel.actions.addresses import check_outside_url
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.base.clock import iso
from shanasheel.base.errors import Conflict, IntegrityFault, InvalidInput, NotFound
from shanasheel.base.text import printable
from shanasheel.domain.facts import FactKind
from shanasheel.domain.stamping import Authority, StampFault
from shanasheel.prove.ledger import (
    KeptStamp,
    KeptStamps,
    LedgerReader,
    TimestampTrust,
    check_policy,
    is_authority_name,
    is_root,
    pem_of,
    read_certificates,
    trust_of,
    verify_timestamp,
)

STAMP_STANDING = "authorities.json"
_MOST = 8
_MOST_CERTIFICATES = 8  # of a kind; renewed ones come beside the old, whose stamps still count
_LEAST_MIN, _MOST_MIN = 5, 7 * 24 * 60


def add_authority(  # noqa: PLR0913 - what RFC 3161 has one agree on beforehand
    site: Site, name: str, url: str, certificates: Sequence[bytes], *,
    signers: Sequence[bytes] = (), policy: str = "", every_min: int = 60,
) -> Authority:  # fmt: skip
    """Ask an authority from now on; leaves a fact.

    One of that name gets the new address and interval, and the new certificates beside the old:
    what it stamped before must still be verified.

    Args:
        name: a word of `a-z 0-9 -`; part of file names.
        certificates: PEM or DER files with at least one root, and what stands between.
        signers: files of certificates of which one must have signed; empty takes any.
        policy: dotted OID that it must name; empty takes any.
        every_min: 5 minutes to a week.

    Raises:
        InvalidInput: one of these is not what it should be.
        Conflict: there are eight already, or one of that name has another policy.
    """
    _check(name, url, policy, every_min)
    read = [one for data in certificates for one in read_certificates(data)]
    pinned = [one for data in signers for one in read_certificates(data)]
    authority = Authority(
        name=name,
        url=url,
        roots=tuple(pem_of(one) for one in read if is_root(one)),
        chain=tuple(pem_of(one) for one in read if not is_root(one)),
        certificates=tuple(map(pem_of, pinned)),
        policy=policy,
        every_min=every_min,
    )
    if not authority.roots:
        raise InvalidInput(
            "None of these certificates is a root.", "Give the one that is its own issuer."
        )
    with site.store.begin() as rows:
        known = rows.authorities.all()
        before = next((one for one in known if one.name == name), None)
        authority = _merged(authority, before) if before else authority
        others = [one for one in known if one.name != name]
        if len(others) >= _MOST:
            raise Conflict(f"There are {_MOST} authorities already.", "Those removed count too.")
        rows.authorities.replace((*others, authority))
        _fact(site, rows, "authority_added", authority)
    return authority


def remove_authority(site: Site, name: str) -> None:
    """Ask an authority no longer. What it stamped stays, and is still verified. Leaves a fact.

    Raises:
        NotFound: none of that name is asked.
    """
    with site.store.begin() as rows:
        known = rows.authorities.all()
        gone = next((one for one in known if one.name == name and one.asked), None)
        if gone is None:
            raise NotFound(f"There is no authority {printable(name)}.", "List them first.")
        kept = [replace(one, asked=one.asked and one != gone) for one in known]
        rows.authorities.replace(kept)
        _fact(site, rows, "authority_removed", gone)


def list_authorities(site: Site) -> tuple[Authority, ...]:
    """Return every authority that is asked, as they were added."""
    with site.store.read() as rows:
        return tuple(one for one in rows.authorities.all() if one.asked)


def trusts_of(authorities: Sequence[Authority]) -> Mapping[str, TimestampTrust]:
    """Return what is trusted of each authority, by name."""
    return {
        one.name: trust_of(one.roots, one.chain, one.certificates, one.policy)
        for one in authorities
    }


def authorities_status(site: Site) -> dict[str, object]:
    """Return who has stamped what, when and how far behind, as plain values."""
    kept, size = KeptStamps(site.data / "ledger"), LedgerReader(site.data / "ledger").size
    said = _standing(site.data)
    items = [_item(one, kept, size, said.get(one.name, {})) for one in list_authorities(site)]
    return {"entries": size, "items": items}


def _item(
    one: Authority, kept: KeptStamps, size: int, said: Mapping[str, object]
) -> dict[str, object]:
    newest = kept.newest(one.name)
    stamped_at, fault = _read(one, kept, newest) if newest else (None, "")
    stamped = newest.size if newest else 0
    return {
        "name": one.name,
        "url": one.url,
        "policy": one.policy,
        "every_min": one.every_min,
        "pinned": bool(one.certificates),
        "size": stamped,
        "behind": max(0, size - stamped),
        "not_after": stamped_at,
        "path": newest.path if newest else "",
        "fault": fault or str(said.get("fault") or ""),
        "fault_since": said.get("since"),
    }


def _read(one: Authority, kept: KeptStamps, newest: KeptStamp) -> tuple[str | None, str]:
    """Return the time of a timestamp that holds, or None and the fault."""
    try:
        trust = trusts_of([one])[one.name]
        stamp = verify_timestamp(kept.answer(newest), kept.stamped(newest.size) or b"", trust)
    except (InvalidInput, IntegrityFault):
        return None, StampFault.FORGED.value
    return iso(stamp.at), ""


def _standing(data: Path) -> dict[str, dict[str, object]]:
    """Return what the stamping hub last said of each."""
    try:
        said = json.loads((data / "run" / STAMP_STANDING).read_bytes())
        return {str(one["name"]): one for one in said["items"]}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _check(name: str, url: str, policy: str, every_min: int) -> None:
    if not is_authority_name(name):
        raise InvalidInput(f"{printable(name, 40)!r} cannot name an authority.", "Use a-z 0-9 -.")
    check_outside_url(url, "timestamp authority")
    if policy:
        check_policy(policy)
    if not _LEAST_MIN <= every_min <= _MOST_MIN:
        raise InvalidInput(
            f"Every {every_min} minutes cannot be.", f"Give {_LEAST_MIN} to {_MOST_MIN}."
        )


def _merged(new: Authority, old: Authority) -> Authority:
    """Return the new authority with the old one's certificates beside its own."""
    if new.policy != old.policy:
        raise Conflict(
            f"{new.name} has stamped under another policy.", "Give it another name from now on."
        )
    if bool(new.certificates) != bool(old.certificates):
        raise Conflict(
            f"The signer of {new.name} is {'named' if old.certificates else 'not named'} so far.",
            "Give it another name from now on.",
        )
    together = replace(
        new,
        roots=_beside(new.roots, old.roots),
        chain=_beside(new.chain, old.chain),
        certificates=_beside(new.certificates, old.certificates),
    )
    if max(map(len, (together.roots, together.chain, together.certificates))) > _MOST_CERTIFICATES:
        raise Conflict(f"{new.name} has too many certificates.", "Give it another name.")
    return together


def _beside(new: tuple[str, ...], old: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*new, *old)))


def _fact(site: Site, rows: Rows, what: str, one: Authority) -> None:
    body = {
        "what": what,
        "name": one.name,
        "url": one.url,
        "policy": one.policy,
        "every_min": one.every_min,
        "roots": _digests(one.roots),
        "chain": _digests(one.chain),
        "signers": _digests(one.certificates),
    }
    rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))


def _digests(texts: Sequence[str]) -> list[str]:
    return [sha256(text.encode()).hexdigest() for text in texts]
