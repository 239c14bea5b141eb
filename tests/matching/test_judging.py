"""The judgement of a whole case, on the shipped parameters."""

from __future__ import annotations

import itertools
import pickle
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from skiptrace.matching import explain, judge, what_would_change, why_not
from skiptrace.matching.weights import shipped_parameters
from skiptrace.model import (
    AddressCheck,
    AddressSighting,
    Contact,
    ContactKind,
    ContactStatus,
    EmailSighting,
    Fact,
    Ground,
    Judgement,
    LineType,
    Name,
    OutcomeKind,
    PartialDate,
    Party,
    PastOutcome,
    PhoneCheck,
    SourceRecord,
    Subject,
)
from tests.matching.invented import NEW_HOME, OLD_HOME, OTHER_HOME, TODAY, phone, record, seen, subject

BORN = PartialDate(1971, 5, 23)


def judged(*records: SourceRecord, of: Subject | None = None) -> Judgement:
    return judge(of or subject(), records, as_of=TODAY)


def probability_of(*records: SourceRecord, of: Subject | None = None) -> float:
    return judged(*records, of=of).matches[0].probability


def contact(judgement: Judgement, kind: ContactKind) -> Contact:
    return next(item for item in judgement.contacts if item.kind is kind)


def test_nothing_found_gives_an_empty_judgement() -> None:
    assert judged().matches == ()
    assert judged().contacts == ()


def test_full_birth_date_and_ssn_make_a_sure_match() -> None:
    assert probability_of(record(birth_date=BORN, ssn4="0142")) > 0.99


def test_another_birth_date_and_ssn_make_it_somebody_else() -> None:
    match = judged(record(birth_date=PartialDate(1996, 1, 9), ssn4="7788")).matches[0]
    assert match.probability < 0.01
    assert match.party is Party.THIRD_PARTY


def test_a_record_without_identifiers_is_known_by_the_company_it_keeps() -> None:
    """It shares phone and given name with a record that has birth date and SSN."""
    sure = record("sure", birth_date=BORN, ssn4="0142", phones=(phone("5125550177", 2025),))
    bare = record(
        "bare", upstream="two", phones=(phone("5125550177", 2026),), addresses=(seen(OTHER_HOME, 2025, 2026),)
    )
    assert probability_of(bare, sure) > 0.95
    assert probability_of(bare, sure) > probability_of(bare)


def test_the_company_of_somebody_else_counts_against_a_record() -> None:
    namesake = record("other", birth_date=PartialDate(1996, 1, 9), ssn4="7788", phones=(phone("7135550110", 2025),))
    bare = record(
        "bare", upstream="two", phones=(phone("7135550110", 2026),), addresses=(seen(OTHER_HOME, 2025, 2026),)
    )
    assert probability_of(bare, namesake) < 0.5 * probability_of(bare)


def test_father_and_son_are_told_apart_by_suffix_and_birth_year() -> None:
    son = subject(names=(Name("Lou", "", "Okafor", "Jr"),), ssn4="", phones=())
    father = record(
        names=(Name("Lou", "", "Okafor", "Sr"),),
        birth_date=PartialDate(1944, 2, 1),
        addresses=(seen(OLD_HOME, 1990, 2024),),
    )
    match = judged(father, of=son).matches[0]
    same_generation = replace(father, names=son.names, birth_date=BORN)
    assert match.probability < 0.5
    assert probability_of(same_generation, of=son) > 0.99
    assert match.party is Party.HOUSEHOLD


def test_a_spouse_at_the_old_address_is_household_and_not_the_subject() -> None:
    spouse = record(names=(Name("Dale", "", "Okafor"),), addresses=(seen(OLD_HOME, 2015, 2024),))
    match = judged(spouse).matches[0]
    assert match.probability < 0.1
    assert match.party is Party.HOUSEHOLD


