"""The attorney who does not reply, and the number that is at work: what is reported, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from skiptrace.compliance import (
    Known,
    Review,
    Role,
    RuleBook,
    account_now,
    admit,
    can_use,
    grant,
    known_from,
    load_rules,
)
from skiptrace.model import (
    AccountFact,
    AttorneyContact,
    Case,
    Channel,
    ConsumerEvent,
    Contact,
    Effect,
    Fact,
    Reported,
    Workplace,
)
from tests.compliance.questions import NOON, case, home, judged, phone

REPRESENTED = {AccountFact.ATTORNEY: Fact.YES}


def told(days_ago: float, what: Reported) -> ConsumerEvent:
    return ConsumerEvent(f"e-{days_ago}", "default", "A-1", NOON - timedelta(days=days_ago), "platform", what)


def represented(*events: ConsumerEvent, **facts: Fact) -> Case:
    found = case(facts=REPRESENTED | {AccountFact(name): fact for name, fact in facts.items()})
    return replace(found, account=account_now(found.account, events))


def effect(rules: RuleBook, about: Case) -> Effect:
    return next(d.effect for d in admit(about, rules, at=NOON).decisions if d.rule_id == "X-02")


def test_an_attorney_who_may_still_reply_is_the_only_way(rules: RuleBook) -> None:
    assert effect(rules, represented()) is Effect.REFUSE
    assert effect(rules, represented(told(30, AttorneyContact()))) is Effect.REFUSE


def test_after_the_reasonable_period_a_person_decides_and_nobody_else(rules: RuleBook) -> None:
    silent = represented(told(31, AttorneyContact()))
    assert effect(rules, silent) is Effect.HOLD
    words = [
        Review("X-02", "A-1", role, "cora", "no_reply", True, silent.as_of, document="memo-7", given_on=silent.as_of)
        for role in (Role.SUPERVISOR, Role.LEGAL)
    ]
    assert not admit(silent, rules, at=NOON, overrides=words[:1]).allowed
    assert admit(silent, rules, at=NOON, overrides=words[1:]).allowed
    asked = {"case": silent, "judgement": judged(phone()), "rules": rules}
    assert not can_use(phone(), Channel.VOICE_MANUAL, NOON, **asked).allowed  # type: ignore[arg-type]


def test_a_reply_begins_the_period_anew_and_a_reminder_does_not(rules: RuleBook) -> None:
    asked, replied = told(60, AttorneyContact()), told(40, AttorneyContact(replied=True))
    assert effect(rules, represented(asked, replied)) is Effect.REFUSE
    assert effect(rules, represented(asked, replied, told(20, AttorneyContact()))) is Effect.REFUSE
    assert effect(rules, represented(asked, told(20, AttorneyContact()))) is Effect.HOLD


def test_an_attorney_who_consents_opens_the_way(rules: RuleBook) -> None:
    assert effect(rules, represented(attorney_consent=Fact.YES)) is Effect.NOTE
    assert effect(rules, represented(attorney_consent=Fact.UNKNOWN)) is Effect.REFUSE


def at_work(*events: ConsumerEvent, about: Case | None = None) -> dict[str, Effect]:
    known = known_from([told(20, Workplace(NOON, phone().value)), *events])
    return decided(phone(), known, about or case())


def decided(contact: Contact, known: Known, about: Case) -> dict[str, Effect]:
    _, decisions = grant(about, contact, judged(contact), load_rules(), known)
    return {d.rule_id: d.effect for d in decisions}


def test_a_number_at_work_waits_for_a_look_and_a_refusal_closes_it() -> None:
    assert decided(phone(), Known(), case())["B-11"] is Effect.PASS
    assert at_work()["B-11"] is Effect.HOLD
    assert at_work(told(15, Workplace(NOON - timedelta(days=15), refused=True)))["B-11"] is Effect.DENY


def test_a_released_number_at_work_is_open_and_one_at_home_needs_no_release(rules: RuleBook) -> None:
    contact, known = phone(), Known(workplaces=(Workplace(NOON, phone().value),))
    seen = Review("B-11", "A-1", Role.SUPERVISOR, "sue", "employer_agrees", True, case().as_of, contact.value)
    opened, _ = grant(case(), contact, judged(contact), rules, known, overrides=[seen])

    assert [g.channel for g in opened.grants] == [Channel.VOICE_MANUAL]
    assert not grant(case(), contact, judged(contact), rules, known)[0].grants


def test_in_massachusetts_nobody_goes_past_a_refusal_of_the_last_ten_days(rules: RuleBook) -> None:
    boston = case(home=home("MA", "02108"))
    said = told(9, Workplace(NOON - timedelta(days=9), refused=True))
    assert at_work(said, about=boston)["ST-MA4"] is Effect.DENY
    assert at_work(told(11, Workplace(NOON - timedelta(days=11), refused=True)), about=boston)["ST-MA4"] is Effect.PASS
    assert rules.rule("ST-MA4").override == "never"
