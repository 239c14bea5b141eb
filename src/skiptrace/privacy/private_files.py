"""Files that hold a secret: read only when nobody else can, and replaced in one step."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from skiptrace.errors import ConfigError


def read_private(path: Path, what: str) -> bytes:
    """Its content, 1 MiB at most. Raises ConfigError, with what to do, when it is missing or open to others."""
    try:
        with path.open("rb") as file:
            _refuse_open_to_others(path, os.fstat(file.fileno()), what)
            return file.read(1 << 20)
    except FileNotFoundError:
        raise ConfigError(f"the {what} {path} is missing: restore it from your backup") from None
    except OSError as error:
        raise ConfigError(f"the {what} {path} cannot be read: {error.strerror}") from None


def create_private(path: Path, data: bytes) -> bool:
    """Write it, mode 0600. False when the name is taken. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft(path, data)
    try:
        os.link(draft, path)  # unlike a rename, a link never replaces a file
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    _sync_folder(path.parent)
    return True


def replace_private(path: Path, data: bytes) -> None:
    """The new content or the old, whatever happens. Raises OSError."""
    _draft(path, data).replace(path)
    _sync_folder(path.parent)


def _draft(path: Path, data: bytes) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _refuse_open_to_others(path: Path, found: os.stat_result, what: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(f"the {what} {path} is not a regular file")
    if os.name == "posix" and found.st_mode & 0o077:
        raise ConfigError(f"the {what} {path} is open to other users: run chmod 600 {path}")


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
