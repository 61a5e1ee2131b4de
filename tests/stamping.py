"""A real timestamp authority for a test: `openssl ts -reply` behind a small web server."""

from __future__ import annotations

import http.server
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

POLICY = "1.3.6.1.4.1.99999.1"
# `certs` is left out on purpose: OpenSSL 3.0 writes an extra chain as an unsorted SET.
_TSA = """[tsa]
default_tsa = conf
[conf]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = {policy}
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""
_ROOT = """[req]
distinguished_name = dn
x509_extensions = ca
prompt = no
[dn]
CN = Test Root of {name}
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
"""
_SIGNER = """extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
basicConstraints = critical,CA:FALSE
"""


def openssl(*words: str | Path, stdin: bytes = b"") -> bytes:
    """Run the command and return what it prints."""
    done = subprocess.run(
        ["openssl", *map(str, words)], input=stdin, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@dataclass
class LocalAuthority:
    """An authority with its own root; `answers` replaces what it would say."""

    folder: Path
    url: str = ""
    queries: list[bytes] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    @property
    def signer(self) -> Path:
        return self.folder / "tsa.pem"

    def reply(self, query: bytes) -> bytes:
        """Return a timestamp for a query."""
        path, answer = self.folder / "query.tsq", self.folder / "answer.tsr"
        path.write_bytes(query)
        openssl("ts", "-reply", "-config", self.folder / "tsa.cnf", "-queryfile", path,
                "-out", answer)  # fmt: skip
        return answer.read_bytes()


def make_authority(folder: Path) -> LocalAuthority:
    """Make keys and certificates of an authority."""
    folder.mkdir(parents=True)
    (folder / "root.cnf").write_text(_ROOT.format(name=folder.name))
    (folder / "tsa.cnf").write_text(_TSA.format(folder=folder, policy=POLICY))
    (folder / "signer.ext").write_text(_SIGNER)
    (folder / "serial").write_text("01\n")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *curve, "-keyout", folder / "root.key", "-out", folder / "root.pem",
            "-days", "3650", "-config", folder / "root.cnf")  # fmt: skip
    openssl("req", *curve, "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr",
            "-subj", f"/CN=Signer of {folder.name}")  # fmt: skip
    openssl("x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "root.pem",
            "-CAkey", folder / "root.key", "-CAcreateserial", "-days", "3650",
            "-extfile", folder / "signer.ext", "-out", folder / "tsa.pem")  # fmt: skip
    return LocalAuthority(folder=folder)


@contextmanager
def running_authority(folder: Path, port: int = 0) -> Iterator[LocalAuthority]:
    """Serve an authority until the block ends; one that lies there already goes on."""
    known = folder.is_dir()
    authority = LocalAuthority(folder=folder) if known else make_authority(folder)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            authority.queries.append(query)
            if authority.answers:
                status, body = authority.answers[0]
            else:
                status, body = 200, authority.reply(query)
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    with http.server.HTTPServer(("127.0.0.1", port), Handler) as server:
        authority.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield authority
        finally:
            server.shutdown()
            thread.join()
