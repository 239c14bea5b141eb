"""Every cell of the agreed matrix, on every route, over a real socket; and nobody reaches another tenant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from skiptrace.access import Role, Scope
from skiptrace.stores import SqlStore
from skiptrace.web.app import PUBLIC, ROUTES, create_app
from skiptrace.web.guard import GuardedRoute, action_of
from tests.access.agreed import AGREED, ROLES, Cell
from tests.web.serving import Served
from tests.web.world import REQUESTS, TENANT_WIDE, WITHIN_REACH, WITHOUT_OBJECT, Ask, World, settled

GUARDED = [
    (method, route) for route in ROUTES if route.path_format not in PUBLIC for method in sorted(route.methods or ())
]


def test_every_route_is_guarded_declared_and_known_here() -> None:
    assert all(isinstance(route, GuardedRoute) and action_of(route) in AGREED for _, route in GUARDED)
    assert {(method, route.path_format) for method, route in GUARDED} == REQUESTS.keys()


def test_a_route_that_does_not_say_what_it_does_cannot_be_made() -> None:
    async def endpoint() -> None: ...

    with pytest.raises(TypeError, match="declare it with allowed"):
        GuardedRoute("/v1/secret", endpoint)


def test_no_path_is_two_routes_at_once() -> None:
    """As ``/v1/traces/x:review`` would be one of the trace ``x:review``."""
    for _, route in GUARDED:
        path = re.sub(r"{\w+}", "x", route.path_format)
        assert {one.path_format for _, one in GUARDED if one.path_regex.match(path)} == {route.path_format}


def test_nothing_is_served_but_these_routes(door: Served) -> None:
    served = set(create_app(door.house).openapi()["paths"])
    assert served == {route.path_format for route in ROUTES}


def expected(method: str, path: str, role: Role, scope: Scope) -> int:
    route = next(r for m, r in GUARDED if (m, r.path_format) == (method, path))
    action = action_of(route)
    assert action is not None
    cell = AGREED[action].get(role, Cell(403, 403, 403))
    if (method, path) in WITHIN_REACH:
        return cell.own
    if (method, path) in TENANT_WIDE and cell.tenant != 200:
        return 403
    if (method, path) in WITHOUT_OBJECT:
        return 200
    if path == "/v1/cases" and scope is Scope.FOREIGN:
        return cell.tenant  # an account id of another tenant is just an account id that is not known yet
    return {Scope.OWN: cell.own, Scope.TENANT: cell.tenant, Scope.FOREIGN: cell.foreign}[scope]


async def ask(world: World, key: str, request: Ask) -> int:
    answer = await world.door.call(key, request.method, request.path, **request.options)
    assert answer.status_code < 500, (request.path, answer.text)
    return 200 if 200 <= answer.status_code < 300 else answer.status_code


async def test_every_cell_on_every_route(door: Served) -> None:
    world = await settled(door)
    deviations, cells = [], 0
    for (method, path), make in REQUESTS.items():
        for role in ROLES:
            for scope in Scope:
                cells += 1
                key = world.keys[role]
                got = await ask(world, key, await make(world, scope, key))
                if got != (wanted := expected(method, path, role, scope)):
                    deviations.append(f"{method} {path} {role} {scope}: {got} instead of {wanted}")
            cells += 1
            if (got := await ask(world, "", await make(world, Scope.OWN, ""))) != 401:
                deviations.append(f"{method} {path} anonymous: {got}")
    assert not deviations, "\n".join(deviations)
    assert cells == len(REQUESTS) * len(ROLES) * 4


@contextmanager
def said_to(store: SqlStore) -> Iterator[list[str]]:
    """The statements that the database is sent in this block, in order."""
    said: list[str] = []

    def note(conn: object, cursor: object, statement: str, *_: object) -> None:
        if "FROM audit" not in statement:  # once a second the writer makes sure that the trail is still there
            said.append(statement)

    engine = store._database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_another_tenants_object_looks_like_none_at_all(either: Served) -> None:
    world = await settled(either)
    compared = 0
    for (method, path), make in REQUESTS.items():
        if (method, path) in TENANT_WIDE | WITHIN_REACH or path == "/v1/cases":
            continue
        for role in ROLES:
            key = world.keys[role]
            foreign = await make(world, Scope.FOREIGN, key)
            for old, new in ((i[Scope.FOREIGN], "nothing-here") for i in (world.cases, world.traces, world.batches)):
                nowhere = Ask(
                    foreign.method,
                    foreign.path.replace(old, new).replace("A-far", "A-none"),
                    foreign.body and {k: v if v not in (old, "A-far") else new for k, v in foreign.body.items()},
                    foreign.headers,
                )
                if (nowhere.path, nowhere.body) == (foreign.path, foreign.body):
                    continue
                answers, statements = [], []
                for r in (foreign, nowhere):
                    with said_to(either.store) as said:
                        answers.append(await either.call(key, r.method, r.path, **r.options))
                    statements.append(said)
                assert answers[0].status_code in (403, 404)
                assert answers[0].content == answers[1].content, (path, role)
                assert statements[0] == statements[1], f"{path} {role}: the time that it takes would tell"
                compared += 1
    assert compared > 50
