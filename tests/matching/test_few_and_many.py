"""Few pairs take shorter ways than many; what is found must be the same."""

from __future__ import annotations

import random

import numpy as np
import pytest

from skiptrace.matching import Question, judge_together
from skiptrace.matching.bulk import _blocks
from skiptrace.matching.cases import columns_of
from skiptrace.matching.comparisons import compare
from skiptrace.matching.scoring import score
from skiptrace.matching.weights import shipped_parameters
from skiptrace.model import Address, AddressSighting, Name, PartialDate, PhoneSighting, SourceRecord, Subject
from tests.matching.invented import TODAY

GIVEN = ("Marion", "Marian", "Mario", "Maryon", "Robert", "Bob", "R", "Robret", "Susan", "")
SURNAMES = ("Okafor", "Okafro", "Okafor-Lindqvist", "Lindqvist", "Lindquist", "Vance", "Vanse", "Marion")
LINES = (
    "12 Oak St",
    "12 Oak Street",
    "12 Oke St",
    "14 Oak St",
    "12 Oak St Apt 3",
    "PO Box 5",
    "98 Mill Rd",
    "98 Mil Rd",
)
TOWNS = (("Springfield", "IL", "62701"), ("Springfield", "IL", ""), ("Peoria", "IL", "61602"), ("", "", ""))


def case(seed: int, size: int = 20) -> Question:
    """A subject and records that share and damage each other's names, dates, addresses and phones."""
    chance = random.Random(seed)

    def person() -> dict[str, object]:
        years = [PartialDate(2010 + chance.randrange(10)) for _ in range(2)]
        homes = [Address(chance.choice(LINES), "", *chance.choice(TOWNS)) for _ in range(chance.randrange(3))]
        numbers = [f"217555{100 + chance.randrange(6):04}" for _ in range(chance.randrange(3))]
        return {
            "names": (Name(chance.choice(GIVEN), chance.choice(("", "A", "Ann")), chance.choice(SURNAMES)),),
            "birth_date": chance.choice((None, PartialDate(1960, 2, 3), PartialDate(1960, 3, 2), PartialDate(1985))),
            "ssn4": chance.choice(("", "1234", "1243", "2134", "9876")),
            "addresses": tuple(AddressSighting(home, min(years), max(years)) for home in homes),
            "phones": tuple(PhoneSighting(number, last_seen=max(years)) for number in numbers),
        }

    records = [SourceRecord(f"r{n}", chance.choice("abc"), **person()) for n in range(size)]  # type: ignore[arg-type]
    return Question(Subject(**person()), records, TODAY)  # type: ignore[arg-type]


def test_a_case_is_judged_alike_alone_and_among_so_many_that_pairs_are_ruled_out_first() -> None:
    cases = [case(seed) for seed in range(12)]
    for question, among in zip(cases, judge_together(cases), strict=True):
        alone = judge_together([question])[0]
        for one, two in zip(alone.matches, among.matches, strict=True):
            assert [item.feature for item in one.evidence] == [item.feature for item in two.evidence]
            assert [item.bits for item in one.evidence] == pytest.approx([item.bits for item in two.evidence])
        assert [(c.value, c.status) for c in alone.contacts] == [(c.value, c.status) for c in among.contacts]


def test_words_are_found_alike_few_at_a_time_and_many_at_a_time() -> None:
    candidates = columns_of([case(seed, 300) for seed in range(8)])
    many = compare(candidates.people, candidates.subjects, candidates.rows)
    for rows in np.array_split(np.arange(8 * 300), 60):
        few = compare(candidates.people, candidates.subjects[rows], candidates.rows[rows])
        for name, levels in few.levels.items():
            assert levels.tolist() == many.levels[name][rows].tolist()


def test_accounts_get_the_same_scores_however_many_cores_they_are_dealt_to() -> None:
    sizes = (0, 3, 40, 1, 0, 220, 12, 0)
    candidates = columns_of([case(seed, size) for seed, size in enumerate(sizes)])
    whole = score(candidates, shipped_parameters())
    for cores in range(1, 12):
        blocks = [score(block, shipped_parameters()) for block in _blocks(candidates, cores)]
        for name in ("p_same", "p_address", "p_phone"):
            scores = np.concatenate([getattr(block, name) for block in blocks])
            np.testing.assert_allclose(scores, getattr(whole, name), rtol=1e-9)
