"""What the audit trail and the cases' own keys cost.

    python benchmarks/audit.py [--rows 1000000] [--keys 20000]

Writes a trail, verifies it against its seals and checkpoints (the wanted figure: 1,000,000 rows in at most 30 s), then
makes, finds and rewraps the keys of many cases. On one machine, SQLite; wall and CPU seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from skiptrace.privacy import AuditEvent, KeyRing, RingWrapper, SubjectIds
from skiptrace.stores import SqlStore
from skiptrace.stores.databases import database_at
from skiptrace.stores.vault import Vault

NOW = datetime(2026, 11, 2, 17, tzinfo=UTC)
AT_ONCE = 256


class StoppedClock:
    def now(self) -> datetime:
        return NOW


@contextmanager
def timed(title: str, count: int) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    each = f"{wall / count * 1e6:8.1f} us wall {cpu / count * 1e6:8.1f} us CPU each"
    print(f"{title:<34} {count:>9,} in {wall:7.2f} s wall {cpu:7.2f} s CPU  {each}")


async def write(store: SqlStore, rows: int) -> None:
    for start in range(0, rows, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, rows))
        events = [AuditEvent(NOW, "call.settled", f"call-{n}", "acme.search 0.25 USD") for n in numbers]
        notes: list[Awaitable[None]] = [store.audit.note(event) for event in events]
        await asyncio.gather(*notes)


async def trail(folder: Path, rows: int) -> None:
    store = await SqlStore.open(f"sqlite:///{folder}/store.db", folder / "keys.json", StoppedClock())
    with timed("rows written, 256 at once", rows):
        await write(store, rows)
    with timed("rows verified", rows):
        checked = await store.audit.verify()
    assert checked.rows == rows
    print(f"{checked.checkpoints:,} checkpoints; {(folder / 'store.db').stat().st_size / rows:,.0f} bytes a row")
    await store.close()


def keys(folder: Path, count: int) -> None:
    ring = KeyRing.read(folder / "keys.json")
    ids = SubjectIds(ring.derive("subject ids"))
    owners = [("default", f"case-{n}") for n in range(count)]
    pages = [owners[n : n + 500] for n in range(0, count, 500)]
    for title, again in (("keys of cases made", False), ("keys of cases found", True)):
        vault = Vault(database_at(f"sqlite:///{folder}/vault.db").engine, RingWrapper(folder / "keys.json"), ids)
        vault.prepare()
        with timed(title, count):
            for page in pages:
                for one in (vault.find(page) if again else vault.make(page)).values():
                    one.file.seal("cases", "names", "case", b"value")
    KeyRing.rotate(folder / "keys.json")
    with timed("keys rewrapped after a rotation", count):
        after = b""
        while found := vault.rewrap(after):
            after = found[0]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--keys", type=int, default=20_000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(trail(Path(folder), given.rows))
        keys(Path(folder), given.keys)


if __name__ == "__main__":
    main()
