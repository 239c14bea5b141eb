"""Cases that are traced side by side are judged at once, which takes less time than one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date

from skiptrace.jobs.gathering import Waiting, answer
from skiptrace.matching import Question
from skiptrace.matching.weights import Parameters
from skiptrace.model import AddressCheck, Judgement, PastOutcome, PhoneCheck, SourceRecord, Subject


class TogetherJudge:
    """A ``ports.Judge`` for so many cases: it judges when each of them has asked or left.

    It is for cases that wait for nothing but each other: whoever waits for a vendor would keep the others waiting.
    """

    def __init__(self, cases: int, parameters: Parameters | None = None) -> None:
        self._cases = cases
        self._parameters = parameters
        self._waiting: list[Waiting] = []

    async def __call__(
        self,
        subject: Subject,
        records: Sequence[SourceRecord],
        *,
        checks: Sequence[PhoneCheck | AddressCheck],
        as_of: date,
        outcomes: Sequence[PastOutcome],
    ) -> Judgement:
        done: asyncio.Future[Judgement] = asyncio.get_running_loop().create_future()
        self._waiting.append((Question(subject, records, as_of, checks, outcomes), done))
        self._judge_if_all_wait()
        return await done

    def leave(self) -> None:
        """One case has ended and will not ask again."""
        self._cases -= 1
        self._judge_if_all_wait()

    def _judge_if_all_wait(self) -> None:
        if not self._waiting or len(self._waiting) < self._cases:
            return
        waiting, self._waiting = self._waiting, []
        answer(waiting, self._parameters)
