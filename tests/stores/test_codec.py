"""Values come back from their stored form as they went in; what this version does not know it refuses."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skiptrace.errors import BadInput, StoreError
from skiptrace.model import Effect, Name, PartialDate, Personal, RuleDecision, SourceRecord
from skiptrace.stores.cases import Terms
from skiptrace.stores.codec import MOST_BYTES, decode, encode, pack, unpack
from skiptrace.stores.shapes import ContactContent, Findings, History

YEARS = (datetime(1900, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001 - hypothesis adds the zone
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(int, st.integers(-(2**63), 2**63))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(Decimal, st.decimals(allow_nan=False, allow_infinity=False, places=6))
st.register_type_strategy(
    datetime,
    st.datetimes(*YEARS, timezones=st.sampled_from([UTC, timezone(-timedelta(hours=3, minutes=30, seconds=52))])),
)
st.register_type_strategy(
    PartialDate,
    st.dates(date(1800, 1, 1), date(2200, 1, 1)).map(PartialDate.of) | st.builds(PartialDate, st.integers(1800, 2200)),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("kind", [SourceRecord, ContactContent, Findings, History, Terms])
@given(st.data())
def test_a_value_comes_back_as_it_went_in(kind: type[Any], data: st.DataObject) -> None:
    hints = get_type_hints(kind)
    value = data.draw(st.builds(kind, **{field.name: st.from_type(hints[field.name]) for field in fields(kind)}))
    assert decode(kind, encode(value)) == value


def test_a_field_that_was_added_later_reads_as_its_default() -> None:
    assert decode(Name, b'[1,{"first":"Marguerite"}]') == Name("Marguerite")


@pytest.mark.parametrize("data", [b'[2,{"first":"Marguerite"}]', b'{"first":"Marguerite"}', b'[1,{"first":7}]', b""])
def test_an_unknown_form_is_refused_without_showing_it(data: bytes) -> None:
    with pytest.raises(StoreError, match="a stored Name cannot be read by this version") as refusal:
        decode(Name, data)
    assert "Marguerite" not in str(refusal.value)


def test_text_that_is_not_unicode_is_refused_without_showing_it() -> None:
    with pytest.raises(BadInput, match="not Unicode") as refusal:
        encode(Name("Marguerite\ud800"))
    assert "Marguerite" not in str(refusal.value)


def test_a_value_without_a_stored_form_is_a_mistake_of_ours() -> None:
    @dataclass(frozen=True)
    class Odd(Personal):
        value: object

    with pytest.raises(TypeError, match="no stored form for complex"):
        encode(Odd(1j))


def test_a_packed_value_comes_back_and_is_smaller() -> None:
    decision = RuleDecision("A-01", Effect.PASS, "case", "a valid purpose is declared", "15 USC 1681b(a),(f)")
    history = History((), (decision,) * 100, {"matching": "1"})

    assert unpack(History, pack(history)) == history
    assert len(pack(history)) < len(encode(history)) / 10


@pytest.mark.parametrize("data", [b"", b"nonsense", pack(1)[:-3], zlib.compress(b"0" * (MOST_BYTES + 1))])
def test_a_packed_value_that_is_damaged_or_a_bomb_is_refused(data: bytes) -> None:
    with pytest.raises(StoreError, match="damaged"):
        unpack(History, data)
