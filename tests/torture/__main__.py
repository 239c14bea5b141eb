"""``python -m tests.torture [--kills 1460]``: as many kills over SQLite and PostgreSQL, then the verdict."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.servers import postgres
from tests.torture.lives import Ground
from tests.torture.points import Point
from tests.torture.running import Report, Torture, vendor

RANDOM_SHARE = 0.35
"""Of all kills, so many come at no named point: they test the list of points."""


def torture(kind: str, kills: int, stops: int, *, lease: float, seed: int, at_once: int) -> Report:
    """One run over one kind of database."""
    named = int(kills * (1 - RANDOM_SHARE)) // len(Point)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = stack.enter_context(vendor(folder))
        ground = Ground(folder, stack.enter_context(_database(kind, folder)), address, lease)
        return Torture(ground, seed, at_once).run(named, kills - named * len(Point), stops)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/skiptrace.db"
        return
    with postgres.running(durable=True) as server:
        yield server.url


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m tests.torture")
    options.add_argument("--kills", type=int, default=1460, help="over both databases together")
    options.add_argument("--stops", type=int, default=24, help="workers put to sleep beyond their lease, likewise")
    options.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    options.add_argument("--lease", type=float, default=1.0, help="seconds")
    options.add_argument("--at-once", type=int, default=4, help="workers that live at the same time")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    kinds = ["sqlite", "postgres"] if given.database == "both" else [given.database]
    clean = True
    for kind in kinds:
        share = given.kills // len(kinds), given.stops // len(kinds)
        report = torture(kind, *share, lease=given.lease, seed=given.seed, at_once=given.at_once)
        clean = clean and report.findings.clean
        print(f"{kind}: {report.to_json()}", flush=True)
    sys.exit(not clean)


if __name__ == "__main__":
    main()
