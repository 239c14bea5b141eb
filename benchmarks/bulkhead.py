"""What a provider that hangs costs the others: 30 slots whose work asks three vendors in turn, one of them sick.

    python -m benchmarks.bulkhead [--rounds 5] [--seconds 10]

Rounds with all well and with one sick take turns; the first vendor's answers are not counted. At least 0.95 is meant.
"""

from __future__ import annotations

import argparse
import asyncio
from statistics import median

from tests.limits.mixture import hanging, served, slow_server


async def rounds(count: int, seconds: float) -> list[float]:
    """For each round the share of answers that was left with one sick."""
    shares = []
    async with slow_server() as well, hanging() as nowhere:
        for _ in range(count):
            all_well = await served({"acme": well, "bond": well, "core": well}, seconds=seconds)
            one_sick = await served({"acme": nowhere, "bond": well, "core": well}, seconds=seconds)
            shares.append(one_sick / all_well)
            print(f"{one_sick} of {all_well}: {shares[-1]:.3f}")
    return shares


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10.0)
    given = parser.parse_args()
    print(f"median {median(asyncio.run(rounds(given.rounds, given.seconds))):.3f}")


if __name__ == "__main__":
    main()
