"""What rules hold for a person to look at, and somebody's word on it.

A rule that holds names who may release what it holds. A release is of the account or of one contact, for 30 days at
most; a rejection stands until a newer word. Both are events of the account and count for the next search and use.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from skiptrace.compliance import (
    LONGEST,
    Override,
    Review,
    Role,
    admit,
    can_use,
    objection,
    with_overrides,
)
from skiptrace.contacting import B_03, Answering, Standing, is_ask_of, standing
from skiptrace.errors import BadInput, PolicyRefused
from skiptrace.model import Channel, ConsumerEvent, Contact, ContactKind, Effect, Reviewed, RuleDecision, Trace

NATURAL = {
    ContactKind.PHONE: Channel.VOICE_MANUAL,
    ContactKind.ADDRESS: Channel.MAIL,
    ContactKind.EMAIL: Channel.EMAIL,
}
"""The channel that a release of a contact is about."""


@dataclass(frozen=True, slots=True)
class Held:
    """One rule holds the account (``contact_id`` is empty) or a contact, and ``level`` may release it."""

    rule_id: str
    contact_id: str
    reason: str
    citation: str
    level: str


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody says on all of these rules. ``reason`` is a code, one of the rule's own for rule B-03.

    ``until`` is the last day of a release, 30 days from today when it is not given. ``contact_id`` is empty for the
    account; ``document`` is needed where the rule's level is counsel.
    """

    rule_ids: tuple[str, ...]
    released: bool
    role: str
    reason: str
    by: str
    contact_id: str = ""
    until: date | None = None
    document: str = ""


async def waiting(trace: Trace, app: Answering) -> Sequence[Held]:
    """What is held now and nobody has released or rejected: of the account, then of its contacts by rank.

    Raises KeyError when the case of the trace is not stored.
    """
    now = await standing(trace, app.store, app.clock.now().date())
    found = list(_held(_of_account(trace, now, app, now.words), "", app))
    for contact in trace.contacts:
        found += _held(_of_contact(contact, now, app, now.words), contact.contact_id, app)
    return found


async def review(word: Word, trace: Trace, app: Answering) -> None:
    """Write the word down, for every rule that it names or for none.

    Raises BadInput for a contact or reason that is not known, PolicyRefused when a rule holds nothing here or the
    role may not release it, KeyError when the case of the trace is not stored.
    """
    now = await standing(trace, app.store, app.clock.now().date())
    contact = _contact(trace, word.contact_id)
    decisions = _reviewable(trace, contact, now, app)
    until = word.until or now.case.as_of + LONGEST
    value = contact.value if contact else ""
    for rule_id in word.rule_ids:
        if rule_id not in decisions:
            raise PolicyRefused(rule_id, "the rule holds nothing here for a person to look at", "")
        rule = app.rules.rule(rule_id)
        if rule_id == B_03 and word.released and word.reason not in rule.words("reasons"):
            raise BadInput("reason", f"is one of {', '.join(rule.words('reasons'))} for a second contact")
        said = Review(
            rule_id, trace.account_id, Role(word.role), word.by, word.reason, word.released, until, value, word.document
        )
        if why_not := objection(said, rule, now.case):
            raise PolicyRefused(rule_id, why_not, rule.citation)
    events = [
        ConsumerEvent(app.new_id(), trace.tenant, trace.account_id, app.clock.now(), word.by, what)
        for what in (
            Reviewed(r, word.role, word.released, word.reason, until, value, word.contact_id, word.document)
            for r in word.rule_ids
        )
    ]
    await app.store.record_events(events)


def _contact(trace: Trace, contact_id: str) -> Contact | None:
    if not contact_id:
        return None
    every = (*trace.contacts, *trace.third_party_contacts)
    found = next((c for c in every if c.contact_id == contact_id), None)
    if found is None:
        raise BadInput("contact_id", "is not a contact of this trace")
    return found


def _reviewable(trace: Trace, contact: Contact | None, now: Standing, app: Answering) -> set[str]:
    """The rules that hold, whatever was said on them before: a word may be taken back by a newer one."""
    if contact is None:
        return {d.rule_id for d in _of_account(trace, now, app, ())}
    if contact in trace.third_party_contacts:
        return {B_03} if any(is_ask_of(event, contact) for event in now.history) else set()
    return {d.rule_id for d in _of_contact(contact, now, app, ())}


def _of_account(
    trace: Trace, now: Standing, app: Answering, words: Sequence[Override | Review]
) -> Iterable[RuleDecision]:
    """What holds the account as it is now, and what held a provider or the records when it was traced."""
    contacts = {c.contact_id for c in (*trace.contacts, *trace.third_party_contacts)}
    then = [d for d in trace.decisions if d.about != "case" and d.about not in contacts]
    said = with_overrides(then, words, now.case, app.rules)
    admission = admit(now.case, app.rules, at=app.clock.now(), overrides=words)
    return _holding((*admission.decisions, *said))


def _of_contact(
    contact: Contact, now: Standing, app: Answering, words: Sequence[Override | Review]
) -> Iterable[RuleDecision]:
    answer = can_use(
        contact,
        NATURAL[contact.kind],
        app.clock.now(),
        case=now.case,
        judgement=now.judgement,
        rules=app.rules,
        known=now.known,
        overrides=words,
    )
    return _holding(d for d in answer.decisions if d.about != "case")


def _holding(decisions: Iterable[RuleDecision]) -> Iterable[RuleDecision]:
    """Each rule once."""
    return {d.rule_id: d for d in decisions if d.effect is Effect.HOLD}.values()


def _held(decisions: Iterable[RuleDecision], contact_id: str, app: Answering) -> Iterable[Held]:
    for d in decisions:
        yield Held(d.rule_id, contact_id, d.reason, d.citation, app.rules.rule(d.rule_id).review.value)
