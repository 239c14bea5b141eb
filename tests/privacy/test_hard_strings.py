"""No text, however long and however made, keeps a parser busy (S33). ``benchmarks/hard_strings.py`` measures it."""

from __future__ import annotations

from contextlib import suppress

import pytest

from tests.privacy.hard_strings import DOORS, hard_strings


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.timeout(100)
def test_a_text_that_is_hard_to_match_is_done_with(door: str) -> None:
    """Quadratic patterns need minutes for one of these texts; the time limit is a guard against that alone."""
    done = 0
    for text in hard_strings():
        with suppress(ValueError):
            DOORS[door](text)
        done += 1
    assert done > 15
