"""Somebody's word on one rule and one account: an override goes past it, a review releases or rejects what it holds.

Both name a person who answers for it and a last day, and count in no batch. A review is of the account or of one
contact, a house rule's "a person has to look": it opens what is held and nothing that is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from skiptrace.compliance.gate import STRENGTH, Verdict, strongest
from skiptrace.compliance.rulebook import Level, Rule, RuleBook
from skiptrace.model import Case, Effect, Personal, RuleDecision

LONGEST = timedelta(days=30)


class Role(StrEnum):
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    LEGAL = "legal"


RELEASING = frozenset({Level.OPERATOR, Level.SUPERVISOR, Level.COUNSEL})
"""Levels at which somebody may release what a rule holds."""

_MAY_OVERRIDE = {
    Level.OPERATOR: frozenset(Role),
    Level.SUPERVISOR: frozenset({Role.SUPERVISOR, Role.LEGAL}),
    Level.COUNSEL: frozenset({Role.LEGAL}),
}


@dataclass(frozen=True, slots=True)
class Override:
    """``reason`` is a code, not a text about a person; ``document`` identifies the order or memorandum it rests on.

    ``given_on`` is the day from which it may run for 30 days; the day of the case when it is not known.
    """

    rule_id: str
    account_id: str
    role: Role
    actor: str
    reason: str
    expires_on: date
    document: str = ""
    given_on: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Review(Personal):
    """``value`` is the contact that was looked at, empty for the account. A rejection does not expire."""

    rule_id: str
    account_id: str
    role: Role
    actor: str
    reason: str
    released: bool
    expires_on: date
    value: str = ""
    document: str = ""
    given_on: date | None = None


def objection(override: Override | Review, rule: Rule, case: Case) -> str:
    """Why the override or release does not hold for this case; empty when it does."""
    what, level = ("override", rule.override) if isinstance(override, Override) else ("review", rule.review)
    if override.account_id != case.account.account_id:
        return "it was given for another account"
    if case.batch_id:
        return "a batch never overrides"
    if override.role not in _MAY_OVERRIDE.get(level, frozenset()):
        return f"the rule's {what} level is {level}, which the role {override.role} does not reach"
    if what == "override" and "override_for" in rule.settings and case.search not in rule.words("override_for"):
        return f"it opens only a search of kind {' or '.join(rule.words('override_for'))}"
    rejects = isinstance(override, Review) and not override.released
    if level is Level.COUNSEL and not rejects and not override.document.strip():
        return "it names no document"
    if not override.actor.strip() or not override.reason.strip():
        return "it names no actor or no reason"
    if not case.as_of <= override.expires_on <= (override.given_on or case.as_of) + LONGEST:
        return "it has expired or runs for more than 30 days"
    return ""


def overridden(
    verdict: Verdict, overrides: Sequence[Override | Review], case: Case, rules: RuleBook, value: str = ""
) -> Verdict:
    """The verdict with each validly overridden refusal or hold turned into a note; objections are written down.

    ``value`` is the contact in question; a review counts for what it names alone.
    """
    if not overrides:
        return verdict
    decisions = with_overrides(verdict.decisions, overrides, case, rules, value)
    still = {d.rule_id for d in decisions if STRENGTH[d.effect] >= STRENGTH[Effect.DENY]}
    events = tuple(e for e in verdict.events if any(rules.rule(rule_id).event == e for rule_id in still))
    return Verdict(strongest(decisions), decisions, events)


def with_overrides(
    decisions: Sequence[RuleDecision],
    overrides: Sequence[Override | Review],
    case: Case,
    rules: RuleBook,
    value: str = "",
) -> tuple[RuleDecision, ...]:
    """The decisions, those that are validly overridden as notes; a rule that opens channels then opens them.

    Of two words on the same rule the later in ``overrides`` counts.
    """
    said = {o.rule_id: o for o in overrides if isinstance(o, Override) or o.value == value}
    return tuple(_heard(d, said[d.rule_id], case, rules) if d.rule_id in said else d for d in decisions)


def _heard(decision: RuleDecision, word: Override | Review, case: Case, rules: RuleBook) -> RuleDecision:
    if isinstance(word, Override):
        return _override(decision, word, case, rules)
    return _review(decision, word, case, rules) if decision.effect is Effect.HOLD else decision


def _review(decision: RuleDecision, review: Review, case: Case, rules: RuleBook) -> RuleDecision:
    rule = rules.rule(decision.rule_id)
    if not review.released:
        effect, by = Effect.DENY if review.value else Effect.REFUSE, f"{review.role} ({review.reason})"
        return replace(decision, effect=effect, reason=f"{decision.reason}; rejected by {by}")
    if why_not := objection(review, rule, case):
        return replace(decision, reason=f"{decision.reason}; the release does not hold: {why_not}")
    by = f"released by {review.role} ({review.reason}) until {review.expires_on}"
    return replace(decision, effect=_opened(rule), reason=f"{decision.reason}; {by}")


def _opened(rule: Rule) -> Effect:
    return Effect.GRANT if Effect.GRANT in rule.effects.values() else Effect.NOTE


def _override(decision: RuleDecision, override: Override, case: Case, rules: RuleBook) -> RuleDecision:
    rule = rules.rule(decision.rule_id)
    if STRENGTH[decision.effect] < STRENGTH[Effect.DENY] or decision.reason.startswith("gate_error"):
        return decision
    opens = Effect.GRANT in rule.effects.values()
    why_not = objection(override, rule, case)
    if opens and decision.effect is not Effect.HOLD:
        why_not = "the rule denies this outright; only what it holds for review can be released"
    if why_not:
        return replace(decision, reason=f"{decision.reason}; the override does not hold: {why_not}")
    by = f"overridden by {override.role} ({override.reason}) until {override.expires_on}"
    return replace(decision, effect=_opened(rule), reason=f"{decision.reason}; {by}")
