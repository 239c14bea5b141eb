"""Trace one case: may we look, whom next, ask, is it the same person, is it enough, which channel, keep and tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from skiptrace import compliance
from skiptrace.compliance import Override, Review, RuleBook, Verdict, account_now, known_from, overrides_from
from skiptrace.errors import ProviderError
from skiptrace.model import (
    AddressCheck,
    Again,
    Answer,
    Asks,
    Call,
    Case,
    ConsumerEvent,
    Contact,
    ContactStatus,
    Effect,
    Judgement,
    Party,
    PastOutcome,
    Personal,
    PhoneCheck,
    Request,
    RuleDecision,
    SourceRecord,
    Step,
    StepResult,
    StopReason,
    Trace,
)
from skiptrace.ports import Clock, Evidenced, History, Judge, LocalReply, Provider, Store
from skiptrace.privacy.acting import acting, on_behalf_of
from skiptrace.purchase import UNLIMITED, Bought, Permit, answered, is_local
from skiptrace.waterfall import Ask, Progress, Skip, Stop, Strategy, next_move

VERSION = "1"

OWN = (Party.SUBJECT, Party.HOUSEHOLD)
"""Parties whose contacts may stand in the subject's list; everybody else's are kept apart."""

STRANGER = Party.THIRD_PARTY
"""Namesakes and neighbours that a search brings along. Where they live is nobody's business: it is not written down."""

STOPS = {Effect.REFUSE: StopReason.REFUSED, Effect.HOLD: StopReason.HELD, Effect.STOP: StopReason.STOPPED}


ASKED_BEFORE = "asked in the trace before"

AT_THE_END = (StopReason.EXHAUSTED, StopReason.BUDGET, StopReason.NOT_WORTH_IT)
"""The strategy is through and has not found enough."""


class Asker(Protocol):
    """Takes a question to a provider and brings back what it brought: the live buyer, or the replay of one."""

    async def buy(self, case: Case, ask: Ask, provider: Provider, request: Request, permit: Permit) -> Bought: ...


@dataclass(frozen=True, slots=True)
class App:
    """Everything that a trace needs, as wiring puts it together."""

    store: Store
    providers: Mapping[str, Provider]
    strategy: Strategy
    rules: RuleBook
    buyer: Asker
    judge: Judge
    history: History
    clock: Clock
    new_id: Callable[[], str]
    versions: Mapping[str, str] = field(default_factory=dict)


async def trace(case: Case, app: App) -> Trace:
    """Run the engine on one accepted case, keep the trace with all that it rests on, and return it."""
    with acting(on_behalf_of(case)):
        done = await run(case, app, earlier=await first_time(case.tenant, case.account.account_id, app))
        await app.store.keep([done])
    return done.trace


@dataclass(frozen=True, slots=True, repr=False)
class Earlier(Personal):
    """What an earlier trace of the same case brought, to be judged together with what comes now.

    ``only`` names the providers to ask again; the others have had their question about the person.
    """

    trace_id: str
    spent: Decimal
    only: tuple[str, ...]
    bought: tuple[tuple[Step, Bought], ...]
    outcomes: tuple[PastOutcome, ...] = ()
    """What happened when values of this account were used before."""

    def bars(self, move: Ask) -> bool:
        return self.trace_id != "" and move.product.asks is Asks.PERSON and move.row.provider not in self.only


NOTHING_EARLIER = Earlier("", Decimal(0), (), ())


async def first_time(tenant: str, account_id: str, app: App, before: datetime | None = None) -> Earlier:
    """A case without an earlier trace. What came of its account's contacts until ``before`` is known all the same."""
    return replace(NOTHING_EARLIER, outcomes=await _past_outcomes(tenant, account_id, app, before))


async def recall(trace_id: str, only: tuple[str, ...], app: App, before: datetime | None = None) -> Earlier:
    """An earlier trace from what the store kept: its answers are read again from their bytes. KeyError if unknown.

    With ``before``, what the case spent and what came of its account's contacts from then on is left out.
    """
    stored = await app.store.trace(trace_id)
    if stored is None:
        raise KeyError(trace_id)
    bought = []
    for step in stored.steps:
        provider = app.providers.get(step.provider)
        reply = await app.store.reply(step.call_id) if step.result is StepResult.FOUND else None
        if provider is None or reply is None:
            continue
        try:
            answer = provider.to_answer(step.product, reply, step.call_id)
        except ProviderError:  # this version reads it differently; the earlier trace still shows what it was
            continue
        bought.append((replace(step, carried=True, cost=Decimal(0)), answered(answer, step.call_id, Decimal(0))))
    calls = [call for call in await app.store.calls(stored.case_id) if _was_before(call, before)]
    outcomes = await _past_outcomes(stored.tenant, stored.account_id, app, before)
    return Earlier(trace_id, sum((call.charged for call in calls), Decimal(0)), only, tuple(bought), outcomes)


async def _past_outcomes(tenant: str, account_id: str, app: App, before: datetime | None) -> tuple[PastOutcome, ...]:
    known = await app.store.past_outcomes(tenant, account_id)
    return tuple(outcome for outcome in known if before is None or outcome.at <= before)


