"""Evidence that is written when it is first read behaves like evidence that was there from the start."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import pytest

from skiptrace.model import Evidence, Match, Party
from skiptrace.model.judgement import evidence_later
from skiptrace.stores.codec import decode, encode

REASONS = (Evidence("prior", -5.9, "Before anything is compared"), Evidence("ssn4.same", 9.1, "The same"))


def told(evidence: tuple[Evidence, ...] = REASONS) -> Match:
    return Match("1", "example", 0.9, Party.SUBJECT, evidence)


def untold() -> Match:
    return evidence_later(told(()), lambda: REASONS)


def test_it_is_there_when_it_is_read() -> None:
    assert untold().evidence == REASONS


def test_it_is_written_once() -> None:
    written: list[str] = []

    def write() -> tuple[Evidence, ...]:
        written.append("again")
        return REASONS

    match = evidence_later(told(()), write)
    match.evidence, match.evidence  # noqa: B018 - reading is what is tested

    assert written == ["again"]


def test_values_are_equal_and_hash_alike_whoever_was_read() -> None:
    assert untold() == told()
    assert told() == untold()
    assert untold() != told(())
    assert hash(untold()) == hash(told())


def test_copies_and_pickles_hold_it() -> None:
    assert copy.copy(untold()).evidence == REASONS
    assert pickle.loads(pickle.dumps(untold())).evidence == REASONS
    assert replace(untold(), ambiguous=True).evidence == REASONS


def test_the_store_keeps_it() -> None:
    assert decode(Match, encode(untold())) == told()


def test_other_names_are_still_unknown() -> None:
    with pytest.raises(AttributeError, match="Match has no reasons"):
        untold().reasons  # type: ignore[attr-defined]  # noqa: B018
