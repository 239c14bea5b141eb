"""Whether two words may be spellings of one: a typing error, or alike as a whole."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from skiptrace.matching.columns import Codes, Flags, Levels, Spelled, Words, distinct

_ALIKE = 0.86
_MOST_EDITS = 4
_PREFIX = 0.4
"""What Jaro-Winkler adds at most, in parts of what Jaro leaves to 1, and only for an equal first letter."""
_MARGIN = 1e-6  # rounding
_FEW = 200
"""Up to so many pairs of words are looked at one by one; of more, most are ruled out first."""


def spelling_levels(words: Words, x: Codes, y: Codes, alike: int, near: int) -> Levels:
    """``near``: one typing error in four letters or more. ``alike``: Jaro-Winkler 0.86, or at most a third edited."""
    if len(x) <= _FEW:
        pairs = zip(words.values[x].tolist(), words.values[y].tolist(), strict=True)
        return np.array([(0, alike, near)[likeness(one, two)] for one, two in pairs], np.int8)
    levels = np.zeros(len(x), np.int8)
    rows = _may_be_alike(words.derived(Spelled), x, y).nonzero()[0]
    if not len(rows):
        return levels
    x, y = x[rows], y[rows]
    left, right = words.values[x], words.values[y]
    edits = cpdist(left, right, scorer=OSA.distance, score_cutoff=_MOST_EDITS, dtype=np.int32)
    lengths = words.derived(Spelled).lengths
    shorter = np.minimum(lengths[x], lengths[y])
    is_alike = (edits <= _MOST_EDITS) & (edits * 3 <= shorter)
    others = (~is_alike).nonzero()[0]
    left, right = left[others], right[others]
    is_alike[others] = cpdist(left, right, scorer=JaroWinkler.similarity, score_cutoff=_ALIKE, dtype=np.float32) > 0
    levels[rows] = np.where((edits == 1) & (shorter >= 3), near, is_alike * alike)
    return levels


def each_once(words: Words, x: Codes, y: Codes, found: Callable[[Words, Codes, Codes], Levels]) -> Levels:
    """What is found of each two words, each two looked at once."""
    first, number = distinct(x.astype(np.int64) * len(words.values) + y)
    levels: Levels = found(words, x[first], y[first])[number]
    return levels


@lru_cache(maxsize=65_536)
def likeness(one: str, two: str) -> int:
    """What ``_spelling_levels`` finds for one pair: 2 near, 1 alike, 0 neither."""
    shorter, edits = min(len(one), len(two)), OSA.distance(one, two, score_cutoff=_MOST_EDITS)
    if edits == 1 and shorter >= 3:
        return 2
    few = edits <= _MOST_EDITS and edits * 3 <= shorter
    return int(few or JaroWinkler.similarity(one, two, score_cutoff=_ALIKE) > 0)


def _may_be_alike(spelled: Spelled, x: Codes, y: Codes) -> Flags:
    """Whether the letters that occur allow ``_spelling_levels`` to find anything; they rule out nine pairs of ten.

    A letter of one word that the other has nowhere is no match for Jaro, and takes an edit.
    """
    one, two = spelled.letters[x], spelled.letters[y]
    length_x, length_y = spelled.lengths[x], spelled.lengths[y]
    lost_x, lost_y = np.bitwise_count(one & ~two), np.bitwise_count(two & ~one)
    shorter, longer = np.minimum(length_x, length_y), np.maximum(length_x, length_y)
    edits = np.maximum(np.maximum(lost_x, lost_y), longer - shorter)
    matches = np.minimum(length_x - lost_x, length_y - lost_y)
    prefix = (spelled.initials[x] == spelled.initials[y]) * _PREFIX
    jaro = (_ALIKE - prefix) / (1.0 - prefix) - _MARGIN
    flags: Flags = (matches * (length_x + length_y) >= (3.0 * jaro - 1.0) * (length_x * length_y)) | (
        edits * 3 <= shorter
    )
    return flags
