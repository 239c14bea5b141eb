"""A case is judged value by value and a table column by column: what is found must be the same."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.matching import Question, judge_together
from skiptrace.matching.cases import columns_of, persons_of
from skiptrace.matching.columns import Floats, Spans
from skiptrace.matching.comparisons import Compared, compare
from skiptrace.matching.contacts import (
    Reached,
    address_measures,
    carried_addresses,
    carried_phones,
    phone_measures,
    reach,
)
from skiptrace.matching.evidence import PARTIES, parties_of
from skiptrace.matching.identifying import identified_in_columns, identify_case
from skiptrace.matching.identity import Candidates, Identity, identify
from skiptrace.matching.levels import ADDRESS, LEVELS
from skiptrace.matching.pairing import are_alike, compared, one_address_level, one_digit_off
from skiptrace.matching.persons import Found, Home
from skiptrace.matching.reaching import Value, addresses_of, carriers_of, phones_of, weigh
from skiptrace.matching.weights import ContactWeights, shipped_parameters, with_sources
from tests.matching.invented import TODAY
from tests.matching.test_evidence_properties import RECORDS, SUBJECTS
from tests.matching.test_few_and_many import case

CASES = st.one_of(
    st.builds(
        lambda subject, records: Question(
            subject, [replace(r, record_id=str(n)) for n, r in enumerate(records)], TODAY
        ),
        SUBJECTS,
        st.lists(RECORDS, min_size=1, max_size=5),
    ),
    st.builds(case, st.integers(0, 100_000), st.integers(1, 12)),
)


@settings(max_examples=60, deadline=None)
@given(CASES)
def test_two_persons_compare_alike(question: Question) -> None:
    subject, records = persons_of(question)
    persons, people = [subject, *records], columns_of([question]).people
    pairs = list(itertools.product(range(len(persons)), repeat=2))
    left, right = (np.array(side) for side in zip(*pairs, strict=True))
    for closely in (True, False):
        values = [compared(persons[one], persons[two], closely=closely) for one, two in pairs]
        assert values == rows_of(compare(people, left, right, closely=closely))


def rows_of(columns: Compared) -> list[Found]:
    levels = zip(*(columns.levels[name].tolist() for name in LEVELS), strict=True)
    return list(zip(map(bytes, levels), *(rarity.tolist() for rarity in columns.rarities.values()), strict=True))


@settings(max_examples=60, deadline=None)
@given(st.lists(CASES, min_size=1, max_size=3))
def test_records_are_identified_alike(questions: list[Question]) -> None:
    parameters = shipped_parameters()
    for question, columns in zip(questions, identified_in_columns(questions, parameters), strict=True):
        values = identify_case(*persons_of(question), parameters)
        assert values.found == columns.found
        assert [tie[:3] for tie in values.ties] == [tie[:3] for tie in sorted(columns.ties)]
        assert [tie[3] for tie in values.ties] == pytest.approx([tie[3] for tie in sorted(columns.ties)], abs=1e-9)
        assert values.bits == pytest.approx(columns.bits, abs=1e-6)
        assert [*values.parts] == [*columns.parts]
        for name, bits in columns.parts.items():
            assert values.parts[name] == pytest.approx(bits, abs=1e-6)


def test_of_a_large_case_the_likeliest_records_are_tied_alike() -> None:
    question, parameters = case(1, 230), shipped_parameters()
    (columns,) = identified_in_columns([question], parameters)
    values = identify_case(*persons_of(question), parameters)
    assert len({number for left, right, _, _ in values.ties for number in (left, right)}) <= 200
    assert [tie[:2] for tie in values.ties] == [tie[:2] for tie in sorted(columns.ties)]
    assert values.bits == pytest.approx(columns.bits, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.lists(CASES, min_size=1, max_size=3))
def test_parties_are_told_alike(questions: list[Question]) -> None:
    parameters = shipped_parameters()
    alone = [match.party for question in questions for match in judge_together([question]).pop().matches]
    assert alone == [PARTIES[party] for party in parties_of(identify(columns_of(questions), parameters)).tolist()]


@settings(max_examples=60, deadline=None)
@given(st.lists(CASES, min_size=1, max_size=3))
def test_contacts_are_measured_and_weighed_alike(questions: list[Question]) -> None:
    candidates = columns_of(questions)
    parameters = with_sources(shipped_parameters(), {"a": "prompt", "b": "refreshed"})
    identity = identify(candidates, parameters)
    identified = identified_in_columns(questions, parameters)
    cases = [carriers_of(*persons_of(each), found) for each, found in zip(questions, identified, strict=True)]
    of_homes, of_phones = parameters.address, parameters.phone
    for columns, values in (
        (
            addresses_in_columns(candidates, identity, of_homes),
            by_value([addresses_of(each, of_homes.sightings) for each in cases], of_homes),
        ),
        (
            phones_in_columns(candidates, identity, of_phones),
            by_value([phones_of(each, of_phones.sightings) for each in cases], of_phones),
        ),
    ):
        assert values.keys() == columns.keys()
        for rows, told in values.items():
            assert told == pytest.approx(columns[rows], abs=1e-6)


Told = dict[tuple[object, ...], dict[str, float]]
"""What is found of each value, by its account and who carries it."""


def by_value(cases: list[list[Value]], weights: ContactWeights) -> Told:
    return {
        (number, *sorted(value.rows)): {**value.measures, **prefixed(weighed.parts), "bits": weighed.bits}
        for number, values in enumerate(cases)
        for value, weighed in zip(values, weigh(values, [NOTHING_KNOWN] * len(values), weights), strict=True)
    }


def addresses_in_columns(candidates: Candidates, identity: Identity, weights: ContactWeights) -> Told:
    carried = carried_addresses(candidates)
    measures = address_measures(candidates, identity, carried, weights.sightings)
    return in_columns(candidates, candidates.people.addresses.spans, measures, reach(carried, measures, weights))


def phones_in_columns(candidates: Candidates, identity: Identity, weights: ContactWeights) -> Told:
    carried = carried_phones(candidates)
    measures = phone_measures(candidates, identity, carried, weights.sightings)
    return in_columns(candidates, candidates.people.phones.spans, measures, reach(carried, measures, weights))


def in_columns(candidates: Candidates, spans: Spans, measures: dict[str, Floats], reached: Reached) -> Told:
    carried = reached.carried
    records = carried.position - candidates.starts[candidates.groups[carried.position]]
    sightings = carried.child - spans.starts[candidates.rows[carried.position]]
    columns = (records, sightings, carried.age, carried.start)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    bounds = itertools.pairwise([*carried.values.starts.tolist(), len(rows)])
    told = {**measures, **prefixed(reached.parts), "bits": reached.bits}
    return {
        (account, *sorted(rows[start:end])): {name: float(column[n]) for name, column in told.items()}
        for n, (account, (start, end)) in enumerate(zip(carried.group.tolist(), bounds, strict=True))
    }


def prefixed(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Some parts bear the name of their measure."""
    return {f"bits of {name}": bits for name, bits in parts.items() if name not in NOTHING_KNOWN}


