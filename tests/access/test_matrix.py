"""The matrix decides as the table says that people agreed on; it is written out here once more, by hand."""

from __future__ import annotations

import pytest

from skiptrace.access import MATRIX, Action, Need, Principal, Role, Scope, may
from tests.access.agreed import AGREED, EVERYTHING_OFFERED, ROLES, Cell


def principal(role: Role) -> Principal:
    """One who has every grant that a role may need."""
    return Principal("p", "acme", role, grants=frozenset(Action))


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", ROLES)
def test_each_cell_is_as_agreed(action: Action, role: Role) -> None:
    agreed = AGREED[action].get(role, Cell(403, 403, 403))

    decided = [may(principal(role), action, scope, EVERYTHING_OFFERED).status for scope in Scope]

    assert decided == [agreed.own, agreed.tenant, agreed.foreign]


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("scope", list(Scope))
def test_nobody_may_do_nothing(action: Action, scope: Scope) -> None:
    assert may(None, action, scope, EVERYTHING_OFFERED).status == 401


@pytest.mark.parametrize("action", list(Action))
def test_another_tenants_objects_are_out_of_reach_for_every_role(action: Action) -> None:
    assert not any(may(principal(role), action, Scope.FOREIGN, EVERYTHING_OFFERED).allowed for role in Role)


@pytest.mark.parametrize(
    ("role", "action", "need"),
    [
        (Role.COLLECTOR, Action.REVEAL, Need.REASON),
        (Role.COMPLIANCE, Action.REVEAL, Need.REASON),
        (Role.COMPLIANCE, Action.ERASE, Need.SECOND_PERSON),
        (Role.ADMIN, Action.CHANGE_BUDGET, Need.SECOND_PERSON),
        (Role.ADMIN, Action.MANAGE_USERS, Need.NOT_ONESELF),
        (Role.SUPERVISOR, Action.ASSIGN, Need.SECOND_PERSON_FOR_ONESELF),
        (Role.SUPERVISOR, Action.EXPORT, Need.SECOND_PERSON_ABOVE_LIMIT),
        (Role.COLLECTOR, Action.BREAK_GLASS, Need.REASON),
        (Role.COLLECTOR, Action.BREAK_GLASS, Need.REAUTHENTICATION),
    ],
)
def test_without_what_it_needs_an_action_is_refused(role: Role, action: Action, need: Need) -> None:
    scope = MATRIX.entries[action].cells[role].reach

    verdict = may(principal(role), action, scope, EVERYTHING_OFFERED - {need})

    assert (verdict.status, verdict.missing) == (403, {need})


def test_a_collector_submits_only_with_a_grant() -> None:
    without = Principal("p", "acme", Role.COLLECTOR)
    assert may(without, Action.SUBMIT_CASE, Scope.OWN).status == 403


def test_a_scoped_key_does_nothing_else() -> None:
    scoped = Principal("p", "acme", Role.SERVICE, scopes=frozenset({Action.VIEW_BATCH}))
    assert may(scoped, Action.VIEW_BATCH, Scope.OWN).allowed
    assert may(scoped, Action.SUBMIT_CASE, Scope.TENANT).status == 403


def test_every_entry_has_a_title_and_a_citation() -> None:
    assert all(entry.title and entry.citation for entry in MATRIX.entries.values())
