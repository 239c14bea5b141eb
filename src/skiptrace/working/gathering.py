"""Cases of a busy worker are judged several at a time: most of what judging costs is the same for one as for ten."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import date

from skiptrace import matching
from skiptrace.matching import Question
from skiptrace.matching.weights import Parameters
from skiptrace.model import AddressCheck, Judgement, PastOutcome, PhoneCheck, SourceRecord, Subject

GATHER_SECONDS = 0.02
"""A question waits at most so long for others, and only when the one before it came less than twice that ago."""

TOGETHER = 16
"""At most so many in one pass, during which the event loop stands still."""


class GatheringJudge:
    """A ``ports.Judge`` for traces that run side by side and wait for vendors in between."""

    def __init__(self, parameters: Parameters | None = None) -> None:
        self._parameters = parameters
        self._waiting: deque[tuple[Question, asyncio.Future[Judgement]]] = deque()
        self._asked_at = float("-inf")
        self._planned = False

    async def __call__(
        self,
        subject: Subject,
        records: Sequence[SourceRecord],
        *,
        checks: Sequence[PhoneCheck | AddressCheck],
        as_of: date,
        outcomes: Sequence[PastOutcome],
    ) -> Judgement:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Judgement] = loop.create_future()
        self._waiting.append((Question(subject, records, as_of, checks, outcomes), done))
        busy = loop.time() - self._asked_at < 2 * GATHER_SECONDS
        self._asked_at = loop.time()
        if not self._planned:
            self._planned = True
            loop.call_later(GATHER_SECONDS if busy else 0, self._judge)
        return await done

    def _judge(self) -> None:
        some = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
        self._planned = bool(self._waiting)
        if self._planned:
            asyncio.get_running_loop().call_soon(self._judge)
        try:
            self._tell(some)
        except Exception:  # noqa: BLE001 - one odd case must not cost the others: each alone gets its own error
            for one in some:
                self._tell_alone(one)

    def _tell(self, some: Sequence[tuple[Question, asyncio.Future[Judgement]]]) -> None:
        judgements = matching.judge_together([question for question, _ in some], self._parameters)
        for (_, done), judgement in zip(some, judgements, strict=True):
            if not done.done():
                done.set_result(judgement)

    def _tell_alone(self, one: tuple[Question, asyncio.Future[Judgement]]) -> None:
        try:
            self._tell([one])
        except Exception as error:  # noqa: BLE001 - its own trace must hear of it
            if not one[1].done():
                one[1].set_exception(error)
