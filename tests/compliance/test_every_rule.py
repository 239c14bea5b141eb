"""Every rule that a gate evaluates has one case that fires it and one that does not. A rule without them fails here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from skiptrace.compliance import Known, Profile, RuleBook, Stage
from skiptrace.compliance.admission import Batch
from skiptrace.compliance.discrepancies import DISCREPANCY
from skiptrace.compliance.gate import evaluate
from skiptrace.compliance.granting import Granting
from skiptrace.compliance.litigants import LITIGANT
from skiptrace.compliance.loading import GATES
from skiptrace.model import (
    AccountFact,
    Attempt,
    Channel,
    Consent,
    Contact,
    ContactKind,
    ContactStatus,
    DataClass,
    Effect,
    Evidence,
    Fact,
    LineType,
    NumberCheck,
    PartialDate,
    Party,
    Purpose,
    Reassigned,
    Refusal,
    Request,
    Workplace,
)
from tests import builders
from tests.compliance.questions import (
    NOON,
    admission,
    asking,
    case,
    granting,
    home,
    inquiring,
    learning,
    letterbox,
    match,
    phone,
    record,
    using,
)

YES, UNKNOWN = Fact.YES, Fact.UNKNOWN
Ask = Callable[[RuleBook], Any]
STRICT = Profile()


@dataclass(frozen=True)
class RuleTest:
    """``fires`` makes the rule take the effect; ``passes`` leaves it silent."""

    stage: Stage
    rule_id: str
    effect: Effect
    fires: Ask
    passes: Ask
    profile: Profile = STRICT


def adm(rule_id: str, effect: Effect, profile: Profile = STRICT, **changes: Any) -> RuleTest:
    return RuleTest(Stage.ADMISSION, rule_id, effect, lambda _: admission(**changes), lambda _: admission(), profile)


def fact(rule_id: str, which: AccountFact, effect: Effect, known: Fact = YES) -> RuleTest:
    return adm(rule_id, effect, facts={which: known})


def src(rule_id: str, effect: Effect, fires: Ask, passes: Ask, profile: Profile = STRICT) -> RuleTest:
    return RuleTest(Stage.PROVIDER, rule_id, effect, fires, passes, profile)


def con(rule_id: str, effect: Effect, fires: Contact, passes: Contact, **changes: Any) -> RuleTest:
    return RuleTest(Stage.CONTACT, rule_id, effect, lambda _: granting(fires, **changes), lambda _: granting(passes))


def use(rule_id: str, effect: Effect, fires: Ask, passes: Ask) -> RuleTest:
    return RuleTest(Stage.USE, rule_id, effect, fires, passes)


def dppa(purpose: str, **facts: Fact) -> Ask:
    about = case(
        purpose=replace(builders.COLLECTION, dppa=purpose), facts={AccountFact(k): v for k, v in facts.items()}
    )
    return lambda _: inquiring(about=about, data_class=DataClass.DPPA, purposes=(purpose,))


def with_origin(origin: str, data_class: DataClass) -> Ask:
    purposes = ("FCRA_COLLECT",) if data_class is DataClass.FCRA else ("GLBA_ENFORCE",)
    return lambda _: inquiring(about=case(account={"debt_origin": origin}), data_class=data_class, purposes=purposes)


def calls(days_ago: tuple[int, ...], channel: Channel = Channel.VOICE_MANUAL, **changes: Any) -> Known:
    made = (Attempt(NOON - timedelta(days=n), channel, "A-1") for n in days_ago)
    return Known(attempts=tuple(replace(a, **changes) for a in made))


def consent(channel: Channel, value: str = "+15125550142", at: datetime = NOON - timedelta(days=5)) -> Consent:
    return Consent(value, frozenset({channel}), "A-1", given_by_consumer=True, at=at, evidence_id="call-7")


def checked(answer: Reassigned | None, days_ago: int = 1) -> Known:
    return Known(checks=(NumberCheck("+15125550142", NOON - timedelta(days=days_ago), answer),))


def at_work(days_ago: int) -> Granting:
    """A number at work in Boston, after the consumer said so many days ago that nothing there is wanted."""
    work = (Workplace(NOON, phone().value), Workplace(NOON - timedelta(days=days_ago), refused=True))
    return granting(phone(), case=case(home=BOSTON), known=Known(workplaces=work))


def email(domain: str = "example.com") -> Contact:
    return Contact(ContactKind.EMAIL, f"marion@{domain}", 0.9, Party.SUBJECT, grounds=phone().grounds)


def capped(rule_id: str, most: int, channel: Channel = Channel.VOICE_MANUAL, **changes: Any) -> RuleTest:
    """A cap of so many uses in its days: one more is denied, and allowed when one of them was left out."""
    contact, at_work = changes.pop("contact", phone()), changes.pop("at_work", False)
    full = calls((1,) * most, channel, at_work=at_work)
    return use(
        rule_id,
        Effect.DENY,
        lambda rules: using(rules, contact, channel, known=full, **changes),
        lambda rules: using(rules, contact, channel, known=Known(attempts=full.attempts[1:]), **changes),
    )


FLORIDA, BOSTON, SEATTLE = home("FL", "33101"), home("MA", "02108"), home("WA", "98101")
NEW_YORK, WASHINGTON = home("NY", "10001"), home("DC", "20001")
YOUNG = PartialDate(2012, 3, 1)
PAYLOAD = Request("POST", "/search", fields=("name", "creditor_name"))
SMS, AUTO, PRERECORDED = Channel.SMS, Channel.VOICE_AUTO, Channel.VOICE_PRERECORDED
BLANK = Purpose()
NO_BIRTH_DATE = case(subject=builders.subject(birth_date=None))
STOPPED_TEXTS = Known(refusals=(Refusal(frozenset({SMS}), NOON, "+15125550199"),))

TESTS = (
    RuleTest(
        Stage.BATCH, "A-03", Effect.REFUSE,
        lambda _: Batch(200_001, builders.COLLECTION), lambda _: Batch(200_000, builders.COLLECTION),
    ),
    adm("A-01", Effect.REFUSE, purpose=BLANK),
    adm("A-02", Effect.REFUSE, account={"balance": Decimal(0)}),
    adm("A-03", Effect.REFUSE, purpose=BLANK, batch_id="b-1"),
    RuleTest(
        Stage.ADMISSION, "A-17", Effect.REFUSE, lambda _: admission(home=SEATTLE), lambda _: admission(),
        Profile(licensed_states=frozenset({"TX"}), enforce_licences=True),
    ),
    RuleTest(
        Stage.ADMISSION, "X-00", Effect.HOLD,
        lambda _: admission(at=NOON, account={"stated_at": NOON - timedelta(hours=25)}),
        lambda _: admission(at=NOON, account={"stated_at": NOON - timedelta(hours=23)}),
    ),
    fact("X-01", AccountFact.CEASE, Effect.REFUSE),
    fact("X-02", AccountFact.ATTORNEY, Effect.REFUSE),
    fact("X-03", AccountFact.BANKRUPTCY, Effect.REFUSE),
    fact("X-04", AccountFact.DECEASED, Effect.REFUSE),
    fact("X-05", AccountFact.SERVICEMEMBER, Effect.NOTE),
    adm("X-06", Effect.REFUSE, subject=builders.subject(birth_date=YOUNG)),
    fact("X-07", AccountFact.IDENTITY_THEFT, Effect.REFUSE),
    fact("X-08", AccountFact.DISPUTE, Effect.HOLD),
    fact("X-09", AccountFact.TIME_BARRED, Effect.NOTE),
    adm("X-10", Effect.REFUSE, account={"state": "recalled"}),
    fact("X-12", AccountFact.PREFERENCES_IMPORTED, Effect.HOLD, Fact.NO),
    fact("X-13", AccountFact.PROTECTED_PERSON, Effect.REFUSE),
    fact("X-14", AccountFact.VALIDATION_PERIOD, Effect.NOTE),
    fact("X-15", AccountFact.COMMERCIAL, Effect.NOTE),
    RuleTest(
        Stage.ADMISSION, "ST-XX", Effect.HOLD, lambda _: admission(), lambda _: admission(home=FLORIDA),
        Profile(require_overlay=True),
    ),
    src("A-01", Effect.REFUSE, lambda _: inquiring(purposes=("GLBA_FRAUD",)), lambda _: inquiring()),
    src("A-04", Effect.REFUSE, with_origin("towing", DataClass.FCRA), with_origin("credit", DataClass.FCRA)),
    src("A-06", Effect.HOLD, with_origin("tort", DataClass.GLBA), with_origin("credit", DataClass.GLBA)),
    src(
        "A-08", Effect.REFUSE, dppa("DPPA_VERIFY_DEBT"), dppa("DPPA_VERIFY_DEBT", submitted_contact=YES),
        Profile(dppa_enabled=True),
    ),
    src("A-09", Effect.REFUSE, dppa("DPPA_LITIG"), dppa("DPPA_LITIG", litigation=YES), Profile(dppa_enabled=True)),
    src(
        "A-10", Effect.REFUSE,
        lambda _: inquiring(data_class=DataClass.DPPA),
        lambda _: inquiring(data_class=DataClass.DPPA, drops=("photo",)),
    ),
    src("A-11", Effect.NOTE, lambda _: inquiring(data_class=DataClass.DPPA), lambda _: inquiring()),
    src("A-12", Effect.REFUSE, lambda _: inquiring(method="scraper"), lambda _: inquiring()),
    src(
        "A-13", Effect.REFUSE,
        lambda _: inquiring(data_class=DataClass.DMF, purposes=("DMF_BUSINESS",)), lambda _: inquiring(),
    ),
    src("A-14", Effect.REFUSE, lambda _: inquiring(product={"sends": ("name", "balance")}), lambda _: inquiring()),
    src("A-16", Effect.NOTE, lambda _: inquiring(), with_origin("credit", DataClass.FCRA)),
    RuleTest(Stage.OUTBOUND, "A-14", Effect.REFUSE, lambda _: inquiring(PAYLOAD), lambda _: inquiring()),
    RuleTest(
        Stage.IN_FLIGHT, "X-03", Effect.STOP,
        lambda _: learning(record(ssn4="0142", bankrupt=YES)),
        lambda _: learning(record(ssn4="0142", bankrupt=Fact.NO)),
    ),
    RuleTest(
        Stage.IN_FLIGHT, "X-04", Effect.STOP,
        lambda _: learning(record(ssn4="0142", deceased=YES)),
        lambda _: learning(record(ssn4="0142", deceased=Fact.NO)),
    ),
    RuleTest(
        Stage.IN_FLIGHT, "X-06", Effect.STOP,
        lambda _: learning(record(ssn4="0142", birth_date=YOUNG), about=NO_BIRTH_DATE),
        lambda _: learning(record(ssn4="0142")),
    ),
    RuleTest(
        Stage.IN_FLIGHT, "D-15", Effect.NOTE,
        lambda _: learning(record(), conflicts=("two people fit",)), lambda _: learning(record()),
    ),
    RuleTest(
        Stage.IN_FLIGHT, "D-14", Effect.LIMIT,
        lambda _: learning(record(address_discrepancy=YES), doubted=True), lambda _: learning(record()),
    ),
    con("D-14", Effect.HOLD, phone(evidence=(Evidence(DISCREPANCY, -3.0, "doubted"),)), phone()),
    RuleTest(
        Stage.CONTACT, "A-17", Effect.REFUSE,
        lambda _: granting(letterbox(SEATTLE)), lambda _: granting(letterbox()),
        Profile(licensed_states=frozenset({"TX"}), enforce_licences=True),
    ),
    con("C-07", Effect.DENY, phone(), phone(), known=checked(Reassigned.YES)),
    con("X-05", Effect.NOTE, letterbox(home("AE", "09001")), letterbox()),
    con("Q-18", Effect.HOLD, letterbox(home(line="County Jail 5 Main St")), letterbox(home(line="5 Jail Hill Rd"))),
    con("Q-19", Effect.HOLD, phone(evidence=(Evidence(LITIGANT, 0.0, "listed"),)), phone()),
    con("X-11", Effect.DENY, phone(status=ContactStatus.SUPPRESSED), phone()),
    con("D-15", Effect.DENY, phone(), phone(), matches=(match(0.97, "suffix.same"),)),
    con("B-05", Effect.DENY, phone(party=Party.RELATIVE), phone()),
    con("B-09", Effect.DENY, phone("+18005550142"), phone()),
    con("B-11", Effect.HOLD, phone(party=Party.EMPLOYER), phone()),
    RuleTest(
        Stage.CONTACT, "B-24", Effect.HOLD,
        lambda _: granting(phone("+12125550142", line_type=LineType.LANDLINE)),
        lambda _: granting(phone(line_type=LineType.LANDLINE)),
    ),
    con("Q-17", Effect.HOLD, letterbox(home("ON", "")), letterbox()),
    RuleTest(
        Stage.CONTACT, "ST-MA4", Effect.DENY, lambda _: at_work(days_ago=10), lambda _: at_work(days_ago=11),
    ),
    con("B-13", Effect.DENY, phone(), phone(), case=case(facts={AccountFact.STOP_CALLING: YES})),
    RuleTest(
        Stage.CONTACT, "B-14", Effect.DENY, lambda _: granting(email()),
        lambda _: granting(
            email(), channel=Channel.EMAIL, known=Known(consents=(consent(Channel.EMAIL, "marion@example.com"),))
        ),
    ),
    *(
        RuleTest(
            Stage.CONTACT, rule_id, Effect.DENY, lambda _: granting(phone()),
            lambda _: granting(phone(), channel=SMS, known=Known(consents=(consent(SMS),))),
        )
        for rule_id in ("B-15", "C-01")
    ),
    RuleTest(
        Stage.CONTACT, "C-10", Effect.GRANT,
        lambda _: granting(phone(), channel=SMS, known=Known(consents=(consent(SMS),))), lambda _: granting(phone()),
    ),
    con("C-02", Effect.DENY, phone("+18885550142"), phone(line_type=LineType.LANDLINE)),
    con(
        "ST-FL", Effect.DENY, phone(party=Party.EMPLOYER), phone(party=Party.EMPLOYER), case=case(home=FLORIDA),
    ),
    capped("B-07", 7),
    capped("C-06", 3, PRERECORDED, contact=phone(line_type=LineType.LANDLINE)),
    capped("ST-MA1", 2, home=BOSTON),
    capped("ST-MA2", 2, home=BOSTON, contact=phone(party=Party.EMPLOYER), at_work=True),
    capped("ST-WA", 3, home=SEATTLE),
    capped("ST-WA2", 1, home=SEATTLE, contact=phone(party=Party.EMPLOYER), at_work=True),
    capped("ST-NYC", 3, home=NEW_YORK),
    capped("ST-DC1", 4, home=WASHINGTON),
    capped("ST-DC2", 5, SMS, home=WASHINGTON),
    use(
        "B-09", Effect.DENY,
        lambda rules: using(rules, at=datetime(2026, 11, 2, 13, 59, tzinfo=UTC)), using,
    ),
    use("B-10", Effect.NOTE, lambda rules: using(rules, phone("+12125550142")), using),
    use(
        "B-12", Effect.DENY,
        lambda rules: using(rules, email(), Channel.EMAIL),
        lambda rules: using(rules, email(rules.rule("B-12").words("consumer_domains")[0]), Channel.EMAIL),
    ),
    use(
        "B-13", Effect.DENY,
        lambda rules: using(rules, known=Known(refusals=(Refusal(frozenset({Channel.VOICE_MANUAL}), NOON),))),
        lambda rules: using(rules, known=Known(refusals=(Refusal(frozenset({Channel.MAIL}), NOON),))),
    ),
    use(
        "B-15", Effect.DENY,
        lambda rules: using(rules, channel=SMS, known=checked(Reassigned.NO, 61)),
        lambda rules: using(rules, channel=SMS, known=checked(Reassigned.NO, 59)),
    ),
    use("B-16", Effect.NOTE, lambda rules: using(rules, channel=SMS), using),
    use("B-17", Effect.NOTE, using, lambda rules: using(rules, channel=SMS)),
    use(
        "C-03", Effect.DENY,
        lambda rules: using(rules, channel=AUTO, known=checked(None, 16)),
        lambda rules: using(rules, channel=AUTO, known=checked(None, 14)),
    ),
    use(
        "C-07", Effect.DENY,
        lambda rules: using(rules, known=checked(Reassigned.YES)),
        lambda rules: using(rules, letterbox(), Channel.MAIL),
    ),
    use(
        "C-08", Effect.DENY,
        lambda rules: using(rules, channel=SMS, known=STOPPED_TEXTS),
        lambda rules: using(rules, channel=SMS),
    ),
    RuleTest(
        Stage.THIRD_PARTY, "X-02", Effect.REFUSE,
        lambda _: asking(facts={AccountFact.ATTORNEY: YES}), lambda _: asking(),
    ),
    RuleTest(Stage.THIRD_PARTY, "B-03", Effect.REFUSE, lambda _: asking(log=("person-1",)), lambda _: asking()),
    RuleTest(
        Stage.THIRD_PARTY, "ST-MA3", Effect.REFUSE,
        lambda _: replace(asking(home=BOSTON), attempts=2), lambda _: replace(asking(home=BOSTON), attempts=3),
    ),
    RuleTest(
        Stage.THIRD_PARTY, "ST-MA5", Effect.REFUSE,
        lambda _: replace(asking(home=BOSTON), at=NOON, asked=(NOON - timedelta(days=6),) * 2),
        lambda _: replace(asking(home=BOSTON), at=NOON, asked=(NOON - timedelta(days=6), NOON - timedelta(days=7))),
    ),
    RuleTest(
        Stage.THIRD_PARTY, "ST-MA6", Effect.REFUSE,
        lambda _: replace(asking(home=BOSTON), at=NOON.replace(hour=12)),
        lambda _: replace(asking(home=BOSTON), at=NOON.replace(hour=12), zones=("Etc/UTC",)),
    ),
    RuleTest(Stage.THIRD_PARTY, "ST-DC3", Effect.REFUSE, lambda _: asking(home=WASHINGTON), lambda _: asking()),
    RuleTest(
        Stage.THIRD_PARTY, "ST-FL", Effect.DENY,
        lambda _: asking(Party.EMPLOYER, home=FLORIDA),
        lambda _: asking(Party.EMPLOYER, home=FLORIDA, facts={AccountFact.JUDGMENT: YES}),
    ),
)  # fmt: skip

GRANTING_RULES = (
    con("Q-10", Effect.GRANT, phone(probability=0.75), phone(probability=0.7499)),
    con("B-18", Effect.GRANT, letterbox(), letterbox(status=ContactStatus.CANDIDATE)),
)
"""Rules that open a channel hold the contact when they do not."""


def decision(test: RuleTest, rules: RuleBook, ask: Ask) -> Effect:
    book = replace(rules, profile=test.profile)
    found = evaluate(book.rule(test.rule_id), GATES[test.stage], ask(book), book, "case")
    assert "gate_error" not in found.reason
    return found.effect


@pytest.mark.parametrize("test", TESTS, ids=lambda t: f"{t.stage}-{t.rule_id}")
def test_the_rule_fires(test: RuleTest, rules: RuleBook) -> None:
    assert decision(test, rules, test.fires) is test.effect


@pytest.mark.parametrize("test", TESTS, ids=lambda t: f"{t.stage}-{t.rule_id}")
def test_the_rule_stays_silent(test: RuleTest, rules: RuleBook) -> None:
    assert decision(test, rules, test.passes) is Effect.PASS


@pytest.mark.parametrize("test", GRANTING_RULES, ids=lambda t: t.rule_id)
def test_a_granting_rule_grants_or_holds(test: RuleTest, rules: RuleBook) -> None:
    assert decision(test, rules, test.fires) is Effect.GRANT
    assert decision(test, rules, test.passes) is Effect.HOLD


def test_no_rule_is_without_a_test(rules: RuleBook) -> None:
    tested = {(t.stage, t.rule_id) for t in (*TESTS, *GRANTING_RULES)}
    evaluated = {(stage, rule.id) for rule in rules.rules for stage in rule.stages}

    assert tested == evaluated


def test_every_rule_says_what_it_is_and_where_it_comes_from(rules: RuleBook) -> None:
    for rule in rules.rules:
        assert rule.statement.endswith("."), rule.id
        assert rule.citation, rule.id
        assert rule.trigger, rule.id


def test_the_rules_of_all_families_are_there(rules: RuleBook) -> None:
    ids = {rule.id for rule in rules.rules}
    expected = {
        f"{family}-{n:02}"
        for family, last in (("A", 18), ("X", 15), ("B", 23), ("C", 12), ("D", 18))
        for n in range(1, last + 1)
    }

    assert expected <= ids


def test_a_birthday_in_the_future_is_a_minor_too(rules: RuleBook) -> None:
    question = admission(subject=builders.subject(birth_date=PartialDate(2030)))

    assert evaluate(rules.rule("X-06"), GATES[Stage.ADMISSION], question, rules, "case").effect is Effect.REFUSE
    assert case().as_of == date(2026, 11, 2)
