"""Whom to ask next, whether it is worth its price, and when to stop. Pure: the same progress gives the same move.

A strategy is a TOML file: what is wanted, what a find is worth, and ``[[step]]`` tables in the order of asking.
A step names a product (``provider.product``), when to ask it, and how often at most in one case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from skiptrace.model import (
    Asks,
    Case,
    Contact,
    ContactKind,
    Inquiry,
    Judgement,
    Manifest,
    Party,
    Personal,
    Product,
    StopReason,
)


class When(StrEnum):
    """Conditions that a step may name; a step is asked when any one of its own holds."""

    ALWAYS = "always"
    NO_ADDRESS = "no_address"
    """No address of the subject has reached the wanted probability."""
    NO_PHONE = "no_phone"
    """No phone of the subject has reached the wanted probability."""
    AMBIGUOUS = "ambiguous"
    """Two people fit about equally well."""
    NOTHING_FOUND = "nothing_found"
    """No record has been matched to the subject yet."""


@dataclass(frozen=True, slots=True)
class StrategyStep:
    """One row of the strategy. ``finds`` is the expected share of calls that bring what is missing: a stated prior."""

    provider: str
    product: str
    when: tuple[When, ...] = (When.ALWAYS,)
    at_most: int = 1
    finds: float = 0.5
    min_balance: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Strategy:
    """``wanted`` maps a kind of contact to the probability that is enough. A find is worth ``balance * recovery``,
    at most ``worth_at_most`` US dollars: the share of the balance that is expected to be collected once reached.
    """

    name: str
    wanted: Mapping[ContactKind, float]
    recovery: float
    worth_at_most: Decimal
    steps: tuple[StrategyStep, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask this next. ``worth`` is its expected value in US dollars."""

    row: StrategyStep
    manifest: Manifest
    product: Product
    inquiry: Inquiry
    worth: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Skip:
    """Leave this row of the strategy, and why."""

    row: StrategyStep
    reason: str
    because: StopReason = StopReason.EXHAUSTED


@dataclass(frozen=True, slots=True)
class Stop:
    reason: StopReason
    detail: str


@dataclass(frozen=True, slots=True, repr=False)
class Progress(Personal):
    """Where a trace stands: the row of the strategy, the calls made in that row, and what is known and spent by now.

    ``asked_about`` holds (provider, product, value) of the phones and addresses already asked about, so that none is
    checked twice. ``skipped`` are the rows left so far: they name the reason when the strategy ends.
    """

    case: Case
    judgement: Judgement
    row: int = 0
    asked: int = 0
    spent: Decimal = Decimal(0)
    asked_about: frozenset[tuple[str, str, str]] = frozenset()
    skipped: tuple[Skip, ...] = ()

    @property
    def started(self) -> bool:
        return self.row > 0 or self.asked > 0

    def after(self, move: Ask, spent: Decimal, judgement: Judgement) -> Progress:
        """One call further; in the next row when this one has had its calls."""
        about = (move.row.provider, move.row.product, move.inquiry.about)
        last = self.asked + 1 >= move.row.at_most
        return replace(
            self,
            judgement=judgement,
            row=self.row + last,
            asked=0 if last else self.asked + 1,
            spent=self.spent + spent,
            asked_about=self.asked_about | {about},
        )

    def past(self, move: Skip) -> Progress:
        """One row further."""
        return replace(self, row=self.row + 1, asked=0, skipped=(*self.skipped, move))


def next_move(strategy: Strategy, manifests: Mapping[str, Manifest], progress: Progress) -> Ask | Skip | Stop:
    """The next thing to do in this case. A caller takes the move, brings the progress up to date, and asks again."""
    belief = best_probabilities(progress.judgement)
    if progress.started and not any(_lacks(strategy, belief, kind) for kind in strategy.wanted):
        return Stop(StopReason.ENOUGH, _enough_text(strategy, belief))
    if progress.row >= len(strategy.steps):
        return _end(progress.skipped)
    row = strategy.steps[progress.row]
    manifest = manifests.get(row.provider)
    if manifest is None:
        return Skip(row, "the provider is not configured")
    if unmet := _unmet(row, strategy, progress.judgement, belief):
        return Skip(row, unmet)
    if progress.case.account.balance < row.min_balance:
        return Skip(row, f"the balance is below {row.min_balance:.2f}", StopReason.NOT_WORTH_IT)
    return _consider(strategy, row, manifest, progress, belief)


