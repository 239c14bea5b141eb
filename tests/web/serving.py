"""A real server on a real socket, with a real database, for tests of the HTTP door."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import Connection, select

from skiptrace.access import Action, KeyRecord, Principal, Role, digest, make_key
from skiptrace.compliance import load_rules
from skiptrace.model import Case, Lane
from skiptrace.ports import Evidenced
from skiptrace.privacy import AuditEvent
from skiptrace.stores import SqlStore, schema
from skiptrace.stores.looking import Act
from skiptrace.stores.writer import audit_row
from skiptrace.testing.store import a_result
from skiptrace.web.app import create_app
from skiptrace.web.house import House
from skiptrace.web.serving import listen, server
from skiptrace.web.sign_in import SignIn
from tests import builders as build
from tests.builders import FixedClock

TENANT, OTHER = "acme", "umbrella"


@dataclass
class Bell:
    """A dispatcher that only remembers that it was rung."""

    rung: list[tuple[Lane, int]] = field(default_factory=list)

    async def wake(self, lane: Lane, jobs: int) -> None:
        self.rung.append((lane, jobs))

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Served:
    """A running door. ``key`` makes somebody and gives them a key; ``call`` asks with one."""

    url: str
    house: House
    store: SqlStore
    clock: FixedClock
    bell: Bell
    http: httpx.AsyncClient

    async def key(
        self,
        role: Role,
        name: str = "",
        *,
        tenant: str = TENANT,
        team: str = "",
        grants: Iterable[Action] = (),
        scopes: Iterable[Action] = (),
        **record: Any,
    ) -> str:
        principal = Principal(name or f"{role}-1", tenant, role, team, frozenset(grants))
        act = Act(tenant, "tests", self.clock.now())
        await self.store.access.put_principal(act, principal)
        made = make_key(secrets.token_bytes(40))
        stored = KeyRecord(
            made.key_id, tenant, principal.principal_id, self.clock.now(), scopes=frozenset(scopes), **record
        )
        await self.store.access.put_key(act, stored, digest(made.text))
        return made.text

    async def call(self, key: str, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if method == "POST" and "idempotent" not in options:
            headers["Idempotency-Key"] = uuid4().hex
        elif options.get("idempotent"):
            headers["Idempotency-Key"] = options["idempotent"]
        options.pop("idempotent", None)
        headers |= options.pop("headers", {})
        return await self.http.request(method, path, headers=headers, **options)

    async def assign(self, account_id: str, principal_id: str, tenant: str = TENANT) -> None:
        await self.store.access.assign(Act(tenant, "tests", self.clock.now()), account_id, principal_id)

    async def audit(self) -> list[AuditEvent]:
        """All events of the trail, in order."""

        def read(conn: Connection) -> list[AuditEvent]:
            rows = conn.execute(select(schema.audit).order_by(schema.audit.c.number))
            return [audit_row(row).event for row in rows]

        return await self.store._database.read(read)

    async def traced(self, case: Case) -> Evidenced:
        """A case that was accepted and traced; returns what was kept."""
        await self.store.accept([case])
        done = a_result(f"t{uuid4().hex}", case)
        await self.store.keep([done])
        return done


@asynccontextmanager
async def served(
    folder: Path,
    url: str = "",
    *,
    docs: bool = False,
    read_seconds: float = 10.0,
    sign_in: SignIn | None = None,
    **limits: Any,
) -> AsyncIterator[Served]:
    """``limits`` are those of ``skiptrace.web.serving.server``."""
    clock, bell = FixedClock(), Bell()
    store = await SqlStore.open(url or f"sqlite:///{folder}/store.db", folder / "keys.json", clock)
    house = House(
        store, store.access, bell, load_rules(None), clock, lambda: uuid4().hex, Decimal(5), read_seconds, sign_in
    )
    listener = listen("127.0.0.1", 0)
    running = server(create_app(house, docs=docs), house.closing, **limits)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    running.capture_signals = nullcontext  # type: ignore[method-assign]
    task = asyncio.create_task(running.serve([listener]))
    await running.listening.wait()
    try:
        async with httpx.AsyncClient(base_url=address, timeout=100) as http:
            yield Served(address, house, store, clock, bell, http)
    finally:
        running.end()
        await task
        await store.close()


ACCOUNT = {
    "account_id": "A-1",
    "balance": "1200.00",
    "account_state": "open",
    "first": "Marion",
    "last": "Okafor",
    "ssn": "000-12-0142",
    "birth_date": "1971-05-23",
    "phone": ["512-555-0142"],
    "address": "118 Alder Ct Apt 4",
    "city": "Austin",
    "state": "TX",
    "zip": "78701",
}


def submission(**changes: Any) -> dict[str, Any]:
    return {"purpose": "collection", "certified_by": "Jane Sample", "account": {**ACCOUNT, **changes}}


def case_of(tenant: str = TENANT, requester: str = "service-1", account_id: str = "A-1", **changes: Any) -> Case:
    given = {"case_id": uuid4().hex, "tenant": tenant, "requester": requester}
    return build.case(account=build.account(account_id=account_id), **(given | changes))
