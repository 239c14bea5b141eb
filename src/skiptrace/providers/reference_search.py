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

_WORTH = 8.0
"""Rank below which a row shares too little with the subject to be given."""

_SURE = 16.0
"""Rank from which a row is trusted to lead on to others: the same address, phone or number under the same name."""

_LEADS = 8
"""Rows that lead on, at most."""

_LED = np.float32(0.6)
"""Share of the agreement with a lead that counts for a row."""

_AGREES = np.zeros(len(Facet), np.float32)
_DIFFERS = np.zeros(len(Facet), np.float32)
for _facet, _agrees, _differs in (
    (Facet.LAST, 5, 0),
    (Facet.LAST_SOUND, 4, -3),
    (Facet.FIRST, 3, 0),
    (Facet.FIRST_SOUND, 3, -2),
    (Facet.BIRTH, 8, 0),
    (Facet.BIRTH_YEAR, 4, -4),
    (Facet.BIRTHDAY, 4, -1),
    (Facet.SSN4, 11, -3),
    (Facet.ZIP, 4, 0),
    (Facet.HOUSE, 3, 0),
    (Facet.STREET, 5, 0),
    (Facet.PHONE, 7, 0),
):
    _AGREES[_facet], _DIFFERS[_facet] = _agrees, _differs

_NAMED = np.array([Facet.LAST_SOUND in kind or Facet.FIRST_SOUND in kind for kind in KINDS])
"""Kinds of key that a lead may be followed by: those that hold on to a name."""


@dataclass(frozen=True, slots=True)
class KeyTable:
    """Different keys in rising order, where each one's rows end in ``rows``, and the signatures of all rows."""

    keys: NDArray[np.uint64]
    ends: NDArray[np.uint32]
    rows: Rows
    signatures: Signatures

    def search(self, subject: Signatures) -> Rows:
        """Rows that may be the subject, best first, ``MOST_ROWS`` at most. ``subject`` has one row per variant."""
        rows = self._sharing(keys_of(subject))
        if not len(rows):
            return rows
        rank = self._rank(rows, subject)
        best = np.argsort(-rank, kind="stable")[:_LEADS]
        leads = rows[best[rank[best] >= _SURE]]
        if len(leads):
            rows = np.union1d(rows, self._sharing(keys_of(self.signatures[leads])[:, _NAMED]))
            rank = self._rank(rows, subject) + _LED * self._tie(rows, leads)
        best = np.argsort(-rank, kind="stable")[:MOST_ROWS]
        found: Rows = rows[best[rank[best] >= _WORTH]]
        return found

    def _sharing(self, keys: NDArray[np.uint64]) -> Rows:
        """Rows that share one of the keys, in rising order."""
        keys = np.unique(keys)
        at = np.searchsorted(self.keys, keys)
        at = at[(at < len(self.keys)) & (self.keys[np.minimum(at, len(self.keys) - 1)] == keys)]
        ends = self.ends[at].astype(np.intp)
        starts = np.where(at > 0, self.ends[at - 1], 0).astype(np.intp)
        few = (ends - starts) <= _HOT
        found = [self.rows[start:end] for start, end in zip(starts[few], ends[few], strict=True)]
        return np.unique(np.concatenate(found)) if found else np.zeros(0, np.uint32)

    def _rank(self, rows: Rows, subject: Signatures) -> NDArray[np.float32]:
        """What agrees with any variant of the subject, less what differs from all."""
        theirs = self.signatures[rows]
        known = theirs != 0
        agrees = known & (theirs[:, None, :] == subject[None, :, :]).any(axis=1)
        differs = known & (subject != 0).any(axis=0) & ~agrees
        ranked: NDArray[np.float32] = agrees @ _AGREES + differs @ _DIFFERS
        return ranked

    def _tie(self, rows: Rows, leads: Rows) -> NDArray[np.float32]:
        """The most that each row agrees with a lead other than itself."""
        theirs = self.signatures[rows][:, None, :]
        agrees = ((theirs != 0) & (theirs == self.signatures[leads][None, :, :])) @ _AGREES
        ties: NDArray[np.float32] = np.where(rows[:, None] == leads[None, :], np.float32(0), agrees).max(axis=1)
        return ties
