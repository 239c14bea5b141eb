"""How every gate works: ask each rule's predicate, look up the effect of its answer, record it, keep the strongest.

A predicate answers with a Finding. ``no`` means that the rule was evaluated and does not apply. Unknown is an outcome
of its own and never read as ``no``. A predicate that raises refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar

from skiptrace.compliance.rulebook import Mark, Rule, RuleBook, Stage
from skiptrace.model import Effect, Fact, RuleDecision

NO: Final = "no"
NOT_STATED: Final = "not_stated"

STRENGTH: Final[Mapping[Effect, int]] = {
    Effect.PASS: 0,
    Effect.GRANT: 1,
    Effect.NOTE: 2,
    Effect.LIMIT: 3,
    Effect.DENY: 4,
    Effect.HOLD: 5,
    Effect.STOP: 6,
    Effect.REFUSE: 7,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a predicate found: an outcome that the rule's ``effects`` know, and why, without naming a person."""

    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The strongest effect of a gate, and every rule that was evaluated. ``events`` are raised by rules that fired."""

    effect: Effect
    decisions: tuple[RuleDecision, ...]
    events: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        return STRENGTH[self.effect] < STRENGTH[Effect.DENY]

    @property
    def why(self) -> str:
        """The rules that decided, with their reasons and citations."""
        decisive = (d for d in self.decisions if d.effect is self.effect)
        return "; ".join(f"{d.rule_id}: {d.reason} ({d.citation})" for d in decisive)


Q = TypeVar("Q")
Predicate = Callable[[Q, Rule, RuleBook], Finding]
Gate = Mapping[str, Predicate[Q]]
"""The predicates of one stage, by rule id."""


def decide(book: RuleBook, stage: Stage, gate: Gate[Q], question: Q, about: str) -> Verdict:
    """Evaluate every rule of the stage, in the order of the rule files."""
    pairs = [(rule, evaluate(rule, gate, question, book, about)) for rule in book.by_stage[stage]]
    decisions = tuple(decision for _, decision in pairs)
    events = tuple(rule.event for rule, d in pairs if rule.event and STRENGTH[d.effect] >= STRENGTH[Effect.LIMIT])
    return Verdict(strongest(decisions), decisions, events)


def strongest(decisions: Iterable[RuleDecision]) -> Effect:
    """The effect that a gate takes from its decisions."""
    return max((d.effect for d in decisions), key=STRENGTH.__getitem__, default=Effect.PASS)


def evaluate(rule: Rule, gate: Gate[Q], question: Q, book: RuleBook, about: str) -> RuleDecision:
    """One rule on one question. A predicate that raises, and an outcome without an effect, refuse."""
    if not rule.enabled:
        return RuleDecision(rule.id, Effect.NOTE, about, "switched off in the rule files", rule.citation)
    try:
        finding = gate[rule.id](question, rule, book)
        effect = Effect.PASS if finding.outcome == NO else _effect(rule, finding.outcome, book)
    except Exception as error:  # noqa: BLE001 - a gate that cannot decide refuses, whatever the reason
        return RuleDecision(rule.id, Effect.REFUSE, about, f"gate_error: {type(error).__name__}", rule.citation)
    unconfirmed = " (rule not confirmed by counsel)" if rule.mark is Mark.UNCONFIRMED and effect != Effect.PASS else ""
    return RuleDecision(rule.id, effect, about, finding.reason + unconfirmed, rule.citation)


def _effect(rule: Rule, outcome: str, book: RuleBook) -> Effect:
    effect = rule.effects[outcome]
    relies_on_certification = outcome == NOT_STATED and effect is Effect.NOTE
    return Effect.HOLD if relies_on_certification and book.profile.strict else effect


@lru_cache(maxsize=256)
def of_fact(fact: Fact, what: str) -> Finding:
    """The finding that a stated, denied, unknown or unstated fact amounts to."""
    return Finding(fact.value, _SENTENCES[fact].format(what=what))


_SENTENCES = {
    Fact.YES: "the account says: {what}",
    Fact.NO: "the account says: not {what}",
    Fact.UNKNOWN: "the account cannot say whether {what}; unknown is never clear",
    Fact.NOT_STATED: "the platform has no field that says whether {what}; the certification of use covers it",
}
