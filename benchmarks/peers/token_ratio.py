"""Plain rapidfuzz: one ratio over name, date, address and phone as one text."""

from __future__ import annotations

import numpy as np
import pandas as pd
from rapidfuzz.fuzz import token_set_ratio
from rapidfuzz.process import cpdist

_FIELDS = ["first", "middle", "last", "dob", "ssn4", "address", "city", "state", "zip", "phone"]


def scores(accounts: pd.DataFrame, candidates: pd.DataFrame) -> np.ndarray:
    """One probability-like score per candidate, in their order."""
    asked = accounts.set_index("account_id")[_FIELDS].agg(" ".join, axis=1)
    found = candidates[_FIELDS].agg(" ".join, axis=1)
    ratio = cpdist(asked.loc[candidates.account_id].to_list(), found.to_list(), scorer=token_set_ratio)
    return np.asarray(ratio) / 100
