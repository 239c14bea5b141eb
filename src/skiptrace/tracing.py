"""Trace one case: may we look, whom next, ask, is it the same person, is it enough, which channel, keep and tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from skiptrace import compliance, matching
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
    RuleDecision,
    SourceRecord,
    Step,
    StepResult,
    StopReason,
    Trace,
)
from skiptrace.ports import Clock, Evidenced, LocalReply, Provider, Store
from skiptrace.purchase import Bought
from skiptrace.waterfall import Ask, Progress, Skip, Stop, Strategy, next_move

VERSION = "1"

OWN = (Party.SUBJECT, Party.HOUSEHOLD)
"""Parties whose contacts may stand in the subject's list; everybody else's are kept apart."""

STOPS = {Effect.REFUSE: StopReason.REFUSED, Effect.HOLD: StopReason.HELD, Effect.STOP: StopReason.STOPPED}


class Asker(Protocol):
    """Takes a question to a provider and brings back what it brought: the live buyer, or the replay of one."""

    async def buy(self, case: Case, ask: Ask, provider: Provider) -> Bought: ...


@dataclass(frozen=True, slots=True)
class App:
    """Everything that a trace needs, as wiring puts it together."""

    store: Store
    providers: Mapping[str, Provider]
    strategy: Strategy
    rules: RuleBook
    buyer: Asker
    clock: Clock
    new_id: Callable[[], str]
    versions: Mapping[str, str] = field(default_factory=dict)


async def trace(case: Case, app: App) -> Trace:
    """Run the engine on one accepted case, keep the trace with all that it rests on, and return it."""
    done = await run(case, app)
    await app.store.keep([done])
    return done.trace


async def run(case: Case, app: App) -> Evidenced:
    """The loop itself. Everything it decides comes from the case, the answers and the files that ``app`` was given."""
    journal = _Journal(app.clock.now())
    admission = compliance.admit(case, app.rules)
    journal.note(admission)
    if admission.effect in STOPS:
        stop = Stop(STOPS[admission.effect], _why(admission))
        return journal.close(case, app, stop, Judgement(case.as_of))
    progress = Progress(case, matching.judge(case.subject, (), as_of=case.as_of))
    manifests = {name: provider.manifest for name, provider in app.providers.items()}
    while not isinstance(move := next_move(app.strategy, manifests, progress), Stop):
        if isinstance(move, Skip):
            journal.skip(move)
            progress = progress.past(move)
            continue
        allowed = compliance.may_ask(case, move.manifest, move.product, app.rules)
        journal.note(allowed)
        if allowed.effect in STOPS:
            journal.refuse(move, _why(allowed))
            progress = progress.past(Skip(move.row, _why(allowed), StopReason.REFUSED))
            continue
        bought = await app.buyer.buy(case, move, app.providers[move.manifest.id])
        journal.add(move, bought)
        judgement = journal.judge(case) if bought.answer and bought.answer.found else progress.judgement
        progress = progress.after(move, bought.cost, judgement)
        learned = compliance.learned(case, judgement, journal.records, app.rules)
        if learned.effect in STOPS:
            journal.note(learned)
            return journal.close(case, app, Stop(STOPS[learned.effect], _why(learned)), judgement)
    return journal.close(case, app, move, progress.judgement)


def _why(verdict: Verdict) -> str:
    """The rules that decided, with their reasons and citations."""
    decisive = [d for d in verdict.decisions if d.effect is verdict.effect]
    return "; ".join(f"{d.rule_id}: {d.reason} ({d.citation})" for d in decisive)


@dataclass(slots=True)
class _Journal:
    """What has happened in this trace so far."""

    started_at: datetime
    steps: list[Step] = field(default_factory=list)
    decisions: list[RuleDecision] = field(default_factory=list)
    records: tuple[SourceRecord, ...] = ()
    checks: tuple[PhoneCheck | AddressCheck, ...] = ()
    local_replies: list[LocalReply] = field(default_factory=list)

    def note(self, verdict: Verdict) -> None:
        self.decisions.extend(verdict.decisions)

    def skip(self, move: Skip) -> None:
        self.steps.append(Step(move.row.provider, move.row.product, StepResult.NOT_ASKED, move.reason))

    def refuse(self, move: Ask, reason: str) -> None:
        self.steps.append(Step(move.row.provider, move.row.product, StepResult.REFUSED, reason))

    def add(self, move: Ask, bought: Bought) -> None:
        answer = bought.answer
        reason = f"{move.reason}; {bought.reason}" + (f"; {'; '.join(answer.warnings)}" if answer else "")
        records = len(answer.records) if answer else 0
        self.steps.append(
            Step(
                move.row.provider,
                move.row.product,
                bought.result,
                reason.rstrip("; "),
                bought.call_id,
                bought.cost,
                records,
            )
        )
        if bought.local_reply:
            self.local_replies.append(bought.local_reply)
        if answer:
            self.records += tuple(r for r in answer.records if not r.opted_out)
            self.checks += answer.checks

    def judge(self, case: Case) -> Judgement:
        return matching.judge(case.subject, self.records, checks=self.checks, as_of=case.as_of)

    def close(self, case: Case, app: App, stop: Stop, judgement: Judgement) -> Evidenced:
        """Decide the channels, or withhold everything when a rule ended the trace."""
        withheld = stop.reason in STOPS.values()
        trace_id = app.new_id()
        contacts = [
            _withhold(c, stop) if withheld else self._grant(case, c, judgement, app) for c in judgement.contacts
        ]
        named = [replace(c, contact_id=f"{trace_id}.{n}") for n, c in enumerate(contacts, 1)]
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
            contacts=tuple(c for c in named if c.party in OWN),
            third_party_contacts=tuple(c for c in named if c.party not in OWN),
            events=judgement.conflicts,
            versions=app.versions,
        )
        return Evidenced(result, self.records, tuple(self.local_replies))

    def _grant(self, case: Case, contact: Contact, judgement: Judgement, app: App) -> Contact:
        granted, decisions = compliance.grant(case, contact, judgement, app.rules)
        self.decisions.extend(decisions)
        return granted


def _withhold(contact: Contact, stop: Stop) -> Contact:
    """Found before a rule ended the trace: kept as evidence, never written back."""
    return replace(
        contact, status=ContactStatus.SUPPRESSED, grants=(), notes=(*contact.notes, f"withheld: {stop.detail}")
    )
