"""What a trace needs besides: the time, the judgement, what was reported, who listens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Protocol

from skiptrace.model import AddressCheck, Case, ConsumerEvent, Judgement, PastOutcome, PhoneCheck, SourceRecord, Subject
from skiptrace.ports.store import Evidenced


class Clock(Protocol):
    """Now, always aware and in UTC."""

    def now(self) -> datetime: ...


History = Callable[[Case], Awaitable[Sequence[ConsumerEvent]]]
"""What was reported of this case's consumer, on any of their accounts, since it was placed."""


class Judge(Protocol):
    """Matches and ranks what was found so far. The plain one calls ``matching.judge``; a crew's judges many at once."""

    async def __call__(
        self,
        subject: Subject,
        records: Sequence[SourceRecord],
        *,
        checks: Sequence[PhoneCheck | AddressCheck],
        as_of: date,
        outcomes: Sequence[PastOutcome],
    ) -> Judgement: ...


class Observer(Protocol):
    """Hears of what was done once it is committed. It must be quick and must not fail."""

    def kept(self, done: Sequence[Evidenced]) -> None: ...
