"""Each scenario has a test named by its id."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]

MISSING = {3, 10, 13, 15, 20, 22, 26, 29, 33, 38, 41, 44, 49, 51, 53, 56, 57, 59}
"""Numbers that no scenario has."""

SCENARIOS = frozenset(range(1, 66)) - MISSING


def test_every_scenario_has_a_test_of_its_name() -> None:
    names = (re.findall(r"def test_t(\d\d)_", path.read_text()) for path in TESTS.rglob("test_*.py"))
    tested = {int(number) for found in names for number in found}
    assert SCENARIOS - tested == set()
