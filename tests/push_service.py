"""A push service of our own on loopback, and the browser's half of RFC 8291."""

from __future__ import annotations

import base64
import json
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text_of(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(raw(text), "big"), ec.SECP256R1())


def decrypted(body: bytes, key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """Return what a browser reads (RFC 8291, section 3; RFC 8188, section 2)."""
    salt, (_size, length) = body[:16], struct.unpack("!LB", body[16:21])
    theirs, sealed = body[21 : 21 + length], body[21 + length :]
    shared = key.exchange(
        ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
    )

    def expand(secret: bytes, with_salt: bytes, info: bytes, count: int) -> bytes:
        return HKDF(SHA256(), count, with_salt, info).derive(secret)

    secret = expand(shared, auth, b"WebPush: info\0" + point_of(key) + theirs, 32)
    content = expand(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = expand(secret, salt, b"Content-Encoding: nonce\0", 12)
    plain = AESGCM(content).decrypt(nonce, sealed, None)
    assert plain.rstrip(b"\0")[-1] == 2  # the last record
    return plain.rstrip(b"\0")[:-1]


def claims_of(authorization: str) -> tuple[dict, str]:
    """Return the claims of a VAPID header and its key, once the signature holds (RFC 8292)."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    head, claims, signature = parts["t"].split(".")
    assert (scheme, json.loads(raw(head))["alg"]) == ("vapid", "ES256")
    pair = raw(signature)
    assert len(pair) == 64
    der = encode_dss_signature(int.from_bytes(pair[:32], "big"), int.from_bytes(pair[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(parts["k"]))
    key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    return json.loads(raw(claims)), parts["k"]


@dataclass
class Browser:
    """A subscription whose private key the test knows, and what its push service was handed.

    `answers` are the statuses of the next requests, one each; then 201.
    """

    url: str = ""
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: os.urandom(16))
    answers: list[int] = field(default_factory=list)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def subscription(self) -> str:
        keys = {"p256dh": text_of(point_of(self.key)), "auth": text_of(self.auth)}
        return json.dumps({"endpoint": f"{self.url}/push/a-secret", "keys": keys})

    def notes(self) -> list[dict]:
        """Return what the browser reads of all that was taken."""
        return [json.loads(decrypted(body, self.key, self.auth)) for _, body in self.taken]


@contextmanager
def push_service() -> Iterator[Browser]:
    """Serve a push service until the block ends."""
    state = Browser()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = state.answers.pop(0) if state.answers else 201
            if status < 300:
                state.taken.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
