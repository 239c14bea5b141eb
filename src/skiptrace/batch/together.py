"""Cases that are traced side by side are judged in one pass, which takes a third of the time that one by one takes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date

from skiptrace import matching
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
        self._waiting: list[tuple[Question, asyncio.Future[Judgement]]] = []

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
        try:
            self._tell(waiting)
        except Exception:  # noqa: BLE001 - one odd case must not cost the others: each alone gets its own error
            for one in waiting:
                self._tell_one(*one)

    def _tell(self, waiting: Sequence[tuple[Question, asyncio.Future[Judgement]]]) -> None:
        judgements = matching.judge_together([question for question, _ in waiting], self._parameters)
        for (_, done), judgement in zip(waiting, judgements, strict=True):
            if not done.done():
                done.set_result(judgement)

    def _tell_one(self, question: Question, done: asyncio.Future[Judgement]) -> None:
        try:
            self._tell([(question, done)])
        except Exception as error:  # noqa: BLE001 - it is raised where the case is traced
            if not done.done():
                done.set_exception(error)
