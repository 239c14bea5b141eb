"""How well one limit is kept by many processes: the vendor's own view of 8 workers that share 100 requests a second.

    python -m benchmarks.limits [--seconds 60] [--processes 8] [--per-second 100] [--skew 300]

Prints the most requests that any second held, wherever it begins (at most 101), and the share of the allowance that
was used (at least 0.97). The workers' clocks differ by twice the skew. Run it with nothing else on the machine: a
process that is woken late lets its reservation by, which costs allowance and never breaks the limit.
"""

from __future__ import annotations

import argparse
import sys

from tests.limits.crowd import Crowd, ask
from tests.servers import redis as redis_server

from skiptrace.model import Limits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--per-second", type=int, default=100)
    parser.add_argument("--skew", type=float, default=300.0)
    given = parser.parse_args()
    limits = Limits(per_second=given.per_second, concurrent=1_000)
    crowd = Crowd(given.processes, seconds=given.seconds, skew=given.skew, limits=limits)
    with redis_server.running() as redis:
        seen = ask(redis.url, crowd)
    most, used = seen.most_in(1.0), seen.share_used(given.per_second)
    print(f"{len(seen.moments)} requests; at most {most} in a second; {used:.3f} of the allowance used")
    sys.exit(most > given.per_second * 1.01 or used < 0.97)


if __name__ == "__main__":
    main()
