"""Who may do what, as agreed: the statuses for one's own objects, the tenant's others, and another tenant's."""

from __future__ import annotations

from typing import NamedTuple

from skiptrace.access import Action, Need, Role

EVERYTHING_OFFERED = frozenset(Need)
ROLES = [Role.COLLECTOR, Role.SUPERVISOR, Role.COMPLIANCE, Role.ADMIN, Role.SERVICE]


class Cell(NamedTuple):
    own: int
    tenant: int
    foreign: int


OWN = Cell(200, 404, 404)
ALL = Cell(200, 200, 404)

AGREED: dict[Action, dict[Role, Cell]] = {
    Action.VIEW_CASE: {Role.COLLECTOR: OWN, Role.SUPERVISOR: OWN, Role.COMPLIANCE: ALL, Role.SERVICE: OWN},
    Action.REVEAL: {Role.COLLECTOR: OWN, Role.SUPERVISOR: OWN, Role.COMPLIANCE: ALL},
    Action.SEARCH: {Role.COLLECTOR: OWN, Role.SUPERVISOR: OWN, Role.COMPLIANCE: ALL, Role.SERVICE: OWN},
    Action.SUBMIT_CASE: {Role.COLLECTOR: OWN, Role.SUPERVISOR: ALL, Role.SERVICE: ALL},
    Action.RUN_LOOKUP: {Role.COLLECTOR: OWN, Role.SUPERVISOR: OWN, Role.SERVICE: OWN},
    Action.RECORD_OUTCOME: {Role.COLLECTOR: OWN, Role.SUPERVISOR: OWN, Role.COMPLIANCE: ALL, Role.SERVICE: OWN},
    Action.VIEW_BATCH: {Role.SUPERVISOR: ALL, Role.COMPLIANCE: ALL, Role.SERVICE: OWN},
    Action.QUARANTINE: {Role.SUPERVISOR: ALL, Role.ADMIN: ALL},
    Action.RESOLVE_DOUBT: {Role.SUPERVISOR: ALL, Role.COMPLIANCE: ALL},
    Action.ASSIGN: {Role.SUPERVISOR: OWN},
    Action.APPROVE: {Role.SUPERVISOR: ALL, Role.COMPLIANCE: ALL, Role.ADMIN: ALL},
    Action.EXPORT: {Role.SUPERVISOR: OWN, Role.COMPLIANCE: ALL, Role.SERVICE: OWN},
    Action.CHANGE_BUDGET: {Role.ADMIN: ALL},
    Action.CONFIGURE: {Role.ADMIN: ALL},
    Action.VIEW_CONFIGURATION: {Role.COMPLIANCE: ALL, Role.ADMIN: ALL},
    Action.MANAGE_USERS: {Role.ADMIN: ALL},
    Action.VIEW_USERS: {Role.COMPLIANCE: ALL, Role.ADMIN: ALL},
    Action.READ_AUDIT: {Role.COLLECTOR: OWN, Role.COMPLIANCE: ALL},
    Action.VERIFY_AUDIT: {Role.COMPLIANCE: ALL, Role.ADMIN: ALL},
    Action.ERASE: {Role.COMPLIANCE: ALL},
    Action.OVERRIDE: {Role.COLLECTOR: OWN, Role.SUPERVISOR: OWN, Role.COMPLIANCE: ALL},
    Action.REVIEW: {Role.SUPERVISOR: OWN, Role.COMPLIANCE: ALL},
    Action.BREAK_GLASS: {Role.COLLECTOR: ALL, Role.SUPERVISOR: ALL},
}
