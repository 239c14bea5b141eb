"""Many workers, one cap: ``python -m tests.torture.capping`` has 64 processes want 10,000 calls with a cap of 100.

Fifty of them are killed on the way. What the vendor's bill says must not exceed the cap, and what the ledger says must
be no less than the bill.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from decimal import Decimal
from functools import partial
from pathlib import Path

from skiptrace import tracing
from skiptrace.wiring import connect
from tests.numbered_people import a_case
from tests.servers import postgres
from tests.torture.checker import bill_of, rows
from tests.torture.lives import PRICES, Ground, fork
from tests.torture.running import vendor

ONE_CALL = """
name = "one call"
wanted = { address = 1.0 }
worth = { recovery = 1.0, worth_at_most = "1000.00" }

[[step]]
ask = "enformion.contact_enrich"
"""


async def wanting(ground: Ground, numbers: range) -> None:
    """Accept each case and trace it; most will be refused."""
    async with connect(ground.settings) as app:
        for number in numbers:
            case = a_case(number)
            await app.store.accept([case])
            await tracing.trace(case, app)


async def migrate(ground: Ground) -> None:
    async with connect(ground.settings):
        pass


def race(ground: Ground, workers: int, wants: int, kills: int, seed: int = 1) -> int:
    """Run them all at once, shoot some; a killed one is followed by another. Returns how many were killed."""
    rng, share = random.Random(seed), wants // workers
    os.waitpid(fork(partial(migrate, ground)), 0)
    shares = {fork(partial(wanting, ground, _share(n, share))): n for n in range(workers)}
    killed, next_kill = 0, time.monotonic() + 1
    while shares:
        if killed < kills and time.monotonic() > next_kill:
            os.kill(rng.choice(list(shares)), signal.SIGKILL)
            killed, next_kill = killed + 1, time.monotonic() + rng.uniform(0.05, 0.3)
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            time.sleep(0.01)
            continue
        number = shares.pop(pid)
        assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL), "a worker failed"
        if status:
            shares[fork(partial(wanting, ground, _share(number, share)))] = number
    return killed


def _share(number: int, share: int) -> range:
    return range(number * share, (number + 1) * share)


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m tests.torture.capping")
    options.add_argument("--workers", type=int, default=64)
    options.add_argument("--wants", type=int, default=10_000)
    options.add_argument("--calls", type=int, default=100, help="how many calls the cap has room for")
    options.add_argument("--kills", type=int, default=50)
    given = options.parse_args()
    cap = PRICES["contact_enrich"] * given.calls
    with tempfile.TemporaryDirectory() as name, vendor(Path(name)) as address, postgres.running(durable=True) as server:
        ground = Ground(Path(name), server.url, address, day_cap=cap)
        (ground.folder / "strategy.toml").write_text(ONE_CALL)
        began = time.monotonic()
        killed = race(ground, given.workers, given.wants, given.kills)
        billed = PRICES["contact_enrich"] * len(bill_of(ground))
        states = "SELECT state, count(*), sum(charged) FROM calls GROUP BY state"
        booked = {state: [count, int(money)] for state, count, money in rows(server.url, states)}
        counted = Decimal(rows(server.url, "SELECT committed FROM spending WHERE cap = 'day'")[0][0]) / 1_000_000
    report = {"killed": killed, "cap": str(cap), "billed": str(billed), "counted": str(counted), "calls": booked}
    print(json.dumps(report | {"seconds": round(time.monotonic() - began)}))
    sys.exit(not billed <= counted <= cap)


if __name__ == "__main__":
    main()
