"""API keys: ``sktr_<id>_<secret>``. The id names the key in lists; of the whole only the SHA-256 is stored.

The secret has 256 random bits, so a plain hash is enough: there is nothing to guess (ASVS 5.0 11.4.1).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime

from skiptrace.access.principals import Action

PREFIX = "sktr_"
_SHAPE = re.compile(r"sktr_([0-9a-f]{16})_[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, repr=False)
class NewKey:
    """A key as its owner gets it, once. ``text`` is never stored."""

    key_id: str
    text: str

    def __repr__(self) -> str:
        return f"NewKey({self.key_id!r}, ***)"


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key as it is stored."""

    key_id: str
    tenant: str
    principal_id: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    scopes: frozenset[Action] = frozenset()

    def holds(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


def make_key(random: bytes) -> NewKey:
    """A key from 40 random bytes."""
    if len(random) != 40:
        raise ValueError("a key takes 40 random bytes")
    key_id = random[:8].hex()
    return NewKey(key_id, f"{PREFIX}{key_id}_{random[8:].hex()}")


def key_id_of(text: str) -> str:
    """The id in a key's text; empty when the text is no key."""
    found = _SHAPE.fullmatch(text)
    return found[1] if found else ""


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def is_key(text: str, stored: bytes) -> bool:
    """Whether the text is the key with this stored digest, in constant time."""
    return hmac.compare_digest(digest(text), stored)
