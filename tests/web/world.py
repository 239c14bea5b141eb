"""Two tenants with accounts of their own, and a request for every route on an object of every scope."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from skiptrace.access import Action, Principal, Role, Scope
from skiptrace.ports import Caps, Intent, Reserved
from skiptrace.stores.erasing import Account
from skiptrace.stores.looking import Act
from skiptrace.stores.promises import Approval
from skiptrace.testing.store import a_case, a_result
from tests.web.serving import OTHER, TENANT, Served, submission

ACCOUNTS = {Scope.OWN: "A-mine", Scope.TENANT: "A-else", Scope.FOREIGN: "A-far"}
TENANTS = {Scope.OWN: TENANT, Scope.TENANT: TENANT, Scope.FOREIGN: OTHER}
REQUESTERS = {Scope.OWN: "service-1", Scope.TENANT: "service-2", Scope.FOREIGN: "service-1"}


@dataclass(frozen=True)
class Ask:
    """One request."""

    method: str
    path: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def options(self) -> dict[str, Any]:
        if isinstance(self.body, bytes):
            return {"content": self.body, "headers": {"Content-Type": "application/x-ndjson", **self.headers}}
        return {"headers": self.headers} | ({} if self.body is None else {"json": self.body})


@dataclass
class World:
    """Object ids by scope, as seen from carl, sue and service-1; and everybody's keys."""

    door: Served
    keys: dict[Role, str]
    cases: dict[Scope, str]
    traces: dict[Scope, str]
    contacts: dict[Scope, str]
    batches: dict[Scope, str]

    async def approval(self, scope: Scope) -> str:
        """A fresh request for a signature."""
        wanted = Approval(uuid4().hex, Action.ASSIGN, {"account_id": "A"})
        await self.door.store.access.ask_approval(self._act(scope, "somebody"), wanted)
        return wanted.approval_id

    async def opening(self, scope: Scope) -> str:
        opened = await self.door.store.access.open_glass(self._act(scope, "carla"), "A", uuid4().hex, "a long reason")
        return opened.opening_id

    async def doubt(self, scope: Scope) -> str:
        """A fresh call in doubt, of the case of that scope."""
        store, now = self.door.store, self.door.clock.now()
        intent = Intent(
            uuid4().hex,
            TENANTS[scope],
            self.cases[scope],
            "",
            "acme",
            "search",
            uuid4().bytes,
            Decimal("0.25"),
            0,
            0,
            now,
        )
        reserved = await store.reserve(intent, Caps())
        assert isinstance(reserved, Reserved)
        sent = reserved.call
        return (await store.doubt(sent, "no answer", now)).call_id

    async def erasable(self, scope: Scope) -> tuple[str, str]:
        """A fresh account of that scope, and a signed request of cora's to erase it."""
        account_id = f"{ACCOUNTS[scope]}-{uuid4().hex}"
        made = a_case(uuid4().hex, tenant=TENANTS[scope], requester=REQUESTERS[scope])
        await self.door.traced(replace(made, account=replace(made.account, account_id=account_id)))
        wanted = Account(TENANT, account_id, "cora", "R-17").signature(uuid4().hex)
        await self.door.store.access.ask_approval(Act(TENANT, "cora", self.door.clock.now()), wanted)
        await self.door.store.access.approve(Act(TENANT, "ada", self.door.clock.now()), wanted.approval_id)
        return account_id, wanted.approval_id

    def _act(self, scope: Scope, by: str) -> Act:
        return Act(TENANTS[scope], by, self.door.clock.now())


