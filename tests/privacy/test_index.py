"""Fingerprints find equal questions and tell nothing of them."""

from __future__ import annotations

import hashlib
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from skiptrace.privacy import Fingerprinter, KeyRing

RING = KeyRing.new()
FINGERPRINTS = Fingerprinter(RING)
PARTS = st.tuples(
    st.text("ab\0", max_size=3), st.text("ab\0", max_size=3), st.text("ab\0", max_size=3), st.binary(max_size=3)
)


@given(st.lists(PARTS, min_size=2, max_size=8, unique=True))
def test_different_questions_have_different_fingerprints(questions: list[tuple[str, str, str, bytes]]) -> None:
    for one, other in combinations(questions, 2):
        assert FINGERPRINTS.fingerprint(*one) != FINGERPRINTS.fingerprint(*other)


def test_the_same_question_has_the_same_fingerprint_in_every_process() -> None:
    again = Fingerprinter(KeyRing(RING.root, RING.keys, RING.active))
    assert again.fingerprint("t", "p", "x", b"q") == FINGERPRINTS.fingerprint("t", "p", "x", b"q")


def test_without_the_key_a_fingerprint_cannot_be_guessed() -> None:
    query = b'{"ssn":"987654329"}'
    found = FINGERPRINTS.fingerprint("t", "p", "x", query)
    assert found != Fingerprinter(KeyRing.new()).fingerprint("t", "p", "x", query)
    assert found not in (hashlib.sha256(query).digest(), hashlib.sha256(b"tpx" + query).digest())


def test_a_name_is_the_same_within_one_tenant_and_framed_so_that_letters_do_not_wander() -> None:
    found = FINGERPRINTS.name("acme", "José", "O'Neil-Díaz")
    assert found == FINGERPRINTS.name("acme", "JOSE", "oneil diaz")
    assert found != FINGERPRINTS.name("umbrella", "José", "O'Neil-Díaz")
    assert FINGERPRINTS.name("acme", "ann", "edavis") != FINGERPRINTS.name("acme", "anne", "davis")


def test_a_surname_alone_has_no_fingerprint() -> None:
    assert FINGERPRINTS.name("acme", "", "Okafor") is None
    assert FINGERPRINTS.name("acme", "7", "Okafor") is None
