"""What a batch may cost, from the strategy, the manifests and the rules; nothing is asked for it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from skiptrace import compliance
from skiptrace.compliance import RuleBook
from skiptrace.model import Asks, Case, ChargedOn, ContactKind, Effect, Manifest, Product
from skiptrace.waterfall import Strategy, StrategyStep, When, expected_worth

_BARRED = frozenset({Effect.REFUSE, Effect.HOLD, Effect.STOP})
_CENT = Decimal("0.01")


@dataclass(slots=True)
class Estimate:
    """Cost of a batch in US dollars, added up case by case.

    ``worst`` is the sum of everything that the strategy may ask, within each case's budget, all of it charged.
    ``expected`` goes by the strategy's own ``finds`` shares, which are stated priors until outcomes replace them.
    """

    cases: int = 0
    barred: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Cases that a rule keeps from being asked about at all, by (rule id, reason)."""
    worst: Decimal = Decimal(0)
    expected: float = 0.0
    calls: defaultdict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    """Expected calls by (provider, product)."""

    def capped(self, cap: Decimal | None) -> tuple[Decimal, Decimal]:
        """Expected and worst-case cost under a cap on the whole run, rounded up to the cent."""
        worst = self.worst if cap is None else min(self.worst, cap)
        expected = min(Decimal(math.ceil(self.expected * 100)) * _CENT, worst)
        return expected, worst


@dataclass(frozen=True, slots=True)
class Estimator:
    """Prices cases one by one."""

    strategy: Strategy
    manifests: Mapping[str, Manifest]
    rules: RuleBook

    def add(self, case: Case, estimate: Estimate) -> None:
        """Add one case to the estimate."""
        estimate.cases += 1
        admission = compliance.admit(case, self.rules)
        if admission.effect in _BARRED:
            decisive = next(d for d in admission.decisions if d.effect is admission.effect)
            estimate.barred[decisive.rule_id, decisive.reason] += 1
            return
        left = case.budget
        missing = dict.fromkeys(self.strategy.wanted, 1.0)
        for step in self.strategy.steps:
            product = self._product(case, step)
            if product is None:
                continue
            worst = min(product.price * step.at_most, left)
            left -= worst
            calls = _expected_calls(step, product, missing)
            estimate.calls[step.provider, step.product] += calls
            estimate.worst += worst
            estimate.expected += calls * _charged_share(step, product) * float(product.price)

    def _product(self, case: Case, step: StrategyStep) -> Product | None:
        """The step's product, unless it is not configured, not allowed, or cannot be worth its price here."""
        manifest = self.manifests.get(step.provider)
        if manifest is None or case.account.balance < step.min_balance:
            return None
        product = manifest.product(step.product)
        if product.price > 0 and expected_worth(self.strategy, case, step.finds) < product.price:
            return None
        allowed = compliance.may_ask(case, manifest, product, self.rules)
        return None if allowed.effect in _BARRED else product


def _expected_calls(step: StrategyStep, product: Product, missing: dict[ContactKind, float]) -> float:
    """Calls that this step is expected to make; brings ``missing`` up to date with what they are expected to find."""
    nothing = math.prod(missing.values())
    needed = {
        When.ALWAYS: 1.0,
        When.NO_ADDRESS: missing.get(ContactKind.ADDRESS, 0.0),
        When.NO_PHONE: missing.get(ContactKind.PHONE, 0.0),
        When.AMBIGUOUS: nothing,
        When.NOTHING_FOUND: nothing,
    }
    still_going = 1 - math.prod(1 - share for share in missing.values())
    asked = min(still_going, 1 - math.prod(1 - needed[when] for when in step.when))
    brings = {ContactKind.ADDRESS: "deliverable", ContactKind.PHONE: "connected"}
    for kind in missing:
        if kind.value in product.gives or brings.get(kind) in product.gives:
            missing[kind] *= 1 - asked * step.finds
    return asked * (1 if product.asks is Asks.PERSON else step.at_most)


def _charged_share(step: StrategyStep, product: Product) -> float:
    return {ChargedOn.HIT: step.finds, ChargedOn.REQUEST: 1.0, ChargedOn.NEVER: 0.0}[product.charged_on]
