"""Whose is it, and which channel? Scenarios T-30 to T-43, as far as a pure gate decides them."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, time, timedelta

import pytest

from skiptrace import compliance, model
from skiptrace.compliance import Known, RuleBook, can_use, grant, may_contact_third_party
from skiptrace.model import (
    AccountFact,
    Attempt,
    Channel,
    Consent,
    Contact,
    ContactKind,
    ContactStatus,
    Effect,
    Fact,
    Grant,
    LineType,
    Match,
    NumberCheck,
    Party,
    PhoneCheck,
    Reassigned,
    Refusal,
    SourceRecord,
)
from tests.compliance.questions import GROUND, NOON, case, home, judged, letterbox, match, phone

VOICE = frozenset({Channel.VOICE_MANUAL, Channel.VOICE_AUTO, Channel.VOICE_PRERECORDED})
NUMBER = "+15125550142"
EMAIL = Contact(ContactKind.EMAIL, "marion@example.com", 0.95, Party.SUBJECT, grounds=GROUND)


def granted(
    rules: RuleBook, contact: Contact, *others: Contact, about: model.Case | None = None, by: Match | None = None
) -> tuple[Grant, ...]:
    judgement = judged(contact, *others, matches=(by or match(),))
    return grant(about or case(), contact, judgement, rules)[0].grants


def channels(grants: tuple[Grant, ...]) -> set[Channel]:
    return {g.channel for g in grants}


def usable(
    rules: RuleBook,
    channel: Channel,
    contact: Contact | None = None,
    known: Known | None = None,
    at: datetime = NOON,
    **changes: object,
) -> compliance.Usability:
    contact = contact or phone()
    return can_use(
        contact, channel, at, case=case(**changes), judgement=judged(contact), rules=rules, known=known or Known()
    )


def consent(channel: Channel, value: str = NUMBER, **changes: object) -> Consent:
    base = Consent(value, frozenset({channel}), "A-1", True, NOON - timedelta(days=5), "call-7")
    return replace(base, **changes)


FRESH_CHECK = (NumberCheck(NUMBER, NOON - timedelta(days=1), Reassigned.NO),)


# --- grants at write-back -------------------------------------------------------------------------------------------


def test_t30_a_found_number_gets_manual_voice_from_075_on_and_nothing_else(rules: RuleBook) -> None:
    assert channels(granted(rules, phone(probability=0.75))) == {Channel.VOICE_MANUAL}
    assert granted(rules, phone(probability=0.7499)) == ()


def test_manual_voice_is_granted_with_its_rule_its_hours_and_every_zone(rules: RuleBook) -> None:
    boston = letterbox(home("MA", "02108"), 0.6)
    [voice] = granted(rules, phone("+12065550142"), boston)

    assert voice.rule_id == "Q-10"
    assert "1692c" in voice.citation
    assert voice.zones == ("America/Los_Angeles", "America/New_York")
    assert (voice.opens, voice.closes) == (time(8, 1), time(20, 59))


@pytest.mark.parametrize(
    ("belief", "zones"), [(0.49, ("America/Chicago",)), (0.5, ("America/Chicago", "America/New_York"))]
)
def test_a_home_gives_its_zone_when_it_is_believed_enough(
    rules: RuleBook, belief: float, zones: tuple[str, ...]
) -> None:
    [voice] = granted(rules, phone(), letterbox(home("MA", "02108"), belief), letterbox(home(), 0.9))

    assert voice.zones == zones


def test_without_a_believed_home_the_address_on_the_account_counts(rules: RuleBook) -> None:
    [voice] = granted(rules, phone("+12125550142"))

    assert voice.zones == ("America/Chicago", "America/New_York")


def test_a_sure_address_gets_mail_and_nothing_else(rules: RuleBook) -> None:
    [mail] = granted(rules, letterbox())

    assert mail.channel is Channel.MAIL
    assert mail.rule_id == "B-18"


@pytest.mark.parametrize(
    ("contact", "by"),
    [
        pytest.param(letterbox(), match(0.8999), id="the person is not sure enough"),
        pytest.param(letterbox(status=ContactStatus.CANDIDATE), match(), id="the address is only a candidate"),
        pytest.param(letterbox(status=ContactStatus.SUPPRESSED), match(), id="the address is known to be bad"),
        pytest.param(letterbox(home(line="c/o Jane Sample")), match(), id="care of somebody else"),
        pytest.param(letterbox(party=Party.HOUSEHOLD), match(), id="the household's"),
        pytest.param(letterbox(), match(0.99, party=Party.RELATIVE), id="a relative's record"),
        pytest.param(letterbox(), match(0.99, "alone"), id="name alone"),
        pytest.param(letterbox(grounds=()), match(), id="no record behind it"),
    ],
)
def test_an_address_that_is_not_sure_gets_nothing(rules: RuleBook, contact: Contact, by: Match) -> None:
    assert granted(rules, contact, by=by) == ()


@pytest.mark.parametrize("party", [p for p in Party if p is not Party.SUBJECT])
@pytest.mark.parametrize("contact", [phone(probability=1.0), letterbox(), EMAIL], ids=["phone", "address", "email"])
def test_a_contact_of_anybody_else_never_gets_a_channel(rules: RuleBook, party: Party, contact: Contact) -> None:
    assert granted(rules, replace(contact, party=party)) == ()


@pytest.mark.parametrize(
    ("features", "enough"),
    [
        (("alone", "found", "full_name.same"), False),
        (("middle.same", "alone"), False),
        (("address.same_area", "alone"), False),
        (("middle.same", "address.same_area"), True),
        (("birth_date.month_agrees", "birth_date.year_agrees"), False),
        (("birth_date.same",), True),
        (("address.same",), True),
        (("phone.same",), True),
    ],
)
def test_a_tie_needs_one_strong_identifier_or_two_weak_ones(
    rules: RuleBook, features: tuple[str, ...], enough: bool
) -> None:
    assert bool(granted(rules, phone(), by=match(0.99, *features))) is enough


def test_an_identifier_that_hardly_counts_is_none(rules: RuleBook) -> None:
    weak = tuple(replace(e, bits=0.5) if e.feature == "ssn4.same" else e for e in match().evidence)

    assert granted(rules, phone(), by=replace(match(), evidence=weak)) == ()


def test_what_is_closed_says_why(rules: RuleBook) -> None:
    written, decisions = grant(case(), phone(), judged(phone()), rules)

    assert any(note.startswith("C-01: ") for note in written.notes)
    assert {d.rule_id for d in decisions if d.effect is Effect.DENY} == {"B-15", "C-01"}
    assert all(d.about == "phone" for d in decisions)


def test_a_contact_gate_that_throws_closes_every_channel(rules: RuleBook) -> None:
    broken = phone(probability=None)

    assert granted(rules, broken) == ()


def test_t23_a_servicemembers_home_is_open_and_the_commanding_officer_is_not(rules: RuleBook) -> None:
    serving = case(facts={AccountFact.SERVICEMEMBER: Fact.YES})
    admitted = compliance.admit(serving, rules)

    assert admitted.allowed
    assert "X-05" in {d.rule_id for d in admitted.decisions if d.effect is Effect.NOTE}
    assert channels(granted(rules, letterbox(), about=serving)) == {Channel.MAIL}
    assert granted(rules, letterbox(party=Party.THIRD_PARTY), about=serving) == ()


@pytest.mark.parametrize(
    ("line", "held"),
    [
        ("Travis County Jail 500 Main St", True),
        ("500 Main St Mercy Hospital", True),
        ("Good Hope Nursing Home, 9 Elm St", True),
        ("120 Hospital Dr", False),
        ("9 Shelter Cove Dr", False),
        ("7 Jail Hill Rd", False),
        ("118 Alder Ct", False),
    ],
)
def test_q18_where_somebody_is_kept_or_cared_for_a_person_looks_first(
    rules: RuleBook, line: str, *, held: bool
) -> None:
    place = letterbox(home(line=line))

    assert channels(granted(rules, place)) == (set() if held else {Channel.MAIL})
    assert channels(granted(rules, phone(), place)) == (set() if held else {Channel.VOICE_MANUAL})


def test_q18_a_place_that_is_known_by_its_address_alone_can_be_listed(rules: RuleBook) -> None:
    q18 = rules.rule("Q-18")
    listed = {**q18.settings, "addresses": ("500 MAIN ST, Anytown, TX 78701",)}
    book = replace(rules, rules=tuple(replace(r, settings=listed) if r is q18 else r for r in rules.rules))

    assert not granted(book, letterbox(home(line="500 Main St")))
    assert granted(book, letterbox(home(line="502 Main St")))


def test_q19_a_number_that_a_vendor_lists_is_held_and_stays_in_the_result(rules: RuleBook) -> None:
    check = PhoneCheck("5125550142", litigator=Fact.YES)
    found, other = compliance.listed(judged(phone(), phone("+15125550177")), (check,)).contacts
    held, _ = grant(case(), found, judged(found), rules)

    assert (held.probability, held.status, held.grants) == (phone().probability, phone().status, ())
    assert any(note.startswith("Q-19: ") for note in held.notes)
    assert granted(rules, other)


@pytest.mark.parametrize("word", [Fact.NO, Fact.UNKNOWN, Fact.NOT_STATED])
def test_q19_a_vendor_that_lists_nobody_changes_nothing(rules: RuleBook, word: Fact) -> None:
    judgement = judged(phone())

    assert compliance.listed(judgement, (PhoneCheck("5125550142", litigator=word),)) == judgement


def test_a_military_address_leaves_the_mail_open_and_no_hour_to_call(rules: RuleBook) -> None:
    overseas = letterbox(home("AE", "09001", "PSC 3 Box 142"))
    abroad = case(home=overseas.address)

    assert channels(granted(rules, overseas, about=abroad)) == {Channel.MAIL}
    assert granted(rules, phone("+12125550142"), overseas, about=abroad) == ()
    assert channels(granted(rules, phone("+12125550142"), about=case(home=home("NY", "10001")))) == {
        Channel.VOICE_MANUAL
    }


def test_a_number_that_changed_hands_gets_no_channel_when_it_is_found_again(rules: RuleBook) -> None:
    known = Known(checks=(NumberCheck(NUMBER, NOON - timedelta(days=90), Reassigned.YES),))

    assert grant(case(), phone(), judged(phone()), rules, known)[0].grants == ()


def test_counsel_frees_automatic_voice_by_moving_it_and_nothing_else_comes_free(rules: RuleBook) -> None:
    auto = frozenset({Channel.VOICE_AUTO})
    moved = {name: replace(rules.rule(name), channels=rules.rule(name).channels - auto) for name in ("C-01", "C-10")}
    moved["Q-10"] = replace(rules.rule("Q-10"), channels=rules.rule("Q-10").channels | auto)
    book = replace(rules, rules=tuple(moved.get(r.id, r) for r in rules.rules))

    assert channels(granted(rules, phone())) == {Channel.VOICE_MANUAL}
    assert channels(granted(book, phone())) == {Channel.VOICE_MANUAL, Channel.VOICE_AUTO}


def test_in_florida_an_employer_is_closed_also_when_the_search_turned_the_state_up(rules: RuleBook) -> None:
    moved = letterbox(home("FL", "33101"))
    _, decisions = grant(case(), phone(party=Party.EMPLOYER), judged(moved), rules)

    assert next(d.effect for d in decisions if d.rule_id == "ST-FL") is Effect.DENY


def test_t31_nothing_a_provider_sends_can_carry_consent() -> None:
    names = {
        f.name
        for kind in (SourceRecord, model.PhoneSighting, model.EmailSighting, model.Answer, Contact)
        for f in fields(kind)
    }

    assert not {name for name in names if "consent" in name or "opt_in" in name}


def test_t32_a_possible_relatives_number_is_no_contact_of_the_subject(rules: RuleBook) -> None:
    written, decisions = grant(case(), phone(party=Party.RELATIVE), judged(phone()), rules)

    effects = {d.rule_id: d.effect for d in decisions}

    assert written.grants == ()
    assert effects["B-05"] is Effect.DENY
    assert effects["Q-10"] is Effect.HOLD


def test_t34_a_third_partys_contact_carries_neither_balance_nor_account() -> None:
    assert not {f.name for f in fields(Contact)} & {"account", "account_id", "balance", "creditor", "debt_origin"}


def test_t35_stop_calling_holds_for_a_number_found_later_but_mail_stays_open(rules: RuleBook) -> None:
    told = case(facts={AccountFact.STOP_CALLING: Fact.YES})
    later = Known(refusals=(Refusal(VOICE, NOON - timedelta(days=240)),))

    assert granted(rules, phone(), about=told) == ()
    assert channels(granted(rules, letterbox(), about=told)) == {Channel.MAIL}
    assert not usable(rules, Channel.VOICE_MANUAL, known=later).allowed
    assert usable(rules, Channel.MAIL, letterbox(), known=later).allowed


def test_a_refusal_of_one_number_leaves_the_others_open(rules: RuleBook) -> None:
    other = Known(refusals=(Refusal(frozenset({Channel.VOICE_MANUAL}), NOON, "+15125550199"),))

    assert usable(rules, Channel.VOICE_MANUAL, known=other).allowed


def test_t36_a_stop_text_closes_texts_on_all_numbers_at_once(rules: RuleBook) -> None:
    open_to_texts = Known(consents=(consent(Channel.SMS),), checks=FRESH_CHECK)
    stopped = replace(open_to_texts, refusals=(Refusal(frozenset({Channel.SMS}), NOON, "+15125550199"),))
    soon = NOON + timedelta(seconds=30)

    assert usable(rules, Channel.SMS, known=open_to_texts, at=soon).allowed
    assert not usable(rules, Channel.SMS, known=stopped, at=soon).allowed


def test_consent_given_after_a_revocation_opens_the_channel_again(rules: RuleBook) -> None:
    again = Known(
        consents=(consent(Channel.SMS, at=NOON - timedelta(hours=1)),),
        refusals=(Refusal(frozenset({Channel.SMS}), NOON - timedelta(hours=2)),),
        checks=FRESH_CHECK,
    )

    assert usable(rules, Channel.SMS, known=again).allowed


def test_t37_an_email_address_opens_only_when_the_consumer_used_it(rules: RuleBook) -> None:
    b12 = rules.rule("B-12")
    personal = replace(b12, settings={"consumer_domains": ("example.com",)})
    book = replace(rules, rules=tuple(personal if r is b12 else r for r in rules.rules))
    wrote = Known(consents=(consent(Channel.EMAIL, "marion@example.com", evidence_id="mail-3"),))

    assert granted(rules, EMAIL) == ()
    assert not usable(book, Channel.EMAIL, EMAIL).allowed
    assert usable(book, Channel.EMAIL, EMAIL, known=wrote).allowed
    assert not usable(rules, Channel.EMAIL, EMAIL, known=wrote).allowed, "a domain that may be an employer's"


@pytest.mark.parametrize(
    "flawed",
    [
        {"given_by_consumer": False},
        {"account_id": "A-2"},
        {"evidence_id": ""},
        {"value": "+15125550199"},
        {"channels": frozenset({Channel.VOICE_AUTO})},
    ],
    ids=lambda flaw: next(iter(flaw)),
)
def test_consent_by_somebody_else_or_for_something_else_opens_nothing(
    rules: RuleBook, flawed: dict[str, object]
) -> None:
    assert usable(rules, Channel.SMS, known=Known(consents=(consent(Channel.SMS),), checks=FRESH_CHECK)).allowed
    assert not usable(
        rules, Channel.SMS, known=Known(consents=(consent(Channel.SMS, **flawed),), checks=FRESH_CHECK)
    ).allowed


def test_t39_no_calls_at_work_closes_every_value_at_work(rules: RuleBook) -> None:
    about = case(facts={AccountFact.NO_CALLS_AT_WORK: Fact.YES})
    _, decisions = grant(about, phone(party=Party.EMPLOYER), judged(phone()), rules)

    assert next(d.effect for d in decisions if d.rule_id == "B-11") is Effect.DENY


def test_t40_in_florida_the_employer_is_closed_before_a_judgment(rules: RuleBook) -> None:
    florida = case(home=home("FL", "33101"))
    judged_already = case(home=home("FL", "33101"), facts={AccountFact.JUDGMENT: Fact.YES})

    assert granted(rules, phone(party=Party.EMPLOYER), about=florida) == ()
    assert not may_contact_third_party(florida, "employer-1", Party.EMPLOYER, rules).allowed
    assert may_contact_third_party(judged_already, "employer-1", Party.EMPLOYER, rules).allowed
    assert may_contact_third_party(florida, "neighbour-1", Party.THIRD_PARTY, rules).allowed


def test_a_third_party_is_contacted_once_and_never_by_a_batch(rules: RuleBook) -> None:
    def ask(log: tuple[str, ...] = (), reason: str = "", batch_id: str = "") -> Effect:
        about = case(batch_id=batch_id)
        return may_contact_third_party(about, "p-1", Party.RELATIVE, rules, log=log, reason=reason).effect

    assert ask() is Effect.PASS
    assert ask(log=("p-2",)) is Effect.PASS
    assert ask(log=("p-1",)) is Effect.REFUSE
    assert ask(log=("p-1",), reason="first_answer_wrong") is Effect.HOLD
    assert ask(log=("p-1",), reason="curiosity") is Effect.REFUSE
    assert ask(batch_id="b-1") is Effect.REFUSE


@pytest.mark.parametrize("represented", [Fact.YES, Fact.UNKNOWN])
def test_nobody_else_is_asked_when_an_attorney_may_represent_the_consumer(rules: RuleBook, represented: Fact) -> None:
    about = case(facts={AccountFact.ATTORNEY: represented})

    assert not may_contact_third_party(about, "p-1", Party.RELATIVE, rules).allowed


@pytest.mark.parametrize(
    ("answer", "allowed", "word"),
    [
        (Reassigned.YES, False, "changed hands"),
        (Reassigned.NO_DATA, False, "no data"),
        (Reassigned.NO, True, "safe_harbor=false"),
    ],
)
def test_t42_a_reassigned_number_is_closed_and_no_data_is_no_protection(
    rules: RuleBook, answer: Reassigned, allowed: bool, word: str
) -> None:
    found = usable(rules, Channel.VOICE_MANUAL, known=Known(checks=(NumberCheck(NUMBER, NOON, answer),)))

    assert found.allowed is allowed
    assert any(word in reason for reason in found.reasons)


def test_t43_the_fourth_prerecorded_call_to_a_landline_in_30_days_is_refused(rules: RuleBook) -> None:
    landline = phone(line_type=LineType.LANDLINE)
    made = tuple(
        Attempt(NOON - timedelta(days=n), Channel.VOICE_PRERECORDED, debt)
        for n, debt in ((9, "A-1"), (19, "A-2"), (29, "A-2"))
    )
    known = Known(attempts=made, consents=(consent(Channel.VOICE_PRERECORDED),), checks=FRESH_CHECK)

    assert not usable(rules, Channel.VOICE_PRERECORDED, landline, known).allowed
    assert usable(rules, Channel.VOICE_PRERECORDED, landline, replace(known, attempts=made[:2])).allowed
    assert usable(rules, Channel.VOICE_PRERECORDED, landline, known, at=NOON + timedelta(days=1)).allowed


# --- use ------------------------------------------------------------------------------------------------------------


def test_an_answer_becomes_json_and_names_no_person(rules: RuleBook) -> None:
    text = json.dumps(asdict(usable(rules, Channel.VOICE_MANUAL)), default=str)

    assert "B-17" in text
    assert not [value for value in ("Marion", "Okafor", "Alder", "5125550142", "78701") if value in text]


def test_a_grant_is_not_enough_when_the_account_has_changed(rules: RuleBook) -> None:
    assert usable(rules, Channel.VOICE_MANUAL).allowed
    refused = usable(rules, Channel.VOICE_MANUAL, facts={AccountFact.CEASE: Fact.YES})

    assert not refused.allowed
    assert refused.windows == ()
    assert refused.reasons[0].startswith("X-01: ")


def test_a_channel_that_no_rule_opens_stays_closed(rules: RuleBook) -> None:
    answer = usable(rules, Channel.MAIL)

    assert not answer.allowed
    assert "no rule grants mail" in answer.reasons[0]


def test_an_answer_names_its_versions_and_expires_within_a_day(rules: RuleBook) -> None:
    answer = usable(rules, Channel.VOICE_MANUAL)

    assert answer.rules_version == rules.version
    assert answer.tzdata
    assert answer.at < answer.expires_at <= answer.at + timedelta(days=1)
    assert answer.expires_at == datetime(2026, 11, 3, 3, 0, tzinfo=UTC), "the end of the window it rests on"


def test_a_time_without_zone_is_an_error(rules: RuleBook) -> None:
    with pytest.raises(ValueError, match="time zone"):
        usable(rules, Channel.VOICE_MANUAL, at=datetime(2026, 11, 2, 12))  # noqa: DTZ001


def test_a_call_may_leave_a_limited_content_message_only(rules: RuleBook) -> None:
    assert any("limited-content" in reason for reason in usable(rules, Channel.VOICE_MANUAL).reasons)


@pytest.mark.parametrize("days_old", [None, 16])
def test_an_automatic_call_needs_a_fresh_line_type_even_with_consent(rules: RuleBook, days_old: int | None) -> None:
    checks = () if days_old is None else (NumberCheck(NUMBER, NOON - timedelta(days=days_old), Reassigned.NO),)
    known = Known(consents=(consent(Channel.VOICE_AUTO),), checks=checks)

    assert not usable(rules, Channel.VOICE_AUTO, known=known).allowed
    assert usable(rules, Channel.VOICE_AUTO, known=replace(known, checks=FRESH_CHECK)).allowed
