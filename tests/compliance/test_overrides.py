"""Who may override what, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from skiptrace.compliance import Override, Role, RuleBook, admit, can_use, grant
from skiptrace.model import AccountFact, Channel, Effect, Fact, SearchKind
from tests.builders import TODAY
from tests.compliance.questions import NOON, case, judged, letterbox, match, phone

DISPUTED = {AccountFact.DISPUTE: Fact.YES}
GOOD = Override("X-08", "A-1", Role.SUPERVISOR, "u-7", "verified_by_phone", TODAY + timedelta(days=30))


def test_a_supervisor_releases_a_held_account_for_thirty_days_at_most(rules: RuleBook) -> None:
    verdict = admit(case(facts=DISPUTED), rules, overrides=[GOOD])

    assert verdict.allowed
    [decision] = [d for d in verdict.decisions if d.rule_id == "X-08"]
    assert decision.effect is Effect.NOTE
    assert "overridden by supervisor (verified_by_phone)" in decision.reason


@pytest.mark.parametrize(
    ("change", "objection"),
    [
        ({"role": Role.OPERATOR}, "override level is supervisor"),
        ({"account_id": "A-2"}, "another account"),
        ({"reason": ""}, "no reason"),
        ({"actor": " "}, "no actor"),
        ({"expires_on": TODAY + timedelta(days=31)}, "more than 30 days"),
        ({"expires_on": TODAY - timedelta(days=1)}, "expired"),
    ],
)
def test_an_override_that_does_not_hold_says_why(rules: RuleBook, change: dict[str, object], objection: str) -> None:
    verdict = admit(case(facts=DISPUTED), rules, overrides=[replace(GOOD, **change)])

    assert verdict.effect is Effect.HOLD
    assert objection in next(d.reason for d in verdict.decisions if d.rule_id == "X-08")


def test_a_batch_never_overrides(rules: RuleBook) -> None:
    assert not admit(case(facts=DISPUTED, batch_id="b-1"), rules, overrides=[GOOD]).allowed


def test_an_override_opens_its_own_rule_only(rules: RuleBook) -> None:
    both = DISPUTED | {AccountFact.CEASE: Fact.YES}

    assert admit(case(facts=both), rules, overrides=[GOOD]).effect is Effect.REFUSE


def test_a_gate_that_threw_cannot_be_overridden(rules: RuleBook) -> None:
    broken = case(subject=None)
    minor = Override("X-06", "A-1", Role.LEGAL, "u-9", "order", TODAY, document="order 26-0142")

    [decision] = [d for d in admit(broken, rules, overrides=[minor]).decisions if d.rule_id == "X-06"]

    assert decision.effect is Effect.REFUSE
    assert decision.reason == "gate_error: AttributeError"


def test_a_cease_is_overridden_for_a_remedys_address_only(rules: RuleBook) -> None:
    ceased = case(facts={AccountFact.CEASE: Fact.YES})
    given = replace(GOOD, rule_id="X-01")

    verdict = admit(ceased, rules, overrides=[given])

    assert verdict.effect is Effect.REFUSE
    assert "only a search of kind legal_remedy_address" in verdict.why
    assert admit(replace(ceased, search=SearchKind.LEGAL_REMEDY_ADDRESS), rules, overrides=[given]).allowed


@pytest.mark.parametrize(("probability", "opened"), [(0.89, True), (0.81, True), (0.79, False)])
def test_a_supervisor_releases_a_letter_down_to_080_and_no_further(
    rules: RuleBook, probability: float, opened: bool
) -> None:
    letter, by = letterbox(), match(probability)
    judgement = judged(letter, matches=(by,))
    released = replace(GOOD, rule_id="B-18")

    assert grant(case(), letter, judgement, rules)[0].grants == ()
    assert bool(grant(case(), letter, judgement, rules, overrides=[released])[0].grants) is opened


def test_a_review_that_is_released_opens_the_channel_at_use_too(rules: RuleBook) -> None:
    weak = phone(probability=0.7)
    released = replace(GOOD, rule_id="Q-10")

    def allowed(*overrides: Override) -> bool:
        about = {"case": case(), "judgement": judged(weak), "rules": rules}
        return can_use(weak, Channel.VOICE_MANUAL, NOON, **about, overrides=overrides).allowed

    assert (allowed(), allowed(released)) == (False, True)
