"""Bulk intake over HTTP: accounts per second through a real `skiptrace serve`, committed and queued.

    python benchmarks/intake.py [--accounts 50000] [--database postgresql://…]

One server process, one client on the same machine. Prints wall time, the server's CPU per account and its memory.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from skiptrace.client import Client


def accounts(count: int) -> Iterator[dict[str, Any]]:
    """Invented people, no two alike."""
    for n in range(count):
        yield {
            "account_id": f"A-{n}",
            "balance": f"{100 + n % 5000}.00",
            "account_state": "open",
            "first": "Marion",
            "last": f"Okafor{n % 977}",
            "birth_date": f"19{50 + n % 50}-0{1 + n % 9}-1{n % 10}",
            "ssn4": f"{n % 9999 + 1:04}",
            "phone": [f"512-555-{n % 10_000:04}"],
            "address": f"{n % 9000 + 1} Alder Ct",
            "city": "Austin",
            "state": "TX",
            "zip": "78701",
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=50_000)
    parser.add_argument("--database", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("SKIPTRACE_")}
        environ = clean | {"SKIPTRACE_HOME": home} | ({"SKIPTRACE_DATABASE": given.database} if given.database else {})
        skiptrace = str(Path(sys.executable).with_name("skiptrace"))
        make = [skiptrace, "keys", "create", "bench", "--role", "service"]
        key = subprocess.run(make, env=environ, check=True, capture_output=True, text=True).stdout.strip()
        server = subprocess.Popen([skiptrace, "serve", "--port", "0"], env=environ, stderr=subprocess.PIPE, text=True)
        try:
            measure(server, key, given.accounts)
        finally:
            server.terminate()
            server.wait()


def measure(server: subprocess.Popen[str], key: str, count: int) -> None:
    assert server.stderr is not None
    url = re.search(r"http://\S+:\d+", server.stderr.readline())
    assert url is not None
    process = psutil.Process(server.pid)
    with Client(url[0], key) as client:
        before, start = process.cpu_times(), time.perf_counter()
        *_, total = client.bulk(accounts(count), batch_id="bench", purpose="collection", certified_by="Jane Sample")
        seconds, after = time.perf_counter() - start, process.cpu_times()
        assert total["accepted"] == count, total
        assert client.batch("bench")["states"] == {"queued": count}
    cpu = after.user + after.system - before.user - before.system
    print(f"{count:,} accounts in {seconds:.1f} s: {count / seconds:,.0f} per second")
    print(f"server CPU {cpu / count * 1e3:.3f} ms per account, memory {process.memory_info().rss / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