def test_the_providers_own_label_is_kept_for_other_people() -> None:
    lawyer = record(names=(Name("Pat", "", "Brandt"),), addresses=(seen(OTHER_HOME, 2015, 2024),), relation="attorney")
    assert judged(lawyer).matches[0].party is Party.ATTORNEY


def test_two_people_who_fit_equally_leave_the_question_open() -> None:
    bare = subject(birth_date=None, ssn4="", phones=())
    one = record("1", birth_date=PartialDate(1960, 1, 2), addresses=(seen(NEW_HOME, 2023, 2026),))
    two = record("2", birth_date=PartialDate(1985, 7, 8), addresses=(seen(OTHER_HOME, 2023, 2026),))
    judgement = judged(one, two, of=bare)
    assert [match.ambiguous for match in judgement.matches] == [True, True]
    assert all(item.status is ContactStatus.CANDIDATE for item in judgement.contacts)
    assert judgement.conflicts == ("two people fit the subject: ref 1, ref 2",)


def test_the_newer_address_of_a_sure_record_comes_first() -> None:
    old = record("1", birth_date=BORN, ssn4="0142", addresses=(seen(OLD_HOME, 2012, 2022),))
    new = record("2", birth_date=BORN, ssn4="0142", upstream="two", addresses=(seen(NEW_HOME, 2023, 2026),))
    first, second = judged(old, new).contacts
    assert first.value.startswith("4410 LARKSPUR LN")
    assert first.probability > 0.7
    assert second.probability < 0.2


def test_two_spellings_of_one_address_are_one_contact_with_two_grounds() -> None:
    plain = record("1", birth_date=BORN, ssn4="0142")
    spelled = replace(NEW_HOME, line="4410 Larkspur Lane")
    again = record("2", birth_date=BORN, upstream="two", addresses=(seen(spelled, 2023, 2026),))
    (only,) = judged(plain, again).contacts
    assert {ground.record_id for ground in only.grounds} == {"1", "2"}
    assert only.status is ContactStatus.VERIFIED


def test_sources_that_share_an_upstream_do_not_verify_each_other() -> None:
    plain = record("1", birth_date=BORN, ssn4="0142")
    resold = record("2", birth_date=BORN, ssn4="0142", provider="reseller")
    assert judged(plain, resold).contacts[0].status is ContactStatus.LIKELY


def test_independent_sources_raise_the_probability() -> None:
    plain = record("1", birth_date=BORN, ssn4="0142")
    same = record("2", birth_date=BORN, ssn4="0142", provider="reseller")
    other = replace(same, upstream="two")
    assert judged(plain, other).contacts[0].probability > judged(plain, same).contacts[0].probability


def test_a_number_out_of_service_is_suppressed() -> None:
    found = record(birth_date=BORN, ssn4="0142", phones=(phone("5125550177", 2026),))
    check = PhoneCheck("+15125550177", valid=Fact.YES, connected=Fact.NO, line_type=LineType.MOBILE)
    dead = contact(judge(subject(), [found], checks=[check], as_of=TODAY), ContactKind.PHONE)
    assert dead.status is ContactStatus.SUPPRESSED
    assert dead.probability < 0.01


def test_a_check_verifies_a_likely_contact_and_tells_the_line_type() -> None:
    found = record(birth_date=BORN, ssn4="0142", phones=(phone("5125550177", 2026),))
    before = contact(judged(found), ContactKind.PHONE)
    check = PhoneCheck("5125550177", connected=Fact.YES, line_type=LineType.MOBILE)
    after = contact(judge(subject(), [found], checks=[check], as_of=TODAY), ContactKind.PHONE)
    assert (before.status, after.status) == (ContactStatus.LIKELY, ContactStatus.VERIFIED)
    assert after.probability > before.probability
    assert after.line_type is LineType.MOBILE


def test_an_address_without_delivery_is_suppressed() -> None:
    check = AddressCheck(NEW_HOME, deliverable=Fact.NO)
    found = judge(subject(), [record(birth_date=BORN, ssn4="0142")], checks=[check], as_of=TODAY)
    assert found.contacts[0].status is ContactStatus.SUPPRESSED


