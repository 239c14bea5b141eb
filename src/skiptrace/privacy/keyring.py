"""The key ring: a small file, readable by its owner only, that is kept apart from the database.

It holds one root secret and one or more field keys by id. Field keys may be rotated: a new one becomes ``active`` and
the old ones stay for reading. The root never changes, because fingerprints and the audit chain must stay comparable.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import orjson
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from skiptrace.errors import ConfigError, RowRefused

KEY_BYTES = 32
SETTLED_SECONDS = 5.0
"""After so long every running process has noticed that the ring was changed (``privacy.wrapping``)."""
_FORMAT = 1
_FIRST_KEY = "k1"
_ROOT = "root"


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """32-byte secrets. ``active`` names the field key that new values are sealed with."""

    root: bytes
    keys: Mapping[str, bytes]
    active: str

    def __repr__(self) -> str:
        return f"KeyRing(active={self.active!r}, ids={sorted(self.keys)})"

    @classmethod
    def new(cls) -> KeyRing:
        """A fresh ring with one field key."""
        keys = {_FIRST_KEY: secrets.token_bytes(KEY_BYTES)}
        return cls(secrets.token_bytes(KEY_BYTES), MappingProxyType(keys), _FIRST_KEY)

    @classmethod
    def read(cls, path: Path) -> KeyRing:
        """Read a key file. Raises ConfigError, with what to do, when it is missing, open to others or damaged."""
        try:
            with path.open("rb") as file:
                _refuse_open_to_others(path, os.fstat(file.fileno()))
                data = file.read(1 << 20)
        except FileNotFoundError:
            raise ConfigError(f"the key file {path} is missing: restore it from your backup") from None
        except OSError as error:
            raise ConfigError(f"the key file {path} cannot be read: {error.strerror}") from None
        return cls._parse(path, data)

    @classmethod
    def create(cls, path: Path) -> KeyRing:
        """Write a fresh ring to ``path``, mode 0600. When another process was quicker, its ring is read instead."""
        ring = cls.new()
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_private(draft, ring.dump())
            first = _publish(draft, path)
        except OSError as error:
            raise ConfigError(f"the key file {path} cannot be created: {error.strerror}") from None
        return ring if first else cls.read(path)

    @classmethod
    def rotate(cls, path: Path) -> KeyRing:
        """Add a key and make it the active one; the others stay for reading. The file is replaced in one step."""
        ring = cls.read(path)
        number = 1 + max((int(i[1:]) for i in ring.keys if i[1:].isdigit()), default=0)
        keys = {**ring.keys, f"k{number}": secrets.token_bytes(KEY_BYTES)}
        rotated = cls(ring.root, MappingProxyType(keys), f"k{number}")
        rotated._replace(path)
        return rotated

    @classmethod
    def retire(cls, path: Path) -> int:
        """Take every key but the active one off the ring: what they sealed opens no more. Returns how many that were.

        Raises RowRefused when the ring was changed so lately that another process may not have noticed.
        """
        ring = cls.read(path)
        old = ring.keys.keys() - {ring.active}
        if old and time.time() - path.stat().st_mtime < SETTLED_SECONDS:
            raise RowRefused(f"the key file was changed a moment ago: run again in {SETTLED_SECONDS:.0f} seconds")
        if old:
            cls(ring.root, MappingProxyType({ring.active: ring.keys[ring.active]}), ring.active)._replace(path)
        return len(old)

    def _replace(self, path: Path) -> None:
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            _write_private(draft, self.dump())
            draft.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            raise ConfigError(f"the key file {path} cannot be written: {error.strerror}") from None

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose, from the root by HKDF-SHA-256 (RFC 5869)."""
        return _hkdf(self.root, purpose)

    def field_keys(self) -> Mapping[str, bytes]:
        """The AES-256 keys for field encryption, by key id."""
        return {key_id: _hkdf(key, "field encryption") for key_id, key in self.keys.items()}

    def checks(self) -> Mapping[str, bytes]:
        """One-way values by which a database, which stores them, knows its ring again."""
        return {_ROOT: _hkdf(self.root, "check")} | {i: _hkdf(key, "check") for i, key in self.keys.items()}

    def dump(self) -> bytes:
        """The key file's content."""
        keys = {key_id: base64.b64encode(key).decode() for key_id, key in self.keys.items()}
        ring = {"format": _FORMAT, "active": self.active, "root": base64.b64encode(self.root).decode(), "keys": keys}
        return orjson.dumps(ring, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    @classmethod
    def _parse(cls, path: Path, data: bytes) -> KeyRing:
        damaged = ConfigError(f"the key file {path} is damaged: restore it from your backup")
        try:
            ring = orjson.loads(data)
            if ring["format"] != _FORMAT:
                raise ConfigError(f"the key file {path} was written by a newer skiptrace: install that version")
            keys = {str(key_id): _secret(text) for key_id, text in ring["keys"].items()}
            read = cls(_secret(ring["root"]), MappingProxyType(keys), ring["active"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise damaged from None
        if read.active not in keys or not all(0 < len(key_id.encode()) < 32 for key_id in keys) or _ROOT in keys:
            raise damaged
        return read


def _secret(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
    if len(key) != KEY_BYTES or len(set(key)) < 8:
        raise ValueError("a key has 32 random bytes")
    return key


def _hkdf(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"skiptrace/1/{purpose}".encode()).derive(secret)


def _refuse_open_to_others(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(f"the key file {path} is not a regular file")
    if os.name == "posix" and found.st_mode & 0o077:
        raise ConfigError(f"the key file {path} is open to other users: run chmod 600 {path}")


def _write_private(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _publish(draft: Path, path: Path) -> bool:
    """Give the draft its name. False when the name is taken: a link, unlike a rename, never replaces a file."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    _sync_folder(path.parent)
    return True


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
