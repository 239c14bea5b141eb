"""A process that is killed before any of its commits: nothing is paid twice, and every doubt is listed.

The checker reads the vendor's own bill and the store, and believes nothing that a process says of itself.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from skiptrace.model import CallState
from tests.stores.databases import Place
from tests.stores.processes import PRICE, bill_of, in_processes

COMMITS = 9
"""Vault, opening, keys, accepting, sent, reply, settled and trace make eight; the ninth never comes."""


async def test_killed_before_any_commit_nothing_is_paid_twice(place: Place) -> None:
    await in_processes("buy", place, COMMITS)
    charged = Counter(bill_of(place).read_text().split())
    async with place.store() as store:
        states = {n: [call.state for call in await store.calls(f"case-{n}")] for n in range(1, COMMITS + 1)}
        doubts = {call.case_id for call in await store.in_doubt("default")}
        batch = await store.batch("batch-1")
        rows = await store.audit.verify()
    done = CallState.SETTLED
    assert states == {
        1: [done],
        2: [done],
        3: [done],
        4: [done],
        5: [done],
        6: [CallState.IN_DOUBT],
        7: [done],
        8: [done],
        9: [done],
    }, "killed before the commit of: vault, opening, keys, accept, sent, reply, settled, trace, nothing"
    assert charged == {str(n): 1 for n in range(1, COMMITS + 1)}, "each case is charged once by the vendor"
    assert doubts == {"case-6"}, "charged, and no reply is known"
    assert (batch.accepted, batch.done, batch.spent) == (COMMITS, COMMITS, PRICE * (COMMITS - 1))
    committed = await place.sql("SELECT committed FROM spending WHERE cap = 'day'")
    assert Decimal(committed[0][0]) / 1_000_000 == PRICE * COMMITS, "the doubt holds its reservation"
    assert rows.rows > COMMITS * 3
