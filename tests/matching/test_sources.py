"""A source is judged by what it was declared to be, never by what it happens to be called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skiptrace.errors import BadInput
from skiptrace.matching import judge
from skiptrace.matching.weights import as_file, read_parameters, shipped_parameters, with_sources
from skiptrace.model import PartialDate
from tests.matching.invented import TODAY, record, subject

FOUND = record("1", upstream="A", birth_date=PartialDate(1971, 5, 23), ssn4="0142")


def test_the_shipped_parameters_know_no_source_by_name() -> None:
    shipped = shipped_parameters()
    assert not shipped.address.sightings.known
    assert not shipped.phone.sightings.known


@pytest.mark.parametrize("name", ["A", "B", "prompt", "other", "North"])
def test_what_a_source_is_called_moves_nothing(name: str) -> None:
    here, there = (judge(subject(), [replace(FOUND, upstream=source)], as_of=TODAY) for source in ("x", name))
    assert here.contacts[0].probability == there.contacts[0].probability


def test_a_declared_source_is_judged_by_its_profile_and_the_others_as_before() -> None:
    shipped = shipped_parameters()
    declared = with_sources(shipped, {"A": "prompt"})
    other = replace(FOUND, upstream="B")
    for found, same in ((FOUND, False), (other, True)):
        before, after = (judge(subject(), [found], as_of=TODAY, parameters=p).contacts[0] for p in (shipped, declared))
        assert (before.probability == after.probability) is same


def test_an_unknown_profile_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadInput, match="prompt, refreshed, steady, usual"):
        with_sources(shipped_parameters(), {"A": "honest"})


def test_a_parameter_file_keeps_sources_and_profiles() -> None:
    declared = with_sources(shipped_parameters(), {"A": "prompt"})
    again = read_parameters(as_file(declared, {})).address.sightings
    assert again.known["A"].bits.tolist() == again.profiles["prompt"].bits.tolist()
