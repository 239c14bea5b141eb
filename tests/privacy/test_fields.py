"""A sealed field opens in its own place, unchanged, and nowhere else."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.privacy import CannotOpen, FieldCipher, KeyRing

RING = KeyRing.new()
CIPHER = FieldCipher(RING)
PLACE = ("contacts", "content", "trace-1/7")


@settings(max_examples=50)
@given(st.binary(max_size=300), st.text(max_size=20))
def test_a_field_opens_as_it_was_sealed(value: bytes, row: str) -> None:
    row = row.encode("utf-8", "replace").decode()
    sealed = CIPHER.seal("contacts", "content", row, value)
    assert CIPHER.open("contacts", "content", row, sealed) == value


def test_equal_values_are_sealed_differently() -> None:
    assert len({CIPHER.seal(*PLACE, b"same") for _ in range(100)}) == 100


def test_a_sealed_value_does_not_show_the_value() -> None:
    assert b"Juniper" not in CIPHER.seal(*PLACE, b"742 Juniper Hollow Rd")


@pytest.mark.parametrize(
    "elsewhere",
    [
        ("third_party_contacts", "content", "trace-1/7"),
        ("contacts", "value", "trace-1/7"),
        ("contacts", "content", "trace-2/7"),
        ("contactscontent", "", "trace-1/7"),
        ("contacts", "content", "trace-1/7k1"),
    ],
)
def test_a_value_that_was_moved_does_not_open(elsewhere: tuple[str, str, str]) -> None:
    with pytest.raises(CannotOpen, match="changed or moved"):
        CIPHER.open(*elsewhere, CIPHER.seal(*PLACE, b"value"))


def test_a_value_with_any_bit_changed_does_not_open() -> None:
    sealed = CIPHER.seal(*PLACE, b"Oxenfeld")
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CannotOpen):
            CIPHER.open(*PLACE, bytes(changed))


def test_a_value_that_was_cut_off_does_not_open() -> None:
    sealed = CIPHER.seal(*PLACE, b"Oxenfeld")
    for length in range(len(sealed)):
        with pytest.raises(CannotOpen) as refusal:
            CIPHER.open(*PLACE, sealed[:length])
        assert "Oxenfeld" not in str(refusal.value)


def test_a_value_sealed_with_another_ring_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        FieldCipher(KeyRing.new()).open(*PLACE, CIPHER.seal(*PLACE, b"value"))


def test_after_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    keys = MappingProxyType({**RING.keys, "k2": secrets.token_bytes(32)})
    rotated = FieldCipher(replace(RING, keys=keys, active="k2"))
    assert rotated.open(*PLACE, CIPHER.seal(*PLACE, b"old")) == b"old"
    new = rotated.seal(*PLACE, b"new")
    assert rotated.open(*PLACE, new) == b"new"
    with pytest.raises(CannotOpen, match="lacks its key"):
        CIPHER.open(*PLACE, new)


def test_forked_processes_never_repeat_a_nonce() -> None:
    read, write = os.pipe()
    for _ in range(4):
        if os.fork() == 0:
            os.write(write, b"".join(CIPHER.seal(*PLACE, b"")[3:15] for _ in range(300)))
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        data = pipe.read()
    for _ in range(4):
        os.wait()
    nonces = [data[n : n + 12] for n in range(0, len(data), 12)]
    assert len(nonces) == len(set(nonces)) == 1200
