"""dedupe 3 with 4,000 labelled pairs: its own string, exact and missing-value variables and its own classifier.

The candidates are given, so no blocking rules are learnt; `fit` and `predict_proba` on `data_model.distances` are what
`RecordLink.train` and `RecordLink.score` do for pairs.
"""

from __future__ import annotations

import time
from typing import Any

import dedupe
import numpy as np
import pandas as pd
from dedupe import variables

LABELLED = 4_000
_SHARED = ["first", "middle", "last", "suffix", "dob", "ssn4", "house", "street", "unit", "city", "zip", "phone"]
_EXACT = ("suffix", "house", "zip", "phone")
_ALWAYS = ("last",)

Pair = tuple[dict[str, str | None], dict[str, str | None]]


def scores(
    asked: tuple[pd.DataFrame, pd.DataFrame], labelled: tuple[pd.DataFrame, pd.DataFrame, np.ndarray]
) -> tuple[np.ndarray, float]:
    """(probability per candidate, CPU seconds for scoring alone); ``labelled`` are accounts, candidates and truth of
    other people than ``asked``.
    """
    linker = dedupe.RecordLink(_variables(), num_cores=1)
    accounts, candidates, same = labelled
    chosen = np.random.default_rng(5).permutation(len(candidates))[:LABELLED]
    linker.classifier.fit(linker.data_model.distances(_pairs(accounts, candidates.iloc[chosen])), same[chosen])
    pairs = _pairs(*asked)
    started = time.process_time()
    p = linker.classifier.predict_proba(linker.data_model.distances(pairs))[:, -1]
    return np.asarray(p), time.process_time() - started


def _variables() -> list[Any]:
    return [
        (variables.Exact if field in _EXACT else variables.ShortString)(field, has_missing=field not in _ALWAYS)
        for field in _SHARED
    ]


def _pairs(accounts: pd.DataFrame, candidates: pd.DataFrame) -> list[Pair]:
    subjects = dict(zip(accounts.account_id, _records(accounts), strict=True))
    return [(subjects[key], record) for key, record in zip(candidates.account_id, _records(candidates), strict=True)]


def _records(people: pd.DataFrame) -> list[dict[str, str | None]]:
    """One dictionary a row; what is missing is None, as dedupe wants it."""
    columns = [people[field].fillna("").astype(str).str.lower() for field in _SHARED]
    return [
        {field: value or None for field, value in zip(_SHARED, row, strict=True)} for row in zip(*columns, strict=True)
    ]
