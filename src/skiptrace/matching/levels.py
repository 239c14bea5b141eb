"""The levels of the comparisons: 0 missing, and one number per way to agree or to differ.

Their names are those of the parameter file and of the explanations.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import numpy as np

from skiptrace.matching.columns import Flags, Levels

LEVELS: Mapping[str, tuple[str, ...]] = {
    "given": ("missing", "different", "same_initial", "initial", "alike", "near", "nickname", "same"),
    "surname": ("missing", "different", "part", "alike", "near", "same"),
    "middle": ("missing", "different", "initial", "same"),
    "suffix": ("missing", "different", "one_sided", "same"),
    "birth_date": (
        "missing",
        "different",
        "near_year",
        "generation",
        "year_only",
        "one_part_off",
        "year_agrees",
        "swapped",
        "month_agrees",
        "same",
    ),
    "ssn4": ("missing", "different", "typing_error", "same"),
    "address": ("missing", "elsewhere", "same_area", "same_street", "same_building", "alike", "same"),
    "phone": ("missing", "different", "typing_error", "same"),
    "full_name": ("missing", "same"),
    "name_at_address": ("missing", "same"),
    "name_with_phone": ("missing", "same"),
    "relatives": ("missing", "same"),
}
GIVEN, SURNAME, MIDDLE, SUFFIX, BIRTH, SSN4, ADDRESS, PHONE = (
    {name: level for level, name in enumerate(LEVELS[field])}
    for field in ("given", "surname", "middle", "suffix", "birth_date", "ssn4", "address", "phone")
)

# Levels are put together by multiplying and by taking the larger: over millions of pairs that takes a twentieth of the
# time of assigning to the rows of a mask, for which NumPy branches at every row.


def level_where(flags: Flags, level: int) -> Levels:
    """The level where the flag is set, 0 elsewhere."""
    return flags.view(np.int8) * np.int8(level)


def highest(least: int, *levels: Levels) -> Levels:
    highest: Levels = np.maximum(reduce(np.maximum, levels), np.int8(least))
    return highest
