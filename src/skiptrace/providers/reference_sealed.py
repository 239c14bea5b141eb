"""What keeps the index from naming anybody to whoever has the disk and not the key file.

Every index has a secret of its own, which lies beside it sealed with the key-encryption key. The rows' texts are sealed
in pages (AES-256-GCM, NIST SP 800-38D, the page's number as nonce: a secret seals one file once). The facets that
rows are found by become pseudorandom numbers: equal facets are equal numbers, and no more can be read from them.
"""

from __future__ import annotations

import hashlib
import os
from types import TracebackType
from typing import BinaryIO

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from numpy.typing import NDArray

from skiptrace.privacy import CannotOpen
from skiptrace.providers.reference_keys import Facet, Signatures

SECRET = 32
PAGE = 1024
_TAG = 16
_NONCE = 12
_AT_ONCE = 8192
"""Signatures masked in one piece: some megabytes."""


def new_secret() -> bytes:
    return os.urandom(SECRET)


class Secret:
    """The secret of one index: one key for its texts, another for its facets."""

    def __init__(self, secret: bytes) -> None:
        self._texts = AESGCM(_part(secret, b"texts"))
        self._facets = BlockCipher(AES(_part(secret, b"facets")), ECB())  # noqa: S305 - single blocks: a function

    def masked(self, signatures: Signatures) -> Signatures:
        """The signatures with each facet as a pseudorandom number: AES of the facet and which it is, cut to 32 bits.

        What is unknown stays 0. Rarely two facets share a number, as before: a candidate, not a match.
        """
        found = np.empty_like(signatures)
        for start in range(0, len(signatures), _AT_ONCE):
            found[start : start + _AT_ONCE] = self._masked(signatures[start : start + _AT_ONCE])
        return found

    def _masked(self, signatures: Signatures) -> Signatures:
        blocks = np.zeros((*signatures.shape, 4), np.uint32)
        blocks[:, :, 0] = signatures
        blocks[:, :, 1] = np.arange(len(Facet))
        sealed = np.frombuffer(self._facets.encryptor().update(blocks.tobytes()), np.uint32).reshape(blocks.shape)
        return np.where(signatures == 0, np.uint32(0), np.maximum(sealed[:, :, 0], np.uint32(1)))

    def seal_page(self, number: int, text: bytes) -> bytes:
        return self._texts.encrypt(_nonce(number), text, None)

    def open_page(self, number: int, sealed: memoryview) -> bytes:
        """Raises CannotOpen."""
        try:
            return self._texts.decrypt(_nonce(number), sealed, None)
        except (InvalidTag, ValueError):
            raise CannotOpen("reference", "texts", "the index was changed: delete it, and it is built anew") from None


class SealedWriter:
    """Writes bytes as pages of ``PAGE`` bytes, each sealed; the last one may be shorter. Use as a context."""

    def __init__(self, file: BinaryIO, secret: Secret) -> None:
        self._file = file
        self._secret = secret
        self._pages = 0
        self._rest = b""

    def __enter__(self) -> SealedWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None and self._rest:
            self._put(self._rest)

    def write(self, text: bytes) -> None:
        text = self._rest + text
        whole = len(text) - len(text) % PAGE
        for start in range(0, whole, PAGE):
            self._put(text[start : start + PAGE])
        self._rest = text[whole:]

    def _put(self, page: bytes) -> None:
        self._file.write(self._secret.seal_page(self._pages, page))
        self._pages += 1


def read_sealed(pages: NDArray[np.uint8], secret: Secret, start: int, end: int) -> bytes:
    """Bytes ``start`` to ``end`` of what was written. Raises CannotOpen."""
    first, last = start // PAGE, max(start, end - 1) // PAGE
    size = PAGE + _TAG
    text = secret.open_page(first, pages[first * size : (first + 1) * size].data)
    for number in range(first + 1, last + 1):
        text += secret.open_page(number, pages[number * size : (number + 1) * size].data)
    return text[start - first * PAGE : end - first * PAGE]


def _part(secret: bytes, purpose: bytes) -> bytes:
    return hashlib.blake2b(key=secret, person=purpose, digest_size=32).digest()


def _nonce(number: int) -> bytes:
    return number.to_bytes(_NONCE, "big")
