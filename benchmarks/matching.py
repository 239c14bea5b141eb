"""Matching against open peers on the same labelled pairs, in one run: accuracy, calibration, pairs per CPU second.

    python benchmarks/matching.py FOLDER [--accounts 2000]

FOLDER holds accounts, candidates and truth as Parquet. Needs the dependency group `peers`. What skiptrace ships was
fitted to a development population; for figures on that very population use `benchmarks/fit.py folds`, which refits by
fold. dedupe is given labelled pairs of the accounts that are not scored. Peers are set up as their own documentation
does it; how is said in `benchmarks/peers/`.

What the CPU seconds include, always of all threads and the least of three runs. skiptrace: from two Parquet files to a
Parquet file of scores, so reading, parsing, every comparison, the group step, addresses and phones, writing. Splink:
`predict()` and handing over its result as a data frame; not loading the tables, not fitting. dedupe and rapidfuzz: from
data frames to scores, without fitting. Quote the ratios: the rates are those of the machine it ran on.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from benchmarks.peers import dedupe_labels, splink_em, token_ratio
from rich.console import Console
from rich.table import Table

from skiptrace.evaluation.curves import calibration_error, recall_at
from skiptrace.matching.bulk import match_files

Scored = tuple[np.ndarray, float]


def timed(run: Callable[[], np.ndarray]) -> Scored:
    """The scores, and the CPU seconds of the quickest of three runs."""
    seconds = []
    for _ in range(3):
        started = time.process_time()
        scores = run()
        seconds.append(time.process_time() - started)
    return scores, min(seconds)


def skiptrace_scores(accounts: pd.DataFrame, candidates: pd.DataFrame) -> Scored:
    """From file to file, as `skiptrace match` does it."""
    with tempfile.TemporaryDirectory() as folder:
        subjects, records, out = (Path(folder, f"{name}.parquet") for name in ("subjects", "records", "scores"))
        accounts.to_parquet(subjects, index=False)
        candidates.to_parquet(records, index=False)
        _, seconds = timed(lambda: np.array(match_files(subjects, records, out).records))
        return pq.read_table(out)["p_same"].to_numpy(), seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--accounts", type=int, default=2_000, help="how many to score; the others may be learnt from")
    given = parser.parse_args()
    accounts, candidates, truth = (
        pd.read_parquet(given.folder / f"{name}.parquet") for name in ("accounts", "candidates", "truth")
    )
    truth = candidates.merge(truth, on=["account_id", "rec_id"], how="left").y_same.to_numpy(bool)
    is_asked = candidates.account_id.isin(accounts.account_id.head(given.accounts)).to_numpy()
    labelled = accounts, candidates[~is_asked].reset_index(drop=True), truth[~is_asked]
    accounts = accounts.head(given.accounts)
    candidates, same = candidates[is_asked].reset_index(drop=True), truth[is_asked]

    runs: dict[str, Callable[[], Scored]] = {
        "rapidfuzz token_set_ratio": lambda: timed(lambda: token_ratio.scores(accounts, candidates)),
        "Splink, EM, term frequencies": lambda: splink_em.scores(accounts, candidates),
        "dedupe, 4,000 labelled pairs": lambda: dedupe_labels.scores((accounts, candidates), labelled),
        "skiptrace, all stages": lambda: skiptrace_scores(accounts, candidates),
    }
    found = {name: run() for name, run in runs.items()}
    peer = found["Splink, EM, term frequencies"]
    peer_recall = recall_at(same, peer[0], 0.99)
    table = Table(
        "matcher", "recall at 99 % precision", "times Splink", "calibration error", "pairs / CPU second", "times Splink"
    )
    for name, (p, seconds) in found.items():
        recall, error = recall_at(same, p, 0.99), calibration_error(same, p)
        table.add_row(
            name, f"{recall:.3f}", f"{recall / peer_recall:.2f}" if peer_recall else "-", f"{error:.4f}",
            f"{len(same) / seconds:,.0f}", f"{peer[1] / seconds:.1f}",
        )  # fmt: skip
    Console().print(f"{len(accounts):,} accounts, {len(same):,} pairs, {same.mean():.1%} true")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
