"""Gets one file over https from a host that was named beforehand, going on where it was cut off.

Not `peers.web`: that is for small answers of cameras, in plain HTTP too. Proxies of the environment
are not followed, redirects only to named hosts.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Collection
from contextlib import closing
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from urllib.parse import urljoin

from shanasheel.adapters.peers.web import Address
from shanasheel.base.errors import Denied, Exhausted, InvalidInput, Unavailable

_TIMEOUT_S = 30.0  # for each read: a server that is silent so long is out of reach
_MOST_REDIRECTS = 5
_CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")

Progress = Callable[[int, int], None]


def pull(
    url: str, hosts: Collection[str], part: Path, *, most_bytes: int, progress: Progress
) -> None:
    """Download to `part`; what an earlier call left there is gone on from.

    Args:
        hosts: that may be asked beside the one of `url`.

    Raises:
        Denied: the address is not https, or a redirect leads to a host that was not named.
        Unavailable: the server is out of reach, cuts off, or does not have the file.
        InvalidInput: the file is larger than `most_bytes`.
        Exhausted: the disk is full.
    """
    allowed = {Address.of(url).host, *hosts}
    for _ in range(_MOST_REDIRECTS):
        address = _allowed(url, allowed)
        begun = part.stat().st_size if part.exists() else 0
        connection = HTTPSConnection(
            address.host, address.port, timeout=_TIMEOUT_S, context=ssl.create_default_context()
        )
        try:
            headers = {"Range": f"bytes={begun}-"} if begun else {}
            connection.request("GET", address.target, headers=headers)
            with closing(connection.getresponse()) as answer:
                if answer.status in (301, 302, 303, 307, 308):
                    url = urljoin(url, answer.headers.get("Location") or "")
                    continue
                _take(answer, part, begun, most_bytes, progress)
        except (OSError, HTTPException) as fault:
            if isinstance(fault, (Unavailable, Exhausted, Denied)):
                raise
            raise Unavailable(
                f"{address} cannot be reached, or cut off: {type(fault).__name__}: {fault}.",
                "Try again: it goes on where it stopped.",
            ) from fault
        else:
            return
        finally:
            connection.close()
    raise Unavailable(f"{address} redirects in circles.", "Check the `url` of the card.")


def _allowed(url: str, hosts: Collection[str]) -> Address:
    address = Address.of(url)
    if not address.secure:
        raise Denied("The address is not https.", "Give an https:// address in the card.")
    if address.host not in hosts:
        raise Denied(
            f"The server sends us to {address.host}, which the card does not name.",
            "If that is right, add it to `hosts` of the card.",
        )
    return address


def _take(
    answer: HTTPResponse, part: Path, begun: int, most_bytes: int, progress: Progress
) -> None:
    if answer.status == 416 and begun:
        return  # nothing follows what is there: its hash will tell whether it is whole
    if answer.status not in (200, 206):
        raise Unavailable(f"The server answers {answer.status}.", "Check the `url` of the card.")
    total = int(answer.headers.get("Content-Length") or 0)
    if answer.status == 206:
        told = _RANGE.fullmatch(answer.headers.get("Content-Range") or "")
        if told is None or int(told[1]) != begun:
            raise Unavailable("The server sends another part than was asked for.", "Try again.")
        total += begun
    else:
        begun = 0
    if total > most_bytes:
        raise InvalidInput(f"The file has {total} bytes.", f"At most {most_bytes} are taken.")
    done = begun
    try:
        with part.open("ab" if begun else "wb") as stream:
            while chunk := answer.read(_CHUNK):
                done += len(chunk)
                if done > most_bytes:
                    raise InvalidInput(f"The file is over {most_bytes} bytes.", "Is it right?")
                _write(stream.write, chunk)
                progress(done, total)
    finally:
        progress(done, total)
    if total and done < total:
        raise Unavailable(
            f"The server cut off after {done} of {total} bytes.",
            "Try again: it goes on where it stopped.",
        )


def _write(write: Callable[[bytes], int], chunk: bytes) -> None:
    try:
        write(chunk)
    except OSError as fault:
        raise Exhausted(f"The file cannot be written: {fault.strerror}.", "Free space.") from fault
