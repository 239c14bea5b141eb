"""What the engine needs from outside, in the engine's words. Adapters implement these; wiring puts them together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from skiptrace.model import (
    AddressCheck,
    Again,
    Answer,
    Call,
    CallState,
    Case,
    ConsumerEvent,
    ContactKind,
    Delivery,
    DeliveryState,
    Event,
    EventKind,
    Inquiry,
    Job,
    Judgement,
    Lane,
    Lease,
    Manifest,
    Outcome,
    Over,
    PastOutcome,
    Personal,
    PhoneCheck,
    Reply,
    Request,
    Retracted,
    SinkHealth,
    SourceRecord,
    Subject,
    Trace,
)
from skiptrace.model.figures import Standing
from skiptrace.scheduling import Due, Happened, Happening

BeforeFirstByte = Callable[[], Awaitable[None]]
"""Awaited when the connection stands and nothing has been written on it yet: the moment to commit ``sent``."""


class Clock(Protocol):
    """Now, always aware and in UTC."""

    def now(self) -> datetime: ...


class Provider(Protocol):
    """One vendor or file. The two mappings are pure; only ``send`` does I/O.

    ``to_request`` returns None when the inquiry lacks what the product needs.
    ``send`` raises TryLater only while nothing can have been charged, InDoubt when something may have been.
    ``to_answer`` maps and does nothing else: it raises the ProviderError that the reply means, BrokenReply when the
    reply is not what the vendor promises; nothing found is an Answer without records. ``call_id`` is written into
    the records so that each leads back to its reply.
    """

    @property
    def manifest(self) -> Manifest: ...

    def to_request(self, product: str, inquiry: Inquiry) -> Request | None: ...

    async def send(self, product: str, request: Request, before_first_byte: BeforeFirstByte) -> Reply: ...

    def to_answer(self, product: str, reply: Reply, call_id: str) -> Answer: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Caps:
    """Money caps in US dollars that one reservation must fit under; None means that no such cap is set."""

    case: Decimal | None = None
    run: Decimal | None = None
    day: Decimal | None = None
    provider_day: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """The wish to buy one answer. ``fresh_for``/``miss_fresh_for`` are seconds for which a bought answer is reused."""

    call_id: str
    tenant: str
    case_id: str
    batch_id: str
    provider: str
    product: str
    fingerprint: bytes
    price: Decimal
    fresh_for: int
    miss_fresh_for: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Reserved:
    """The price is reserved; the caller may send."""

    call: Call


@dataclass(frozen=True, slots=True)
class AlreadyBought:
    """The same question was answered within its terms. ``reply`` is None when the raw reply is no longer kept."""

    call: Call
    reply: Reply | None


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The same question is under way elsewhere (intended, sent, answered) or in doubt. Buying again might pay twice."""

    call: Call


Reservation = Reserved | AlreadyBought | Unsettled


class Ledger(Protocol):
    """The purchase ledger. Each method is one committed transaction.

    A transition raises LostLease when the row is no longer in the state and at the token that the given call shows.
    """

    def fingerprint(self, tenant: str, provider: str, product: str, query: bytes) -> bytes:
        """HMAC of the canonical query under a key that is kept outside the database."""
        ...

    async def reserve(self, intent: Intent, caps: Caps) -> Reservation:
        """Write the intent and reserve its price under every cap, or say why not. Raises CapReached."""
        ...

    async def mark_sent(self, call: Call, at: datetime) -> Call: ...

    async def keep_reply(self, call: Call, reply: Reply) -> Call:
        """Store the raw bytes, encrypted, before anybody reads them; state ``answered``."""
        ...

    async def settle(self, call: Call, charged: Decimal, *, hit: bool, at: datetime) -> Call: ...

    async def release(self, call: Call, reason: str, at: datetime) -> Call:
        """State ``not_charged``: nothing was or can have been charged; the reservation is given back."""
        ...

    async def doubt(self, call: Call, reason: str, at: datetime) -> Call:
        """State ``in_doubt``: the reservation stays until somebody reconciles it."""
        ...

    async def disown(self, lease: Lease, call: Call) -> None:
        """A call of this lease's case that an earlier holder of the job left under way, even if it still lives:
        released when it was not sent, in doubt when it was, booked when it was answered.

        Raises LostLease when ``lease`` does not hold any more. A call that has moved on meanwhile is left alone.
        """
        ...

    async def in_doubt(self, tenant: str) -> Sequence[Call]: ...

    async def recover(self, before: datetime) -> int:
        """After a crash: rows sent before ``before`` become in doubt, intended ones are released. Returns how many.

        Those of cases that a worker holds are not touched: its lease tells whether it lives.
        """
        ...


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


