"""One purchase. The order of the lines here is what keeps us from paying twice.

looked up -> our turn -> connected -> reserved as ``sent``, committed -> first byte -> raw reply committed -> read ->
settled. A crash between ``sent`` and the stored reply leaves the call in doubt: listed, never repeated blindly.
The same question in two cases at once is bought once: the second waits for the first one's answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

import orjson

from skiptrace.errors import (
    BrokenReply,
    CapReached,
    InDoubt,
    ProviderError,
    SkipProvider,
    StopProvider,
    StoreError,
    TryLater,
)
from skiptrace.model import (
    Answer,
    Call,
    CallState,
    Case,
    ChargedOn,
    Lease,
    Manifest,
    Product,
    Reply,
    Request,
    StepResult,
)
from skiptrace.ports import (
    AlreadyBought,
    Caps,
    Clock,
    Intent,
    Ledger,
    LocalReply,
    Needless,
    Provider,
    Reserved,
    Unsettled,
)
from skiptrace.waterfall import Ask

DAY = 86_400

SETTLING_SECONDS = 5.0
"""How much longer than a product's deadline an answer that another case is buying is waited for."""

WHILE_THE_DATABASE_IS_AWAY = (0.1, 0.3, 1.0, 3.0, 5.0, 5.0)
"""Seconds between the tries to write down a reply that has arrived."""

STOPPED_FOR = timedelta(minutes=15)
"""How long a provider with key, credit or contract trouble is left alone."""

FIRST_LOOK_SECONDS = 0.02
LAST_LOOK_SECONDS = 0.5


class Permit(Protocol):
    """Whether a trace may go on buying. ``lease`` is that of the job under which it runs, None without one."""

    @property
    def lease(self) -> Lease | None: ...

    def withdrawn(self) -> str:
        """Why it may not; empty while it may. Asked before each purchase and again right before its first byte."""
        ...


class Unlimited:
    """The permit of a trace that nobody else can take over or cancel."""

    lease = None

    def withdrawn(self) -> str:
        return ""


UNLIMITED = Unlimited()


@dataclass(frozen=True, slots=True)
class Bought:
    """What one step brought. ``answer`` is None unless the provider answered; ``cost`` is what this step charged.

    ``later``: nothing was charged, and the same provider may well answer the same question at another time.
    """

    result: StepResult
    reason: str
    answer: Answer | None = None
    call_id: str = ""
    cost: Decimal = Decimal(0)
    local_reply: LocalReply | None = None
    later: bool = False


class _Withdrawn(Exception):
    """The permit was withdrawn before the first byte."""


class _Overtaken(Exception):
    """Another case asked the same question between our look and our first byte."""


