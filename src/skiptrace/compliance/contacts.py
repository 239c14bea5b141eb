"""Which channels are granted on a contact. Deny by default: a contact has no grant until a rule gives one.

Each rule of this gate denies its channels, holds the contact for a person to look at, notes, or grants. A channel is
granted when a granting rule fires for it and no rule denies or holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time

from skiptrace.compliance.gate import STRENGTH, evaluate
from skiptrace.compliance.granting import CONTACT, Granting
from skiptrace.compliance.known import NOTHING, Known
from skiptrace.compliance.overrides import Override, Review, with_overrides
from skiptrace.compliance.rulebook import Rule, RuleBook, Stage
from skiptrace.compliance.windows import Hours
from skiptrace.model import Case, Channel, Contact, Effect, Grant, Judgement, RuleDecision


def grant(
    case: Case,
    contact: Contact,
    judgement: Judgement,
    rules: RuleBook,
    known: Known = NOTHING,
    *,
    overrides: Sequence[Override | Review] = (),
) -> tuple[Contact, tuple[RuleDecision, ...]]:
    """The contact with its grants, notes on what is closed and why, and every rule that was evaluated on it.

    Grants of voice carry the hours of rule B-09 and every zone that the number and the subject's likely residences
    point to: a call is allowed only when it is within the hours in all of them. A letter has no hour.
    """
    question = Granting(case, contact, judgement, known, overrides=tuple(overrides))
    opened, decisions = open_channels(question, rules)
    grants = tuple(_granted(rule, channel, question, rules) for channel, rule in opened.items())
    notes = tuple(f"{d.rule_id}: {d.reason}" for d in decisions if STRENGTH[d.effect] >= STRENGTH[Effect.DENY])
    return replace(contact, grants=grants, notes=(*contact.notes, *notes)), decisions


def open_channels(question: Granting, rules: RuleBook) -> tuple[dict[Channel, Rule], tuple[RuleDecision, ...]]:
    """The channels that a rule grants and none denies or holds, with the granting rule, and all decisions."""
    contact = question.contact
    about = contact.contact_id or contact.kind.value
    applicable = [r for r in rules.by_stage[Stage.CONTACT] if contact.kind in r.kinds]
    decisions: Sequence[RuleDecision] = [evaluate(rule, CONTACT, question, rules, about) for rule in applicable]
    if question.overrides:
        decisions = with_overrides(decisions, question.overrides, question.case, rules, contact.value)
    barred = frozenset().union(*(bars(d, rules) for d in decisions))
    granting = [rule for rule, d in zip(applicable, decisions, strict=True) if d.effect is Effect.GRANT]
    opened = {channel: rule for rule in granting for channel in sorted(rule.channels - barred)}
    return opened, tuple(decisions)


def bars(decision: RuleDecision, rules: RuleBook) -> frozenset[Channel]:
    """The channels that a decision closes: those of its rule, or all of them when the rule names none."""
    if STRENGTH[decision.effect] < STRENGTH[Effect.DENY]:
        return frozenset()
    return rules.rule(decision.rule_id).channels or frozenset(Channel)


def _granted(rule: Rule, channel: Channel, question: Granting, rules: RuleBook) -> Grant:
    hours = rules.rule("B-09")
    if channel.value not in hours.words("timed_channels"):
        return Grant(channel, rule.id, rule.citation)
    location = question.located(hours)
    allowed = hours_of(hours)
    return Grant(channel, rule.id, rule.citation, tuple(sorted(location.zones)), allowed.opens, allowed.closes)


def hours_of(rule: Rule) -> Hours:
    """The local hours that rule B-09 states."""
    opens, closes = (time.fromisoformat(str(rule.settings[name])) for name in ("opens", "closes"))
    return Hours(opens, closes)
