"""Field encryption, blind indexes and the audit chain. The keys live in a file outside the database."""

from skiptrace.privacy.acting import Actor, AuthMethod, SignedIn, acting
from skiptrace.privacy.audit import AuditEvent, AuditRow, ChainBroken, Seals, chain, verify
from skiptrace.privacy.checkpoints import BadCheckpoint, Checkpoint, CheckpointFile, Signer
from skiptrace.privacy.fields import CannotOpen, FieldCipher
from skiptrace.privacy.index import Fingerprinter
from skiptrace.privacy.keyring import Guard, KeyRing
from skiptrace.privacy.subjects import Cipher, Erased, Owner, Part, SubjectIds, SubjectKeys
from skiptrace.privacy.wrapping import RingWrapper

__all__ = [
    "Actor",
    "AuditEvent",
    "AuditRow",
    "AuthMethod",
    "BadCheckpoint",
    "CannotOpen",
    "ChainBroken",
    "Checkpoint",
    "CheckpointFile",
    "Cipher",
    "Erased",
    "FieldCipher",
    "Fingerprinter",
    "Guard",
    "KeyRing",
    "Owner",
    "Part",
    "RingWrapper",
    "Seals",
    "SignedIn",
    "Signer",
    "SubjectIds",
    "SubjectKeys",
    "acting",
    "chain",
    "verify",
]