def _was_before(call: Call, moment: datetime | None) -> bool:
    return moment is None or (call.intended_at is not None and call.intended_at < moment)


async def run(case: Case, app: App, permit: Permit = UNLIMITED, earlier: Earlier = NOTHING_EARLIER) -> Evidenced:
    """The loop itself. Everything it decides comes from the case, the answers and the files that ``app`` was given.

    When ``permit`` is withdrawn nothing more is bought; what was bought is judged. Raises LostLease when another
    worker has taken over a call that is under way.
    """
    journal = _Journal(app.clock.now(), earlier.trace_id, earlier.outcomes)
    case = await journal.catch_up(case, app)
    admission = journal.admit(case, app)
    if admission.effect in STOPS:
        return journal.close(case, app, _stop(admission), Judgement(case.as_of))
    progress = Progress(case, await journal.carry(case, app, earlier), spent=earlier.spent)
    manifests = {name: provider.manifest for name, provider in app.providers.items()}
    while not isinstance(move := next_move(app.strategy, manifests, progress), Stop):
        if isinstance(move, Skip):
            journal.skip(move)
            progress = progress.past(move)
            continue
        if reason := permit.withdrawn():
            return journal.close(case, app, Stop(StopReason.CANCELLED, reason), progress.judgement)
        request = _question(case, move, app, earlier, journal)
        if isinstance(request, Skip):
            progress = progress.past(request)
            continue
        provider = app.providers[move.manifest.id]
        if not is_local(move.manifest, move.product) and (fresh := await journal.catch_up(case, app)) != case:
            case, admission = fresh, journal.admit(fresh, app)
            if admission.effect in STOPS:
                return journal.close(case, app, _stop(admission), progress.judgement)
        bought = await app.buyer.buy(case, move, provider, request, permit)
        journal.add(move, bought)
        if bought.answer and bought.answer.found:
            progress = progress.after(move, bought.cost, await journal.judge(case, app))
            learned = compliance.learned(case, progress.judgement, journal.records, app.rules)
            learned = compliance.overridden(learned, journal.overrides, case, app.rules)
            journal.note(learned)
            if learned.effect in STOPS:
                return journal.close(case, app, _stop(learned), progress.judgement)
        else:
            progress = progress.after(move, bought.cost, progress.judgement)
    return journal.close(case, app, move, progress.judgement)


def _question(case: Case, move: Ask, app: App, earlier: Earlier, journal: _Journal) -> Request | Skip:
    """The request as it is to leave, or why this row of the strategy is left."""
    if earlier.bars(move):
        return journal.skip(Skip(move.row, ASKED_BEFORE))
    request = app.providers[move.manifest.id].to_request(move.product.id, move.inquiry)
    if request is None:
        return journal.skip(Skip(move.row, "the case lacks what this product needs"))
    allowed = compliance.overridden(_may_ask(case, move, request, app.rules), journal.overrides, case, app.rules)
    journal.note(allowed)
    return request if allowed.allowed else journal.refuse(move, allowed)


def _may_ask(case: Case, move: Ask, request: Request, rules: RuleBook) -> Verdict:
    """May this provider be asked, and may this payload leave?"""
    asking = compliance.may_ask(case, move.manifest, move.product, rules)
    if not asking.allowed:
        return asking
    sending = compliance.may_send(case, move.manifest, move.product, request, rules)
    return replace(sending, decisions=(*asking.decisions, *sending.decisions))


def _stop(verdict: Verdict) -> Stop:
    return Stop(STOPS[verdict.effect], verdict.why)


