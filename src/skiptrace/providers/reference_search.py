"""Searching the index: every key of the subject, then what the best finds are tied to, ranked and cut.

The ranking only decides who is worth judging; it is no probability and nothing of it leaves the provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from skiptrace.providers.reference_keys import KINDS, Facet, Signatures, keys_of

N = TypeVar("N", bound=np.generic)

Rows = NDArray[np.uint32]
"""Row numbers of the index."""

MOST_ROWS = 30
"""Rows given for one subject at most."""

_HOT = 200
"""A key that more rows share than this says too little to be followed (a mail drop, a switchboard, a common name)."""

_WORTH = 0.5
"""Rank below which a row shares too little with the subject to be given."""

_SURE = 3.0
"""Rank from which a row is trusted to lead on to others: the same address, phone or number under the same name."""

_LEADS = 8
"""Rows that lead on, at most."""

_WEIGHTS = {
    Facet.LAST: (1.0, -0.5, 0.8),
    Facet.LAST_SOUND: (1.5, -1.5, 0.8),
    Facet.FIRST: (1.0, -0.5, 0.0),
    Facet.FIRST_SOUND: (1.5, -1.2, 0.0),
    Facet.BIRTH: (0.5, 0.0, 0.3),
    Facet.BIRTH_YEAR: (2.0, -1.2, 1.5),
    Facet.BIRTH_MONTH: (1.5, -1.0, 0.3),
    Facet.BIRTHDAY: (1.5, -1.0, 0.3),
    Facet.SSN4: (5.0, -2.5, 1.5),
    Facet.ZIP: (1.0, -0.3, 0.8),
    Facet.HOUSE: (1.0, -0.3, 1.0),
    Facet.STREET: (1.2, -0.2, 1.2),
    Facet.PHONE: (4.0, -0.5, 1.2),
}
"""What it is worth that a facet agrees with the subject, differs, or agrees with a lead only; in nats, rounded.

The pattern of a logistic fit on labelled simulated files, weakened where it spoke of their kind of noise.
"""

_AGREES, _DIFFERS, _TIED = np.array([_WEIGHTS[facet] for facet in Facet], np.float32).T

_NEVER = np.uint32(0xFFFFFFFF)
"""Agrees with no facet that is 0."""

_NAME = frozenset((Facet.LAST, Facet.LAST_SOUND, Facet.FIRST, Facet.FIRST_SOUND))
_NEWS = frozenset((Facet.SSN4, Facet.BIRTH, Facet.BIRTH_MONTH, Facet.ZIP, Facet.STREET, Facet.PHONE))
_LED_BY = np.array([i for i, kind in enumerate(KINDS) if _NAME & set(kind) and _NEWS & set(kind)])
"""Kinds of key that a lead is followed by: a name with something that the subject may not have known."""


@dataclass(frozen=True, slots=True)
class Found:
    """Rows that may be the subject, best first. ``crowded``: none, only because too many share every key."""

    rows: Rows
    crowded: bool = False


@dataclass(frozen=True, slots=True)
class KeyTable:
    """Different keys in rising order, where each one's rows end in ``rows``, and the signatures of all rows."""

    keys: NDArray[np.uint64]
    ends: NDArray[np.uint32]
    rows: Rows
    signatures: Signatures

    def search(self, subject: Signatures) -> Found:
        """``MOST_ROWS`` rows at most. ``subject`` has one row per variant."""
        rows, crowded = self._sharing(keys_of(subject))
        if not len(rows):
            return Found(rows, crowded)
        rank, _ = self._rank(rows, subject)
        best = np.argsort(-rank, kind="stable")[:_LEADS]
        leads = rows[best[rank[best] >= _SURE]]
        if len(leads):
            led, _ = self._sharing(keys_of(self.signatures[leads], _LED_BY))
            rows = _distinct(np.concatenate([rows, led]))
            rank, agrees = self._rank(rows, subject)
            rank += (self._tied(rows, leads) & ~agrees) @ _TIED
        best = np.argsort(-rank, kind="stable")[:MOST_ROWS]
        return Found(rows[best[rank[best] >= _WORTH]])

    def _sharing(self, keys: NDArray[np.uint64]) -> tuple[Rows, bool]:
        """Rows that share one of the keys, in rising order; and whether a key was passed over as hot."""
        keys = _distinct(keys.ravel())
        at = np.searchsorted(self.keys, keys)
        at = at[self.keys[np.minimum(at, len(self.keys) - 1)] == keys] if len(self.keys) else at[:0]
        ends = self.ends[at].astype(np.intp)
        sizes = ends - np.where(at > 0, self.ends[at - 1], 0)
        few = sizes <= _HOT
        ends, sizes = ends[few], sizes[few]
        # Positions of all rows of all keys at once: each key's run counts up to its end.
        behind = np.cumsum(sizes)
        position = np.arange(behind[-1] if len(behind) else 0) + np.repeat(ends - behind, sizes)
        return _distinct(self.rows[position]), len(sizes) < len(few)

    def _rank(self, rows: Rows, subject: Signatures) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """What agrees with any variant of the subject, less what differs from all; and which facets agree."""
        theirs = self.signatures[rows]
        known = theirs != 0
        agrees = known & (theirs[:, None, :] == subject[None, :, :]).any(axis=1)
        differs = known & (subject != 0).any(axis=0) & ~agrees
        return agrees @ _AGREES + differs @ _DIFFERS, agrees

    def _tied(self, rows: Rows, leads: Rows) -> NDArray[np.bool_]:
        """Which facets of each row agree with a lead other than itself. ``rows`` rise and hold the leads."""
        theirs = self.signatures[leads]
        agrees = self.signatures[rows][:, None, :] == np.where(theirs == 0, _NEVER, theirs)
        agrees[np.searchsorted(rows, leads), np.arange(len(leads))] = False
        tied: NDArray[np.bool_] = agrees.any(axis=1)
        return tied


def _distinct(values: NDArray[N]) -> NDArray[N]:
    """Sorted and without repeats; for a few hundred values quicker than ``numpy.unique``."""
    values = np.sort(values)
    first = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return values[first]