@dataclass(slots=True)
class Stopped:
    """Providers that are left alone for a while, with the reason: key, credit or contract trouble."""

    reasons: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def add(self, provider: str, reason: str, at: datetime) -> None:
        self.reasons[provider] = (reason, at + STOPPED_FOR)

    def reason(self, provider: str, at: datetime) -> str:
        reason, until = self.reasons.get(provider, ("", at))
        return reason if at < until else ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Buys for one engine. ``new_id`` gives opaque ids; ``caps`` are the money caps beside the case's own budget."""

    ledger: Ledger
    clock: Clock
    caps: Caps
    new_id: Callable[[], str]
    stopped: Stopped = field(default_factory=Stopped)

    async def buy(
        self, case: Case, ask: Ask, provider: Provider, request: Request, permit: Permit = UNLIMITED
    ) -> Bought:
        """Ask one product one question. Trouble comes back as a result with its reason, so that the waterfall goes on.

        Raises LostLease when another worker took the call over.
        """
        if reason := self.stopped.reason(provider.manifest.id, self.clock.now()):
            return Bought(StepResult.NOT_ASKED, f"left alone since its last trouble: {reason}")
        if is_local(provider.manifest, ask.product):
            return await self._look_up(case, ask.product, provider, request)
        return await self._purchase(case, ask.product, provider, request, permit)

    async def _look_up(self, case: Case, product: Product, provider: Provider, request: Request) -> Bought:
        """A file of our own: free and repeatable, so its reply is committed together with the case."""
        now = self.clock.now()
        call = Call(
            call_id=self.new_id(),
            tenant=case.tenant,
            case_id=case.case_id,
            provider=provider.manifest.id,
            product=product.id,
            fingerprint=self._fingerprint(case, provider.manifest, product, request),
            state=CallState.SETTLED,
            reserved=Decimal(0),
            batch_id=case.batch_id,
            intended_at=now,
            sent_at=now,
            answered_at=now,
        )
        try:
            reply = await provider.send(product.id, request, _nothing_to_commit)
            answer = provider.to_answer(product.id, reply, call.call_id)
        except ProviderError as error:
            return Bought(StepResult.FAILED, error.reason)
        return replace(answered(answer, call.call_id, Decimal(0)), local_reply=LocalReply(call, reply))

    async def _purchase(
        self, case: Case, product: Product, provider: Provider, request: Request, permit: Permit
    ) -> Bought:
        intent = self._intent(case, provider.manifest, product, request)
        while True:
            try:
                found = await self._needless(intent, product, permit)
                if found is None:
                    return await self._send(product, provider, request, intent, permit)
            except CapReached as refusal:
                return Bought(StepResult.REFUSED, str(refusal))
            except _Overtaken:
                continue
            return self._instead(product, provider, found)

    async def _needless(self, intent: Intent, product: Product, permit: Permit) -> Needless | None:
        """Why not to buy; while the same question is asked elsewhere, look again until it is answered or overdue."""
        now = asyncio.get_running_loop().time
        overdue, pause = now() + product.deadline_seconds + SETTLING_SECONDS, FIRST_LOOK_SECONDS
        while True:
            found = await self.ledger.needless(replace(intent, at=self.clock.now()), self.caps)
            if not isinstance(found, Unsettled) or found.call.state is CallState.IN_DOUBT:
                return found
            if permit.withdrawn() or now() > overdue:
                return found
            if permit.lease is not None and found.call.case_id == intent.case_id:
                # one trace of a case asks one question at a time: whoever asks this one has lost the job to us
                await self.ledger.disown(permit.lease, found.call)
                continue
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_LOOK_SECONDS)

    def _instead(self, product: Product, provider: Provider, found: Needless) -> Bought:
        """What a step brings for which nothing is bought."""
        if isinstance(found, AlreadyBought):
            return self._reuse(product, provider, found)
        doubtful = found.call.state is CallState.IN_DOUBT
        reason = "the same question is in doubt" if doubtful else "the same question is under way for another case"
        return Bought(StepResult.IN_DOUBT, reason, call_id=found.call.call_id, later=not doubtful)

    def _reuse(self, product: Product, provider: Provider, bought: AlreadyBought) -> Bought:
        """The same question was answered within its terms: read the stored bytes again, pay nothing."""
        call_id = bought.call.call_id
        if bought.reply is None:
            return Bought(StepResult.FAILED, "asked and paid before; its answer is not here", call_id=call_id)
        try:
            answer = provider.to_answer(product.id, bought.reply, call_id)
        except ProviderError as error:
            return Bought(StepResult.FAILED, f"asked before: {error.reason}", call_id=call_id)
        return replace(answered(answer, call_id, Decimal(0)), reason="answered before; nothing was paid")

    async def _send(
        self, product: Product, provider: Provider, request: Request, intent: Intent, permit: Permit
    ) -> Bought:
        sending = _Sending(self, intent, permit)
        try:
            reply = await provider.send(product.id, request, sending.before_first_byte)
        except InDoubt as doubt:
            call = await sending.booked()
            await self.ledger.doubt(call, doubt.reason, self.clock.now())
            return Bought(StepResult.IN_DOUBT, doubt.reason, call_id=call.call_id)
        except _Withdrawn as withdrawn:
            return Bought(StepResult.NOT_ASKED, str(withdrawn), call_id=await self._released(sending, str(withdrawn)))
        except (TryLater, SkipProvider, StopProvider) as trouble:
            return self._failed(provider, trouble, await self._released(sending, trouble.reason))
        return await self._read(product, provider, reply, await self._keep_reply(await sending.booked(), reply))

    async def _keep_reply(self, call: Call, reply: Reply) -> Call:
        """What was paid for is not thrown away because the database is being restarted.

        Raises LostLease also when the commit went through and only its confirmation was lost: the reply is kept then.
        """
        for pause in WHILE_THE_DATABASE_IS_AWAY:
            try:
                return await self.ledger.keep_reply(call, reply)
            except StoreError:
                await asyncio.sleep(pause)
        return await self.ledger.keep_reply(call, reply)

    async def _released(self, sending: _Sending, reason: str) -> str:
        """Nothing was charged. The id of the call, empty when it did not come to one."""
        if sending.call is None:
            return ""
        return (await self.ledger.release(sending.call, reason, self.clock.now())).call_id

    async def _read(self, product: Product, provider: Provider, reply: Reply, call: Call) -> Bought:
        now = self.clock.now
        try:
            answer = provider.to_answer(product.id, reply, call.call_id)
        except InDoubt as doubt:
            await self.ledger.doubt(call, doubt.reason, now())
            return Bought(StepResult.IN_DOUBT, doubt.reason, call_id=call.call_id)
        except ProviderError as trouble:
            charged = _charge_for_trouble(provider.manifest, product, reply, call, trouble)
            if charged:
                await self.ledger.settle(call, charged, hit=False, at=now())
            else:  # no answer and no charge: the question may be asked again
                await self.ledger.release(call, trouble.reason, now())
            return replace(self._failed(provider, trouble, call.call_id), cost=charged)
        charged = call.reserved if product.charged_on is ChargedOn.REQUEST or answer.found else Decimal(0)
        await self.ledger.settle(call, charged, hit=answer.found, at=now())
        return answered(answer, call.call_id, charged)

    def _failed(self, provider: Provider, trouble: ProviderError, call_id: str) -> Bought:
        if isinstance(trouble, StopProvider):
            self.stopped.add(provider.manifest.id, trouble.reason, self.clock.now())
        later = isinstance(trouble, TryLater)
        return Bought(StepResult.FAILED, trouble.reason, call_id=call_id, later=later)

    def _intent(self, case: Case, manifest: Manifest, product: Product, request: Request) -> Intent:
        return Intent(
            call_id=self.new_id(),
            tenant=case.tenant,
            case_id=case.case_id,
            batch_id=case.batch_id,
            provider=manifest.id,
            product=product.id,
            fingerprint=self._fingerprint(case, manifest, product, request),
            price=product.price,
            fresh_for=product.cache_days * DAY,
            miss_fresh_for=product.miss_days * DAY,
            at=self.clock.now(),
        )

    def _fingerprint(self, case: Case, manifest: Manifest, product: Product, request: Request) -> bytes:
        return self.ledger.fingerprint(case.tenant, manifest.id, product.id, canonical(request))


