"""What a rule holds for a person to look at: released or rejected by whoever the rule names, and nothing beyond it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from skiptrace.compliance import Override, Review, Role, RuleBook, admit, can_use, grant
from skiptrace.model import AccountFact, Channel, Contact, Effect, Fact, Party
from tests.builders import TODAY
from tests.compliance.questions import NOON, case, home, judged, letterbox, phone

JAIL = letterbox(home(line="County Jail 500 Main St"))
SEEN = Review("Q-18", "A-1", Role.SUPERVISOR, "sue", "he_is_out", True, TODAY + timedelta(days=30), JAIL.value)
FRAUD = Review("A-01", "A-1", Role.LEGAL, "cora", "fraud_file", True, TODAY, document="memo-7")


def channels(rules: RuleBook, contact: Contact, *words: Override | Review) -> set[Channel]:
    return {g.channel for g in grant(case(), contact, judged(contact), rules, overrides=words)[0].grants}


def effect(rules: RuleBook, rule_id: str, contact: Contact, *words: Override | Review) -> tuple[Effect, str]:
    _, decisions = grant(case(), contact, judged(contact), rules, overrides=words)
    return next((d.effect, d.reason) for d in decisions if d.rule_id == rule_id)


def test_what_was_released_may_be_used_and_says_who_released_it(rules: RuleBook) -> None:
    assert not channels(rules, JAIL)
    assert channels(rules, JAIL, SEEN) == {Channel.MAIL}
    assert "released by supervisor (he_is_out) until" in effect(rules, "Q-18", JAIL, SEEN)[1]


def test_a_release_is_of_one_contact_and_opens_no_other(rules: RuleBook) -> None:
    other = replace(JAIL, value="9 Elm St Mercy Hospital, Austin, TX 78701")

    assert not channels(rules, other, SEEN)


def test_a_release_opens_what_is_held_and_nothing_that_is_refused(rules: RuleBook) -> None:
    relative = phone(party=Party.RELATIVE)
    household = phone(party=Party.HOUSEHOLD)
    looked = [replace(SEEN, rule_id=name, value=phone().value) for name in ("B-05", "Q-10")]

    assert not channels(rules, relative, *looked)
    assert not channels(rules, household, looked[1])
    assert channels(rules, household, *looked) == {Channel.VOICE_MANUAL}


def test_what_was_rejected_is_denied_until_a_newer_word(rules: RuleBook) -> None:
    no = replace(SEEN, released=False, expires_on=TODAY - timedelta(days=400))

    assert effect(rules, "Q-18", JAIL, SEEN, no)[0] is Effect.DENY
    assert effect(rules, "Q-18", JAIL, no, SEEN)[0] is Effect.NOTE


@pytest.mark.parametrize(
    ("change", "objection"),
    [
        ({"role": Role.OPERATOR}, "review level is supervisor"),
        ({"account_id": "A-2"}, "another account"),
        ({"reason": ""}, "no reason"),
        ({"expires_on": TODAY + timedelta(days=31)}, "more than 30 days"),
        ({"expires_on": TODAY - timedelta(days=1)}, "expired"),
    ],
)
def test_a_release_that_does_not_hold_says_why(rules: RuleBook, change: dict[str, object], objection: str) -> None:
    held, why = effect(rules, "Q-18", JAIL, replace(SEEN, **change))

    assert held is Effect.HOLD
    assert objection in why


def test_a_purpose_that_fits_in_special_cases_only_is_released_by_counsel_with_a_document(rules: RuleBook) -> None:
    purpose = replace(case().purpose, glba="GLBA_FRAUD")
    about = case(purpose=purpose)

    assert admit(about, rules).effect is Effect.HOLD
    assert admit(about, rules, overrides=[FRAUD]).allowed
    assert not admit(about, rules, overrides=[replace(FRAUD, role=Role.SUPERVISOR)]).allowed
    assert not admit(about, rules, overrides=[replace(FRAUD, document="")]).allowed
    assert admit(about, rules, overrides=[replace(FRAUD, released=False)]).effect is Effect.REFUSE
    assert not admit(replace(about, batch_id="b-1"), rules, overrides=[FRAUD]).allowed


def test_no_review_helps_where_nothing_is_declared(rules: RuleBook) -> None:
    undeclared = case(purpose=replace(case().purpose, glba=""))

    assert admit(undeclared, rules, overrides=[FRAUD]).effect is Effect.REFUSE


def test_a_release_counts_at_the_moment_of_use(rules: RuleBook) -> None:
    def usable(*words: Review) -> bool:
        answer = can_use(JAIL, Channel.MAIL, NOON, case=case(), judgement=judged(JAIL), rules=rules, overrides=words)
        return answer.allowed

    assert (usable(), usable(SEEN), usable(replace(SEEN, released=False))) == (False, True, False)


def test_every_rule_that_holds_names_who_releases(rules: RuleBook) -> None:
    holding = {r.id: r.review for r in rules.rules if Effect.HOLD in r.effects.values()}

    assert {"A-01", "X-03", "B-05", "Q-10", "Q-18", "Q-19"} <= holding.keys()
    assert set(holding.values()) == {"supervisor", "counsel"}


def test_a_review_of_the_account_leaves_its_contacts_held(rules: RuleBook) -> None:
    disputed = case(facts={AccountFact.DISPUTE: Fact.YES})
    of_account = replace(SEEN, rule_id="X-08", value="")

    assert admit(disputed, rules, overrides=[of_account]).allowed
    assert not channels(rules, JAIL, replace(SEEN, value=""))
