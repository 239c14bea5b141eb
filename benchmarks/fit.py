"""Fit the parameters of matching to labelled pairs, or measure how well that generalises.

    python benchmarks/fit.py fit FOLDER --out model.json --note "where the pairs come from" --profile NORTH=prompt
    python benchmarks/fit.py folds FOLDER --out scores.parquet      # then: skiptrace evaluate FOLDER scores.parquet

FOLDER holds accounts, candidates and truth (CSV or Parquet) with the columns of `skiptrace match` and `skiptrace
evaluate`. `fit` writes the one file that matching reads, with where its numbers come from; what it learns of the dates
of a source goes under the source's name, or under a profile that other sources can be declared to be of. `folds` scores
every pair with parameters fitted to the accounts of the other four fifths.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from skiptrace.evaluation.fitting import fit, select_accounts
from skiptrace.evaluation.labelled import read_labelled
from skiptrace.evaluation.reading import KEYS, read_named
from skiptrace.matching.scoring import score
from skiptrace.matching.weights import ContactWeights, Parameters, as_file, shipped_parameters

FOLDS = 5


def write_parameters(folder: Path, out: Path, version: str, note: str, profiles: dict[str, str]) -> None:
    labelled = read_labelled(folder)
    parameters = as_profiles(fit(labelled, shipped_parameters().stated, version), profiles)
    truth = next(path for path in (folder / "truth.parquet", folder / "truth.csv") if path.is_file())
    provenance = {
        "fitted_to": note,
        "accounts": len(labelled.candidates.starts) - 1,
        "pairs": len(labelled.same),
        "true_pairs": int(labelled.same.sum()),
        "truth_sha256": sha256(truth.read_bytes()).hexdigest(),
        "command": "python benchmarks/fit.py fit FOLDER --out model.json",
        "stated": "set by judgement, not fitted",
        "unit": "bits (log2 of a likelihood ratio)",
    }
    out.write_bytes(as_file(parameters, provenance))
    print(f"{out}: fitted to {len(labelled.same):,} pairs")


def as_profiles(parameters: Parameters, profiles: dict[str, str]) -> Parameters:
    """Curves of sources that stand for a profile move there: nobody else's source of that name inherits them."""

    def moved(weights: ContactWeights) -> ContactWeights:
        ages = weights.sightings
        own = {name: curve for name, curve in ages.known.items() if name not in profiles}
        of_profiles = {profiles[name]: curve for name, curve in ages.known.items() if name in profiles}
        return replace(weights, sightings=replace(ages, known=own, profiles=of_profiles))

    return replace(parameters, address=moved(parameters.address), phone=moved(parameters.phone))


def write_fold_scores(folder: Path, out: Path) -> None:
    labelled = read_labelled(folder)
    accounts = np.arange(len(labelled.candidates.starts) - 1)
    fold = accounts * 2_654_435_761 % 2**32 % FOLDS
    count = len(labelled.same)
    columns = {name: np.zeros(count) for name in ("p_same", "p_address", "p_phone")}
    for number in range(FOLDS):
        parameters = fit(select_accounts(labelled, accounts[fold != number]), {}, "fold")
        part = select_accounts(labelled, accounts[fold == number])
        scores = score(part.candidates, parameters)
        for name, values in zip(columns, (scores.p_same, scores.p_address, scores.p_phone), strict=True):
            columns[name][part.order] = values
        print(f"fold {number + 1} of {FOLDS}: {len(part.same):,} pairs scored", flush=True)
    keys = read_named(folder, "candidates", KEYS).select(list(KEYS))
    for name, values in columns.items():
        keys = keys.append_column(name, pa.array(values))
    pq.write_table(keys, out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("fit", "folds"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version", default="1")
    parser.add_argument("--note", default="not stated")
    parser.add_argument("--profile", action="append", default=[], metavar="SOURCE=PROFILE")
    given = parser.parse_args()
    if given.what == "fit":
        profiles = dict(pair.split("=", 1) for pair in given.profile)
        write_parameters(given.folder, given.out, given.version, given.note, profiles)
    else:
        write_fold_scores(given.folder, given.out)


if __name__ == "__main__":
    main()