def used(kind: OutcomeKind, on: date, value: str = "+1 512 555 0177") -> PastOutcome:
    return PastOutcome(ContactKind.PHONE, value, kind, datetime(on.year, on.month, on.day, tzinfo=UTC))


def after_use(*outcomes: PastOutcome, last_seen: int = 2026) -> Contact:
    records = [record(birth_date=BORN, ssn4="0142", phones=(phone("5125550177", last_seen),))]
    return contact(judge(subject(), records, as_of=TODAY, outcomes=outcomes), ContactKind.PHONE)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (OutcomeKind.WRONG_PARTY, ContactStatus.SUPPRESSED),
        (OutcomeKind.DISCONNECTED, ContactStatus.SUPPRESSED),
        (OutcomeKind.RIGHT_PARTY, ContactStatus.VERIFIED),
        (OutcomeKind.NO_ANSWER, ContactStatus.LIKELY),
    ],
)
def test_what_happened_when_a_value_was_used_decides(kind: OutcomeKind, expected: ContactStatus) -> None:
    assert after_use(used(kind, date(2026, 10, 1))).status is expected


def test_what_happened_long_ago_moves_a_value_less_and_no_longer_decides() -> None:
    before = after_use().probability
    years = [after_use(used(OutcomeKind.WRONG_PARTY, date(year, 10, 1))) for year in (2026, 2023, 2018)]
    assert [item.status for item in years[:2]] == [ContactStatus.SUPPRESSED, ContactStatus.CANDIDATE]
    assert years[0].probability < years[1].probability < years[2].probability < before


def test_the_last_word_on_a_value_counts() -> None:
    wrong, right = used(OutcomeKind.WRONG_PARTY, date(2026, 3, 1)), used(OutcomeKind.RIGHT_PARTY, date(2026, 9, 1))
    assert after_use(right, wrong).status is ContactStatus.VERIFIED
    later = replace(wrong, at=datetime(2026, 10, 1, tzinfo=UTC))
    assert after_use(right, later).status is ContactStatus.SUPPRESSED


def test_what_happens_after_the_day_judged_is_not_known_on_it() -> None:
    assert after_use(used(OutcomeKind.WRONG_PARTY, date(2027, 1, 5))) == after_use()


def test_outcomes_are_quoted_with_their_dates_and_add_up() -> None:
    found = after_use(used(OutcomeKind.NO_ANSWER, date(2026, 10, 1)), used(OutcomeKind.DISCONNECTED, date(2026, 10, 9)))
    quoted = {item.feature: item.found for item in found.evidence}
    assert quoted["outcomes"] == "no answer on 2026-10-01; disconnected on 2026-10-09"
    assert 1 / (1 + 2 ** -sum(e.bits for e in found.evidence)) == pytest.approx(found.probability, abs=0.005)


def test_returned_mail_tells_against_the_address_however_it_is_written() -> None:
    sent = PastOutcome(
        ContactKind.ADDRESS,
        "4410 LARKSPUR LN, ROUND ROCK TX 78664",
        OutcomeKind.RETURNED_MAIL,
        datetime(2026, 10, 1, tzinfo=UTC),
    )
    records = [record(birth_date=BORN, ssn4="0142")]
    home = contact(judge(subject(), records, as_of=TODAY, outcomes=[sent]), ContactKind.ADDRESS)
    assert home.status is ContactStatus.SUPPRESSED


def test_a_check_by_a_provider_is_a_ground_that_leads_to_its_call() -> None:
    found = record(birth_date=BORN, ssn4="0142", phones=(phone("5125550177", 2026),))
    check = PhoneCheck("5125550177", connected=Fact.YES, provider="checker", call_id="c1", pointer="/line")
    checked = contact(judge(subject(), [found], checks=[check], as_of=TODAY), ContactKind.PHONE)
    assert checked.grounds[-1] == Ground("checker", "", "", "c1", "/line", verifies=True)


