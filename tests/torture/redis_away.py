"""Redis killed or emptied again and again under load: ``python -m tests.torture.redis_away [--minutes 5]``.

Two ``skiptrace worker`` processes on PostgreSQL work while Redis is killed and started empty, or flushed, every now and
then. Cases come in all the time. The vendor's bill, SQL and the processes themselves tell what came of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from skiptrace.model import Lane
from skiptrace.settings import Settings
from skiptrace.wiring import SystemClock, dispatcher, open_store
from tests.numbered_people import a_case
from tests.servers import postgres
from tests.servers import redis as redis_server
from tests.servers.redis import Redis
from tests.torture.checker import check, rows
from tests.torture.lives import STRATEGY, Ground
from tests.torture.running import ROOT, vendor

WORKERS = 2
AT_ONCE = 5
"""Cases handed in together, several times a second."""
DONE = "SELECT count(*) FROM traces"
OPEN = "SELECT count(*) FROM jobs WHERE state <> 'done'"


def settings_file(ground: Ground, redis: Redis) -> Path:
    strategy, config = ground.folder / "strategy.toml", ground.folder / "skiptrace.toml"
    strategy.write_text(STRATEGY)
    named = {"home": ground.folder, "database": ground.database, "redis": redis.url}
    named |= {"sandbox_url": ground.vendor, "strategy": strategy}
    config.write_text("\n".join(f'{name} = "{value}"' for name, value in named.items()) + "\n[worker]\nslots = 10\n")
    return config


async def hand_in(settings: Settings, first: int, ground: Ground) -> None:
    bell = dispatcher(settings)
    async with open_store(settings, SystemClock()) as store:
        cases = [a_case(number) for number in range(first, first + AT_ONCE)]
        await store.submit(cases, Lane.STANDARD)
        await bell.wake(Lane.STANDARD, len(cases))
    await bell.close()
    with ground.acknowledged.open("a") as told:
        told.write("".join(f"{case.case_id}\n" for case in cases))


def torment(ground: Ground, redis: Redis, seconds: float, every: float) -> dict[str, object]:
    config = settings_file(ground, redis)
    settings = Settings.read({}, config)
    asyncio.run(hand_in(settings, 0, ground))
    program = [sys.executable, "-m", "skiptrace.cli.main", "--config", str(config), "worker"]
    workers = [subprocess.Popen(program, cwd=ROOT, stderr=subprocess.DEVNULL) for _ in range(WORKERS)]
    try:
        figures = _under_load(ground, settings, redis, int(seconds / every), every)
        deadline = time.monotonic() + 200
        while rows(ground.database, OPEN)[0][0]:
            assert time.monotonic() < deadline, "work is left that nobody does"
            time.sleep(0.2)
        exited = [worker.poll() for worker in workers if worker.poll() is not None]
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(60)
    return figures | {"workers_that_ended": exited}


def _under_load(ground: Ground, settings: Settings, redis: Redis, wanted: int, every: float) -> dict[str, object]:
    handed_in, blows, resumed = AT_ONCE, 0, [0.0]
    while not rows(ground.database, DONE)[0][0]:
        time.sleep(0.1)
    next_blow = time.monotonic() + every / 2
    while blows < wanted:
        if time.monotonic() < next_blow:
            asyncio.run(hand_in(settings, handed_in, ground))
        else:
            blows, next_blow = blows + 1, next_blow + every
            _strike(redis, lambda first=handed_in: asyncio.run(hand_in(settings, first, ground)), flush=blows % 3 == 0)
            resumed.append(_until_one_is_done(ground))
        handed_in += AT_ONCE
        time.sleep(0.2)
    return {"blows": blows, "cases": handed_in, "longest_until_a_case_is_done": round(max(resumed), 2)}


def _strike(redis: Redis, meanwhile: Callable[[], None], *, flush: bool) -> None:
    """Cases come in while Redis is away, so that there is work when it is back."""
    if not flush:
        redis.kill()
    meanwhile()
    if flush:
        redis.client().flushall()
    else:
        redis.start()


def _until_one_is_done(ground: Ground) -> float:
    """Seconds from the moment that Redis is back until the next case is finished."""
    began, done = time.monotonic(), rows(ground.database, DONE)[0][0]
    while rows(ground.database, DONE)[0][0] == done and rows(ground.database, OPEN)[0][0]:
        assert time.monotonic() - began < 200, "work is not taken up again"
        time.sleep(0.02)
    return time.monotonic() - began


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m tests.torture.redis_away")
    options.add_argument("--minutes", type=float, default=5)
    options.add_argument("--every", type=float, default=20, help="seconds")
    given = options.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        vendor(Path(name), delay_ms=50) as address,
        postgres.running(durable=True) as server,
        redis_server.running() as redis,
    ):
        ground = Ground(Path(name), server.url, address)
        figures = torment(ground, redis, given.minutes * 60, given.every)
        findings = check(ground)
    print(json.dumps(figures | {"findings": asdict(findings)}))
    sys.exit(not (findings.clean and not figures["workers_that_ended"]))


if __name__ == "__main__":
    main()