async def settled(door: Served) -> World:
    """carl (team red) works A-mine and sue supervises him; A-else is worked in team blue; A-far is another tenant's."""
    keys = {
        Role.COLLECTOR: await door.key(Role.COLLECTOR, "carl", team="red", grants=[Action.SUBMIT_CASE]),
        Role.SUPERVISOR: await door.key(Role.SUPERVISOR, "sue", team="red"),
        Role.COMPLIANCE: await door.key(Role.COMPLIANCE, "cora"),
        Role.ADMIN: await door.key(Role.ADMIN, "ada"),
        Role.SERVICE: await door.key(Role.SERVICE, "service-1"),
    }
    for tenant in (TENANT, OTHER):
        act = Act(tenant, "tests", door.clock.now())
        await door.store.access.put_principal(act, Principal("carla", tenant, Role.COLLECTOR, "blue"))
    await door.assign("A-mine", "carl")
    await door.assign("A-else", "carla")
    await door.assign("A-far", "carla", OTHER)
    cases, traces, contacts, batches = {}, {}, {}, {}
    for scope, account_id in ACCOUNTS.items():
        batches[scope] = f"batch-{scope}"
        made = a_case(uuid4().hex, tenant=TENANTS[scope], requester=REQUESTERS[scope], batch_id=batches[scope])
        made = replace(made, account=replace(made.account, account_id=account_id))
        done = await door.traced(made)
        cases[scope], traces[scope] = made.case_id, done.trace.trace_id
        contacts[scope] = done.trace.contacts[0].contact_id
    return World(door, keys, cases, traces, contacts, batches)


Requested = Callable[[World, Scope, str], Awaitable[Ask]]
"""Makes the request of one route for an object of a scope, with a key."""


async def _submit(world: World, scope: Scope, key: str) -> Ask:
    """An account id of another tenant is just one that is not known here yet."""
    return Ask("POST", "/v1/cases", submission(account_id="A-new" if scope is Scope.FOREIGN else ACCOUNTS[scope]))


async def _bulk(world: World, scope: Scope, key: str) -> Ask:
    return Ask("POST", "/v1/cases:bulk", b'{"batch_id":"b","purpose":"collection","certified_by":"Jane Sample"}\n')


async def _glass(world: World, scope: Scope, key: str) -> Ask:
    body = {"account_id": ACCOUNTS[scope], "reason": "the debtor is on the line"}
    return Ask("POST", "/v1/break-glass", body, {"X-Reauthenticate": key})


async def _approve(world: World, scope: Scope, key: str) -> Ask:
    return Ask("POST", f"/v1/approvals/{await world.approval(scope)}:approve")


async def _review(world: World, scope: Scope, key: str) -> Ask:
    return Ask("POST", f"/v1/break-glass/{await world.opening(scope)}:review")


async def _outcome(world: World, scope: Scope, key: str) -> Ask:
    body = {"trace_id": world.traces[scope], "contact_id": world.contacts[scope], "kind": "no_answer"}
    return Ask("POST", "/v1/outcomes", body)


async def _resolve(world: World, scope: Scope, key: str) -> Ask:
    return Ask("POST", f"/v1/calls/{await world.doubt(scope)}:resolve", {"charged": 0, "reference": "line-7"})


async def _third_party(world: World, scope: Scope, key: str) -> Ask:
    """Somebody who was not asked before, on an account that nothing holds."""
    made = a_case(uuid4().hex, tenant=TENANTS[scope], requester=REQUESTERS[scope])
    made = replace(made, account=replace(made.account, account_id=ACCOUNTS[scope], facts={}))
    await world.door.store.accept([made])
    done = a_result(f"t{uuid4().hex}", made)
    person = replace(done.trace.third_party_contacts[0], value=f"{uuid4()} Elm St")
    await world.door.store.keep([replace(done, trace=replace(done.trace, third_party_contacts=(person,)))])
    return Ask("POST", f"/v1/traces/{done.trace.trace_id}/third-parties/{person.contact_id}:ask")


async def _erase(world: World, scope: Scope, key: str) -> Ask:
    account_id, approval_id = await world.erasable(scope)
    return Ask("POST", f"/v1/accounts/{account_id}:erase", {"reason": "R-17", "approval_id": approval_id})


def _plain(method: str, path: str, body: Any = None) -> Requested:
    async def make(world: World, scope: Scope, key: str) -> Ask:
        names = {
            "case_id": world.cases[scope],
            "trace_id": world.traces[scope],
            "contact_id": world.contacts[scope],
            "batch_id": world.batches[scope],
            "account_id": ACCOUNTS[scope],
        }
        filled = body and {k: v.format(**names) if isinstance(v, str) else v for k, v in body.items()}
        return Ask(method, path.format(**names), filled)

    return make