@dataclass(frozen=True, slots=True)
class BatchState:
    """How far a batch is. ``done`` counts finished cases, ``spent`` US dollars."""

    batch_id: str
    accepted: int
    done: int
    spent: Decimal


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is ours to do. Its case stays sealed until a slot is free for it."""

    lease: Lease
    job: Job


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found: jobs that fell due, jobs taken back from dead workers, jobs that killed too many of them.

    ``suspects``: some jobs wait for a worker that asks for suspects.
    """

    due: int = 0
    taken_back: int = 0
    quarantined: int = 0
    suspects: bool = False


class Went(StrEnum):
    """How an attempt went, as far as the provider's health and our manners are concerned."""

    WELL = "well"
    """It answered, whatever it said."""
    BADLY = "badly"
    """It did not answer, too late, or with an error of its own."""
    TOO_FAST = "too_fast"
    """It asked us to slow down."""
    UNTOLD = "untold"
    """We broke off for reasons of our own."""


@dataclass(slots=True)
class Attempt:
    """Leave to make one attempt. Whoever makes it writes down how it went before the turn ends.

    ``hold`` is for how many seconds the provider wants to be left alone, ``left`` what it says remains of a quota.
    """

    went: Went = Went.UNTOLD
    hold: float = 0.0
    left: int | None = None


class Limiter(Protocol):
    """Politeness towards providers, shared by all workers that ask them with the same key."""

    def turn(
        self, provider: str, *, lasts: float, patience: float | None = None, again: bool = False
    ) -> AbstractAsyncContextManager[Attempt]:
        """Wait until one attempt that takes at most ``lasts`` seconds may be made; hold its place while it is made.

        ``patience`` shortens the seconds that it may wait; ``again`` marks a retry, which the retry budget must allow.
        Raises TryLater when waiting is of no use: paused, dark, or not in time.
        """
        ...

    async def standing(self) -> Sequence[Standing]:
        """How each known provider stands now."""
        ...

    async def close(self) -> None: ...


class Observer(Protocol):
    """Hears of what was done once it is committed. It must be quick and must not fail."""

    def kept(self, done: Sequence[Evidenced]) -> None: ...


class Switches(Protocol):
    """The kill switch of each provider, in SQL: seen by every worker, outlives them all."""

    async def paused(self) -> Mapping[str, str]:
        """The providers that must not be asked now, with the reason that was given."""
        ...

    async def pause(self, provider: str, reason: str, by: str) -> None: ...

    async def resume(self, provider: str, by: str) -> bool:
        """False when it was not paused."""
        ...


class Jobs(Protocol):
    """The queue, in SQL: the row is the job. Each method is one committed transaction; time is the database's.

    A worker holds its jobs as long as its heartbeat comes in time. A job that lost its worker is taken back by
    ``sweep``: its token moves on, so that whatever the lost worker still does about it is refused.
    """

    async def submit(self, cases: Sequence[Case], lane: Lane, due_at: datetime | None = None) -> Sequence[bool]:
        """Accept the cases and queue them, now or when due.

        Returns for each whether this call queued it; a case that has a job already is left as it is.
        """
        ...

    async def claim(
        self, worker_id: str, count: int, seconds: float, *, lanes: Sequence[Lane] = tuple(Lane), suspects: bool = False
    ) -> Sequence[Claimed]:
        """Lease up to ``count`` jobs of these lanes for ``seconds``: lanes by their shares, tenants in fair turns.

        ``suspects`` are the jobs that more than one worker died with. They are claimed only when asked for, and then
        nothing else is.
        """
        ...

    async def renew(self, worker_id: str, leases: Sequence[Lease], seconds: float) -> Sequence[Lease]:
        """Heartbeat. Returns the leases that still hold; a missing one is lost or its job was cancelled.

        A job of this worker for longer than ``seconds`` that is not among ``leases`` was forgotten: it is queued again.
        """
        ...

    async def give_back(self, lease: Lease, again: Again) -> None:
        """Not now: the job waits and is then done again; its open calls are released or in doubt. Raises LostLease."""
        ...

    async def end(self, lease: Lease, over: Over) -> None:
        """The job ends without a trace and counts as cancelled. Raises LostLease."""
        ...

    async def leave(self, worker_id: str) -> None:
        """A worker ends in good order: what it still holds is queued again, and no death is counted."""
        ...

    async def cancel(self, tenant: str, case_id: str) -> bool:
        """No new spend for this case; what was bought is kept. False when it had ended before or is not known."""
        ...

    async def sweep(self) -> Swept:
        """Queue what fell due, take back what dead workers held and leave their calls released or in doubt."""
        ...

    async def job(self, tenant: str, case_id: str) -> Job | None: ...

    async def jobs_of(self, case_ids: Sequence[str]) -> Sequence[Job]:
        """The jobs of these cases, in no order; a case without one has none here."""
        ...

    async def quarantined(self, tenant: str, at_most: int = 1000) -> Sequence[Job]:
        """The jobs that too many workers died with, those accepted first on top."""
        ...

    async def readmit(self, tenant: str, case_id: str) -> bool:
        """Somebody has looked at a quarantined job: queue it again with no deaths. False when it is not quarantined."""
        ...

    async def weak_points(self) -> Sequence[str]:
        """Settings of the database under which an acknowledged purchase could be forgotten, with what to change."""
        ...


