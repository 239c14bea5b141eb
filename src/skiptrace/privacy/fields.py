"""Encryption of one stored field: AES-256-GCM (NIST SP 800-38D), bound to the place where it is stored.

Layout: one byte length of the key id, the key id, 12 random bytes of nonce, ciphertext with its 16-byte tag.
Table, column, row and key id are authenticated with it, so that a value copied to another place does not open.
Random nonces allow 2**32 values per key; a case takes about 30.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from skiptrace.errors import SkiptraceError
from skiptrace.privacy.keyring import KeyRing

NONCE = 12


class CannotOpen(SkiptraceError):
    """A stored value was changed, moved or sealed with a key that the ring does not hold. Do not use it."""

    def __init__(self, table: str, column: str, why: str) -> None:
        super().__init__(f"a value in {table}.{column} cannot be opened: {why}")


class FieldCipher:
    """Seals and opens single fields with the keys of one ring."""

    def __init__(self, ring: KeyRing) -> None:
        self._ciphers = {key_id.encode(): AESGCM(key) for key_id, key in ring.field_keys().items()}
        self._active = ring.active.encode()
        self.header = bytes([len(self._active)]) + self._active

    def seal(self, table: str, column: str, row: str, value: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        sealed = self._ciphers[self._active].encrypt(nonce, value, place(table, column, row, self._active))
        return self.header + nonce + sealed

    def open(self, table: str, column: str, row: str, sealed: bytes) -> bytes:
        """Raises CannotOpen."""
        key_id, nonce, body = split(sealed)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise CannotOpen(table, column, "the key ring lacks its key")
        try:
            return cipher.decrypt(nonce, body, place(table, column, row, key_id))
        except (InvalidTag, ValueError):
            raise CannotOpen(table, column, "it was changed or moved") from None


def split(sealed: bytes) -> tuple[bytes, bytes, bytes]:
    start = 1 + (sealed[0] if sealed else 0)
    return sealed[1:start], sealed[start : start + NONCE], sealed[start + NONCE :]


def place(table: str, column: str, row: str, key_id: bytes) -> bytes:
    # The row comes last but one and key ids hold no NUL, so no two places have the same bytes.
    return f"{table}\0{column}\0{row}\0".encode() + key_id
