"""Card numbers are not taken in free text; other long numbers are."""

from __future__ import annotations

import pytest

from skiptrace.errors import BadInput
from skiptrace.intake import free_text


@pytest.mark.parametrize(
    "text", ["card 4111 1111 1111 1111", "4111111111111111", "paid with 3782-822463-10005.", "6304000000000000018"]
)
def test_a_card_number_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(BadInput, match="may be a card number") as raised:
        free_text(text, "reason")

    assert "11" not in str(raised.value)


@pytest.mark.parametrize(
    "text", ["file 2026-0142", "4111 1111 1111 1112", "call 512-555-0142", "1234567890123456789012"]
)
def test_other_numbers_are_kept(text: str) -> None:
    assert free_text(f" {text} ", "reason") == text
