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

from skiptrace.matching import Question
from skiptrace.matching.cases import columns_of
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
from skiptrace.matching.identity import Candidates, Identity, identify
from skiptrace.matching.pairing import compare_values
from skiptrace.matching.reaching import Value, addresses_of, carriers_of, phones_of, weigh
from skiptrace.matching.weights import ContactWeights, Parameters, shipped_parameters, with_sources
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
    candidates = columns_of([question]).candidates
    pairs = list(itertools.product(range(len(candidates.persons)), repeat=2))
    left, right = (np.array(side) for side in zip(*pairs, strict=True))
    for closely in (True, False):
        columns = compare(candidates.people, left, right, closely=closely)
        values = compare_values(candidates.persons, left.tolist(), right.tolist(), closely=closely)
        assert plain(values) == plain(columns)


def plain(compared: Compared) -> dict[str, list[float]]:
    return {name: column.tolist() for name, column in (compared.levels | compared.rarities).items()}


@settings(max_examples=60, deadline=None)
@given(st.lists(CASES, min_size=1, max_size=3))
def test_records_are_identified_alike(questions: list[Question]) -> None:
    candidates, parameters = columns_of(questions).candidates, shipped_parameters()
    values, columns = (identify(each, parameters) for each in (candidates, replace(candidates, persons=())))
    assert values.ties.left.tolist() == columns.ties.left.tolist()
    assert values.ties.right.tolist() == columns.ties.right.tolist()
    assert values.ties.bits.tolist() == pytest.approx(columns.ties.bits.tolist(), abs=1e-9)
    for name, bits in columns.parts.items():
        assert values.parts[name].tolist() == pytest.approx(bits.tolist(), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(CASES, min_size=1, max_size=3))
def test_contacts_are_measured_and_weighed_alike(questions: list[Question]) -> None:
    candidates = columns_of(questions).candidates
    parameters = with_sources(shipped_parameters(), {"a": "prompt", "b": "refreshed"})
    identity = identify(candidates, parameters)
    for columns, values in (
        (addresses_in_columns(candidates, identity, parameters), addresses_by_value(candidates, identity, parameters)),
        (phones_in_columns(candidates, identity, parameters), phones_by_value(candidates, identity, parameters)),
    ):
        assert values.keys() == columns.keys()
        for rows, told in values.items():
            assert told == pytest.approx(columns[rows], abs=1e-9)


Told = dict[tuple[object, ...], dict[str, float]]
"""What is found of each value, by its account and who carries it."""


def addresses_by_value(candidates: Candidates, identity: Identity, parameters: Parameters) -> Told:
    cases = carriers_of(candidates, identity)
    return by_value([addresses_of(case, parameters.address.sightings) for case in cases], parameters.address)


def phones_by_value(candidates: Candidates, identity: Identity, parameters: Parameters) -> Told:
    cases = carriers_of(candidates, identity)
    return by_value([phones_of(case, parameters.phone.sightings) for case in cases], parameters.phone)


def by_value(cases: list[list[Value]], weights: ContactWeights) -> Told:
    return {
        (number, *sorted(value.rows)): {**value.measures, **prefixed(weighed.parts), "bits": weighed.bits}
        for number, values in enumerate(cases)
        for value, weighed in zip(values, weigh(values, [NOTHING_KNOWN] * len(values), weights), strict=True)
    }


def addresses_in_columns(candidates: Candidates, identity: Identity, parameters: Parameters) -> Told:
    carried, weights = carried_addresses(candidates), parameters.address
    measures = address_measures(candidates, identity, carried, weights.sightings)
    return in_columns(candidates, candidates.people.addresses.spans, measures, reach(carried, measures, weights))


def phones_in_columns(candidates: Candidates, identity: Identity, parameters: Parameters) -> Told:
    carried, weights = carried_phones(candidates), parameters.phone
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
