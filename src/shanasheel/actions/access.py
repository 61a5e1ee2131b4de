"""Who may look: accounts, sessions, and grants for raw footage."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.site import Site
from shanasheel.base.clock import to_us
from shanasheel.base.errors import Conflict, Denied, InvalidInput, NotFound
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.facts import FactKind
from shanasheel.domain.people import Grant, Person, Purpose, Role
from shanasheel.prove.access import hash_password, password_matches

LOCAL = Person(name="local", role=Role.INVESTIGATOR)
GRANT_S = 15 * 60  # guess: long enough to check an alert, short enough to ask again
_IDLE = timedelta(minutes=15)  # research: server-side sessions, 15 min idle, 10 h absolute
_LONGEST = timedelta(hours=10)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
_LEAST_PASSWORD = 12  # OWASP ASVS 5: at least 8, 15 without a second factor; see decisions


def accounts_exist(site: Site) -> bool:
    """Return whether anyone has to log in."""
    with site.store.read() as rows:
        return rows.accounts.exist()


def add_account(site: Site, name: str, role: Role, password: str) -> Person:
    """Make an account, with its fact.

    Raises:
        InvalidInput: the name or the password is not acceptable.
        Conflict: the name is taken.
    """
    if not _NAME.fullmatch(name) or name == LOCAL.name:
        raise InvalidInput(
            f"{name!r} cannot be an account's name.",
            "Use 2 to 32 of a-z 0-9 . _ - and not `local`.",
        )
    if len(password) < _LEAST_PASSWORD:
        raise InvalidInput(
            "The password is too short.", f"Use at least {_LEAST_PASSWORD} characters."
        )
    person = Person(name=name, role=role)
    hashed = hash_password(password)
    with site.store.begin() as rows:
        if rows.accounts.find(name) is not None:
            raise Conflict(f"The account {name!r} exists already.", "Choose another name.")
        rows.accounts.add(person, hashed)
        body = {"what": "account_added", "person": name, "role": role.value}
        rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))
    return person


def log_in(site: Site, name: str, password: str) -> str:
    """Check a password and return the token of a new session.

    Raises:
        Denied: the name or password is wrong; which of them is not said, and a fact remains.
    """
    with site.store.read() as rows:
        found = rows.accounts.find(name)
    right = password_matches(found[1] if found else None, password)
    token = secrets.token_urlsafe(32)
    with site.store.begin() as rows:
        now = site.clock.now()
        known = name if found else ""  # a mistyped password must not enter the log as a name
        body = {"person": known, "ok": right}
        rows.facts.add(make_fact(site.ids.new(), FactKind.LOGIN, now, body))
        if right:
            rows.accounts.add_session(_digest(token), name, now)
    if not right:
        raise Denied("Name or password is wrong.", "Try again, or ask your technician.")
    return token


def log_out(site: Site, token: str) -> None:
    """End a session; ending it twice is fine."""
    with site.store.begin() as rows:
        rows.accounts.end_session(_digest(token))


def person_of(site: Site, token: str | None) -> Person | None:
    """Return who asks, or None when they must log in first.

    While no account exists the machine's own operator is meant: the hub then listens on
    loopback alone.
    """
    with site.store.read() as rows:
        if not rows.accounts.exist():
            return LOCAL
        found = rows.accounts.session(_digest(token)) if token else None
    if found is None or token is None:
        return None
    person, created, seen = found
    now = site.clock.now()
    if now - seen > _IDLE or now - created > _LONGEST:
        return None
    if now - seen > timedelta(minutes=1):
        with site.store.begin() as rows:
            rows.accounts.touch_session(_digest(token), now)
    return person


def open_raw(site: Site, who: Person, *, camera: CameraId, purpose: Purpose, case: str) -> Grant:
    """Grant one person a camera's raw footage for a while, and log it before anything is shown.

    When this returns the access entry is in the ledger under a signed checkpoint.

    Raises:
        InvalidInput: no case or reason is given.
        Denied: the person's role does not look at raw footage.
        NotFound: there is no such camera.
        IntegrityFault: the ledger cannot accept the entry; nothing is shown then.
        SignerAway: nobody signs the ledger now; nothing is shown then.
    """
    case = case.strip()
    if not 3 <= len(case) <= 200:
        raise InvalidInput("A raw view needs a case or reason.", "Say in 3 to 200 characters.")
    if who.role is Role.TECHNICIAN and purpose is not Purpose.MAINTENANCE:
        raise Denied("A technician sees raw footage for maintenance only.", "Ask an investigator.")
    if who.role is Role.AUDITOR:
        raise Denied("An auditor sees the records of access, not footage.", "")
    if not site.sequencer.logs:
        raise Denied(
            "This is a copy without its ledger's key: who looks at raw footage cannot be logged.",
            "Put the key back as keys/log.key and start again.",
        )
    identifier, now = site.ids.new(), site.clock.now()
    expires = now + timedelta(seconds=GRANT_S)
    with site.store.begin() as rows:
        if camera not in {known.id for known in rows.cameras.all()}:
            raise NotFound(f"There is no camera {camera!r}.", "See the list of cameras.")
        body = {
            "person": who.name,
            "role": who.role.value,
            "camera": camera,
            "purpose": purpose.value,
            "case": case,
            "expires_us": to_us(expires),
        }
        entry = rows.facts.add(make_fact(identifier, FactKind.ACCESS, now, body))
        grant = Grant(
            id=identifier,
            person=who.name,
            camera=camera,
            purpose=purpose,
            case=case,
            issued=now,
            expires=expires,
            entry=entry,
        )
        rows.accounts.add_grant(grant)
    site.sequencer.catch_up(signed=True)
    return grant


def require_grant(site: Site, who: Person, identifier: str | None, camera: CameraId) -> Grant:
    """Return the grant that lets `who` see `camera` now.

    Raises:
        Denied: there is none, it is somebody else's, for another camera, or over.
    """
    with site.store.read() as rows:
        grant = rows.accounts.grant(identifier) if identifier else None
    valid = (
        grant is not None
        and grant.person == who.name
        and grant.camera == camera
        and grant.issued <= site.clock.now() < grant.expires
    )
    if grant is None or not valid:
        raise Denied(
            f"Raw footage of {camera} needs a grant.", "Ask for the raw view and say what for."
        )
    return grant


def list_accesses(site: Site, limit: int = 200) -> tuple[Grant, ...]:
    """Return who opened raw footage, newest first."""
    with site.store.read() as rows:
        return rows.accounts.grants(max(1, min(limit, 1000)))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