NOTHING_KNOWN = {"verified": 0.0, "outcomes": 0.0}


HOMES = st.tuples(
    st.sampled_from(("", "12", "14")),
    st.sampled_from(("", "OAK ST", "OKA ST", "MILL RD")),
    st.sampled_from(("", "3", "4")),
    st.sampled_from(("", "5", "6")),
    st.sampled_from(("", "PEORIA")),
    st.sampled_from(("", "IL")),
    st.sampled_from(("", "61602", "62701")),
)


@settings(max_examples=300, deadline=None)
@given(HOMES, HOMES)
def test_what_rules_addresses_out_rules_out_none_that_are_alike(one: Home, two: Home) -> None:
    assert are_alike(one, two) == (one_address_level(one, two) >= ADDRESS["alike"])


@settings(max_examples=300)
@given(st.integers(0, 10**10 - 1), st.integers(0, 9), st.integers(-9, 9), st.sampled_from((0, 1, 10)))
def test_one_digit_is_off_where_one_digit_is_off(number: int, place: int, digits: int, more: int) -> None:
    other = min(max(number + digits * 10**place + more, 0), 10**10 - 1)
    differing = sum(x != y for x, y in zip(f"{number:010}", f"{other:010}", strict=True))
    assert one_digit_off(number, other) == (differing == 1)
