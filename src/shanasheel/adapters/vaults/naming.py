"""What a name in a vault may be, so that no name leads out of it."""

from __future__ import annotations

from shanasheel.base.errors import InvalidInput

_LONGEST = 900  # bytes; S3 allows 1,024 with the prefix


def checked(path: str) -> str:
    """Return a name that is safe in every vault.

    Raises:
        InvalidInput: it is empty, absolute, too long, or a part is empty or begins with a dot.

    >>> checked("archive/C1/2026/a.mp4")
    'archive/C1/2026/a.mp4'
    """
    parts = path.split("/")
    odd = any(not part or part.startswith(".") or "\\" in part or "\0" in part for part in parts)
    if odd or len(path.encode()) > _LONGEST:
        raise InvalidInput(f"{path[:80]!r} is no name for a file in a vault.")
    return path