def test_contacts_of_strangers_are_not_listed() -> None:
    stranger = record(names=(Name("Ines", "", "Varga"),), birth_date=PartialDate(1996, 1, 9))
    judgement = judged(stranger)
    assert judgement.matches[0].party is Party.THIRD_PARTY
    assert judgement.contacts == ()


def test_a_phone_shared_with_somebody_else_is_reported_without_the_number() -> None:
    ours = record("1", birth_date=BORN, ssn4="0142", phones=(phone("5125550177", 2024),))
    theirs = record("2", names=(Name("Ines", "", "Varga"),), phones=(phone("5125550177", 2026),))
    assert judged(ours, theirs).conflicts == ("one phone, two people: ref 1 (the subject) and ref 2",)


def test_an_email_is_a_contact_that_ages() -> None:
    def email(last: int) -> float:
        found = record(
            birth_date=BORN, ssn4="0142", emails=(EmailSighting("M@Example.com", last_seen=PartialDate(last)),)
        )
        best = contact(judged(found), ContactKind.EMAIL)
        assert best.value == "m@example.com"
        return best.probability

    assert email(2026) > email(2018)


def test_sparse_records_are_judged_without_complaint() -> None:
    empty = SourceRecord("1", "ref")
    nameless = Subject(names=(Name(),))
    assert 0.0 < probability_of(empty) < 0.5
    assert 0.0 < probability_of(record(), of=nameless) < 0.6


def test_an_undated_address_is_neither_new_nor_ancient() -> None:
    def best(*sightings: AddressSighting) -> float:
        return judged(record(birth_date=BORN, ssn4="0142", addresses=sightings)).contacts[0].probability

    assert best(seen(NEW_HOME, 1999, 2000)) < best(AddressSighting(NEW_HOME)) < best(seen(NEW_HOME, 2024, 2026))


def test_the_evidence_of_a_match_adds_up_and_starts_at_the_prior() -> None:
    match = judged(record(birth_date=BORN, ssn4="0143"), record("2", ssn4="0142")).matches[0]
    bits = sum(item.bits for item in match.evidence)
    assert match.evidence[0].feature == "prior"
    assert 1 / (1 + 2**-bits) == pytest.approx(match.probability, abs=0.002)
    quoted = {item.feature: (item.asked, item.found) for item in match.evidence}
    assert quoted["ssn4.typing_error"] == ("0142", "0143")


def test_the_evidence_starts_at_the_prior_although_it_weighs_nothing() -> None:
    shipped = shipped_parameters()
    even = replace(shipped, identity=replace(shipped.identity, prior=0.0))

    (match,) = judge(subject(), [record("1")], as_of=TODAY, parameters=even).matches

    assert [item.bits for item in match.evidence if item.feature == "prior"] == [0.0]


def test_the_evidence_of_a_contact_adds_up() -> None:
    for item in judged(record(birth_date=BORN), record("2", ssn4="0142", upstream="two")).contacts:
        assert 1 / (1 + 2 ** -sum(e.bits for e in item.evidence)) == pytest.approx(item.probability, abs=0.005)


def test_the_explanation_ends_in_the_probability() -> None:
    match = judged(record(birth_date=BORN)).matches[0]
    lines = explain(match)
    assert lines[0].endswith("how often a record that a search returns is the subject")
    assert f"probability {match.probability:.3f}" in lines[-1]


def test_what_would_change_a_match_is_what_happens_when_it_does() -> None:
    open_ = record(addresses=(seen(OTHER_HOME, 2023, 2026),))
    promised = {item.feature: item.probability for item in what_would_change(judged(open_).matches[0])}
    assert probability_of(replace(open_, birth_date=BORN)) == pytest.approx(promised["birth_date"], abs=0.005)
    assert probability_of(replace(open_, ssn4="0142")) == pytest.approx(promised["ssn4"], abs=0.005)


