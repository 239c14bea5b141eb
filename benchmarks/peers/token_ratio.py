"""Plain rapidfuzz: one ratio over name, date, address and phone as one text."""

from __future__ import annotations

import numpy as np
import pandas as pd
from rapidfuzz.fuzz import token_set_ratio
from rapidfuzz.process import cpdist

_FIELDS = ["first", "middle", "last", "dob", "ssn4", "address", "city", "state", "zip", "phone"]


def scores(accounts: pd.DataFrame, candidates: pd.DataFrame) -> np.ndarray:
    """One probability-like score per candidate, in their order."""
    texts = dict(zip(accounts.account_id, _texts(accounts), strict=True))
    ratio = cpdist([texts[key] for key in candidates.account_id], _texts(candidates), scorer=token_set_ratio)
    return np.asarray(ratio) / 100


def _texts(people: pd.DataFrame) -> list[str]:
    return [" ".join(row) for row in zip(*(people[field] for field in _FIELDS), strict=True)]
