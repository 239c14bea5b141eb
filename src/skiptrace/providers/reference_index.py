"""The on-disk index of a reference file: found or built once, memory-mapped, shared by all processes.

It lives under ``home/reference`` in a folder named for the file and for its state. A changed file, another mapping or
another version of the index gives another folder; a folder appears by one rename, so it is whole or not there. The
people in it are sealed (``reference_sealed``) with a secret that the key-encryption key wraps; an index whose secret
does not open any more is built anew.
"""

from __future__ import annotations

import errno
import fcntl
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

import numpy as np
import orjson
from numpy.typing import NDArray

from skiptrace.errors import ConfigError
from skiptrace.privacy import CannotOpen, Cipher
from skiptrace.providers import reference_build as build
from skiptrace.providers.reference_build import Progress
from skiptrace.providers.reference_keys import KINDS, Facet, Signatures
from skiptrace.providers.reference_reader import ReferenceSource
from skiptrace.providers.reference_sealed import Secret, new_secret, read_sealed
from skiptrace.providers.reference_search import KeyTable

INDEX_VERSION = 2
"""Raised whenever the layout or the reading of a value changes; older indexes are then built anew."""

_STATED, _SECRET = "index.json", "secret.sealed"

N = TypeVar("N", bound=np.generic)


@dataclass(frozen=True, slots=True, repr=False)
class ReferenceIndex:
    """An index that is open. ``digest`` names the state of the file it was built from."""

    digest: str
    fields: tuple[str, ...]
    columns: tuple[str, ...]
    rows: int
    left_out: int
    table: KeyTable
    _secret: Secret
    _texts: NDArray[np.uint8]
    _ends: NDArray[np.uint64]

    def reply(self, subject: Signatures) -> bytes:
        """JSON of the rows that may be the subject, best first, with what the columns are called and mean.

        Raises CannotOpen when the index was changed on the disk.
        """
        found = self.table.search(self._secret.masked(subject))
        stated = {"index": self.digest, "fields": self.fields, "columns": self.columns, "crowded": found.crowded}
        head = orjson.dumps(stated)
        rows = b",".join([self._text(row) for row in found.rows.tolist()])
        return head[:-1] + b',"rows":[' + rows + b"]}"

    def _text(self, row: int) -> bytes:
        start = int(self._ends[row - 1]) if row else 0
        return read_sealed(self._texts, self._secret, start, int(self._ends[row]))


def open_index(
    source: ReferenceSource, columns: Mapping[str, str], home: Path, wrapper: Cipher, progress: Progress | None = None
) -> ReferenceIndex:
    """Open the index of ``source``, building it first when there is none of its present state that opens.

    Raises ConfigError when the file changes while it is read, the disk is full or ``home`` cannot be written.
    """
    folder = home / "reference"
    try:
        name, state = _names(source, columns)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(folder / f"{name}.lock"):
            target = folder / f"{name}-{state}"
            secret = _secret_of(target, wrapper)
            if secret is None:
                _remove(folder, name)
                secret = new_secret()
                with _working_folder(target) as work:
                    _build(source, columns, work, Secret(secret), progress)
                    (work / _SECRET).write_bytes(wrapper.seal(*_place(target), secret))
                    _restrict(work, source.path)
                    if _names(source, columns)[1] != state:
                        raise ConfigError(
                            f"{source.path.name} changed while it was read; run again when it is complete"
                        )
                    work.rename(target)
            _restrict(target, source.path)
            return _opened(target, state, Secret(secret))
    except OSError as error:
        raise ConfigError(f"the index of {source.path.name} cannot be kept in {folder}: {_advice(error)}") from error


def _secret_of(target: Path, wrapper: Cipher) -> bytes | None:
    """None when there is no such index, or its secret was wrapped with a key that the key file does not hold."""
    try:
        return wrapper.open(*_place(target), (target / _SECRET).read_bytes())
    except (FileNotFoundError, CannotOpen):
        return None


def _place(target: Path) -> tuple[str, str, str]:
    return ("reference", "secret", target.name)


def _names(source: ReferenceSource, columns: Mapping[str, str]) -> tuple[str, str]:
    """Short digests of which file it is and of the state it is in."""
    path = source.path.resolve()
    at = path.stat()
    state = [at.st_size, at.st_mtime_ns, at.st_ino, source.columns, source.delimiter, source.encoding, dict(columns)]
    return _digest(str(path)), _digest([INDEX_VERSION, [facet.name for facet in Facet], KINDS, *state])


def _digest(value: object) -> str:
    return blake2b(orjson.dumps(value), digest_size=8).hexdigest()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time; the lock of a process that dies is released by the system."""
    with path.open("ab") as lock:
        path.chmod(0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove(folder: Path, name: str) -> None:
    """Remove indexes of earlier states and what an interrupted build left. Processes that have one open keep it."""
    for old in folder.glob(f"{name}-*"):
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _working_folder(target: Path) -> Iterator[Path]:
    """A folder of our own beside ``target``; gone afterwards unless it was renamed."""
    work = Path(tempfile.mkdtemp(prefix=f"{target.name}-building-", dir=target.parent))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _build(
    source: ReferenceSource, columns: Mapping[str, str], work: Path, secret: Secret, progress: Progress | None
) -> None:
    built = build.write_index(source, columns, work, secret, progress)
    stated = {
        "fields": list(columns),
        "columns": list(columns.values()),
        "rows": built.rows,
        "left_out": built.without_id + built.broken_lines,
    }
    (work / _STATED).write_bytes(orjson.dumps(stated))


def _restrict(folder: Path, source: Path) -> None:
    """Give the index the file's permissions: its group's only where the group is the same, never everybody's."""
    allowed = source.stat()
    for path in (*folder.iterdir(), folder):
        at = path.stat()
        shared = allowed.st_mode & 0o040 if at.st_gid == allowed.st_gid else 0
        mode = 0o600 | shared
        if path is folder:
            mode = 0o700 | shared | shared >> 2
        if stat.S_IMODE(at.st_mode) != mode:
            path.chmod(mode)


def _opened(folder: Path, digest: str, secret: Secret) -> ReferenceIndex:
    stated = orjson.loads((folder / _STATED).read_bytes())

    table = KeyTable(
        keys=_mapped(folder / build.KEYS, np.uint64),
        ends=_mapped(folder / build.KEY_ENDS, np.uint32),
        rows=_mapped(folder / build.KEY_ROWS, np.uint32),
        signatures=_mapped(folder / build.SIGNATURES, np.uint32).reshape(-1, len(Facet)),
    )
    return ReferenceIndex(
        digest=digest,
        fields=tuple(stated["fields"]),
        columns=tuple(stated["columns"]),
        rows=stated["rows"],
        left_out=stated["left_out"],
        table=table,
        _secret=secret,
        _texts=_mapped(folder / build.ROW_TEXTS, np.uint8),
        _ends=_mapped(folder / build.ROW_ENDS, np.uint64),
    )


def _mapped(path: Path, kind: type[N]) -> NDArray[N]:
    """An empty file cannot be mapped."""
    if not path.stat().st_size:
        return np.zeros(0, kind)
    return np.asarray(np.memmap(path, dtype=kind, mode="r"))


def _advice(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "the disk is full; free space or set home to another disk"
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return "it may not be written; set home to a directory of your own"
    return error.strerror or "unknown"
