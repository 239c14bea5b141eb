"""Each case has secrets of its own, so that destroying them erases the person wherever a copy of the database lies.

A case has three: one for its file (subject, findings, contacts, records), one for the raw replies, one for the full
SSN; the last two are destroyed earlier. They are wrapped together by a key of the ring (``FieldCipher``) or by anything
else that seals and opens, such as a key management service. The id under which they are kept is an HMAC of tenant and
case: what was sealed for one case or tenant does not open for another.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from skiptrace.errors import SkiptraceError
from skiptrace.privacy.fields import NONCE, CannotOpen, place, split

SECRET = 32

Owner = tuple[str, str]
"""Whose values: tenant and case id."""


class Part(StrEnum):
    """What a secret is for; the order is that of the wrapped bytes."""

    FILE = "f"
    REPLIES = "r"
    SSN = "s"


class Cipher(Protocol):
    """Seals values in their places and opens them there. ``open`` raises CannotOpen."""

    def seal(self, table: str, column: str, row: str, value: bytes) -> bytes: ...

    def open(self, table: str, column: str, row: str, sealed: bytes) -> bytes: ...


class Erased(SkiptraceError):
    """The person's data were erased on purpose and cannot be had again. Stop working on this case."""

    def __init__(self) -> None:
        super().__init__("this case was erased: it cannot be read, and nothing is added to it")


class PartCipher:
    """Seals and opens with one secret of one case: AES-256-GCM; layout and associated data as in ``privacy.fields``."""

    __slots__ = ("_cipher", "_header", "_key_id")

    def __init__(self, subject_id: bytes, part: Part, secret: bytes) -> None:
        self._cipher = AESGCM(secret)
        self._key_id = part.encode() + subject_id
        self._header = bytes([SHOWN]) + self._key_id[:SHOWN]

    def seal(self, table: str, column: str, row: str, value: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return self._header + nonce + self._cipher.encrypt(nonce, value, place(table, column, row, self._key_id))

    def open(self, table: str, column: str, row: str, sealed: bytes) -> bytes:
        """Raises CannotOpen."""
        key_id, nonce, body = split(sealed)
        if key_id != self._key_id[:SHOWN]:
            raise CannotOpen(table, column, "it was changed or moved: it belongs to another case or tenant")
        try:
            return self._cipher.decrypt(nonce, body, place(table, column, row, self._key_id))
        except (InvalidTag, ValueError):
            raise CannotOpen(table, column, "it was changed or moved") from None


SHOWN = 8
"""So many bytes of a key id stand in front of a sealed value; all of it is authenticated."""


@dataclass(frozen=True)
class SubjectKeys:
    """The secrets of one case, as far as they still exist."""

    subject_id: bytes
    secrets: Mapping[Part, bytes]

    def __repr__(self) -> str:
        return f"SubjectKeys({self.subject_id.hex()}, {''.join(self.secrets)})"

    @classmethod
    def new(cls, subject_id: bytes) -> SubjectKeys:
        random = os.urandom(SECRET * len(Part))
        secrets = {part: random[n * SECRET : (n + 1) * SECRET] for n, part in enumerate(Part)}
        return cls(subject_id, MappingProxyType(secrets))

    @cached_property
    def file(self) -> PartCipher:
        return PartCipher(self.subject_id, Part.FILE, self.secrets[Part.FILE])

    @cached_property
    def replies(self) -> PartCipher | None:
        """None once the raw replies are disposed of."""
        return self._part(Part.REPLIES)

    @cached_property
    def ssn(self) -> PartCipher | None:
        """None once the full SSN is disposed of."""
        return self._part(Part.SSN)

    def _part(self, part: Part) -> PartCipher | None:
        return PartCipher(self.subject_id, part, self.secrets[part]) if part in self.secrets else None

    def without(self, part: Part) -> SubjectKeys:
        return SubjectKeys(self.subject_id, {p: s for p, s in self.secrets.items() if p is not part})

    def with_replies(self) -> SubjectKeys:
        secrets = {Part.REPLIES: os.urandom(SECRET), **self.secrets}
        return SubjectKeys(self.subject_id, {part: secrets[part] for part in Part if part in secrets})

    def wrap(self, wrapper: Cipher) -> bytes:
        parts = b"".join(part.encode() + secret for part, secret in self.secrets.items())
        return wrapper.seal("subject_keys", "wrapped", self.subject_id.hex(), parts)

    @classmethod
    def unwrap(cls, wrapper: Cipher, subject_id: bytes, wrapped: bytes) -> SubjectKeys:
        """Raises CannotOpen."""
        parts = wrapper.open("subject_keys", "wrapped", subject_id.hex(), wrapped)
        step = 1 + SECRET
        secrets = {Part(parts[n : n + 1].decode()): parts[n + 1 : n + step] for n in range(0, len(parts), step)}
        return cls(subject_id, secrets)


class SubjectIds:
    """Names the keys of a case without telling whose they are. ``key`` comes from the ring."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __call__(self, owner: Owner) -> bytes:
        """16 bytes, equal for the same tenant and case only."""
        tenant, case_id = (part.encode("utf-8", "surrogatepass") for part in owner)
        return hmac.digest(self._key, len(tenant).to_bytes(4, "big") + tenant + case_id, hashlib.sha256)[:16]
