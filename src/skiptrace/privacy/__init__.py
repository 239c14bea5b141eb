"""Field encryption, blind indexes and the audit chain. The keys live in a file outside the database."""

from skiptrace.privacy.audit import AuditEvent, AuditRow, ChainBroken, chain, verify
from skiptrace.privacy.fields import CannotOpen, FieldCipher
from skiptrace.privacy.index import Fingerprinter
from skiptrace.privacy.keyring import KeyRing

__all__ = [
    "AuditEvent",
    "AuditRow",
    "CannotOpen",
    "ChainBroken",
    "FieldCipher",
    "Fingerprinter",
    "KeyRing",
    "chain",
    "verify",
]
