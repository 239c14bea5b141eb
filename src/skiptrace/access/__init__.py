"""Who may do what, decided by one pure function over one table. Storing and enforcing it is others' work."""

from skiptrace.access.keys import KeyRecord, NewKey, digest, is_key, key_id_of, make_key
from skiptrace.access.matrix import MATRIX, Limit, Verdict, may, may_at_all
from skiptrace.access.principals import Action, Need, Principal, Role, Scope
from skiptrace.access.snooping import MarkKind, Marks, Pattern, View, suspicions

__all__ = [
    "MATRIX",
    "Action",
    "KeyRecord",
    "Limit",
    "MarkKind",
    "Marks",
    "Need",
    "NewKey",
    "Pattern",
    "Principal",
    "Role",
    "Scope",
    "Verdict",
    "View",
    "digest",
    "is_key",
    "key_id_of",
    "make_key",
    "may",
    "may_at_all",
    "suspicions",
]
