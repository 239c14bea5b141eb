"""Splink 5 as its own tutorials set it up: u from random pairs, m by EM, term frequencies on names.

Of seven set-ups tried (without term frequencies, a joint name comparison, EM blocked on birth date, phone or account)
none did better.
"""

from __future__ import annotations

import logging
import time

import numpy as np
import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

_SHARED = ["first", "middle", "last", "suffix", "dob", "ssn4", "house", "street", "zip", "phone"]


def scores(accounts: pd.DataFrame, candidates: pd.DataFrame) -> tuple[np.ndarray, float]:
    """(match probability per candidate, CPU seconds of all threads for scoring alone, the least of three runs)."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    left = accounts[["account_id", *_SHARED]].replace("", None).assign(unique_id=accounts.account_id.astype(str))
    # Every pair to be scored is made by one blocking rule: the account the candidate belongs to.
    right = candidates[["account_id", *_SHARED]].replace("", None).assign(unique_id=candidates.rec_id)
    right = right.drop_duplicates(["account_id", "unique_id"])
    right["unique_id"] = right.account_id.astype(str) + "-" + right.unique_id.astype(str)
    settings = SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=[block_on("account_id")],
        comparisons=[
            cl.NameComparison("first").configure(term_frequency_adjustments=True),
            cl.NameComparison("last").configure(term_frequency_adjustments=True),
            cl.ExactMatch("middle"),
            cl.ExactMatch("suffix"),
            cl.LevenshteinAtThresholds("dob", [1, 2]),
            cl.LevenshteinAtThresholds("ssn4", 1),
            cl.ExactMatch("house"),
            cl.JaroWinklerAtThresholds("street", [0.9]),
            cl.ExactMatch("zip"),
            cl.ExactMatch("phone"),
        ],
    )
    database = DuckDBAPI()
    linker = Linker([database.register(left), database.register(right)], settings)
    linker.training.estimate_probability_two_random_records_match([block_on("ssn4", "last")], recall=0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("last", "first"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("ssn4"))
    seconds = []
    for _ in range(3):
        started = time.process_time()
        predicted = linker.inference.predict()
        found = predicted.as_pandas_dataframe()
        seconds.append(time.process_time() - started)
        predicted.drop_table_from_database_and_remove_from_cache()
    pair = found.unique_id_r.where(found.unique_id_r.astype(str).str.contains("-"), found.unique_id_l).astype(str)
    by_pair = dict(zip(pair, found.match_probability, strict=True))
    keys = candidates.account_id.astype(str) + "-" + candidates.rec_id.astype(str)
    return keys.map(by_pair).fillna(0.0).to_numpy(), min(seconds)