def test_why_not_names_the_heaviest_contradiction() -> None:
    rejected = judged(record(names=(Name("Susan", "", "Okafor"),), birth_date=BORN)).matches[0]
    assert why_not(rejected).startswith("Another given name (-")


def test_the_order_of_the_records_does_not_matter() -> None:
    records = [
        record("1", birth_date=BORN, phones=(phone("5125550177", 2024),)),
        record("2", ssn4="0142", upstream="two", addresses=(seen(OLD_HOME, 2010, 2022),)),
        record("3", names=(Name("Dale", "", "Okafor"),), phones=(phone("5125550177", 2026),)),
        record("4", upstream="two", addresses=(seen(OTHER_HOME, 2019, 2021),)),
    ]
    seen_ = set()
    for shuffled in itertools.permutations(records):
        judgement = judged(*shuffled)
        matches = tuple(sorted((m.record_id, round(m.probability, 9), m.party) for m in judgement.matches))
        contacts = tuple((c.kind, c.value, round(c.probability, 9), c.status, c.grounds) for c in judgement.contacts)
        seen_.add((matches, contacts, judgement.conflicts))
    assert len(seen_) == 1


def test_of_two_checks_of_one_address_the_same_counts_every_time() -> None:
    """Two spellings are one address; which of their checks counts must not depend on how Python hashes texts."""
    for number in range(100, 112):
        right, wrong = (replace(NEW_HOME, line=f"{number} {street}") for street in ("Larkspur Ln", "Larkspurr Ln"))
        records = (record("1", addresses=(seen(right, 2023, 2026),)), record("2", addresses=(seen(wrong, 2023, 2026),)))
        checks = (AddressCheck(wrong, deliverable=Fact.YES), AddressCheck(right, deliverable=Fact.NO))
        contacts = judge(subject(), records, checks=checks, as_of=TODAY).contacts
        assert [contact.status for contact in contacts] == [ContactStatus.SUPPRESSED]


def test_the_same_record_is_judged_as_of_each_day_by_itself() -> None:
    found = record(birth_date=BORN, ssn4="0142", addresses=(seen(NEW_HOME, 2019, 2020),))
    now, later = (judge(subject(), [found], as_of=day) for day in (TODAY, TODAY.replace(year=TODAY.year + 9)))
    assert now.contacts[0].probability > later.contacts[0].probability
    assert later == judge(subject(), [replace(found)], as_of=TODAY.replace(year=TODAY.year + 9))


def test_a_case_judged_before_is_judged_as_if_it_were_new() -> None:
    """Who is who is remembered with the subject: a record more, another day or other parameters must be seen."""
    asked, sure, doubtful = subject(), record("1", birth_date=BORN, ssn4="0142"), record("2", ssn4="0142")
    shipped = shipped_parameters()
    even = replace(shipped, identity=replace(shipped.identity, prior=0.0))
    for records, day, parameters in (
        ([doubtful], TODAY, shipped),
        ([doubtful, sure], TODAY, shipped),
        ([sure, doubtful], TODAY, shipped),
        ([sure, doubtful], TODAY, even),
        ([sure, doubtful], TODAY.replace(year=TODAY.year + 9), even),
    ):
        anew = judge(subject(), [replace(each) for each in records], as_of=day, parameters=parameters)
        for _ in range(2):
            assert judge(asked, records, as_of=day, parameters=parameters) == anew


def test_what_was_read_of_a_record_is_no_part_of_it() -> None:
    found = record(birth_date=BORN)
    judged(found)
    assert found == record(birth_date=BORN)
    assert pickle.dumps(found) == pickle.dumps(record(birth_date=BORN))


def test_what_speaks_against_a_match_is_among_its_evidence() -> None:
    against = judged(record(birth_date=PartialDate(1996, 1, 9), ssn4="0142")).matches[0].evidence
    assert {item.feature for item in against if item.bits < -1} >= {"birth_date.generation"}
