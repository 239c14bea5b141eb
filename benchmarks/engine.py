"""The whole engine on the benchmark's vendor: cases, settings, and a driver with so many cases at once.

    python -m benchmarks.engine SETTINGS SLOTS [PROFILE] < ranges

Reads lines "FIRST END" of people's numbers, accepts their cases and traces them, until its input ends.
"""

from __future__ import annotations

import asyncio
import cProfile
import sys
from collections.abc import Iterator
from pathlib import Path

import uvloop
from tests.numbered_people import a_case

from skiptrace import tracing
from skiptrace.model import Case
from skiptrace.settings import Settings
from skiptrace.tracing import App
from skiptrace.wiring import connect

STRATEGY = """
name = "benchmark"

[wanted]
address = 1.0
phone = 1.0

[worth]
recovery = 1.0
worth_at_most = "1000.00"

[[step]]
ask = "enformion.contact_enrich"

[[step]]
ask = "enformion.person_search"

[[step]]
ask = "trestle.phone_validation"

[[step]]
ask = "trestle.reverse_phone"
"""
"""Four calls whatever they bring: no probability reaches 1."""


def settings_file(home: Path, database: str, vendor: str) -> Path:
    (home / "strategy.toml").write_text(STRATEGY)
    lines = {"home": home, "database": database, "sandbox_url": vendor, "strategy": home / "strategy.toml"}
    config = home / "skiptrace.toml"
    config.write_text("\n".join(f'{name} = "{value}"' for name, value in lines.items()))
    return config


async def main(config: Path, slots: int) -> None:
    loop = asyncio.get_running_loop()
    async with connect(Settings.read({}, config)) as app:
        for provider in app.providers.values():  # the vendors' own limits are not what is measured
            provider._slots = asyncio.Semaphore(slots)  # type: ignore[attr-defined]  # noqa: SLF001
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            first, end = map(int, line.split())
            cases = [a_case(number) for number in range(first, end)]
            await app.store.accept(cases)
            waiting = iter(cases)
            await asyncio.gather(*(trace_all(waiting, app) for _ in range(slots)))


async def trace_all(waiting: Iterator[Case], app: App) -> None:
    for case in waiting:
        await tracing.trace(case, app)


if __name__ == "__main__":
    with cProfile.Profile() as profile:
        if len(sys.argv) <= 3:
            profile.disable()
        uvloop.run(main(Path(sys.argv[1]), int(sys.argv[2])))
    if len(sys.argv) > 3:
        profile.dump_stats(sys.argv[3])
