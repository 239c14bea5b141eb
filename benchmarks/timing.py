"""Whether the time of a refusal tells what is there. Wanted: medians less than 5 ms apart (S02).

    python -m benchmarks.timing [--times 200]

Requests are sent in turns, in random order within each turn. ``chance`` is how often two samples of one and the same
thing are as far apart as these (permutation test of the medians): below 0.01 the difference is more than noise.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from tests.web.serving import OTHER, Served, case_of, served

from skiptrace.access import Role

SHUFFLES = 2000


async def apart(door: Served, title: str, one: tuple[str, str], other: tuple[str, str], times: int) -> None:
    """Each request is a key and a path."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        pair = [(one, took[0]), (other, took[1])]
        random.shuffle(pair)
        for (key, path), found in pair:
            began = time.perf_counter()
            answer = await door.call(key, "GET", path)
            found.append((time.perf_counter() - began) * 1000)
            assert answer.status_code in (401, 404)
    medians = [median(found) for found in took]
    figures = f"{medians[0]:7.2f} {medians[1]:7.2f} {abs(medians[0] - medians[1]):6.2f}"
    print(f"{title:<58}{figures} {chance(took):7.3f}", flush=True)


def chance(took: tuple[list[float], list[float]]) -> float:
    """Swaps within each turn, so that a load that comes and goes falls on both."""
    rng, both = np.random.default_rng(7), np.array(took)
    seen = abs(float(np.median(both[0]) - np.median(both[1])))
    swapped = rng.random((SHUFFLES, both.shape[1])) < 0.5
    first, second = np.where(swapped, both[0], both[1]), np.where(swapped, both[1], both[0])
    apart_by_chance = np.abs(np.median(first, axis=1) - np.median(second, axis=1))
    return float((apart_by_chance >= seen).mean())


async def main(times: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with served(Path(folder)) as door:
            mine, colleague = await door.key(Role.SUPERVISOR, "sue"), await door.key(Role.COLLECTOR, "carl")
            far = await door.traced(case_of(OTHER, account_id="A-far"))
            near = await door.traced(case_of(account_id="A-near"))
            of_far, nothing = f"/v1/cases/{far.trace.case_id}", f"/v1/cases/{'0' * 32}"
            traces = f"/v1/traces/{far.trace.trace_id}", "/v1/traces/t" + "0" * 32
            no_account, near_account = "/v1/accounts/A-none/traces", "/v1/accounts/A-near/traces"
            near_case = f"/v1/cases/{near.trace.case_id}"
            wrong, unknown = mine[:-4] + "0000", "sktr_" + "0" * 16 + "_" + "0" * 64
            print(f"{'median of, in ms':<58}{'one':>7} {'other':>7} {'apart':>6} {'chance':>7}")
            for title, one, other in (
                ("an account that is not there, twice", (mine, no_account), (mine, no_account)),
                ("account of another tenant, and none", (mine, "/v1/accounts/A-far/traces"), (mine, no_account)),
                ("case of another tenant, and none", (mine, of_far), (mine, nothing)),
                ("trace of another tenant, and none", (mine, traces[0]), (mine, traces[1])),
                ("a colleague's account, and none", (colleague, near_account), (colleague, no_account)),
                ("a colleague's case, and none", (colleague, near_case), (colleague, nothing)),
                ("key with another secret, and no key of ours", (wrong, nothing), (unknown, nothing)),
            ):
                await apart(door, title, one, other, times)


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--times", type=int, default=200)
    asyncio.run(main(given.parse_args().times))
