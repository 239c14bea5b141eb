"""Bulk scoring beside Splink: the same pairs, the same machine, in turns; CPU and wall time.

    python -m benchmarks.bulk FOLDER [--copies 1 13] [--rounds 3]

FOLDER holds accounts and candidates as Parquet. Needs the dependency group `peers`. With `--copies 13` the accounts are
taken thirteen times over under new ids, each time with the digits of phones, SSNs and house numbers exchanged and the
birth dates moved by years, so that pairs agree and differ as before and most values occur once.

What is counted, of the quickest of the rounds; fitting Splink and importing either are not.

- *predict*: tables are loaded, texts prepared, frequencies counted. Splink: blocking by account, comparison vectors,
  term frequencies, match probabilities, and a data frame of the result. skiptrace: every comparison, the group step
  (each account's records against each other), the subject's current address and phone; the texts of the tables are read
  already (`score`).
- *in memory*: from tables to a table. Splink: empty texts made missing, ids made, registered, names counted, then
  *predict*. skiptrace: texts read too (`match_tables`).
- *by files*: from two Parquet files to a Parquet file. Splink: the leanest way there is, all of it inside DuckDB.
  skiptrace: `match_files`, what `skiptrace match` runs.

Splink compares ten columns of each candidate with the account. skiptrace compares as many, and about three times as
many pairs again: records of one account among each other. *a core* is pairs per second of CPU, of all threads.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
from benchmarks.peers import splink_em
from rich.console import Console
from rich.table import Table

from skiptrace.matching.bulk import in_blocks, match_files, match_tables
from skiptrace.matching.scoring import score
from skiptrace.matching.tables_in import candidates_of
from skiptrace.matching.weights import shipped_parameters

DIGITS = "0123456789"
EXCHANGED = "phone", "ssn4", "house"


def several(people: pd.DataFrame, copies: int) -> pd.DataFrame:
    """The people so many times over, each time as others."""
    return pd.concat([_others(people, number) for number in range(copies)], ignore_index=True)


def _others(people: pd.DataFrame, number: int) -> pd.DataFrame:
    turn = str.maketrans(DIGITS, DIGITS[number % 10 :] + DIGITS[: number % 10])
    texts = {name: people[name].str.translate(turn) for name in EXCHANGED}
    year, rest = people.dob.str[:4], people.dob.str[4:]
    born = (pd.to_numeric(year, errors="coerce") - number).astype("Int64").astype("string").fillna("") + rest
    ids = people.account_id.astype(str) + f"-{number}"
    return people.assign(**texts, dob=born.astype(object), account_id=ids) if number else people.assign(account_id=ids)


@dataclass(frozen=True)
class Took:
    cpu: float
    wall: float

    @classmethod
    def of(cls, run: Callable[[], object]) -> Took:
        cpu, wall = time.process_time(), time.perf_counter()
        run()
        return cls(time.process_time() - cpu, time.perf_counter() - wall)


def least(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, Took]:
    """The least CPU and wall time of each; they take turns, so that a load that comes and goes falls on all."""
    took: dict[str, list[Took]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            took[name].append(Took.of(run))
    return {name: Took(min(each.cpu for each in of), min(each.wall for each in of)) for name, of in took.items()}


def measured(accounts: pd.DataFrame, candidates: pd.DataFrame, model: splink_em.Model, rounds: int) -> dict[str, Took]:
    parameters, predicting = shipped_parameters(), splink_em.Predicting(accounts, candidates, model)
    subjects, records = (pa.Table.from_pandas(table, preserve_index=False) for table in (accounts, candidates))
    read = candidates_of(subjects, records)[0]
    with tempfile.TemporaryDirectory() as folder:
        asked, found, ours, theirs = (Path(folder, f"{name}.parquet") for name in ("asked", "found", "ours", "theirs"))
        accounts.to_parquet(asked, index=False)
        candidates.to_parquet(found, index=False)
        runs: dict[str, Callable[[], object]] = {
            "Splink: predict": predicting.run,
            "skiptrace: predict": lambda: list(in_blocks(read, lambda block: score(block, parameters).p_phone)),
            "Splink: in memory": lambda: splink_em.in_memory(accounts, candidates, model),
            "skiptrace: in memory": lambda: match_tables(subjects, records, parameters),
            "Splink: by files": lambda: splink_em.by_files(asked, found, theirs, model),
            "skiptrace: by files": lambda: match_files(asked, found, ours),
        }
        return least(runs, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 13])
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    accounts, candidates = (pd.read_parquet(given.folder / f"{name}.parquet") for name in ("accounts", "candidates"))
    model = splink_em.fitted(accounts, candidates)
    for copies in given.copies:
        tables = several(accounts, copies), several(candidates, copies)
        pairs = len(tables[1])
        table = Table("", "CPU s", "wall s", "pairs / s a core", "times Splink, CPU", "wall", title=f"{pairs:,} pairs")
        took = measured(*tables, model, given.rounds)
        for name, time_taken in took.items():
            peer = took["Splink" + name[name.index(":") :]]
            table.add_row(
                name, f"{time_taken.cpu:.3f}", f"{time_taken.wall:.3f}", f"{pairs / time_taken.cpu:,.0f}",
                f"{peer.cpu / time_taken.cpu:.1f}", f"{peer.wall / time_taken.wall:.1f}",
            )  # fmt: skip
        Console(width=110).print(table)


if __name__ == "__main__":
    main()