@dataclass(slots=True)
class _Journal:
    """What has happened in this trace so far."""

    started_at: datetime
    replaces: str = ""
    outcomes: tuple[PastOutcome, ...] = ()
    steps: list[Step] = field(default_factory=list)
    decisions: list[RuleDecision] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    records: tuple[SourceRecord, ...] = ()
    checks: tuple[PhoneCheck | AddressCheck, ...] = ()
    local_replies: list[LocalReply] = field(default_factory=list)
    later: dict[str, str] = field(default_factory=dict)
    """Providers that could not answer now, with the reason."""
    history: Sequence[ConsumerEvent] = ()
    overrides: Sequence[Override | Review] = ()

    async def catch_up(self, case: Case, app: App) -> Case:
        """The case with its account as it is by now: what was reported since it was placed counts."""
        self.history = await app.history(case)
        self.overrides = overrides_from(self.history, case.account.account_id)
        return replace(case, account=account_now(case.account, self.history))

    def admit(self, case: Case, app: App) -> Verdict:
        admission = compliance.admit(case, app.rules, at=app.clock.now(), overrides=self.overrides)
        self.note(admission)
        return admission

    def note(self, verdict: Verdict) -> None:
        self.decisions.extend(verdict.decisions)
        self.events.extend(verdict.events)

    def skip(self, move: Skip) -> Skip:
        self.steps.append(Step(move.row.provider, move.row.product, StepResult.NOT_ASKED, move.reason))
        return move

    def refuse(self, move: Ask, verdict: Verdict) -> Skip:
        self.steps.append(Step(move.row.provider, move.row.product, StepResult.REFUSED, verdict.why))
        return Skip(move.row, verdict.why, StopReason.REFUSED)

    def add(self, move: Ask, bought: Bought) -> None:
        answer = bought.answer
        reasons = (move.reason, bought.reason, *(answer.warnings if answer else ()))
        self.steps.append(
            Step(
                provider=move.row.provider,
                product=move.row.product,
                result=bought.result,
                reason="; ".join(reasons),
                call_id=bought.call_id,
                cost=bought.cost,
                records=len(answer.records) if answer else 0,
            )
        )
        if bought.local_reply:
            self.local_replies.append(bought.local_reply)
        if bought.later:
            self.later.setdefault(move.row.provider, bought.reason)
        if answer:
            self._learn(answer)

    async def carry(self, case: Case, app: App, earlier: Earlier) -> Judgement:
        """Begin with what an earlier trace brought."""
        for step, bought in earlier.bought:
            self.steps.append(step)
            if bought.answer:
                self._learn(bought.answer)
        return await self.judge(case, app) if earlier.bought else Judgement(case.as_of)

    def _learn(self, answer: Answer) -> None:
        self.records += tuple(r for r in answer.records if not r.opted_out)
        self.checks += answer.checks

    async def judge(self, case: Case, app: App) -> Judgement:
        known = tuple(outcome for outcome in self.outcomes if outcome.value)
        as_of = max([case.as_of, *(outcome.at.date() for outcome in known)])  # what came after "today" counts too
        subject, records = compliance.without_retired(case.subject, self.records, known_from(self.history), case.as_of)
        judged = await app.judge(subject, records, checks=self.checks, as_of=as_of, outcomes=known)
        if back := self._risen(case, judged, app):
            again = (*known, *back)
            judged = await app.judge(subject, records, checks=self.checks, as_of=as_of, outcomes=again)
        return compliance.listed(compliance.cautious(judged, self.records, app.rules), self.checks)

    def _risen(self, case: Case, judged: Judgement, app: App) -> list[PastOutcome]:
        """Bad values of before, of which only a keyed hash is left, that turned up again (rule X-11)."""
        buried = {(outcome.contact, outcome.mark): outcome for outcome in self.outcomes if outcome.mark}
        if not buried:
            return []
        found = []
        for c in judged.contacts:
            mark = app.store.contact_mark(case.tenant, c.kind, c.value)
            if outcome := buried.get((c.kind, mark)):
                found.append(replace(outcome, value=c.value, mark=b""))
        return found

    def close(self, case: Case, app: App, stop: Stop, judgement: Judgement) -> Evidenced:
        """Decide the channels, or withhold everything when a rule ended the trace."""
        trace_id = app.new_id()
        kept = compliance.without_minors(case, compliance.kept(case, judgement.contacts), self.records, app.rules)
        ours = (c for c in kept if c.party is not STRANGER)
        named = [replace(c, contact_id=f"{trace_id}.{n}") for n, c in enumerate(ours, 1)]
        withheld = stop.reason in STOPS.values()
        contacts = [_withhold(c, stop) if withheld else self._grant(case, c, judgement, app) for c in named]
        result = Trace(
            trace_id=trace_id,
            case_id=case.case_id,
            account_id=case.account.account_id,
            tenant=case.tenant,
            started_at=self.started_at,
            finished_at=app.clock.now(),
            stop=stop.reason,
            stop_detail=stop.detail,
            cost=sum((step.cost for step in self.steps), Decimal(0)),
            steps=tuple(self.steps),
            decisions=tuple(self.decisions),
            matches=judgement.matches,
            contacts=tuple(c for c in contacts if c.party in OWN),
            third_party_contacts=tuple(c for c in contacts if c.party not in OWN),
            events=(*dict.fromkeys(self.events), *judgement.conflicts),
            versions=app.versions,
            replaces=self.replaces,
        )
        return Evidenced(result, self.records, tuple(self.local_replies), again=self._again(stop))

    def _again(self, stop: Stop) -> Again | None:
        """When the strategy came to its end without them, the providers that may answer at another time."""
        if not self.later or stop.reason not in AT_THE_END:
            return None
        return Again(0.0, "; ".join(f"{name}: {why}" for name, why in self.later.items()), tuple(self.later))

    def _grant(self, case: Case, contact: Contact, judgement: Judgement, app: App) -> Contact:
        granted, decisions = compliance.grant(
            case, contact, judgement, app.rules, known_from(self.history), overrides=self.overrides
        )
        self.decisions.extend(decisions)
        return granted


def _withhold(contact: Contact, stop: Stop) -> Contact:
    """Found before a rule ended the trace: kept as evidence, never written back."""
    notes = (*contact.notes, f"withheld: {stop.detail}")
    return replace(contact, status=ContactStatus.SUPPRESSED, grants=(), notes=notes)
