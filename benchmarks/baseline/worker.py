"""The pipeline as one would write it with the usual tools: one arq job a case, a shared httpx client, the ORM.

    BASELINE_DATABASE=postgresql+asyncpg://… BASELINE_REDIS=/path/redis.sock BASELINE_VENDOR=http://127.0.0.1:…
    BASELINE_SLOTS=100 python -m benchmarks.baseline.worker

It asks the same four questions as the product and writes the same kinds of rows. It does not match, keeps no ledger and
encrypts nothing; whatever a record holds becomes a contact when the surname is the one asked for.
"""

from __future__ import annotations

import os
import uuid
from typing import Any

import httpx
import uvloop
from arq import run_worker
from arq.connections import RedisSettings
from benchmarks.baseline.tables import Call, Case, Contact, Ground, Outbox, Record, Reply, Trace, now
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine


async def startup(ctx: dict[str, Any]) -> None:
    engine: AsyncEngine = create_async_engine(os.environ["BASELINE_DATABASE"], pool_size=20)
    ctx["engine"] = engine
    ctx["session"] = async_sessionmaker(engine, expire_on_commit=False)
    ctx["http"] = httpx.AsyncClient(base_url=os.environ["BASELINE_VENDOR"], timeout=15)


async def shutdown(ctx: dict[str, Any]) -> None:
    await ctx["http"].aclose()
    await ctx["engine"].dispose()


async def trace_case(ctx: dict[str, Any], case_id: str) -> None:
    """Read the case, ask the vendors one after the other, write everything in one transaction."""
    started_at = now()
    async with ctx["session"]() as session:
        case = await session.get(Case, case_id)
        subject = case.subject
    calls, records = await ask_everybody(ctx["http"], case_id, subject)
    async with ctx["session"]() as session, session.begin():
        trace = Trace(trace_id=uuid.uuid4().hex, case_id=case_id, started_at=started_at)
        session.add_all([*(call for call, _ in calls), trace])
        await session.flush()
        session.add_all(reply for _, reply in calls)
        session.add_all(
            Record(trace_id=trace.trace_id, number=n, call_id=call_id, content=content)
            for n, (call_id, content) in enumerate(records)
        )
        session.add(Outbox(trace_id=trace.trace_id))
        contacts, grounds = contacts_of(trace.trace_id, subject["last"], records)
        session.add_all(contacts)
        await session.flush()
        session.add_all(grounds)
        finished = await session.get(Case, case_id)
        finished.state = "done"


async def ask_everybody(
    http: httpx.AsyncClient, case_id: str, subject: dict[str, Any]
) -> tuple[list[tuple[Call, Reply]], list[tuple[str, dict[str, Any]]]]:
    calls: list[tuple[Call, Reply]] = []

    async def ask(provider: str, product: str, method: str, path: str, **sent: Any) -> tuple[str, dict[str, Any]]:
        response = await http.request(method, f"/{provider}{path}", **sent)
        response.raise_for_status()
        call_id = uuid.uuid4().hex
        call = Call(call_id=call_id, case_id=case_id, provider=provider, product=product, status=response.status_code)
        calls.append((call, Reply(call_id=call_id, body=response.content)))
        return call_id, response.json()

    name = {"FirstName": subject["first"], "LastName": subject["last"]}
    lines = subject["line"], subject["region"]
    key = {"galaxy-ap-name": "name", "galaxy-ap-password": "password"}
    address = {"addressLine1": lines[0], "addressLine2": lines[1]}
    call_id, enriched = await ask(
        "enformion", "contact_enrich", "POST", "/Contact/Enrich", json={**name, "Address": address}, headers=key
    )
    records = [(call_id, enriched["person"])]
    asked = {**name, "Addresses": [{"AddressLine1": lines[0], "AddressLine2": lines[1]}], "Page": 1}
    call_id, found = await ask("enformion", "person_search", "POST", "/PersonSearch", json=asked, headers=key)
    records += [(call_id, person) for person in found["persons"]]
    phone = "".join(c for c in enriched["person"]["phones"][0]["phoneNumber"] if c.isdigit())
    with_key = {"x-api-key": "key"}
    await ask("trestle", "phone_validation", "GET", "/3.0/phone_intel", params={"phone": phone}, headers=with_key)
    call_id, owners = await ask(
        "trestle", "reverse_phone", "GET", "/3.2/phone", params={"phone": phone}, headers=with_key
    )
    return calls, records + [(call_id, owner) for owner in owners["owners"]]


def contacts_of(
    trace_id: str, last: str, records: list[tuple[str, dict[str, Any]]]
) -> tuple[list[Contact], list[Ground]]:
    contacts: dict[tuple[str, str], Contact] = {}
    grounds: list[Ground] = []
    for number, (call_id, record) in enumerate(records):
        if record.get("name", record).get("lastName", record.get("lastname")) != last:
            continue
        for kind, value in values_of(record):
            contact = contacts.setdefault(
                (kind, value),
                Contact(
                    contact_id=f"{trace_id}.{len(contacts)}",
                    trace_id=trace_id,
                    kind=kind,
                    value=value,
                    rank=len(contacts),
                ),
            )
            grounds.append(
                Ground(contact_id=contact.contact_id, number=len(grounds), call_id=call_id, record_number=number)
            )
    return list(contacts.values()), grounds


def values_of(record: dict[str, Any]) -> list[tuple[str, str]]:
    """Addresses and telephones of a record, as either vendor writes them."""
    found = [
        ("address", f"{a['houseNumber']} {a['streetName']} {a['streetType']}, {a['city']}, {a['state']} {a['zip']}")
        for a in record.get("addresses", [])
    ]
    found += [
        ("address", f"{a['street_line_1']}, {a['city']}, {a['state_code']} {a['postal_code']}")
        for a in record.get("current_addresses", [])
    ]
    phones = [*record.get("phones", []), *record.get("phoneNumbers", [])]
    return found + [("phone", "".join(c for c in p["phoneNumber"] if c.isdigit())) for p in phones]


class WorkerSettings:
    functions = (trace_case,)
    on_startup = startup
    on_shutdown = shutdown
    max_jobs = int(os.environ.get("BASELINE_SLOTS", "100"))
    redis_settings = RedisSettings(unix_socket_path=os.environ.get("BASELINE_REDIS"))


if __name__ == "__main__":
    uvloop.install()
    run_worker(WorkerSettings)  # type: ignore[arg-type]
