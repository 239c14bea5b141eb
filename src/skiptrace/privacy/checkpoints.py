"""Signed checkpoints: "the trail had n rows, and the last hash was h", in a file outside the database.

Each line is a JSON object with an Ed25519 signature (RFC 8032). The private key comes from the key ring and never
touches the database; the public key may be given to anybody. Lines are only ever appended, and synced to the disk
before the caller goes on. When the key is replaced, the new one signs all of them once more: with its public half alone
the whole trail can be checked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import RawIOBase
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from skiptrace.errors import ConfigError, SkiptraceError, StoreError
from skiptrace.privacy.audit import ChainBroken
from skiptrace.privacy.keyring import KeyRing, RetiredSigner

TAIL_BYTES = 4096
"""Room for a dozen checkpoints."""

_CONTEXT = b"skiptrace audit checkpoint 1\n"


class BadCheckpoint(SkiptraceError):
    """A line of the checkpoint file was changed, or was signed with another key."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} of the checkpoints is not signed with this key: it was changed, or is another's")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The trail's head at a moment: ``number`` rows, the last one's hash."""

    number: int
    hash: bytes
    at: datetime
    signature: bytes = b""

    def signed_bytes(self) -> bytes:
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return _CONTEXT + orjson.dumps((self.number, self.hash.hex(), at))

    def to_json(self) -> dict[str, object]:
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return {"rows": self.number, "hash": self.hash.hex(), "at": at, "signature": self.signature.hex()}


class Signer:
    """Signs heads of the trail, and whatever else an examiner is given.

    With ``current`` the ring is looked up at each signature, so that a running process goes over to a new key.
    """

    def __init__(self, ring: KeyRing, current: Callable[[], KeyRing] | None = None) -> None:
        self._ring = current or (lambda: ring)

    @property
    def public_key(self) -> bytes:
        """32 bytes."""
        return self._ring().public_key()

    @property
    def retired(self) -> Sequence[RetiredSigner]:
        """The keys before it, oldest first."""
        return self._ring().retired

    def checkpoint(self, number: int, hash_of_last: bytes, at: datetime) -> Checkpoint:
        bare = Checkpoint(number, hash_of_last, at)
        return replace(bare, signature=self._ring().signing_key().sign(bare.signed_bytes()))

    def sign(self, document: bytes) -> bytes:
        return self._ring().signing_key().sign(b"skiptrace document 1\n" + document)


def is_signed(public_key: bytes, checkpoint: Checkpoint) -> bool:
    return _is_good(public_key, checkpoint.signature, checkpoint.signed_bytes())


def is_signed_document(public_key: bytes, signature: bytes, document: bytes) -> bool:
    return _is_good(public_key, signature, b"skiptrace document 1\n" + document)


def read_checkpoints(
    lines: Iterable[bytes], public_key: bytes, retired: Sequence[RetiredSigner] = ()
) -> list[Checkpoint]:
    """All checkpoints of a file. Raises BadCheckpoint. A line that a crash cut off is left out."""
    found = []
    for number, line in enumerate(lines, 1):
        if not line.rstrip(b"\n").endswith(b"}"):
            continue
        checkpoint = _parse(line, number)
        before = (one.public_key for one in retired if checkpoint.number <= one.last_row)
        if not any(is_signed(key, checkpoint) for key in (public_key, *before)):
            raise BadCheckpoint(number)
        found.append(checkpoint)
    return found


def check_against(checkpoints: Iterable[Checkpoint], hashes: Mapping[int, bytes], rows: int) -> None:
    """Raises ChainBroken when the trail is shorter than a checkpoint says, or differs from it.

    ``hashes`` gives the trail's own hash at each checkpoint's row number.
    """
    for checkpoint in checkpoints:
        if checkpoint.number > rows:
            raise ChainBroken(rows + 1, f"a signed checkpoint saw {checkpoint.number} rows, here are {rows}")
        if hashes.get(checkpoint.number) != checkpoint.hash:
            raise ChainBroken(checkpoint.number, "a signed checkpoint saw another row here")


class CheckpointFile:
    """The second sink. Lines of several processes may stand in any order; each is one write."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, *checkpoints: Checkpoint) -> None:
        """Returns when the lines are on the disk. Raises StoreError when they cannot be written."""
        lines = b"".join(orjson.dumps(one.to_json(), option=orjson.OPT_APPEND_NEWLINE) for one in checkpoints)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "r+b", buffering=0) as file:
                _write(file, (b"\n" if _ends_cut(file) else b"") + lines)
                os.fsync(descriptor)
        except OSError as error:
            raise StoreError(
                f"the audit checkpoint file {self._path} cannot be written ({error.strerror or error}): "
                "nothing is searched, shown or bought until it can"
            ) from None

    def last(self, public_key: bytes, retired: Sequence[RetiredSigner] = ()) -> list[Checkpoint]:
        """The last few that are ours; a line that is not is passed over here. Empty when there is no file yet."""
        try:
            with self._path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
                lines = file.read(TAIL_BYTES).splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"the audit checkpoint file {self._path} cannot be read: {error.strerror}") from None
        found = []
        for line in lines:
            with suppress(BadCheckpoint):  # also the first, which may be cut; the whole file is for `verify`
                found += read_checkpoints([line], public_key, retired)
        return found

    def read(self, public_key: bytes, retired: Sequence[RetiredSigner] = ()) -> list[Checkpoint]:
        """Empty when there is no file yet. Raises BadCheckpoint."""
        return read_checkpoint_file(self._path, public_key, retired) if self._path.exists() else []


def read_checkpoint_file(path: Path, public_key: bytes, retired: Sequence[RetiredSigner] = ()) -> list[Checkpoint]:
    """Raises ConfigError when the file cannot be read, BadCheckpoint when a line is not ours."""
    try:
        with path.open("rb") as lines:
            return read_checkpoints(lines, public_key, retired)
    except OSError as error:
        raise ConfigError(f"the audit checkpoint file {path} cannot be read: {error.strerror}") from None


def _write(file: RawIOBase, line: bytes) -> None:
    if file.write(line) != len(line):
        raise OSError("the disk took only a part of it")


def _ends_cut(file: RawIOBase) -> bool:
    """True when a crash left the last line without its end."""
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def _parse(line: bytes, number: int) -> Checkpoint:
    try:
        read = orjson.loads(line)
        at = datetime.fromisoformat(read["at"])
        return Checkpoint(int(read["rows"]), bytes.fromhex(read["hash"]), at, bytes.fromhex(read["signature"]))
    except (ValueError, KeyError, TypeError):
        raise BadCheckpoint(number) from None


def _is_good(public_key: bytes, signature: bytes, signed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True
