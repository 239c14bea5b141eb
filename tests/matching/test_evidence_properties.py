"""What must hold for any people: evidence is monotone, symmetric where it should be, and local to its account."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.matching import Question, judge, judge_together
from skiptrace.matching.cases import columns_of
from skiptrace.matching.comparisons import compare
from skiptrace.matching.levels import LEVELS
from skiptrace.matching.weights import shipped_parameters
from skiptrace.model import (
    Address,
    AddressSighting,
    Contact,
    Judgement,
    Match,
    Name,
    PartialDate,
    PhoneSighting,
    SourceRecord,
    Subject,
)
from tests.matching.invented import TODAY

GIVEN = ("Marion", "Mary", "Dale", "Robert", "Bob", "R", "Ines", "Lou", "")
SURNAMES = ("Okafor", "Okafro", "Varga", "Okafor-Varga", "Lindqvist", "No Last Name")
DATES = st.none() | st.builds(PartialDate, st.sampled_from((1944, 1971, 1977, 1996)), st.sampled_from((0, 4, 5)))
HOMES = st.builds(
    Address,
    st.sampled_from(("118 Alder Ct", "118 Aldr Court", "9 Elm St", "PO Box 77", "")),
    st.sampled_from(("", "Apt 4")),
    st.sampled_from(("Austin", "Houston")),
    st.just("TX"),
    st.sampled_from(("78701", "77002", "")),
)
SIGHTINGS = st.builds(AddressSighting, HOMES, st.none(), st.none() | st.builds(PartialDate, st.integers(2005, 2026)))
PHONES = st.builds(PhoneSighting, st.sampled_from(("5125550142", "5125550143", "7135550110")))
NAMES = st.builds(
    Name,
    st.sampled_from(GIVEN),
    st.sampled_from(("", "T", "Ann")),
    st.sampled_from(SURNAMES),
    st.sampled_from(("", "Jr", "Sr")),
)
DETAILS: dict[str, Any] = {
    "names": st.lists(NAMES, min_size=1, max_size=2).map(tuple),
    "birth_date": DATES,
    "ssn4": st.sampled_from(("", "0142", "0143", "7788")),
    "addresses": st.lists(SIGHTINGS, max_size=2).map(tuple),
    "phones": st.lists(PHONES, max_size=2).map(tuple),
}
SUBJECTS = st.builds(Subject, **DETAILS)
RECORDS = st.builds(SourceRecord, record_id=st.just("1"), provider=st.just("ref"), **DETAILS)
FULL = Subject(
    names=(Name("Marion", "T", "Okafor"),),
    birth_date=PartialDate(1971, 5, 23),
    ssn4="0142",
    addresses=(AddressSighting(Address("118 Alder Ct", "", "Austin", "TX", "78701"), last_seen=PartialDate(2022)),),
    phones=(PhoneSighting("5125550142", last_seen=PartialDate(2022)),),
)
AGREEING = {
    "birth_date": FULL.birth_date,
    "ssn4": FULL.ssn4,
    "phones": FULL.phones,
    "addresses": FULL.addresses,
}
CONTRADICTING = {
    "birth_date": PartialDate(1996, 1, 9),
    "ssn4": "7788",
    "phones": (PhoneSighting("7135550199"),),
}
EMPTY = {"birth_date": None, "ssn4": "", "phones": (), "addresses": ()}


def probability(record: SourceRecord, subject: Subject = FULL) -> float:
    return judge(subject, [record], as_of=TODAY).matches[0].probability


@settings(max_examples=60, deadline=None)
@given(RECORDS, st.sampled_from(sorted(AGREEING)))
def test_a_new_agreeing_field_never_lowers_the_match(record: SourceRecord, field: str) -> None:
    without = replace(record, **{field: EMPTY[field]})
    assert probability(replace(without, **{field: AGREEING[field]})) >= probability(without)


@settings(max_examples=60, deadline=None)
@given(RECORDS, st.sampled_from(sorted(CONTRADICTING)))
def test_a_new_contradicting_field_never_raises_the_match(record: SourceRecord, field: str) -> None:
    without = replace(record, **{field: EMPTY[field]})
    assert probability(replace(without, **{field: CONTRADICTING[field]})) <= probability(without)


@settings(max_examples=60, deadline=None)
@given(SUBJECTS, RECORDS)
def test_comparing_is_symmetric(subject: Subject, record: SourceRecord) -> None:
    candidates = columns_of([Question(subject, [record], TODAY)])
    there = compare(candidates.people, candidates.subjects, candidates.rows).levels
    back = compare(candidates.people, candidates.rows, candidates.subjects).levels
    assert {name: levels.tolist() for name, levels in there.items()} == {name: v.tolist() for name, v in back.items()}


@settings(max_examples=60, deadline=None)
@given(SUBJECTS, st.lists(RECORDS, min_size=1, max_size=4))
def test_every_judgement_is_complete_and_its_probabilities_are_probabilities(
    subject: Subject, records: list[SourceRecord]
) -> None:
    numbered = [replace(record, record_id=str(n)) for n, record in enumerate(records)]
    judgement = judge(subject, numbered, as_of=TODAY)
    assert [match.record_id for match in judgement.matches] == [record.record_id for record in numbered]
    assert all(0.0 < match.probability < 1.0 for match in judgement.matches)
    assert all(0.0 <= contact.probability < 1.0 for contact in judgement.contacts)
    ranked = [contact.probability for contact in judgement.contacts]
    assert ranked == sorted(ranked, reverse=True)


@settings(max_examples=30, deadline=None)
@given(st.lists(RECORDS, min_size=2, max_size=4), st.randoms())
def test_the_order_of_the_records_does_not_matter(records: list[SourceRecord], random: Any) -> None:
    numbered = [replace(record, record_id=str(n)) for n, record in enumerate(records)]
    shuffled = random.sample(numbered, len(numbered))
    straight, mixed = (judge(FULL, order, as_of=TODAY) for order in (numbered, shuffled))
    expected = {match.record_id: match.probability for match in straight.matches}
    assert {match.record_id: match.probability for match in mixed.matches} == pytest.approx(expected)
    by_value = {(contact.kind, contact.value): contact.probability for contact in straight.contacts}
    assert {(contact.kind, contact.value): contact.probability for contact in mixed.contacts} == pytest.approx(by_value)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(SUBJECTS, st.lists(RECORDS, max_size=4), st.dates(TODAY, TODAY.replace(2031))), max_size=5))
def test_cases_judged_together_are_judged_as_each_by_itself(
    cases: list[tuple[Subject, list[SourceRecord], date]],
) -> None:
    """So nobody's scores move when an unrelated account is added, and the order of the accounts does not matter."""
    questions = [
        Question(subject, [replace(record, record_id=str(n)) for n, record in enumerate(records)], as_of)
        for subject, records, as_of in cases
    ]
    together = judge_together(questions)
    backwards = judge_together(questions[::-1])[::-1]
    for question, judgement, other in zip(questions, together, backwards, strict=True):
        alone = judge(question.subject, question.records, as_of=question.as_of)
        assert plain(judgement) == plain(alone) == plain(other)


def plain(judgement: Judgement) -> object:
    """All of a judgement, its numbers to ten digits."""
    matches = [(m.record_id, round(m.probability, 10), m.party, m.ambiguous, bits(m)) for m in judgement.matches]
    contacts = [(c.value, round(c.probability, 10), c.status, c.grounds, bits(c)) for c in judgement.contacts]
    return judgement.as_of, matches, sorted(contacts), judgement.conflicts


def bits(judged: Match | Contact) -> list[tuple[str, float, str, str]]:
    return [(item.feature, round(item.bits, 8), item.asked, item.found) for item in judged.evidence]


@pytest.mark.parametrize("field", sorted(LEVELS))
def test_a_missing_value_weighs_nothing(field: str) -> None:
    parameters = shipped_parameters()
    for weights in (parameters.identity, parameters.link):
        assert weights.levels[field][0] == 0.0


@pytest.mark.parametrize("field", ["birth_date", "ssn4", "middle", "suffix", "given", "surname", "phone"])
def test_the_best_level_weighs_most_and_a_contradiction_counts_against(field: str) -> None:
    table = shipped_parameters().identity.levels[field]
    assert table[-1] == np.max(table) > 0 > np.min(table)
