"""Cases, traces and everything that they rest on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from skiptrace.model import (
    Again,
    Call,
    Case,
    ConsumerEvent,
    ContactKind,
    Lease,
    Outcome,
    PastOutcome,
    Reply,
    Retracted,
    SourceRecord,
    Trace,
)
from skiptrace.ports.delivery import Outbox
from skiptrace.ports.purchases import Ledger
from skiptrace.ports.queue import BatchState, Jobs
from skiptrace.ports.schedule import Schedule


@dataclass(frozen=True, slots=True)
class LocalReply:
    """A lookup in a file of our own: free and repeatable, so it is written with its case and not before."""

    call: Call
    reply: Reply


@dataclass(frozen=True, slots=True)
class Evidenced:
    """A finished trace with everything that it rests on, to be written in one transaction.

    With a ``lease`` the job is finished in that same transaction, or LostLease is raised and nothing is written; with
    ``again`` it is not finished but waits. The job of a cancelled case stays cancelled; its trace is kept.
    ``retracted`` are contacts of the trace that this one replaces; sinks that were told them are told to forget them.
    """

    trace: Trace
    records: tuple[SourceRecord, ...]
    local_replies: tuple[LocalReply, ...] = ()
    lease: Lease | None = None
    again: Again | None = None
    retracted: tuple[Retracted, ...] = ()


class Store(Ledger, Jobs, Protocol):
    """The queue, cases, traces, records, contacts, decisions, outcomes, audit rows and the outbox."""

    @property
    def outbox(self) -> Outbox: ...

    @property
    def schedule(self) -> Schedule: ...

    def contact_mark(self, tenant: str, kind: ContactKind, value: str) -> bytes:
        """A keyed hash that is equal for spellings of one address, phone or e-mail, and says nothing else of it."""
        ...

    async def accept(self, cases: Sequence[Case]) -> int:
        """Commit the cases; those whose ``case_id`` is known are left as they are. Returns how many were new."""
        ...

    async def case(self, case_id: str) -> Case | None: ...

    def unfinished(self, batch_id: str) -> AsyncIterator[Case]:
        """The accepted cases of a batch that have no finished trace, in the order they were accepted."""
        ...

    async def batch(self, batch_id: str) -> BatchState: ...

    async def keep(self, done: Sequence[Evidenced]) -> None:
        """Write finished traces whole: one transaction, few statements, audit and outbox rows included."""
        ...

    async def trace(self, trace_id: str) -> Trace | None: ...

    async def traces_of_account(self, tenant: str, account_id: str) -> Sequence[str]:
        """Trace ids of one account, newest first."""
        ...

    async def newest_traces(self, tenant: str, at_most: int) -> Sequence[str]:
        """Ids of the traces that finished last, newest first."""
        ...

    def batch_traces(self, batch_id: str) -> AsyncIterator[Trace]:
        """Finished traces of a batch, in the order their cases were accepted."""
        ...

    async def records(self, trace_id: str) -> Sequence[SourceRecord]: ...

    async def calls(self, case_id: str) -> Sequence[Call]: ...

    async def reply(self, call_id: str) -> Reply | None: ...

    async def record_events(self, events: Sequence[ConsumerEvent]) -> int:
        """Keep what the platform reports of consumers. An event whose id is known is left as it is. Returns the new."""
        ...

    async def history(self, case: Case) -> Sequence[ConsumerEvent]:
        """Events on the case's account, and on other accounts of the same SSN within the tenant; oldest first."""
        ...

    async def record_outcome(self, outcome: Outcome) -> None: ...

    async def outcomes(self, trace_id: str) -> Sequence[Outcome]: ...

    async def past_outcomes(self, tenant: str, account_id: str) -> Sequence[PastOutcome]:
        """What happened when values of this account were used, whichever trace told them; oldest first."""
        ...

    async def newest_of_cases(self, tenant: str, account_id: str) -> Sequence[str]:
        """The newest trace of each case of an account, oldest case first."""
        ...

    async def traces_resting_on(self, tenant: str, *, call_id: str = "", source: str = "") -> Sequence[str]:
        """The newest traces of their cases that rest on the answers of a call, or of a provider or upstream source."""
        ...

    async def close(self) -> None: ...
