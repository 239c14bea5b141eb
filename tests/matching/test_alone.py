"""One record by itself, with the prior of the search that returned it."""

from __future__ import annotations

import pytest

from skiptrace.matching import Search, judge, score_alone
from skiptrace.matching.alone import ASKED_FOR
from skiptrace.matching.weights import shipped_parameters
from skiptrace.model import Name, PartialDate
from tests.matching.invented import OLD_HOME, TODAY, phone, record, seen, subject

BORN = PartialDate(1971, 5, 23)


@pytest.mark.parametrize("search", [search for search in Search if search is not Search.ANY])
def test_every_search_has_a_prior_of_its_own_and_settles_what_it_asked_for(search: Search) -> None:
    found = record(birth_date=BORN, ssn4="0142", addresses=(seen(OLD_HOME, 2015, 2022),), phones=subject().phones)
    match = score_alone(subject(), found, search=search, as_of=TODAY)
    assert (match.evidence[0].feature, match.evidence[0].bits) == ("prior", shipped_parameters().searches[search])
    weighed = {item.feature.partition(".")[0] for item in match.evidence}
    assert not weighed & ASKED_FOR[search]
    assert 1 / (1 + 2 ** -sum(item.bits for item in match.evidence)) == pytest.approx(match.probability, abs=0.002)


def test_a_hit_on_an_identifier_says_more_than_a_hit_on_a_house() -> None:
    bare = record(names=(Name(),), addresses=())
    by = {search: score_alone(subject(), bare, search=search, as_of=TODAY).probability for search in Search}
    assert by[Search.SSN_AND_SURNAME] > by[Search.PHONE] > by[Search.ADDRESS]


def test_a_contradiction_counts_against_whatever_the_search_was() -> None:
    plain = record(addresses=(), phones=(phone("5125550142", 2022),))
    other = record(addresses=(), phones=(phone("5125550142", 2022),), birth_date=PartialDate(1996, 1, 9))
    for search in (Search.SSN_AND_SURNAME, Search.PHONE, Search.ANY):
        with_, without = (score_alone(subject(), r, search=search, as_of=TODAY).probability for r in (other, plain))
        assert with_ < without


def test_no_search_in_particular_means_the_prior_that_the_engine_starts_from() -> None:
    found = record(birth_date=BORN)
    alone, together = score_alone(subject(), found, as_of=TODAY), judge(subject(), [found], as_of=TODAY).matches[0]
    assert alone.evidence[0] == together.evidence[0]
