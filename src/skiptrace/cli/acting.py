"""The command line acts as the settings' ``requester`` in their ``role``, under the same matrix as the HTTP door.

Whoever has the database and its key file in hand can do anything with them. The role protects from mistakes and keeps
duties apart among honest people; it is no wall.
"""

from __future__ import annotations

from skiptrace.access import MATRIX, Action, Principal, may_at_all
from skiptrace.errors import PolicyRefused
from skiptrace.settings import Settings


def acts(settings: Settings, action: Action) -> Principal:
    """The local principal, when its role may do this. Raises PolicyRefused (exit code 3)."""
    principal = Principal(settings.requester, settings.tenant, settings.role)
    verdict = may_at_all(principal, action)
    if not verdict.allowed:
        raise PolicyRefused(f"the role {settings.role}", verdict.reason, MATRIX.entries[action].citation)
    return principal