@dataclass(slots=True)
class _Sending:
    """One question on its way out. ``call`` is None until it is on the books."""

    buyer: Buyer
    intent: Intent
    permit: Permit
    call: Call | None = None

    async def before_first_byte(self) -> None:
        _go_on(self.permit)
        await self.booked()
        _go_on(self.permit)  # the process may have been stopped in between

    async def booked(self) -> Call:
        """The call on the books; late when a provider did not say that it was about to send."""
        if self.call is None:
            intent = replace(self.intent, at=self.buyer.clock.now())
            reservation = await self.buyer.ledger.reserve(intent, self.buyer.caps)
            if not isinstance(reservation, Reserved):
                raise _Overtaken
            self.call = reservation.call
        return self.call


def _go_on(permit: Permit) -> None:
    if reason := permit.withdrawn():
        raise _Withdrawn(reason)


async def _nothing_to_commit() -> None:
    """A local lookup has no first byte."""


async def resolve(call: Call, charged: Decimal | None, not_charged: str, ledger: Ledger, at: datetime) -> Call:
    """End a doubt by the vendor's bill: book what was ``charged``, or release it with ``not_charged`` as the reason.

    Raises LostLease when somebody was quicker.
    """
    if charged is None:
        return await ledger.release(call, not_charged, at)
    return await ledger.settle(call, charged, hit=True, at=at)


def is_local(manifest: Manifest, product: Product) -> bool:
    """True for a lookup that costs nothing and may be repeated at will."""
    return manifest.method == "batch_file" and manifest.resends_safely and product.price == 0


def canonical(request: Request) -> bytes:
    """The query as bytes that do not depend on the order of its keys; what the fingerprint is made of."""
    parts = {"method": request.method, "path": request.path, "query": dict(request.query), "body": request.body}
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)


def answered(answer: Answer, call_id: str, charged: Decimal) -> Bought:
    """The result of an answer: found, or nothing found."""
    if not answer.found:
        return Bought(StepResult.NOTHING_FOUND, "asked and found nothing", answer, call_id, charged)
    reason = f"{len(answer.records)} records, {len(answer.checks)} checks"
    return Bought(StepResult.FOUND, reason if answer.complete else f"{reason}, incomplete", answer, call_id, charged)


def _charge_for_trouble(
    manifest: Manifest, product: Product, reply: Reply, call: Call, trouble: ProviderError
) -> Decimal:
    """What an unusable reply costs. When the terms do not say that it is free, it is booked as charged.

    Statuses that the manifest lists are never on the invoice. An error status is no hit, so it is free where only
    hits are charged; a broken body under a good status may have been a hit.
    """
    if reply.status in manifest.never_charged:
        return Decimal(0)
    if product.charged_on is ChargedOn.HIT and (reply.status >= 400 or not isinstance(trouble, BrokenReply)):
        return Decimal(0)
    return call.reserved