def _consider(
    strategy: Strategy,
    row: StrategyStep,
    manifest: Manifest,
    progress: Progress,
    belief: Mapping[ContactKind, float],
) -> Ask | Skip:
    """Something to ask about, money left, and worth its price: then ask."""
    product = manifest.product(row.product)
    target = _target(product, row, progress)
    if target is None:
        return Skip(row, f"no {product.asks} left to ask about")
    inquiry, doubt = target
    left = progress.case.budget - progress.spent
    if product.price > left:
        return Skip(row, f"price {product.price:.4f} is above the {left:.4f} left of the budget", StopReason.BUDGET)
    gain = doubt if product.asks is not Asks.PERSON else _missing(product, strategy, belief)
    worth = expected_worth(strategy, progress.case, row.finds * gain)
    if product.price > 0 and worth < product.price:
        return Skip(row, f"expected worth {worth:.4f} is below the price {product.price:.4f}", StopReason.NOT_WORTH_IT)
    reason = "free" if product.price == 0 else f"expected worth {worth:.2f} for a price of {product.price:.2f}"
    return Ask(row, manifest, product, inquiry, worth, reason)


def best_probabilities(judgement: Judgement) -> dict[ContactKind, float]:
    """The best probability per kind of contact among those that are the subject's own or of the same household."""
    best: dict[ContactKind, float] = {}
    for contact in judgement.contacts:
        if contact.party in (Party.SUBJECT, Party.HOUSEHOLD):
            best[contact.kind] = max(best.get(contact.kind, 0.0), contact.probability)
    return best


def expected_worth(strategy: Strategy, case: Case, probability: float) -> Decimal:
    """US dollars that a call with this chance of a find is worth: chance x balance x recovery, capped."""
    value = min(case.account.balance * Decimal(str(strategy.recovery)), strategy.worth_at_most)
    return (value * Decimal(str(round(probability, 6)))).quantize(Decimal("0.0001"))


def _unmet(row: StrategyStep, strategy: Strategy, judgement: Judgement, belief: Mapping[ContactKind, float]) -> str:
    """Why none of the row's conditions holds; empty when one does."""
    holds = {
        When.ALWAYS: True,
        When.NO_ADDRESS: _lacks(strategy, belief, ContactKind.ADDRESS),
        When.NO_PHONE: _lacks(strategy, belief, ContactKind.PHONE),
        When.AMBIGUOUS: any(m.ambiguous for m in judgement.matches),
        When.NOTHING_FOUND: not any(m.party is Party.SUBJECT for m in judgement.matches),
    }
    if any(holds[when] for when in row.when):
        return ""
    return "not needed: " + " and ".join(f"not {when}" for when in row.when)


def _lacks(strategy: Strategy, belief: Mapping[ContactKind, float], kind: ContactKind) -> bool:
    return kind in strategy.wanted and belief.get(kind, 0.0) < strategy.wanted[kind]


def _missing(product: Product, strategy: Strategy, belief: Mapping[ContactKind, float]) -> float:
    """How unsure we still are of the kinds that this product can bring: the largest 1 - p among the wanted ones."""
    doubts = [1.0 - belief.get(kind, 0.0) for kind in strategy.wanted if kind.value in product.gives]
    return max(doubts, default=0.0)


def _target(product: Product, row: StrategyStep, progress: Progress) -> tuple[Inquiry, float] | None:
    """What to ask this product about, and 4p(1-p): how likely the answer is to change what we would do."""
    if product.asks is Asks.PERSON:
        return (Inquiry(progress.case.subject), 1.0) if progress.asked == 0 else None
    kind = ContactKind.PHONE if product.asks is Asks.PHONE else ContactKind.ADDRESS
    for contact in progress.judgement.contacts:
        if contact.kind is not kind or contact.party not in (Party.SUBJECT, Party.HOUSEHOLD):
            continue
        inquiry = _about(progress.case, contact)
        if (row.provider, row.product, inquiry.about) in progress.asked_about or _already_verified(contact):
            continue
        return inquiry, 4 * contact.probability * (1 - contact.probability)
    return None


def _already_verified(contact: Contact) -> bool:
    return any(ground.verifies for ground in contact.grounds)


def _about(case: Case, contact: Contact) -> Inquiry:
    if contact.kind is ContactKind.PHONE:
        return Inquiry(case.subject, phone=contact.value)
    return Inquiry(case.subject, address=contact.address)


def _enough_text(strategy: Strategy, belief: Mapping[ContactKind, float]) -> str:
    return ", ".join(f"{kind} {belief.get(kind, 0.0):.2f} >= {enough:.2f}" for kind, enough in strategy.wanted.items())


def _end(skipped: tuple[Skip, ...]) -> Stop:
    """The strategy is at its end: say whether money, price or plain exhaustion ended it."""
    for reason, text in (
        (StopReason.BUDGET, "the budget does not reach for what is left"),
        (StopReason.NOT_WORTH_IT, "what is left is not worth its price"),
    ):
        if any(skip.because is reason for skip in skipped):
            return Stop(reason, text)
    return Stop(StopReason.EXHAUSTED, "every step of the strategy was considered")