class Dispatcher(Protocol):
    """Wakes workers. A lost wake-up costs time, never a job: the rows are in SQL."""

    async def wake(self, lane: Lane, jobs: int) -> None: ...

    async def wait(self, seconds: float, lanes: Sequence[Lane] = tuple(Lane)) -> None:
        """Return when woken for one of these lanes, or when the time is over; at once after a trouble of its own."""
        ...

    async def close(self) -> None: ...


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


@dataclass(frozen=True, slots=True, repr=False)
class Message(Personal):
    """An event as a sink gets it.

    ``content`` is what the event is about, as a JSON object, when the sink asked for it: the account's contacts with
    their provenance for a trace, the one contact for a retraction; None for an alert.
    """

    event: Event
    content: Mapping[str, Any] | None = None


class Sink(Protocol):
    """Where results are written back. Told at least once; the effect must happen once by ``event_id``.

    Events of one case come in their order. An event with a lower ``seq`` must not overwrite what a higher one wrote.
    """

    @property
    def wants_content(self) -> bool: ...

    async def deliver(self, message: Message) -> None:
        """Return when the effect is durable. Raises NotDelivered to be told again, SinkGone to be told no more."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class SinkEntry:
    """A sink to serve: events of one tenant, or of all when it is empty; all that are kept, or those to come.

    ``events`` names the kinds it hears; when it is empty, all but those that the platform told us itself.
    """

    name: str
    kind: str
    tenant: str = ""
    from_start: bool = False
    events: tuple[EventKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """How an attempt ended: delivered, failed for good, or waiting until ``due_at``. ``gone`` disables the sink."""

    delivery: Delivery
    state: DeliveryState
    due_at: datetime
    error: str = ""
    gone: bool = False


class Outbox(Protocol):
    """Events that were committed with their effects, and how far each sink has heard them. Times are the caller's."""

    async def register(self, sinks: Sequence[SinkEntry]) -> None:
        """Make the sinks known. A known sink goes on where it was."""
        ...

    async def claim(self, sink: str, count: int, at: datetime, seconds: float) -> Sequence[Delivery]:
        """Lease up to ``count`` due deliveries, never two of one case; none while the sink is disabled."""
        ...

    async def settle(self, done: Sequence[Settled], at: datetime) -> None:
        """Note how attempts ended; those whose lease was lost meanwhile are left alone.

        A sink that is gone, or has failed for days without one success, is disabled, and an alert is raised.
        """
        ...

    async def alert(self, tenant: str, about: str, detail: str, at: datetime) -> None:
        """Raise an alert once for what it is about."""
        ...

    async def health(self) -> Sequence[SinkHealth]: ...

    async def deliveries(self, sink: str, states: Sequence[DeliveryState], at_most: int) -> Sequence[Delivery]:
        """Deliveries in these states, oldest event first; of all sinks when ``sink`` is empty."""
        ...

    async def redrive(self, sink: str, event_ids: Sequence[str], at: datetime) -> int:
        """Tell again, now: these events, or all that failed or wait when none is named. Returns how many."""
        ...

    async def drop(self, sink: str, event_ids: Sequence[str], at: datetime) -> int:
        """Give these up, so that the later events of their cases go on. Returns how many."""
        ...

    async def enable(self, sink: str, at: datetime) -> bool:
        """Serve a disabled sink again, at once. False when there is no such sink."""
        ...


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


__all__ = [
    "AlreadyBought",
    "Attempt",
    "BatchState",
    "BeforeFirstByte",
    "Call",
    "CallState",
    "Caps",
    "Claimed",
    "Clock",
    "Dispatcher",
    "Evidenced",
    "History",
    "Intent",
    "Jobs",
    "Judge",
    "Ledger",
    "Limiter",
    "LocalReply",
    "Message",
    "Observer",
    "Outbox",
    "Planned",
    "Provider",
    "Reported",
    "Reservation",
    "Reserved",
    "Schedule",
    "Settled",
    "Sink",
    "SinkEntry",
    "Store",
    "Swept",
    "Switches",
    "Unsettled",
    "Went",
]
