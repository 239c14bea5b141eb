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
    if rule.override is Level.COUNSEL and not override.document.strip():
        return "it names no document"
    if not override.actor.strip() or not override.reason.strip():
        return "it names no actor or no reason"
    if not case.as_of <= override.expires_on <= case.as_of + LONGEST:
        return "it has expired or runs for more than 30 days"
    return ""


def overridden(verdict: Verdict, overrides: Sequence[Override], case: Case, rules: RuleBook) -> Verdict:
    """The verdict with each validly overridden refusal or hold turned into a note; objections are written down."""
    given = {override.rule_id: override for override in overrides}
    decisions = tuple(_apply(d, given[d.rule_id], case, rules) if d.rule_id in given else d for d in verdict.decisions)
    still = {d.rule_id for d in decisions if STRENGTH[d.effect] >= STRENGTH[Effect.DENY]}
    events = tuple(e for e in verdict.events if any(rules.rule(rule_id).event == e for rule_id in still))
    return Verdict(strongest(decisions), decisions, events)


def _apply(decision: RuleDecision, override: Override, case: Case, rules: RuleBook) -> RuleDecision:
    rule = rules.rule(decision.rule_id)
    if STRENGTH[decision.effect] < STRENGTH[Effect.DENY] or decision.reason.startswith("gate_error"):
        return decision
    if why_not := objection(override, rule, case):
        return replace(decision, reason=f"{decision.reason}; the override does not hold: {why_not}")
    by = f"overridden by {override.role} ({override.reason}) until {override.expires_on}"
    return replace(decision, effect=Effect.NOTE, reason=f"{decision.reason}; {by}")
