"""Overrides: one rule, one account, one person who answers for it, for a limited time. Never in a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from skiptrace.compliance.gate import STRENGTH, Verdict, strongest
from skiptrace.compliance.rulebook import Level, Rule, RuleBook
from skiptrace.model import Case, Effect, RuleDecision

LONGEST = timedelta(days=30)


class Role(StrEnum):
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    LEGAL = "legal"


_MAY_OVERRIDE = {
    Level.OPERATOR: frozenset(Role),
    Level.SUPERVISOR: frozenset({Role.SUPERVISOR, Role.LEGAL}),
    Level.COUNSEL: frozenset({Role.LEGAL}),
}


@dataclass(frozen=True, slots=True)
class Override:
    """``reason`` is a code, not a text about a person; ``document`` identifies the order or memorandum it rests on."""

    rule_id: str
    account_id: str
    role: Role
    actor: str
    reason: str
    expires_on: date
    document: str = ""


def objection(override: Override, rule: Rule, case: Case) -> str:
    """Why the override does not hold for this case; empty when it does."""
    if override.account_id != case.account.account_id:
        return "it was given for another account"
    if case.batch_id:
        return "a batch never overrides"
    if override.role not in _MAY_OVERRIDE.get(rule.override, frozenset()):
        return f"the rule's override level is {rule.override}, which the role {override.role} does not reach"
    if "override_for" in rule.settings and case.search not in rule.words("override_for"):
        return f"it opens only a search of kind {' or '.join(rule.words('override_for'))}"
    if rule.override is Level.COUNSEL and not override.document.strip():
        return "it names no document"
    if not override.actor.strip() or not override.reason.strip():
        return "it names no actor or no reason"
    if not case.as_of <= override.expires_on <= case.as_of + LONGEST:
        return "it has expired or runs for more than 30 days"
    return ""


def overridden(verdict: Verdict, overrides: Sequence[Override], case: Case, rules: RuleBook) -> Verdict:
    """The verdict with each validly overridden refusal or hold turned into a note; objections are written down."""
    if not overrides:
        return verdict
    decisions = with_overrides(verdict.decisions, overrides, case, rules)
    still = {d.rule_id for d in decisions if STRENGTH[d.effect] >= STRENGTH[Effect.DENY]}
    events = tuple(e for e in verdict.events if any(rules.rule(rule_id).event == e for rule_id in still))
    return Verdict(strongest(decisions), decisions, events)


def with_overrides(
    decisions: Sequence[RuleDecision], overrides: Sequence[Override], case: Case, rules: RuleBook
) -> tuple[RuleDecision, ...]:
    """The decisions, those that are validly overridden as notes; a rule that opens channels then opens them."""
    given = {override.rule_id: override for override in overrides}
    return tuple(_apply(d, given[d.rule_id], case, rules) if d.rule_id in given else d for d in decisions)


def _apply(decision: RuleDecision, override: Override, case: Case, rules: RuleBook) -> RuleDecision:
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
    effect = Effect.GRANT if opens else Effect.NOTE
    return replace(decision, effect=effect, reason=f"{decision.reason}; {by}")
