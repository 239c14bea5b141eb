"""Matching against open peers on the same labelled pairs, in one run: accuracy, calibration, pairs per CPU second.

    python benchmarks/matching.py FOLDER [--accounts 2000]

FOLDER holds accounts, candidates and truth as Parquet. Needs the dependency group `peers`. What skiptrace ships was
fitted to a development population; for figures on that very population use `benchmarks/fit.py folds`, which refits by
fold. Quote the ratios: the rates are those of the machine it ran on.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from benchmarks.peers import splink_em, token_ratio
from rich.console import Console
from rich.table import Table

from skiptrace.evaluation.curves import calibration_error, recall_at
from skiptrace.matching.bulk import match_tables
from skiptrace.matching.weights import shipped_parameters

Scored = tuple[np.ndarray, float]


def timed(run: Callable[[], np.ndarray]) -> Scored:
    """The scores, and the CPU seconds of the second of two runs."""
    run()
    started = time.process_time()
    return run(), time.process_time() - started


def skiptrace_scores(accounts: pd.DataFrame, candidates: pd.DataFrame) -> np.ndarray:
    tables = (pa.Table.from_pandas(frame, preserve_index=False) for frame in (accounts, candidates))
    subjects, records = tables
    return match_tables(subjects, records, shipped_parameters())["p_same"].to_numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--accounts", type=int, default=2_000)
    given = parser.parse_args()
    accounts, candidates, truth = (
        pd.read_parquet(given.folder / f"{name}.parquet") for name in ("accounts", "candidates", "truth")
    )
    accounts = accounts.head(given.accounts)
    candidates = candidates[candidates.account_id.isin(accounts.account_id)].reset_index(drop=True)
    same = candidates.merge(truth, on=["account_id", "rec_id"], how="left").y_same.to_numpy(bool)

    runs: dict[str, Callable[[], Scored]] = {
        "rapidfuzz token_set_ratio": lambda: timed(lambda: token_ratio.scores(accounts, candidates)),
        "Splink, EM, term frequencies": lambda: splink_em.scores(accounts, candidates),
        "skiptrace, all stages": lambda: timed(lambda: skiptrace_scores(accounts, candidates)),
    }
    found = {name: run() for name, run in runs.items()}
    peer = len(same) / found["Splink, EM, term frequencies"][1]
    table = Table("matcher", "recall at 99 % precision", "calibration error", "pairs / CPU second", "times Splink")
    for name, (p, seconds) in found.items():
        rate = len(same) / seconds
        error = calibration_error(same, p)
        table.add_row(name, f"{recall_at(same, p, 0.99):.3f}", f"{error:.4f}", f"{rate:,.0f}", f"{rate / peer:.1f}")
    Console().print(f"{len(accounts):,} accounts, {len(same):,} pairs, {same.mean():.1%} true")
    Console().print(table)


if __name__ == "__main__":
    main()
