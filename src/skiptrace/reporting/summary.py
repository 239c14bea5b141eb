"""What a batch came to: counts that are added up trace by trace, so that the size of the batch does not matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal

from skiptrace.model import (
    Contact,
    ContactKind,
    ContactStatus,
    Effect,
    Ground,
    Party,
    RuleDecision,
    StepResult,
    StopReason,
    Trace,
)
from skiptrace.reporting.results import is_hit

BINS = 20
USABLE = (ContactStatus.VERIFIED, ContactStatus.LIKELY)


@dataclass(frozen=True, slots=True)
class Residence:
    """One address of the sample case: where (city and state only), its probability, and when it was seen (years)."""

    place: str
    probability: float
    status: ContactStatus
    first_year: int
    last_year: int


@dataclass(slots=True)
class Summary:
    """Counts over finished traces. A locate is a usable contact of the subject that the account did not have."""

    accounts: int = 0
    hits: int = 0
    locates: int = 0
    verified: int = 0
    cost: Decimal = Decimal(0)
    stops: Counter[StopReason] = field(default_factory=Counter)
    contacts: Counter[tuple[ContactKind, ContactStatus]] = field(default_factory=Counter)
    steps: Counter[tuple[str, str, StepResult]] = field(default_factory=Counter)
    spend: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    rules: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(rule id, reason, citation) of the rules that ended a trace."""
    overlap: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Usable contacts by pair of sources that have both; a source with itself counts all that it has."""
    probabilities: Counter[tuple[ContactKind, int]] = field(default_factory=Counter)
    """Best contacts per account by kind and probability, in ``BINS`` equal bins."""
    sample_account: str = ""
    sample: tuple[Residence, ...] = ()

    def add(self, trace: Trace, on_account: Collection[str] = ()) -> None:
        """Count one trace; ``on_account`` holds the contact ids that the account already had."""
        self.accounts += 1
        self.hits += is_hit(trace)
        self.cost += trace.cost
        self.stops[trace.stop] += 1
        usable = [c for c in trace.contacts if is_usable(c)]
        self.locates += any(c.contact_id not in on_account for c in usable)
        self.verified += any(c.status is ContactStatus.VERIFIED for c in usable)
        self._add_contacts(trace.contacts, usable)
        self._add_steps(trace)
        self._consider_sample(trace, bool(usable))

    @property
    def cost_per_locate(self) -> Decimal | None:
        return self.cost / self.locates if self.locates else None

    @property
    def sources(self) -> list[str]:
        return sorted({source for pair in self.overlap for source in pair})

    def _add_contacts(self, contacts: Collection[Contact], usable: Collection[Contact]) -> None:
        self.contacts.update((c.kind, c.status) for c in contacts)
        best: dict[ContactKind, float] = {}
        for contact in contacts:
            if contact.status is not ContactStatus.SUPPRESSED:
                best[contact.kind] = max(best.get(contact.kind, 0.0), contact.probability)
        self.probabilities.update((kind, min(int(p * BINS), BINS - 1)) for kind, p in best.items())
        for contact in usable:
            sources = {source_name(ground) for ground in contact.grounds}
            self.overlap.update((a, b) for a in sources for b in sources)

    def _add_steps(self, trace: Trace) -> None:
        for step in trace.steps:
            self.steps[step.provider, step.product, step.result] += 1
            key = (step.provider, step.product)
            self.spend[key] = self.spend.get(key, Decimal(0)) + step.cost
        if trace.stop in {StopReason.REFUSED, StopReason.HELD, StopReason.STOPPED}:
            self.rules.update({(d.rule_id, d.reason, d.citation) for d in trace.decisions if _ended(d, trace)})

    def _consider_sample(self, trace: Trace, located: bool) -> None:
        """Keep the located case with the longest history of addresses."""
        if not located:
            return
        history = tuple(residence for c in trace.contacts if (residence := _residence(c)))
        if len(history) > max(1, len(self.sample)) and len(history) <= 8:
            self.sample_account, self.sample = trace.account_id, history


def is_usable(contact: Contact) -> bool:
    """Good enough to be written back, and the subject's own."""
    return contact.status in USABLE and contact.party is Party.SUBJECT


def source_name(ground: Ground) -> str:
    """The upstream file where the provider names it, because resellers of one file are one source."""
    return f"{ground.provider}: {ground.upstream}" if ground.upstream else ground.provider


def _ended(decision: RuleDecision, trace: Trace) -> bool:
    ends = {StopReason.REFUSED: Effect.REFUSE, StopReason.HELD: Effect.HOLD, StopReason.STOPPED: Effect.STOP}
    return decision.effect is ends[trace.stop]


def _residence(contact: Contact) -> Residence | None:
    if contact.kind is not ContactKind.ADDRESS or contact.address is None or contact.last_seen is None:
        return None
    first = contact.first_seen or contact.last_seen
    place = ", ".join(part for part in (contact.address.city.title(), contact.address.state) if part)
    return Residence(place, contact.probability, contact.status, first.year, contact.last_seen.year)
