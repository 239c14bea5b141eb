"""What keeping costs: CPU and wall time per case in the store, encryption included.

    python benchmarks/store.py [--cases 5000] [--at-once 32] [--url postgresql://…]

Each case has one lookup in a file of our own with its raw reply, 14 source records, 6 contacts with three grounds each,
15 rule decisions and 14 matches. Everybody in it is invented. CPU is that of the whole process, threads included; a
PostgreSQL server's own CPU is not in it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from skiptrace.model import (
    Account,
    Address,
    AddressSighting,
    Call,
    CallState,
    Case,
    Channel,
    Contact,
    ContactKind,
    Effect,
    Evidence,
    Grant,
    Ground,
    Match,
    Name,
    PartialDate,
    Party,
    PhoneSighting,
    Purpose,
    Reply,
    RuleDecision,
    SourceRecord,
    Step,
    StepResult,
    StopReason,
    Subject,
    Trace,
)
from skiptrace.ports import Caps, Evidenced, Intent, LocalReply, Reserved
from skiptrace.privacy import FieldCipher, KeyRing
from skiptrace.stores import SqlStore

NOW = datetime(2026, 11, 2, 17, tzinfo=UTC)
PERSON = Name("Marion", "T", "Okafor")
PLACE = Address("118 Alder Ct", "Apt 4", "Austin", "TX", "78701")


class StoppedClock:
    def now(self) -> datetime:
        return NOW


def a_case(number: int) -> Case:
    sighting = AddressSighting(PLACE, last_seen=PartialDate(2022))
    subject = Subject(
        (PERSON,), PartialDate(1971, 5, 23), "987654329", "4329", (sighting,), (PhoneSighting("5125550142"),)
    )
    account = Account(f"A-{number}", "open", Decimal("1200.00"), "credit")
    return Case(
        f"case-{number}",
        account,
        subject,
        Purpose("FCRA_COLLECT", "GLBA_ENFORCE"),
        "bench",
        Decimal(5),
        NOW.date(),
        batch_id="bench",
    )


def a_result(number: int) -> Evidenced:
    trace_id, call_id = f"{os.urandom(8).hex()}", os.urandom(8).hex()
    reasons = tuple(
        Evidence(f"feature_{n}", 1.5 + n, "the surname agrees in spelling and is rare", "OKAFOR", "OKAFOR")
        for n in range(7)
    )
    records = tuple(
        SourceRecord(
            f"R-{number}-{n}",
            "reference_file",
            f"file_{n % 4}",
            call_id,
            f"/{n}",
            (PERSON,),
            PartialDate(1971, 5),
            "",
            "4329",
            (AddressSighting(PLACE, PartialDate(2018), PartialDate(2022, 3)),),
            (PhoneSighting("5125550142"),),
        )
        for n in range(14)
    )
    contacts = tuple(
        Contact(
            ContactKind.ADDRESS,
            PLACE.text,
            0.9 - n / 10,
            Party.SUBJECT,
            f"{trace_id}.{n}",
            address=PLACE,
            last_seen=PartialDate(2022, 3),
            grounds=tuple(
                Ground("reference_file", f"R-{number}-{(n + g) % 14}", f"file_{g}", call_id, f"/{n + g}/addresses/0")
                for g in range(3)
            ),
            evidence=reasons[:4],
            grants=(Grant(Channel.MAIL, "D-04", "15 USC 1692b"),),
        )
        for n in range(6)
    )
    call = Call(
        call_id,
        "default",
        f"case-{number}",
        "reference_file",
        "search",
        os.urandom(32),
        CallState.SETTLED,
        Decimal(0),
        batch_id="bench",
        intended_at=NOW,
        sent_at=NOW,
        answered_at=NOW,
    )
    trace = Trace(
        trace_id,
        f"case-{number}",
        f"A-{number}",
        "default",
        NOW,
        NOW,
        StopReason.ENOUGH,
        "address 0.90 >= 0.85",
        Decimal(0),
        (Step("reference_file", "search", StepResult.FOUND, "14 records", call_id, records=14),),
        tuple(
            RuleDecision(
                f"A-{n:02}",
                Effect.PASS,
                f"case-{number}",
                "the account is open and has a balance",
                "15 USC 1681b(a)(3)(A)",
            )
            for n in range(15)
        ),
        tuple(Match(r.record_id, r.provider, 0.97, Party.SUBJECT, reasons) for r in records),
        contacts[:4],
        contacts[4:],
        (),
        {"matching": "1"},
    )
    return Evidenced(trace, records, (LocalReply(call, Reply(200, os.urandom(3000) + bytes(3000), NOW)),))


async def timed(title: str, cases: int, work: Callable[[], Coroutine[object, object, object]]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{title:<42} {wall / cases * 1000:8.3f} ms wall  {cpu / cases * 1000:8.3f} ms CPU  a case")


async def at_once(width: int, jobs: Sequence[Callable[[], Coroutine[object, object, object]]]) -> None:
    queue = iter(jobs)

    async def work() -> None:
        for job in queue:
            await job()

    await asyncio.gather(*(work() for _ in range(width)))


async def purchase(store: SqlStore, number: int) -> None:
    fingerprint = store.fingerprint("default", "acme", "search", str(number).encode())
    intent = Intent(
        f"paid-{number}",
        "default",
        f"case-{number}",
        "bench",
        "acme",
        "search",
        fingerprint,
        Decimal("0.25"),
        86400,
        86400,
        NOW,
    )
    reservation = await store.reserve(intent, Caps(day=Decimal(10**6)))
    assert isinstance(reservation, Reserved)
    call = await store.keep_reply(reservation.call, Reply(200, bytes(3000), NOW))
    await store.settle(call, Decimal("0.25"), hit=True, at=NOW)


async def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=5000)
    options.add_argument("--at-once", type=int, default=32)
    options.add_argument("--url", default="")
    given = options.parse_args()
    seal_speed()
    with tempfile.TemporaryDirectory() as folder:
        store = await SqlStore.open(
            given.url or f"sqlite:///{folder}/store.db", Path(folder) / "keys.json", StoppedClock()
        )
        n = given.cases
        cases, results = [a_case(i) for i in range(n)], [a_result(i) for i in range(n)]
        await timed("accept, one statement for all", n, lambda: store.accept(cases))
        await timed(
            f"keep, {given.at_once} at once",
            n,
            lambda: at_once(given.at_once, [lambda r=r: store.keep([r]) for r in results]),
        )
        alone = [
            replace(
                r, trace=replace(r.trace, trace_id=f"again-{i}", contacts=(), third_party_contacts=()), local_replies=()
            )
            for i, r in enumerate(results[:200])
        ]
        await timed(
            "keep, one after the other, no contacts",
            200,
            lambda: at_once(1, [lambda r=r: store.keep([r]) for r in alone]),
        )
        await timed(
            f"buy (3 transactions), {given.at_once} at once",
            n // 5,
            lambda: at_once(given.at_once, [lambda i=i: purchase(store, i) for i in range(n // 5)]),
        )
        await timed("read the batch back", n, lambda: read(store))
        await store.close()
        if not given.url:
            print(f"{'database':<42} {(Path(folder) / 'store.db').stat().st_size / n / 1000:8.1f} kB a case")


async def read(store: SqlStore) -> None:
    async for _ in store.batch_traces("bench"):
        pass


def seal_speed() -> None:
    cipher, value = FieldCipher(KeyRing.new()), bytes(400)
    start = time.perf_counter()
    for _ in range(10_000):
        cipher.seal("source_records", "content", "0123456789abcdef/7", value)
    print(f"{'100 fields of 400 bytes sealed':<42} {(time.perf_counter() - start) * 10:8.3f} ms")


if __name__ == "__main__":
    asyncio.run(main())
