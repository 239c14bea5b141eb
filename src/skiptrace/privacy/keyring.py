"""The key ring: a small file, readable by its owner only, that is kept apart from the database.

It holds one root secret and one or more field keys by id. Field keys may be rotated: a new one becomes ``active`` and
the old ones stay for reading. The root never changes, because fingerprints must stay comparable. The key that seals
the audit trail and the one that signs its checkpoints come from the root until they are replaced; of a replaced signing
key the public half stays, of a replaced sealing key all of it, for rows of its time alone. With a ``Guard``, such as a
key management service, the file holds the ring sealed, and is worth nothing alone.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from skiptrace.errors import ConfigError, RowRefused
from skiptrace.privacy.audit import Seals
from skiptrace.privacy.private_files import create_private, read_private, replace_private

KEY_BYTES = 32
SETTLED_SECONDS = 5.0
"""After so long every running process has noticed that the ring was changed (``privacy.wrapping``)."""
_FORMAT, _SEALED, _FORMAT_WITH_SIGNING, _FORMAT_WITH_SEALING = 1, 2, 3, 4
_FIRST_KEY = "k1"
_ROOT = "root"


class Guard(Protocol):
    """Whoever seals the ring in the key file. Raises ConfigError, or StoreError while it cannot be reached."""

    def seal(self, secret: bytes) -> str: ...

    def open(self, sealed: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class RetiredSigner:
    """A public key (32 bytes) whose signatures count up to a row of the audit trail and no further."""

    public_key: bytes
    last_row: int


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """32-byte secrets. ``active`` names the field key that new values are sealed with.

    ``signing`` is the seed of the signing key, ``sealing`` the key of the audit trail's seals; empty while they come
    from the root. ``retired_seals`` are sealing keys with the last row of the trail that their seals count for.
    """

    root: bytes
    keys: Mapping[str, bytes]
    active: str
    signing: bytes = b""
    retired: tuple[RetiredSigner, ...] = ()
    sealing: bytes = b""
    retired_seals: tuple[tuple[bytes, int], ...] = ()

    def __repr__(self) -> str:
        return f"KeyRing(active={self.active!r}, ids={sorted(self.keys)})"

    @classmethod
    def new(cls) -> KeyRing:
        """A fresh ring with one field key."""
        keys = {_FIRST_KEY: secrets.token_bytes(KEY_BYTES)}
        return cls(secrets.token_bytes(KEY_BYTES), MappingProxyType(keys), _FIRST_KEY)

    @classmethod
    def read(cls, path: Path, guard: Guard | None = None) -> KeyRing:
        """Read a key file. Raises ConfigError, with what to do, when it is missing, open to others or damaged."""
        ring, sealed = cls._found(path, guard)
        if guard is not None and not sealed:
            raise ConfigError(
                f"the key file {path} is not sealed by the key service: run skiptrace privacy seal-key-file"
            )
        return ring

    @classmethod
    def create(cls, path: Path, guard: Guard | None = None) -> KeyRing:
        """Write a fresh ring to ``path``, mode 0600. When another process was quicker, its ring is read instead."""
        ring = cls.new()
        try:
            first = create_private(path, ring.dump(guard))
        except OSError as error:
            raise ConfigError(f"the key file {path} cannot be created: {error.strerror}") from None
        return ring if first else cls.read(path, guard)

    @classmethod
    def rotate(cls, path: Path, guard: Guard | None = None) -> KeyRing:
        """Add a key and make it the active one; the others stay for reading. The file is replaced in one step."""
        ring = cls.read(path, guard)
        number = 1 + max((int(i[1:]) for i in ring.keys if i[1:].isdigit()), default=0)
        keys = {**ring.keys, f"k{number}": secrets.token_bytes(KEY_BYTES)}
        rotated = replace(ring, keys=MappingProxyType(keys), active=f"k{number}")
        rotated._replace(path, guard)
        return rotated

    @classmethod
    def retire(cls, path: Path, guard: Guard | None = None) -> int:
        """Take every key but the active one off the ring: what they sealed opens no more. Returns how many that were.

        Raises RowRefused when the ring was changed so lately that another process may not have noticed.
        """
        ring = cls.read(path, guard)
        old = ring.keys.keys() - {ring.active}
        if old and time.time() - path.stat().st_mtime < SETTLED_SECONDS:
            raise RowRefused(f"the key file was changed a moment ago: run again in {SETTLED_SECONDS:.0f} seconds")
        if old:
            left = MappingProxyType({ring.active: ring.keys[ring.active]})
            replace(ring, keys=left)._replace(path, guard)
        return len(old)

    @classmethod
    def renew_signing(cls, path: Path, last_row: int, guard: Guard | None = None) -> None:
        """Sign checkpoints and seal rows with new keys from now on.

        What the old ones signed and sealed counts up to row ``last_row``; the old signing key's seed is gone.
        """
        ring = cls.read(path, guard)
        signed = RetiredSigner(ring.public_key(), last_row)
        sealed = (ring.seals().key, last_row)
        renewed = replace(
            ring,
            signing=secrets.token_bytes(KEY_BYTES),
            retired=(*ring.retired, signed),
            sealing=secrets.token_bytes(KEY_BYTES),
            retired_seals=(*ring.retired_seals, sealed),
        )
        renewed._replace(path, guard)

    @classmethod
    def seal_file(cls, path: Path, guard: Guard, *, undo: bool = False) -> None:
        """Seal a key file, or seal it anew with the guard's newest key; ``undo`` writes it in clear again."""
        ring, _ = cls._found(path, guard)
        ring._replace(path, None if undo else guard)

    @classmethod
    def _found(cls, path: Path, guard: Guard | None) -> tuple[KeyRing, bool]:
        """The ring, and whether it lay there sealed."""
        content = _fields(path, read_private(path, "key file"))
        if content.get("format") != _SEALED:
            return cls._parse(path, content), False
        if guard is None:
            raise ConfigError(f"the key file {path} is sealed by a key service: name it in the setting key_service")
        return cls._parse(path, _fields(path, guard.open(str(content.get("sealed"))))), True

    def _replace(self, path: Path, guard: Guard | None) -> None:
        try:
            replace_private(path, self.dump(guard))
        except OSError as error:
            raise ConfigError(f"the key file {path} cannot be written: {error.strerror}") from None

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose, from the root by HKDF-SHA-256 (RFC 5869)."""
        return _hkdf(self.root, purpose)

    def signing_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.signing or self.derive("audit checkpoints"))

    def public_key(self) -> bytes:
        """Of the signing key, 32 bytes."""
        return self.signing_key().public_key().public_bytes_raw()

    def seals(self) -> Seals:
        """What seals the rows of the audit trail."""
        return Seals(self.sealing or self.derive("audit chain"), self.retired_seals)

    def field_keys(self) -> Mapping[str, bytes]:
        """The AES-256 keys for field encryption, by key id."""
        return {key_id: _hkdf(key, "field encryption") for key_id, key in self.keys.items()}

    def checks(self) -> Mapping[str, bytes]:
        """One-way values by which a database, which stores them, knows its ring again."""
        return {_ROOT: _hkdf(self.root, "check")} | {i: _hkdf(key, "check") for i, key in self.keys.items()}

    def dump(self, guard: Guard | None = None) -> bytes:
        """The key file's content."""
        options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        keys = {key_id: base64.b64encode(key).decode() for key_id, key in self.keys.items()}
        root = base64.b64encode(self.root).decode()
        ring: dict[str, Any] = {"format": _FORMAT, "active": self.active, "root": root, "keys": keys}
        if self.signing:  # versions that know nothing of it shall not open the file and lose it
            retired = [{"public_key": one.public_key.hex(), "last_row": one.last_row} for one in self.retired]
            signing = base64.b64encode(self.signing).decode()
            ring |= {"format": _FORMAT_WITH_SIGNING, "signing": signing, "retired": retired}
        if self.sealing:
            sealed = [{"key": base64.b64encode(key).decode(), "last_row": last} for key, last in self.retired_seals]
            sealing = base64.b64encode(self.sealing).decode()
            ring |= {"format": _FORMAT_WITH_SEALING, "sealing": sealing, "retired_seals": sealed}
        plain = orjson.dumps(ring, option=options)
        return (
            plain if guard is None else orjson.dumps({"format": _SEALED, "sealed": guard.seal(plain)}, option=options)
        )

    @classmethod
    def _parse(cls, path: Path, ring: dict[str, Any]) -> KeyRing:
        if ring.get("format") not in (_FORMAT, _FORMAT_WITH_SIGNING, _FORMAT_WITH_SEALING):
            raise ConfigError(f"the key file {path} was written by a newer skiptrace: install that version")
        try:
            keys = {str(key_id): _secret(text) for key_id, text in ring["keys"].items()}
            retired = tuple(
                RetiredSigner(bytes.fromhex(one["public_key"]), int(one["last_row"])) for one in ring.get("retired", ())
            )
            seals = tuple((_secret(one["key"]), int(one["last_row"])) for one in ring.get("retired_seals", ()))
            signing, sealing = (_secret(ring[name]) if name in ring else b"" for name in ("signing", "sealing"))
            fields = MappingProxyType(keys)
            read = cls(_secret(ring["root"]), fields, ring["active"], signing, retired, sealing, seals)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise _damaged(path) from None
        if read.active not in keys or not all(0 < len(key_id.encode()) < 32 for key_id in keys) or _ROOT in keys:
            raise _damaged(path)
        return read


def _fields(path: Path, data: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(data)
    except ValueError:
        raise _damaged(path) from None
    if not isinstance(content, dict) or "format" not in content:
        raise _damaged(path)
    return content


def _damaged(path: Path) -> ConfigError:
    return ConfigError(f"the key file {path} is damaged: restore it from your backup")


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
