"""Claims are few and no slot waits for one; what ends together is written down together."""

from __future__ import annotations

import asyncio

from skiptrace.jobs.reserve import Reserve
from skiptrace.jobs.waves import Waves


def a_reserve(ends_per_second: int, claim_seconds: float) -> Reserve:
    """After a second of so many ends, by a clock of its own."""
    now = 0.0
    made = Reserve(lambda: now)
    for _ in range(ends_per_second):
        now += 1 / ends_per_second
        made.note_end()
    for _ in range(100):
        made.note_claim(claim_seconds)
    return made


def test_who_knows_nothing_yet_fills_the_slots() -> None:
    assert Reserve().room(slots=100, taken=0) == 100
    assert Reserve().room(slots=100, taken=100) == 0


def test_short_jobs_are_claimed_ahead_and_many_at_a_time() -> None:
    made = a_reserve(ends_per_second=1000, claim_seconds=0.005)
    assert made.room(slots=100, taken=110) == 0, "ten are held ready for the ten that end during two claims"
    assert made.room(slots=100, taken=109) == 100 + 10 + 20 - 109
    assert made.room(slots=100, taken=60) == 100 + 10 + 20 - 60


def test_never_more_ahead_than_half_the_slots() -> None:
    assert a_reserve(ends_per_second=9000, claim_seconds=3.0).room(slots=100, taken=0) == 150


def test_long_jobs_are_left_to_others_until_there_is_a_slot() -> None:
    made = a_reserve(ends_per_second=20, claim_seconds=0.01)
    assert (made.room(slots=20, taken=20), made.room(slots=20, taken=19)) == (0, 1)


async def test_jobs_that_end_one_after_the_other_are_written_in_one_turn_of_the_loop() -> None:
    waves, turn = Waves(seconds=0.5), 0

    async def end() -> int:
        await waves.join()
        return turn

    ends = [asyncio.create_task(end()) for _ in range(5)]
    while not all(task.done() for task in ends):
        await asyncio.sleep(0)
        turn += 1
    first, *others = [task.result() for task in ends]
    assert first == 0, "a lone job does not wait for others"
    assert len(set(others)) == 1
    assert others[0] > first
