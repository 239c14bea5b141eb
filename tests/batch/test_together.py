"""Cases that are traced side by side are judged in one pass, and nobody waits for a case that has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from skiptrace.batch.together import TogetherJudge
from skiptrace.matching import judge
from skiptrace.model import Judgement, PartialDate, SourceRecord
from tests.matching.invented import TODAY, record, subject

CASES: Sequence[tuple[SourceRecord, ...]] = (
    (record("1", birth_date=PartialDate(1971, 5, 23), ssn4="0142"),),
    (record("1"), record("2", birth_date=PartialDate(1996, 1, 9))),
    (),
    (record("1", ssn4="0143"),),
)


async def ask(together: TogetherJudge, records: Sequence[Any], rounds: int = 1) -> list[Judgement]:
    """One case that is judged so many times and then ends."""
    try:
        return [await together(subject(), records, checks=(), as_of=TODAY, outcomes=()) for _ in range(rounds)]
    finally:
        together.leave()


async def judged(*rounds: int) -> list[list[Judgement]]:
    together = TogetherJudge(len(CASES))
    asking = (ask(together, records, n) for records, n in zip(CASES, rounds, strict=True))
    return await asyncio.wait_for(asyncio.gather(*asking), 100)


async def test_each_case_gets_the_judgement_that_it_would_get_by_itself() -> None:
    for records, (got,) in zip(CASES, await judged(1, 1, 1, 1), strict=True):
        alone = judge(subject(), records, as_of=TODAY)
        assert [m.record_id for m in got.matches] == [r.record_id for r in records]
        assert [m.probability for m in got.matches] == pytest.approx([m.probability for m in alone.matches], abs=1e-12)
        assert [c.value for c in got.contacts] == [c.value for c in alone.contacts]


async def test_cases_that_end_early_or_never_ask_hold_nobody_up() -> None:
    assert [len(each) for each in await judged(0, 3, 1, 2)] == [0, 3, 1, 2]


async def test_one_odd_case_fails_alone() -> None:
    together = TogetherJudge(2)
    odd, good = await asyncio.wait_for(
        asyncio.gather(ask(together, ["not a record"]), ask(together, CASES[0]), return_exceptions=True), 100
    )
    assert isinstance(odd, AttributeError)
    assert isinstance(good, list)
    assert good[0].matches[0].probability > 0.99


async def test_a_case_that_was_given_up_meanwhile_is_no_trouble() -> None:
    together = TogetherJudge(2)
    given_up = asyncio.create_task(ask(together, CASES[0]))
    await asyncio.sleep(0)
    given_up.cancel()
    (judgement,) = await asyncio.wait_for(ask(together, CASES[1]), 100)
    assert len(judgement.matches) == 2
