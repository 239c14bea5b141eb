"""Files that hold people: whole or absent, and readable by their owner only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Write ``path`` beside itself and put it in place at the end, mode 0600; after an error nothing is left.

    Raises OSError when the disk is full or the folder cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def private_folder(path: Path) -> Path:
    """Make the folder, mode 0700, unless it is there. Raises OSError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
