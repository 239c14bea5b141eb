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


Waiting = tuple[Question, asyncio.Future[Judgement]]
"""A question, and where its answer is waited for."""


def answer(waiting: Sequence[Waiting], parameters: Parameters | None) -> None:
    """Judge all of them in one pass. One odd case must not cost the others: then each is judged alone."""
    try:
        _answer(waiting, parameters)
    except Exception:  # noqa: BLE001 - each alone gets its own error
        for one in waiting:
            _answer_alone(one, parameters)


def _answer(waiting: Sequence[Waiting], parameters: Parameters | None) -> None:
    judgements = matching.judge_together([question for question, _ in waiting], parameters)
    for (_, done), judgement in zip(waiting, judgements, strict=True):
        if not done.done():
            done.set_result(judgement)


def _answer_alone(one: Waiting, parameters: Parameters | None) -> None:
    try:
        _answer([one], parameters)
    except Exception as error:  # noqa: BLE001 - its own trace must hear of it
        if not one[1].done():
            one[1].set_exception(error)


class GatheringJudge:
    """A ``ports.Judge`` for traces that run side by side and wait for vendors in between."""

    def __init__(self, parameters: Parameters | None = None) -> None:
        self._parameters = parameters
        self._waiting: deque[Waiting] = deque()
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
        answer(some, self._parameters)
