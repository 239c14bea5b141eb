"""Webhook deliveries per second, and what a dead endpoint costs the others.

    python benchmarks/webhooks.py [--events 3000] [--database postgresql://…]

Real receivers on loopback in a process of their own, real signatures, a real store (SQLite in a temporary folder when
no database is named). One call measures, three times: one healthy endpoint alone, and the same while another endpoint
takes every connection and never answers; the second figure also as a share of the first. One to two minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import secrets
import tempfile
import time
from base64 import b64encode
from dataclasses import replace
from datetime import date
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path

from skiptrace.delivering import Relay
from skiptrace.model import Account, Case, Purpose, StopReason, Subject, Trace
from skiptrace.ports import Evidenced, SinkEntry
from skiptrace.providers.transport import AiohttpTransport
from skiptrace.sinks import SinkSetup, open_sink
from skiptrace.stores import SqlStore
from skiptrace.stores.databases import database_at
from skiptrace.wiring import SystemClock, new_id

SECRET = "whsec_" + b64encode(secrets.token_bytes(32)).decode()
OK = b"HTTP/1.1 204 No Content\r\n\r\n"


def serve(pipe: Connection) -> None:
    """Two receivers: one says 204 to everything, the other nothing to anybody."""
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    async def healthy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
                await reader.readexactly(int(length))
                writer.write(OK)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    servers = [await asyncio.start_server(answer, "127.0.0.1", 0) for answer in (healthy, silent)]
    pipe.send([server.sockets[0].getsockname()[1] for server in servers])
    await asyncio.sleep(3600)


def case(number: int) -> Case:
    return Case(
        new_id(), Account(f"A-{number}", "open", Decimal(100)), Subject(()), Purpose(), "", Decimal(1), date(2026, 3, 2)
    )


async def fill(store: SqlStore, events: int) -> None:
    cases = [case(number) for number in range(events)]
    now = SystemClock().now()
    for start in range(0, events, 500):
        page = cases[start : start + 500]
        await store.accept(page)
        traces = [
            Trace(new_id(), c.case_id, c.account.account_id, c.tenant, now, now, StopReason.EXHAUSTED, "", Decimal(0))
            for c in page
        ]
        await store.keep([Evidenced(trace, ()) for trace in traces])


async def timed(store: SqlStore, events: int, **hooks: str) -> float:
    """Deliveries per second at the endpoint ``healthy``."""
    clock = SystemClock()
    transport = AiohttpTransport(allow_loopback=True)
    setup = SinkSetup("", clock, transport, database_at, secret=SECRET)
    sinks = {name: open_sink("webhook", replace(setup, name=name, url=url)) for name, url in hooks.items()}
    await store.outbox.register([SinkEntry(name, "webhook") for name in hooks])
    await fill(store, events)
    relays = {name: Relay(store, {name: sink}, clock, lambda: 0.0) for name, sink in sinks.items()}
    others = [asyncio.create_task(relay.run_once()) for name, relay in relays.items() if not name.startswith("healthy")]
    healthy = next(relay for name, relay in relays.items() if name.startswith("healthy"))
    began = time.perf_counter()
    await healthy.run_once()
    took = time.perf_counter() - began
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await transport.aclose()
    return events / took


async def measure(database: str, folder: Path, events: int, ports: list[int]) -> None:
    healthy, dead = (f"http://127.0.0.1:{port}/" for port in ports)
    store = await SqlStore.open(database or f"sqlite:///{folder / 'store.db'}", folder / "keys.json", SystemClock())
    try:
        await timed(store, 300, healthy_warm=healthy)
        for round_ in range(1, 4):
            alone = await timed(store, events, **{f"healthy{round_}a": healthy})
            beside = await timed(store, events, **{f"healthy{round_}b": healthy, f"dead{round_}": dead})
            print(
                f"round {round_}: alone {alone:,.0f}/s, beside a dead endpoint {beside:,.0f}/s ({beside / alone:.0%})"
            )
    finally:
        await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=3000)
    parser.add_argument("--database", default="")
    given = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    receivers = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    receivers.start()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(given.database, Path(folder), given.events, ours.recv()))
    receivers.terminate()


if __name__ == "__main__":
    main()
