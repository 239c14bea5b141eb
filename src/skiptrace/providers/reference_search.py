"""Searching the index: every key of the subject, then what the best finds are tied to, ranked and cut.

The ranking only decides who is worth judging; it is no probability and nothing of it leaves the provider.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skiptrace.providers.reference_keys import KINDS, Facet, Signatures, keys_of

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

_NAMED = np.array([Facet.LAST_SOUND in kind or Facet.FIRST_SOUND in kind for kind in KINDS])
"""Kinds of key that a lead may be followed by: those that hold on to a name."""


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
            led, _ = self._sharing(keys_of(self.signatures[leads])[:, _NAMED])
            rows = np.union1d(rows, led)
            rank, agrees = self._rank(rows, subject)
            rank += (self._tied(rows, leads) & ~agrees) @ _TIED
        best = np.argsort(-rank, kind="stable")[:MOST_ROWS]
        return Found(rows[best[rank[best] >= _WORTH]])

    def _sharing(self, keys: NDArray[np.uint64]) -> tuple[Rows, bool]:
        """Rows that share one of the keys, in rising order; and whether a key was passed over as hot."""
        keys = np.unique(keys)
        at = np.searchsorted(self.keys, keys)
        at = at[(at < len(self.keys)) & (self.keys[np.minimum(at, len(self.keys) - 1)] == keys)]
        ends = self.ends[at].astype(np.intp)
        starts = np.where(at > 0, self.ends[at - 1], 0).astype(np.intp)
        few = (ends - starts) <= _HOT
        found = [self.rows[start:end] for start, end in zip(starts[few], ends[few], strict=True)]
        rows = np.unique(np.concatenate(found)) if found else np.zeros(0, np.uint32)
        return rows, len(found) < len(few)

    def _rank(self, rows: Rows, subject: Signatures) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """What agrees with any variant of the subject, less what differs from all; and which facets agree."""
        theirs = self.signatures[rows]
        known = theirs != 0
        agrees = known & (theirs[:, None, :] == subject[None, :, :]).any(axis=1)
        differs = known & (subject != 0).any(axis=0) & ~agrees
        return agrees @ _AGREES + differs @ _DIFFERS, agrees

    def _tied(self, rows: Rows, leads: Rows) -> NDArray[np.bool_]:
        """Which facets of each row agree with a lead other than itself."""
        theirs = self.signatures[rows][:, None, :]
        agrees = (theirs != 0) & (theirs == self.signatures[leads][None, :, :])
        tied: NDArray[np.bool_] = (agrees & (rows[:, None] != leads[None, :])[:, :, None]).any(axis=1)
        return tied