REVIEW = {"rule_ids": ["X-01"], "verdict": "release", "reason": "seen"}
OVERRIDE = {"rule_id": "X-05", "reason": "checked", "expires_on": "2026-11-20"}
CALLED = {"event_id": "e-1", "kind": "attempt", "at": "2026-01-05T12:00:00Z", "channel": "voice_manual"}

REQUESTS: dict[tuple[str, str], Requested] = {
    ("POST", "/v1/cases:bulk"): _bulk,
    ("POST", "/v1/outcomes"): _outcome,
    ("POST", "/v1/calls/{call_id}:resolve"): _resolve,
    ("POST", "/v1/accounts/{account_id}:erase"): _erase,
    ("POST", "/v1/traces/{trace_id}/third-parties/{contact_id}:ask"): _third_party,
    ("POST", "/v1/approvals/{approval_id}:approve"): _approve,
    ("POST", "/v1/break-glass/{opening_id}:review"): _review,
} | {
    (method, path): _plain(method, path, body)
    for method, path, body in (
        ("GET", "/v1/cases/{case_id}", None),
        ("DELETE", "/v1/cases/{case_id}", None),
        ("POST", "/v1/cases/{case_id}:cancel", None),
        ("POST", "/v1/cases/{case_id}:readmit", None),
        ("POST", "/v1/cases/{case_id}:reveal", {"fields": ["ssn"], "reason": "dispute"}),
        ("GET", "/v1/traces/{trace_id}", None),
        ("GET", "/v1/traces/{trace_id}/why", None),
        ("GET", "/v1/traces/{trace_id}/reviews", None),
        ("POST", "/v1/traces/{trace_id}:review", REVIEW),
        ("POST", "/v1/traces/{trace_id}:retire-evidence", {"contact_id": "{contact_id}", "reason": "moved"}),
        ("GET", "/v1/reviews", None),
        ("GET", "/v1/traces/{trace_id}/third-parties", None),
        ("POST", "/v1/cases/{case_id}:export", None),
        ("GET", "/v1/accounts/{account_id}/traces", None),
        ("GET", "/v1/accounts/{account_id}/events", None),
        ("POST", "/v1/accounts/{account_id}/events", CALLED),
        ("POST", "/v1/accounts/{account_id}:ask-erasure", {"reason": "R-17"}),
        ("POST", "/v1/accounts/{account_id}:override", OVERRIDE),
        ("POST", "/v1/search", {"account_id": "{account_id}"}),
        ("GET", "/v1/doubts", None),
        ("POST", "/v1/contacts/{trace_id}/{contact_id}:can-use", {"channel": "mail"}),
        ("GET", "/v1/batches/{batch_id}", None),
        ("GET", "/v1/batches/{batch_id}/events", None),
        ("POST", "/v1/accounts/{account_id}:assign", {"principal_id": "carla"}),
        ("POST", "/v1/approvals", {"action": "assign", "account_id": "{account_id}", "principal_id": "sue"}),
        ("GET", "/v1/quarantine", None),
        ("GET", "/v1/approvals", None),
        ("GET", "/v1/break-glass", None),
        ("GET", "/v1/alerts", None),
        ("POST", "/v1/accounts/{account_id}:disclose", {"reason": "R-17"}),
        ("POST", "/v1/incidents:affected", {"since": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}),
    )
}
REQUESTS |= {("POST", "/v1/cases"): _submit, ("POST", "/v1/break-glass"): _glass}  # last: they let people in
"""One for each route; the test of the matrix fails when a route is not here."""

WITHIN_REACH = {("POST", "/v1/search"), ("GET", "/v1/reviews")}
"""Routes that show whoever may use them what they reach anyhow, which may be nothing."""

WITHOUT_OBJECT = {
    ("POST", "/v1/cases:bulk"),
    ("GET", "/v1/quarantine"),
    ("GET", "/v1/doubts"),
    ("GET", "/v1/approvals"),
    ("GET", "/v1/break-glass"),
    ("GET", "/v1/alerts"),
    ("POST", "/v1/incidents:affected"),
}
TENANT_WIDE = WITHOUT_OBJECT | {
    ("POST", "/v1/break-glass/{opening_id}:review"),
    ("POST", "/v1/approvals/{approval_id}:approve"),
}
"""Routes on nobody's objects in particular: a role that reaches only its own may not use them."""
