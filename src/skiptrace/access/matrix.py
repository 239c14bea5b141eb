"""The action matrix as data (``matrix.toml``), and the one function that reads it: ``may``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from skiptrace.access.principals import Action, Need, Principal, Role, Scope


@dataclass(frozen=True, slots=True)
class Cell:
    """How far one role may go in one action, and what it must bring along."""

    reach: Scope
    needs: frozenset[Need] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """One action. A role without a cell may not do it."""

    title: str
    citation: str
    cells: Mapping[Role, Cell]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so often in the last hour and in the last day; None does not limit."""

    hour: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision. ``status`` is the HTTP status of a refusal: 401 unknown, 403 not this function, 404 not for you."""

    allowed: bool
    status: int
    reason: str
    missing: frozenset[Need] = frozenset()


@dataclass(frozen=True, slots=True)
class Matrix:
    """All entries, and the limits by role and action."""

    entries: Mapping[Action, Entry]
    limits: Mapping[tuple[Role, Action], Limit]

    def limit(self, role: Role, action: Action) -> Limit:
        return self.limits.get((role, action), Limit())


ALLOWED = Verdict(True, 200, "allowed")
ANONYMOUS = Verdict(False, 401, "no valid key was given")
OUT_OF_SCOPE = Verdict(False, 404, "there is no such thing for this principal")


def may(principal: Principal | None, action: Action, scope: Scope, offered: frozenset[Need] = frozenset()) -> Verdict:
    """May the principal do this to an object of that scope, with what the request brings along (``offered``)?

    What is denied is denied before the object is looked at, so that a refusal does not tell whether it exists.
    """
    if principal is None:
        return ANONYMOUS
    function = may_at_all(principal, action)
    if not function.allowed:
        return function
    cell = MATRIX.entries[action].cells[principal.role]
    if scope is Scope.FOREIGN or (scope is Scope.TENANT and cell.reach is Scope.OWN):
        return OUT_OF_SCOPE
    missing = cell.needs - offered - {Need.GRANT}
    if missing:
        lacking = ", ".join(sorted(need.replace("_", " ") for need in missing))
        return Verdict(False, 403, f"{action} as {principal.role} needs {lacking}", missing)
    return ALLOWED


def may_at_all(principal: Principal, action: Action) -> Verdict:
    """The part of the decision that needs no object."""
    cell = MATRIX.entries[action].cells.get(principal.role)
    if cell is None:
        return Verdict(False, 403, f"the role {principal.role} may not {action}")
    if principal.scopes and action not in principal.scopes:
        return Verdict(False, 403, f"this key is not for {action}")
    if Need.GRANT in cell.needs and action not in principal.grants:
        return Verdict(False, 403, f"{action} as {principal.role} needs a grant", frozenset({Need.GRANT}))
    return ALLOWED


def load(path: Path) -> Matrix:
    """Read the matrix. Raises ValueError when an action or role is unknown, or an action is not there."""
    data = tomllib.loads(path.read_text("utf-8"))
    entries = {Action(name): _entry(given) for name, given in data["actions"].items()}
    if absent := set(Action) - entries.keys():
        raise ValueError(f"{path.name} says nothing of {', '.join(sorted(absent))}")
    limits = {
        (Role(role), Action(action)): Limit(**most)
        for role, of_role in data["limits"].items()
        for action, most in of_role.items()
    }
    return Matrix(MappingProxyType(entries), MappingProxyType(limits))


def _entry(given: dict[str, Any]) -> Entry:
    title, citation = given.pop("title"), given.pop("citation")
    return Entry(title, citation, MappingProxyType({Role(role): _cell(cell) for role, cell in given.items()}))


def _cell(given: str | dict[str, Any]) -> Cell:
    if isinstance(given, str):
        return Cell(Scope(given))
    return Cell(Scope(given["reach"]), frozenset(Need(need) for need in given["needs"]))


MATRIX = load(Path(__file__).with_name("matrix.toml"))
"""The shipped matrix."""
