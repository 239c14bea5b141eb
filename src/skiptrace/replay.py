"""Judge a stored case again from the bytes that were bought for it. Nothing is asked and nothing is paid.

The core is pure, so the same case, replies and rule files give the same steps, matches, contacts and decisions;
only ids and times differ. A difference means that a version changed: ``Trace.versions`` says which.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from skiptrace.errors import ConfigError, ProviderError
from skiptrace.model import Case, ConsumerEvent, Reply, Request, Step, StepResult, Trace
from skiptrace.ports import Provider
from skiptrace.purchase import Bought, Permit, answered
from skiptrace.tracing import ASKED_BEFORE, App, Earlier, first_time, recall, run
from skiptrace.waterfall import Ask


async def replay(trace_id: str, app: App) -> Trace:
    """The trace as the installed versions would decide it, from the stored replies and what was known when it began.

    Raises KeyError for an unknown trace, ConfigError when a provider that it asked is not set up here.
    """
    stored = await app.store.trace(trace_id)
    case = await app.store.case(stored.case_id) if stored else None
    if stored is None or case is None:
        raise KeyError(trace_id)
    if missing := sorted({step.provider for step in stored.steps if _was_taken(step)} - app.providers.keys()):
        raise ConfigError(f"{missing[0]} was asked in this trace and is not set up here; its replies cannot be read")
    replies = {step.call_id: await app.store.reply(step.call_id) for step in stored.steps if step.call_id}
    asked = deque(step for step in stored.steps if _was_taken(step) and not step.carried)
    then = stored.started_at
    known = [e for e in await app.store.history(case) if e.recorded_at is None or e.recorded_at <= then]

    async def history(_: Case) -> Sequence[ConsumerEvent]:
        return known

    recorded = replace(
        app, buyer=_Recorded(asked, replies), history=history, clock=_Then(then), new_id=lambda: trace_id
    )
    return (await run(case, recorded, earlier=await _earlier(stored, app))).trace


@dataclass(frozen=True, slots=True)
class _Then:
    """The clock as it stood when the trace began."""

    at: datetime

    def now(self) -> datetime:
        return self.at


async def _earlier(stored: Trace, app: App) -> Earlier:
    """What the stored trace began with."""
    if not any(step.carried for step in stored.steps):
        return await first_time(stored.tenant, stored.account_id, app, before=stored.started_at)
    only = {step.provider for step in stored.steps if not step.carried and step.reason != ASKED_BEFORE}
    earlier = await recall(stored.replaces, tuple(sorted(only)), app, before=stored.started_at)
    carried = {step.call_id for step in stored.steps if step.carried}
    return replace(earlier, bought=tuple(pair for pair in earlier.bought if pair[0].call_id in carried))


def _was_taken(step: Step) -> bool:
    return step.call_id != "" or step.result in (StepResult.FAILED, StepResult.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class _Recorded:
    """Brings back what the stored steps brought, in their order."""

    steps: deque[Step]
    replies: dict[str, Reply | None]

    async def buy(self, case: Case, ask: Ask, provider: Provider, request: Request, permit: Permit) -> Bought:
        del case, request, permit
        for step in tuple(self.steps):
            if (step.provider, step.product) == (ask.manifest.id, ask.product.id):
                self.steps.remove(step)
                return self._read(step, provider)
        return Bought(StepResult.NOT_ASKED, "not asked in the stored trace")

    def _read(self, step: Step, provider: Provider) -> Bought:
        reply = self.replies.get(step.call_id)
        if reply is None:
            return Bought(step.result, step.reason, call_id=step.call_id, cost=step.cost)
        try:
            answer = provider.to_answer(step.product, reply, step.call_id)
        except ProviderError as error:
            return Bought(StepResult.FAILED, error.reason, call_id=step.call_id, cost=step.cost)
        return replace(answered(answer, step.call_id, Decimal(step.cost)), result=step.result)
