"""Who asks: principals with their roles, and whose an object is as seen from one of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is at work. ``operator`` runs the command line and is never given to an API key."""

    COLLECTOR = "collector"
    SUPERVISOR = "supervisor"
    COMPLIANCE = "compliance"
    ADMIN = "admin"
    SERVICE = "service"
    OPERATOR = "operator"


class Action(StrEnum):
    """What may be allowed or denied. Every route and every command is one of these."""

    VIEW_CASE = "view_case"
    REVEAL = "reveal"
    SEARCH = "search"
    SUBMIT_CASE = "submit_case"
    RUN_LOOKUP = "run_lookup"
    RECORD_OUTCOME = "record_outcome"
    VIEW_BATCH = "view_batch"
    QUARANTINE = "quarantine"
    RESOLVE_DOUBT = "resolve_doubt"
    ASSIGN = "assign"
    APPROVE = "approve"
    EXPORT = "export"
    CHANGE_BUDGET = "change_budget"
    CONFIGURE = "configure"
    VIEW_CONFIGURATION = "view_configuration"
    MANAGE_USERS = "manage_users"
    VIEW_USERS = "view_users"
    READ_AUDIT = "read_audit"
    VERIFY_AUDIT = "verify_audit"
    ERASE = "erase"
    OVERRIDE = "override"
    REVIEW = "review"
    BREAK_GLASS = "break_glass"


class Scope(StrEnum):
    """Whose an object is: one's own or assigned, the tenant's but not assigned, another tenant's."""

    OWN = "own"
    TENANT = "tenant"
    FOREIGN = "foreign"


class Need(StrEnum):
    """What must come with a request beyond the role."""

    REASON = "reason"
    GRANT = "grant"
    REAUTHENTICATION = "reauthentication"
    NOT_ONESELF = "not_oneself"
    SECOND_PERSON = "second_person"
    SECOND_PERSON_FOR_ONESELF = "second_person_for_oneself"
    SECOND_PERSON_ABOVE_LIMIT = "second_person_above_limit"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody, or a platform, that may ask. ``grants`` are single actions allowed beyond what the role's need asks;
    ``scopes``, when there are any, are the only actions of the key in hand.
    """

    principal_id: str
    tenant: str
    role: Role
    team: str = ""
    grants: frozenset[Action] = frozenset()
    scopes: frozenset[Action] = frozenset()
    key_id: str = ""
