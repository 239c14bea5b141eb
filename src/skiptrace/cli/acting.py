"""The command line acts as the settings' ``requester`` in their ``role``, under the same matrix as the HTTP door.

Whoever has the database and its key file in hand can do anything with them. The role protects from mistakes and keeps
duties apart among honest people; it is no wall.
"""

from __future__ import annotations

from collections.abc import Mapping

from skiptrace.access import MATRIX, Action, Principal, may_at_all
from skiptrace.errors import PolicyRefused
from skiptrace.settings import Settings

ACTIONS: Mapping[str, Action] = {
    "access alerts": Action.READ_AUDIT,
    "access approvals": Action.APPROVE,
    "access approve": Action.APPROVE,
    "access assign": Action.ASSIGN,
    "access disable": Action.MANAGE_USERS,
    "access unassign": Action.ASSIGN,
    "audit export": Action.READ_AUDIT,
    "audit key": Action.VERIFY_AUDIT,
    "audit rotate-key": Action.CONFIGURE,
    "audit verify": Action.VERIFY_AUDIT,
    "batch run": Action.SUBMIT_CASE,
    "can-use": Action.VIEW_CASE,
    "doubts list": Action.RESOLVE_DOUBT,
    "doubts restored": Action.RESOLVE_DOUBT,
    "doubts settle": Action.RESOLVE_DOUBT,
    "find": Action.SEARCH,
    "history record": Action.RECORD_OUTCOME,
    "history show": Action.VIEW_CASE,
    "keys create": Action.MANAGE_USERS,
    "keys list": Action.VIEW_USERS,
    "keys revoke": Action.MANAGE_USERS,
    "lookup": Action.RUN_LOOKUP,
    "outbox drop": Action.CONFIGURE,
    "outbox enable": Action.CONFIGURE,
    "outbox list": Action.VIEW_CONFIGURATION,
    "outbox redrive": Action.CONFIGURE,
    "outcome": Action.RECORD_OUTCOME,
    "privacy affected": Action.READ_AUDIT,
    "privacy ask-erasure": Action.ERASE,
    "privacy disclose": Action.EXPORT,
    "privacy erase": Action.ERASE,
    "privacy hold": Action.ERASE,
    "privacy holds": Action.ERASE,
    "privacy release": Action.ERASE,
    "privacy retain": Action.ERASE,
    "privacy rotate": Action.CONFIGURE,
    "privacy seal-key-file": Action.CONFIGURE,
    "providers pause": Action.CONFIGURE,
    "providers resume": Action.CONFIGURE,
    "quarantine list": Action.QUARANTINE,
    "quarantine readmit": Action.QUARANTINE,
    "retract": Action.RECORD_OUTCOME,
    "reviews list": Action.REVIEW,
    "reviews reject": Action.REVIEW,
    "reviews release": Action.REVIEW,
    "reviews retire": Action.REVIEW,
    "rules override": Action.OVERRIDE,
    "third-party ask": Action.RUN_LOOKUP,
    "third-party list": Action.VIEW_CASE,
    "why": Action.VIEW_CASE,
}
"""What each command does that touches people, money or who may."""

OPEN = frozenset(
    {
        *("demo", "evaluate", "match", "refit", "sandbox", "segments"),  # files of one's own, and invented people
        *("outbox run", "serve", "status", "worker"),  # run by the service manager; they show nobody
        *("providers check", "providers list", "providers show", "rules list", "rules rehearse", "rules show"),
    }
)
"""Commands that need no permission."""


def acts(settings: Settings, command: str) -> None:
    """Go on when the local role may run this command. Raises PolicyRefused (exit code 3)."""
    if command in OPEN:
        return
    action = ACTIONS[command]
    verdict = may_at_all(Principal(settings.requester, settings.tenant, settings.role), action)
    if not verdict.allowed:
        raise PolicyRefused(f"the role {settings.role}", verdict.reason, MATRIX.entries[action].citation)
