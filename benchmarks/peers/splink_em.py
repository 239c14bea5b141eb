"""Splink 5 as its own tutorials set it up: u from random pairs, m by EM, term frequencies on names.

Of seven set-ups tried (without term frequencies, a joint name comparison, EM blocked on birth date, phone or account)
none did better.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

_SHARED = ["first", "middle", "last", "suffix", "dob", "ssn4", "house", "street", "zip", "phone"]
Model = dict[str, Any]
"""What was fitted, as Splink writes and reads it."""


def fitted(accounts: pd.DataFrame, candidates: pd.DataFrame) -> Model:
    """The model of these tables."""
    settings = SettingsCreator(
        link_type="link_only",
        # Every pair to be scored is made by one blocking rule: the account the candidate belongs to.
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
    linker = _linker(accounts, candidates, settings)
    linker.training.estimate_probability_two_random_records_match([block_on("ssn4", "last")], recall=0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("last", "first"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("ssn4"))
    model: Model = linker.misc.save_model_to_json()
    return model


def _linker(accounts: pd.DataFrame, candidates: pd.DataFrame, settings: SettingsCreator | Model) -> Linker:
    left = accounts[["account_id", *_SHARED]].replace("", None).assign(unique_id=accounts.account_id.astype(str))
    right = candidates[["account_id", *_SHARED]].replace("", None).assign(unique_id=candidates.rec_id)
    right = right.drop_duplicates(["account_id", "unique_id"])
    right["unique_id"] = right.account_id.astype(str) + "-" + right.unique_id.astype(str)
    database = DuckDBAPI()
    return Linker([database.register(left), database.register(right)], settings, log_level=logging.ERROR)


class Predicting:
    """Tables that are loaded and indexed by Splink: each call of ``run`` is ``predict()`` and a data frame of it."""

    def __init__(self, accounts: pd.DataFrame, candidates: pd.DataFrame, model: Model) -> None:
        self._linker = _linker(accounts, candidates, model)
        self.run()  # the first also counts the frequencies of the names

    def run(self) -> pd.DataFrame:
        predicted = self._linker.inference.predict()
        found: pd.DataFrame = predicted.as_pandas_dataframe()
        predicted.drop_table_from_database_and_remove_from_cache()
        return found


def in_memory(accounts: pd.DataFrame, candidates: pd.DataFrame, model: Model) -> pd.DataFrame:
    """From data frames to a data frame: empty texts made missing, ids made, term frequencies counted, predicted."""
    found: pd.DataFrame = _linker(accounts, candidates, model).inference.predict().as_pandas_dataframe()
    return found


def by_files(subjects: Path, records: Path, out: Path, model: Model) -> None:
    """The leanest way there is from files to a file: all of it inside DuckDB, three columns written."""
    columns = ", ".join(f"nullif({name}, '') as {name}" for name in _SHARED)
    account, record = "account_id::varchar", "concat(account_id, '-', rec_id)"
    with duckdb.connect() as connection:
        for table, key, file in (("l", account, subjects), ("r", record, records)):
            source = f"select {account} as account_id, {key} as unique_id, {columns} from read_parquet('{file}')"
            connection.execute(f"create table {table} as {source}")
        database = DuckDBAPI(connection)
        linker = Linker([database.register("l"), database.register("r")], model, log_level=logging.ERROR)
        table = linker.inference.predict().physical_name
        wanted = f"select unique_id_l, unique_id_r, match_probability from {table}"
        connection.execute(f"copy ({wanted}) to '{out}' (format parquet)")


def scores(accounts: pd.DataFrame, candidates: pd.DataFrame) -> tuple[np.ndarray, float]:
    """(match probability per candidate, CPU seconds of all threads for predicting alone, the least of three runs)."""
    predicting = Predicting(accounts, candidates, fitted(accounts, candidates))
    seconds = []
    for _ in range(3):
        started = time.process_time()
        found = predicting.run()
        seconds.append(time.process_time() - started)
    pair = found.unique_id_r.where(found.unique_id_r.astype(str).str.contains("-"), found.unique_id_l).astype(str)
    by_pair = dict(zip(pair, found.match_probability, strict=True))
    keys = candidates.account_id.astype(str) + "-" + candidates.rec_id.astype(str)
    return keys.map(by_pair).fillna(0.0).to_numpy(), min(seconds)
