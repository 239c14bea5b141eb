"""Blind indexes: keyed hashes that find equal values without telling them (HMAC-SHA-256, RFC 2104).

An unkeyed hash would hide nothing: there are only 10**9 social security numbers.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from skiptrace.model import ContactKind, mark_text
from skiptrace.privacy.keyring import KeyRing


class Fingerprinter:
    """Fingerprints of queries and persons, comparable for as long as the ring's root is the same."""

    def __init__(self, ring: KeyRing) -> None:
        self._key = ring.derive("query fingerprint")
        self._person_key = ring.derive("person index")

    def fingerprint(self, tenant: str, provider: str, product: str, query: bytes) -> bytes:
        """32 bytes that are equal for the same tenant, provider, product and canonical query only."""
        parts = (tenant.encode(), provider.encode(), product.encode(), query)
        return hmac.digest(self._key, _framed(*parts), hashlib.sha256)

    def contact(self, tenant: str, kind: ContactKind, value: str) -> bytes:
        """32 bytes that are equal for the same address, phone or e-mail within one tenant, however it is spelled."""
        return self.fingerprint(tenant, "contact", kind, mark_text(kind, value))

    def name(self, tenant: str, first: str, last: str) -> bytes | None:
        """Equal for the same first and last name within one tenant, case, accents and signs aside.

        None without either: a surname alone would find strangers.
        """
        given, family = _letters(first), _letters(last)
        return self.fingerprint(tenant, "name", "", _framed(given, family)) if given and family else None

    def person(self, tenant: str, ssn: str) -> bytes | None:
        """Equal for the same nine digits within one tenant; None without them: four digits would find strangers."""
        if not ssn:
            return None
        return hmac.digest(self._person_key, _framed(tenant.encode(), ssn.encode()), hashlib.sha256)


def _letters(text: str) -> bytes:
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalpha()).encode()


def _framed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)
