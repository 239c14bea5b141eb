"""What must hold, judged from outside: the vendor's bill, the rows in SQL and the client's notes. No worker is asked.

SQL is read with the drivers alone, so that a mistake of the store cannot hide itself.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg

from tests.torture.lives import PRICES, Ground

MICROS = 1_000_000

_NO = "SELECT count(*) FROM {} WHERE NOT EXISTS (SELECT 1 FROM {} WHERE {})"
ORPHANS = (
    _NO.format("contacts c", "evidence e", "e.trace_id = c.trace_id AND e.contact_id = c.contact_id"),
    _NO.format("evidence e", "calls k", "k.call_id = e.call_id"),
    _NO.format("evidence e", "source_records r", "r.trace_id = e.trace_id AND r.number = e.record_number"),
    _NO.format("evidence e", "replies b", "b.call_id = e.call_id"),
)
"""Contact -> evidence -> record -> call -> raw reply: how often a link is missing."""


def rows(database: str, statement: str) -> Sequence[Sequence[Any]]:
    """Read with the driver."""
    if database.startswith("sqlite"):
        connection = sqlite3.connect(database.removeprefix("sqlite:///"), timeout=30)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()
    return asyncio.run(_fetch(database, statement))


async def _fetch(database: str, statement: str) -> Sequence[Sequence[Any]]:
    host = parse_qs(urlsplit(database).query)["host"][0]
    connection = await asyncpg.connect(host=host, user="postgres", database="postgres")
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


@dataclass
class Findings:
    """Empty lists and zeros, or something is wrong."""

    lost: list[str] = field(default_factory=list)
    """Acknowledged cases without a finished trace."""
    done_twice: list[str] = field(default_factory=list)
    """Cases with more than one trace."""
    charged_twice: list[str] = field(default_factory=list)
    unbooked: list[str] = field(default_factory=list)
    """On the vendor's bill, but neither booked at its price nor listed in doubt."""
    invented: list[str] = field(default_factory=list)
    """Booked, but not on the vendor's bill."""
    orphans: int = 0
    wrong_sums: list[str] = field(default_factory=list)
    """Counters under the caps that are not the sum of their calls."""
    untold: list[str] = field(default_factory=list)
    """Events that the sink never heard."""
    out_of_order: list[str] = field(default_factory=list)
    """Events that the sink heard for the first time after a later one of the same case."""
    damage: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return self == Findings()


def bill_of(ground: Ground) -> list[tuple[str, str, str]]:
    """Lines (case, product, question)."""
    if not ground.bill.exists():
        return []
    lines = [line.split() for line in ground.bill.read_text().splitlines()]
    return [(case, product, question) for case, product, question in lines]


def check(ground: Ground) -> Findings:
    found = Findings()
    bill = bill_of(ground)
    acknowledged = set(ground.acknowledged.read_text().split()) if ground.acknowledged.exists() else set()
    traces = Counter(row[0] for row in rows(ground.database, "SELECT case_id FROM traces"))
    found.lost = sorted(acknowledged - traces.keys())
    found.done_twice = sorted(case for case, times in traces.items() if times > 1)
    charges = Counter(question for _, _, question in bill)
    found.charged_twice = sorted(f"{case} {product}" for case, product, question in bill if charges[question] > 1)
    _check_booking(ground, bill, found)
    found.orphans = sum(int(rows(ground.database, statement)[0][0]) for statement in ORPHANS)
    if ground.told.exists():
        _check_telling(ground, found)
    if ground.database.startswith("sqlite"):
        found.damage = [row[0] for row in rows(ground.database, "PRAGMA integrity_check") if row[0] != "ok"]
    return found


def _check_telling(ground: Ground, found: Findings) -> None:
    first: dict[str, int] = {}
    newest: dict[str, int] = {}
    for line in ground.told.read_text().splitlines():
        event, number, case = line.split(" ")
        if event in first:
            continue
        first[event] = int(number)
        if case and int(number) < newest.get(case, 0):
            found.out_of_order.append(line)
        newest[case] = max(int(number), newest.get(case, 0))
    put_out = {row[0] for row in rows(ground.database, "SELECT event_id FROM outbox")}
    found.untold = sorted(put_out - first.keys())


def _check_booking(ground: Ground, bill: Sequence[tuple[str, str, str]], found: Findings) -> None:
    calls = rows(ground.database, "SELECT case_id, product, state, reserved, charged FROM calls")
    charged = {(case, product) for case, product, _ in bill}
    booked = {(case, product) for case, product, state, _, money in calls if state == "settled" and money}
    doubtful = {(case, product) for case, product, state, _, _ in calls if state == "in_doubt"}
    found.unbooked = sorted(" ".join(line) for line in charged - booked - doubtful)
    found.invented = sorted(" ".join(line) for line in booked - charged)
    wrong = {(p, m) for _, p, state, _, m in calls if state == "settled" and m not in (0, PRICES[p] * MICROS)}
    found.unbooked += sorted(f"a wrong price for {product}: {money}" for product, money in wrong)
    held = sum(_holds(state, reserved, money) for _, _, state, reserved, money in calls)
    days = rows(ground.database, "SELECT sum(committed) FROM spending WHERE cap = 'day'")[0][0] or 0
    if int(days) != held:
        found.wrong_sums = [f"the day's counter holds {Decimal(days) / MICROS}, its calls {Decimal(held) / MICROS}"]


def _holds(state: str, reserved: int, charged: int) -> int:
    """What a call holds under the caps, in micro-dollars."""
    if state == "not_charged":
        return 0
    return int(charged if state == "settled" else reserved)
