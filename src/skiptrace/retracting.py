"""Take something back: judge a stored trace again without it, keep the result as a new version, tell every sink.

Nothing is asked and nothing is bought. What was told and no longer holds goes out as ``contact.retracted``, then the
new version as ``trace.revised``, all in the transaction that keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from skiptrace.errors import BadInput, ConfigError
from skiptrace.model import (
    BAD_OUTCOMES,
    Case,
    Contact,
    ContactStatus,
    Request,
    Retracted,
    Step,
    StepResult,
    Trace,
)
from skiptrace.ports import Evidenced, Provider
from skiptrace.privacy.acting import acting, on_behalf_of
from skiptrace.purchase import Bought, Permit
from skiptrace.tracing import STOPS, App, Earlier, recall, run
from skiptrace.waterfall import Ask

BAD = BAD_OUTCOMES


@dataclass(frozen=True, slots=True)
class Recall:
    """What no longer counts: the answers of one call, or all of one provider or upstream source, and why."""

    reason: str
    call_id: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if bool(self.call_id) is bool(self.source):
            raise BadInput("recall", "names either a call or a source")


@dataclass(frozen=True, slots=True)
class Revised:
    """A trace that was judged again: its new version, and how many contacts were taken back."""

    trace_id: str
    replaces: str
    retracted: int


async def recall_all(what: Recall, tenant: str, app: App) -> list[Revised]:
    """Judge every trace again that rests on what is recalled. Repeating it after a crash does the rest."""
    resting = await app.store.traces_resting_on(tenant, call_id=what.call_id, source=what.source)
    revised = [await _revise(trace_id, app, what, what.reason) for trace_id in resting]
    return [found for found in revised if found is not None]


async def retract_contact(trace_id: str, contact_id: str, reason: str, app: App) -> list[Revised]:
    """A bad outcome of a contact was recorded: judge again every trace of its account that tells the value.

    Does nothing where it was taken back already.
    """
    trace = await app.store.trace(trace_id)
    bad = next((c for c in trace.contacts if c.contact_id == contact_id), None) if trace else None
    if trace is None or bad is None:
        raise BadInput("contact", "is not one of a trace that is known here")
    revised: list[Revised] = []
    for name in await app.store.newest_of_cases(trace.tenant, trace.account_id):
        revised += await revise_those_telling(name, lambda c: (c.kind, c.value) == (bad.kind, bad.value), reason, app)
    return revised


async def revise_those_telling(
    trace_id: str, bad: Callable[[Contact], bool], reason: str, app: App
) -> Sequence[Revised]:
    """Judge a trace again when it tells a contact that is not to be told any more."""
    trace = await app.store.trace(trace_id)
    if trace is None or not any(bad(contact) for contact in _told(trace)):
        return ()
    revised = await _revise(trace_id, app, None, reason)
    return () if revised is None else (revised,)


async def _revise(trace_id: str, app: App, what: Recall | None, reason: str) -> Revised | None:
    """One trace; None when nothing of it was told, because a rule had ended it."""
    stored = await app.store.trace(trace_id)
    case = await app.store.case(stored.case_id) if stored else None
    if stored is None or case is None or stored.stop in STOPS.values():
        return None
    with acting(on_behalf_of(case)):
        earlier = await _without(stored, app, what)
        done = await run(case, replace(app, buyer=_Nobody()), earlier=earlier)
        revised = _linked(done, stored, reason)
        await app.store.keep([revised])
    return Revised(revised.trace.trace_id, trace_id, len(revised.retracted))


async def _without(stored: Trace, app: App, what: Recall | None) -> Earlier:
    """What the trace rests on, less what is recalled. Raises ConfigError when some of the rest cannot be read."""
    earlier = await recall(stored.trace_id, (), app)
    read = {step.call_id for step, _ in earlier.bought}
    lost = [step for step in stored.steps if step.result is StepResult.FOUND and step.call_id not in read]
    if lost:
        raise ConfigError(
            f"{lost[0].provider}: what it answered in trace {stored.trace_id} cannot be read here, so the trace "
            "cannot be judged again; set the provider up as it was"
        )
    if what is None:
        return earlier
    kept = [(step, _less(bought, what)) for step, bought in earlier.bought if not _is_recalled(step, what)]
    return replace(earlier, bought=tuple(kept))


def _is_recalled(step: Step, what: Recall) -> bool:
    return step.call_id == what.call_id or step.provider == what.source


def _less(bought: Bought, what: Recall) -> Bought:
    """Without the records that the provider had from the source."""
    if bought.answer is None or not what.source:
        return bought
    records = tuple(record for record in bought.answer.records if record.upstream != what.source)
    return replace(bought, answer=replace(bought.answer, records=records))


def _linked(done: Evidenced, stored: Trace, reason: str) -> Evidenced:
    """With the retractions of what the stored trace told and the new version does not."""
    holds = {(contact.kind, contact.value) for contact in _told(done.trace)}
    retracted = tuple(
        Retracted(stored.trace_id, contact.contact_id, reason)
        for contact in _told(stored)
        if (contact.kind, contact.value) not in holds
    )
    return replace(done, retracted=retracted, again=None, trace=replace(done.trace, replaces=stored.trace_id))


def _told(trace: Trace) -> Sequence[Contact]:
    return [contact for contact in trace.contacts if contact.status is not ContactStatus.SUPPRESSED]


class _Nobody:
    """Asks nobody: a revision buys nothing."""

    async def buy(self, case: Case, ask: Ask, provider: Provider, request: Request, permit: Permit) -> Bought:
        del case, ask, provider, request, permit
        return Bought(StepResult.NOT_ASKED, "judged again from what was bought before")
