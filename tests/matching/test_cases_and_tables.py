"""A case is judged value by value and a table column by column: what is found must be the same."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.matching import Question
from skiptrace.matching.cases import columns_of
from skiptrace.matching.comparisons import Compared, compare
from skiptrace.matching.pairing import compare_values
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


@settings(max_examples=100, deadline=None)
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
