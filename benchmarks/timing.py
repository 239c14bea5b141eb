"""Whether the time of a refusal tells what is there: medians of 200 requests each, in turn. Wanted: < 5 ms apart.

python -m benchmarks.timing
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.web.serving import OTHER, Served, case_of, served

from skiptrace.access import Role

TIMES = 200


async def apart(door: Served, title: str, one: tuple[str, str], other: tuple[str, str]) -> None:
    """Each request is a key and a path."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(TIMES):
        for (key, path), found in zip((one, other), took, strict=True):
            began = time.perf_counter()
            await door.call(key, "GET", path)
            found.append((time.perf_counter() - began) * 1000)
    medians = [median(found) for found in took]
    print(f"{title:<52} {medians[0]:6.2f} and {medians[1]:6.2f} ms, {abs(medians[0] - medians[1]):5.2f} ms apart")


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with served(Path(folder)) as door:
            mine = await door.key(Role.SUPERVISOR, "sue")
            far = await door.traced(case_of(OTHER, account_id="A-far"))
            of_far, nothing = f"/v1/cases/{far.trace.case_id}", f"/v1/cases/{'0' * 32}"
            await apart(door, "case of another tenant, and none", (mine, of_far), (mine, nothing))
            traces = f"/v1/traces/{far.trace.trace_id}", "/v1/traces/t" + "0" * 32
            await apart(door, "trace of another tenant, and none", (mine, traces[0]), (mine, traces[1]))
            accounts = "/v1/accounts/A-far/traces", "/v1/accounts/A-none/traces"
            await apart(door, "account of another tenant, and none", (mine, accounts[0]), (mine, accounts[1]))
            wrong, unknown = mine[:-4] + "0000", "sktr_" + "0" * 16 + "_" + "0" * 64
            await apart(door, "key with another secret, and no key of ours", (wrong, nothing), (unknown, nothing))


if __name__ == "__main__":
    asyncio.run(main())
