"""What a worker's traces ask at the same time is judged in one pass, and each gets its own judgement."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from skiptrace import matching
from skiptrace.jobs.gathering import TOGETHER, GatheringJudge
from skiptrace.model import Judgement, SourceRecord
from tests.builders import TODAY
from tests.numbered_people import a_case


def records_of(number: int) -> tuple[SourceRecord, ...]:
    subject = a_case(number).subject
    same = SourceRecord(f"r{number}", "acme", names=subject.names, birth_date=subject.birth_date)
    return (same, SourceRecord(f"s{number}", "acme", names=subject.names, addresses=subject.addresses))


async def asked(judge: GatheringJudge, number: int, as_of: date = TODAY) -> Judgement:
    return await judge(a_case(number).subject, records_of(number), checks=(), as_of=as_of, outcomes=())


async def test_many_at_once_are_judged_as_each_alone() -> None:
    judge, numbers = GatheringJudge(), range(2 * TOGETHER + 3)
    judgements = await asyncio.gather(*(asked(judge, number) for number in numbers))
    alone = [matching.judge(a_case(n).subject, records_of(n), as_of=TODAY) for n in numbers]
    assert judgements == alone


async def test_a_case_that_cannot_be_judged_fails_alone() -> None:
    judge = GatheringJudge()
    good, bad = await asyncio.gather(
        asked(judge, 1),
        asked(judge, 2, as_of="no day"),  # type: ignore[arg-type]
        return_exceptions=True,
    )
    assert good == matching.judge(a_case(1).subject, records_of(1), as_of=TODAY)
    assert isinstance(bad, Exception)


async def test_one_that_gave_up_waiting_does_not_disturb_the_others() -> None:
    judge = GatheringJudge()
    gone, stays = asyncio.create_task(asked(judge, 1)), asyncio.create_task(asked(judge, 2))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert (await stays).matches
