"""Real footage for the demo: found, fetched by package name, or, failing that, drawn and marked."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shanasheel.base.errors import InvalidInput, NotFound

ENVIRONMENT = "SHANASHEEL_SAMPLES"
_VTEST_SHA256 = "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf"
_PACKAGE = "opencv-doc"
_INSIDE = "vtest.avi"
_PUBLIC_URL = "https://raw.githubusercontent.com/opencv/opencv/4.x/samples/data/vtest.avi"
_MOST_BYTES = 64 * 1024 * 1024
_SUFFIXES = (".mp4", ".avi", ".mkv", ".mov", ".webm", ".ts", ".m4v")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Clips to play, and where they come from. No clips: the demo draws its own."""

    clips: tuple[Path, ...]
    origin: str

    @property
    def real(self) -> bool:
        """Return whether this is real footage."""
        return bool(self.clips)


def find_samples(folder: Path | None, cache: Path, say: Say) -> Samples:
    """Return sample footage: the given folder's, the cached, or fetched.

    Args:
        folder: clips of the user's own; also taken from `SHANASHEEL_SAMPLES`.
        cache: where fetched footage is kept, checked by SHA-256.
        say: is told in words what is being done.

    Raises:
        NotFound: the given folder is not there.
        InvalidInput: it holds no clips.
    """
    given = folder or (Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else None)
    if given is not None:
        return _from_folder(given)
    cache.mkdir(parents=True, exist_ok=True)
    clip = cache / _INSIDE
    if clip.is_file() and _sha256(clip) == _VTEST_SHA256:
        return Samples(clips=(clip,), origin="PETS 2009 S2L1 (cached)")
    for name, fetch in (("Debian's package opencv-doc", _from_debian),
                        ("OpenCV's public repository", _from_web)):  # fmt: skip
        say(f"Fetching sample footage from {name} …")
        try:
            fetch(clip)
        except (OSError, subprocess.SubprocessError) as fault:
            say(f"  not to be had there ({' '.join(str(fault).split())[:160]}).")
            continue
        if _sha256(clip) == _VTEST_SHA256:
            return Samples(clips=(clip,), origin=f"PETS 2009 S2L1 from {name}")
        clip.unlink()
        say("  what came is not what was expected (SHA-256 differs): discarded.")
    say("No real sample footage can be had: playing GENERATED footage, marked as such. "
        "Give your own clips with --samples DIR.")  # fmt: skip
    return Samples(clips=(), origin="generated")


def _from_folder(folder: Path) -> Samples:
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.", "Give a folder of clips with --samples.")
    clips = tuple(sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES))
    if not clips:
        raise InvalidInput(
            f"{folder} holds no clips.", f"Put files ending in {', '.join(_SUFFIXES)} there."
        )
    return Samples(clips=clips, origin=str(folder))


def _from_debian(target: Path) -> None:
    """Download and unpack the package by name, without installing it."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise OSError("this is not a Debian system")
    with tempfile.TemporaryDirectory() as scratch:
        if not _download(scratch):
            subprocess.run(
                ["apt-get", "update", "-qq"], capture_output=True, timeout=120, check=True
            )
            if not _download(scratch):
                raise OSError(f"apt-get cannot download {_PACKAGE}")
        package = next(Path(scratch).glob(f"{_PACKAGE}_*.deb"))
        unpacked = Path(scratch) / "unpacked"
        subprocess.run(
            ["dpkg-deb", "-x", str(package), str(unpacked)],
            capture_output=True, timeout=120, check=True,
        )  # fmt: skip
        found = next(unpacked.rglob(_INSIDE), None)
        if found is None:
            raise OSError(f"{_PACKAGE} holds no {_INSIDE}")
        shutil.copyfile(found, target)


def _download(folder: str) -> bool:
    # Run as root, apt drops to the user _apt for downloads, who must be able to write here.
    Path(folder).chmod(0o777)
    done = subprocess.run(
        ["apt-get", "download", "-qq", _PACKAGE],
        cwd=folder, capture_output=True, timeout=180, check=False,
    )  # fmt: skip
    return done.returncode == 0


def _from_web(target: Path) -> None:
    with urllib.request.urlopen(_PUBLIC_URL, timeout=20) as answer:
        content = answer.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise OSError("the file is far larger than expected")
    target.write_bytes(content)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
