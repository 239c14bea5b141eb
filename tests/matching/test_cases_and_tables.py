"""A case is judged value by value and a table column by column: what is found must be the same."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.matching import Question
from skiptrace.matching.cases import columns_of
from skiptrace.matching.comparisons import Compared, compare
from skiptrace.matching.contacts import address_measures, carried_addresses, carried_phones, phone_measures
from skiptrace.matching.identity import identify
from skiptrace.matching.pairing import compare_values
from skiptrace.matching.reaching import Measured, measured_values
from skiptrace.matching.weights import shipped_parameters, with_sources
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
def test_contacts_are_measured_alike(questions: list[Question]) -> None:
    candidates = columns_of(questions).candidates
    parameters = with_sources(shipped_parameters(), {"a": "prompt", "b": "refreshed"})
    identity = identify(candidates, parameters)
    addresses, phones = carried_addresses(candidates), carried_phones(candidates)
    columns = (
        Measured(addresses, address_measures(candidates, identity, addresses, parameters.address.sightings)),
        Measured(phones, phone_measures(candidates, identity, phones, parameters.phone.sightings)),
    )
    for column, value in zip(columns, measured_values(candidates, identity, parameters), strict=True):
        found, expected = by_carriers(value), by_carriers(column)
        assert found.keys() == expected.keys()
        for rows, told in found.items():
            assert told == pytest.approx(expected[rows], abs=1e-9)


def by_carriers(measured: Measured) -> dict[tuple[object, ...], dict[str, float]]:
    """By who carries a value: its account, and what it is measured by."""
    carried, measures = measured.carried, measured.measures
    columns = (carried.child, carried.position, carried.age, carried.start)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    bounds = itertools.pairwise([*carried.values.starts.tolist(), len(rows)])
    names = list(measures)
    told = zip(carried.group.tolist(), *(measures[name] for name in names), strict=True)
    return {
        tuple(sorted(rows[start:end])): dict(zip(["group", *names], map(float, each), strict=True))
        for (start, end), each in zip(bounds, told, strict=True)
    }
