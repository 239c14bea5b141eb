"""Trace one case: may we look, whom next, ask, is it the same person, is it enough, which channel, keep and tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from skiptrace import compliance
from skiptrace.compliance import RuleBook, Verdict
from skiptrace.model import (
    AddressCheck,
    Case,
    Contact,
    ContactStatus,
    Effect,
    Judgement,
    Party,
    PhoneCheck,
    Request,
    RuleDecision,
    SourceRecord,
    Step,
    StepResult,
    StopReason,
    Trace,
)
from skiptrace.ports import Clock, Evidenced, Judge, LocalReply, Provider, Store
from skiptrace.privacy.acting import acting, on_behalf_of
from skiptrace.purchase import Bought
from skiptrace.waterfall import Ask, Progress, Skip, Stop, Strategy, next_move

VERSION = "1"

OWN = (Party.SUBJECT, Party.HOUSEHOLD)
"""Parties whose contacts may stand in the subject's list; everybody else's are kept apart."""

STRANGER = Party.THIRD_PARTY
"""Namesakes and neighbours that a search brings along. Where they live is nobody's business: it is not written down."""

STOPS = {Effect.REFUSE: StopReason.REFUSED, Effect.HOLD: StopReason.HELD, Effect.STOP: StopReason.STOPPED}


class Asker(Protocol):
    """Takes a question to a provider and brings back what it brought: the live buyer, or the replay of one."""

    async def buy(self, case: Case, ask: Ask, provider: Provider, request: Request) -> Bought: ...


@dataclass(frozen=True, slots=True)
class App:
    """Everything that a trace needs, as wiring puts it together."""

    store: Store
    providers: Mapping[str, Provider]
    strategy: Strategy
    rules: RuleBook
    buyer: Asker
    judge: Judge
    clock: Clock
    new_id: Callable[[], str]
    versions: Mapping[str, str] = field(default_factory=dict)


async def trace(case: Case, app: App) -> Trace:
    """Run the engine on one accepted case, keep the trace with all that it rests on, and return it."""
    with acting(on_behalf_of(case)):
        done = await run(case, app)
        await app.store.keep([done])
    return done.trace


async def run(case: Case, app: App) -> Evidenced:
    """The loop itself. Everything it decides comes from the case, the answers and the files that ``app`` was given."""
    journal = _Journal(app.clock.now())
    admission = compliance.admit(case, app.rules)
    journal.note(admission)
    if admission.effect in STOPS:
        return journal.close(case, app, _stop(admission), Judgement(case.as_of))
    progress = Progress(case, Judgement(case.as_of))
    manifests = {name: provider.manifest for name, provider in app.providers.items()}
    while not isinstance(move := next_move(app.strategy, manifests, progress), Stop):
        if isinstance(move, Skip):
            journal.skip(move)
            progress = progress.past(move)
            continue
        provider = app.providers[move.manifest.id]
        request = provider.to_request(move.product.id, move.inquiry)
        if request is None:
            journal.skip(lacking := Skip(move.row, "the case lacks what this product needs"))
            progress = progress.past(lacking)
            continue
        allowed = _may_ask(case, move, request, app.rules)
        journal.note(allowed)
        if not allowed.allowed:
            journal.refuse(move, allowed)
            progress = progress.past(Skip(move.row, allowed.why, StopReason.REFUSED))
            continue
        bought = await app.buyer.buy(case, move, provider, request)
        journal.add(move, bought)
        if bought.answer and bought.answer.found:
            progress = progress.after(move, bought.cost, await journal.judge(case, app))
            learned = compliance.learned(case, progress.judgement, journal.records, app.rules)
            journal.note(learned)
            if learned.effect in STOPS:
                return journal.close(case, app, _stop(learned), progress.judgement)
        else:
            progress = progress.after(move, bought.cost, progress.judgement)
    return journal.close(case, app, move, progress.judgement)


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
    steps: list[Step] = field(default_factory=list)
    decisions: list[RuleDecision] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    records: tuple[SourceRecord, ...] = ()
    checks: tuple[PhoneCheck | AddressCheck, ...] = ()
    local_replies: list[LocalReply] = field(default_factory=list)

    def note(self, verdict: Verdict) -> None:
        self.decisions.extend(verdict.decisions)
        self.events.extend(verdict.events)

    def skip(self, move: Skip) -> None:
        self.steps.append(Step(move.row.provider, move.row.product, StepResult.NOT_ASKED, move.reason))

    def refuse(self, move: Ask, verdict: Verdict) -> None:
        self.steps.append(Step(move.row.provider, move.row.product, StepResult.REFUSED, verdict.why))

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
        if answer:
            self.records += tuple(r for r in answer.records if not r.opted_out)
            self.checks += answer.checks

    async def judge(self, case: Case, app: App) -> Judgement:
        return await app.judge(case.subject, self.records, checks=self.checks, as_of=case.as_of, outcomes=())

    def close(self, case: Case, app: App, stop: Stop, judgement: Judgement) -> Evidenced:
        """Decide the channels, or withhold everything when a rule ended the trace."""
        trace_id = app.new_id()
        ours = (contact for contact in judgement.contacts if contact.party is not STRANGER)
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
        )
        return Evidenced(result, self.records, tuple(self.local_replies))

    def _grant(self, case: Case, contact: Contact, judgement: Judgement, app: App) -> Contact:
        granted, decisions = compliance.grant(case, contact, judgement, app.rules)
        self.decisions.extend(decisions)
        return granted


def _withhold(contact: Contact, stop: Stop) -> Contact:
    """Found before a rule ended the trace: kept as evidence, never written back."""
    notes = (*contact.notes, f"withheld: {stop.detail}")
    return replace(contact, status=ContactStatus.SUPPRESSED, grants=(), notes=notes)
