"""When an account is traced next, and what bears on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from skiptrace.scheduling import Due, Happened, Happening


@dataclass(frozen=True, slots=True)
class Reported:
    """Something that happened to an account, as the platform reports it. The same id is recorded once."""

    happening_id: str
    tenant: str
    account_id: str
    what: Happening
    at: datetime
    reported_by: str


@dataclass(frozen=True, slots=True)
class Planned:
    """The next trace of an account, as it was last decided."""

    tenant: str
    account_id: str
    case_id: str
    due: Due


class Schedule(Protocol):
    """What bears on the next trace of an account, and when it is due. Each method is one committed transaction."""

    async def report(self, reported: Reported) -> bool:
        """Record what happened, with an event for whoever plans the next trace. False when its id is known."""
        ...

    async def happened(self, tenant: str, account_id: str) -> Sequence[Happened]: ...

    async def traced(self, tenant: str, account_id: str) -> Sequence[tuple[str, datetime]]:
        """Each case of the account with the time of its first trace, oldest first."""
        ...

    async def plan(self, tenant: str, account_id: str, planned: Planned | None) -> None:
        """Replace the plan of an account; None when it is not due any more."""
        ...

    async def due(self, at: datetime, at_most: int) -> Sequence[Planned]:
        """What is due by then, longest overdue first."""
        ...

    async def done(self, planned: Planned, case_id: str, at: datetime) -> None:
        """The plan was carried out by this case; the audit trail notes its reason."""
        ...

    async def plans(self, tenant: str, at_most: int) -> Sequence[Planned]:
        """The next ones to fall due."""
        ...
