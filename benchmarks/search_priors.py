"""How often a record that a search returns is the subject: the priors of a record scored alone, by kind of search.

    python benchmarks/search_priors.py ACCOUNTS.csv RECORDS.parquet TRUTH_ACCOUNTS.parquet TRUTH_RECORDS.parquet

RECORDS is a whole reference file, not candidates. Each kind of search is run for every account by exact equality of its
keys. The prior is the one number with which the model expects as many records of the subject as there are, given what
it weighs besides; the plain share is printed beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from skiptrace.matching.alone import Search, identify_alone
from skiptrace.matching.tables_in import candidates_of
from skiptrace.matching.weights import probability, shipped_parameters

KEYS: Mapping[Search, tuple[str, ...]] = {
    Search.SSN_AND_SURNAME: ("ssn4", "last"),
    Search.NAME_AND_BIRTH_DATE: ("first", "last", "dob"),
    Search.SURNAME_AND_ZIP: ("last", "zip"),
    Search.ADDRESS: ("address", "zip"),
    Search.PHONE: ("phone",),
}


def keys_of(table: pa.Table, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return zip(*([text.upper() for text in table[name].to_pylist()] for name in columns), strict=True)


def texts(table: pa.Table) -> pa.Table:
    columns = {name: table[name].cast(pa.string()).fill_null("") for name in table.column_names}
    return pa.table(columns)


def hits(accounts: pa.Table, records: pa.Table, columns: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """(row of the account, row of the record) of everything that one kind of search returns."""
    found: dict[tuple[str, ...], list[int]] = {}
    for row, key in enumerate(keys_of(records, columns)):
        if all(key):
            found.setdefault(key, []).append(row)
    pairs = [(a, r) for a, key in enumerate(keys_of(accounts, columns)) for r in found.get(key, ())]
    left, right = zip(*pairs, strict=True)
    return np.array(left), np.array(right)


def prior_of(bits: np.ndarray, right: np.ndarray) -> float:
    """The shift of ``bits`` with which the expected number of right records is the true one, by bisection."""
    low, high = -40.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if probability(bits + middle).sum() < right.sum() else (low, middle)
    return round(low, 2)


def main(accounts_file: str, records_file: str, truth_accounts: str, truth_records: str) -> dict[str, object]:
    text = pacsv.ConvertOptions(
        column_types={name: pa.string() for name in ("account_id", "ssn4", "zip", "phone", "dob")}
    )
    accounts, records = texts(pacsv.read_csv(accounts_file, convert_options=text)), texts(pq.read_table(records_file))
    owner = {str(row["account_id"]): row["person"] for row in pq.read_table(truth_accounts).to_pylist()}
    person = {str(row["rec_id"]): row["person"] for row in pq.read_table(truth_records).to_pylist()}
    found: dict[str, object] = {}
    for search, columns in KEYS.items():
        left, right = hits(accounts, records, columns)
        pairs = records.take(pa.array(right)).append_column("account_id", accounts["account_id"].take(pa.array(left)))
        candidates, order = candidates_of(accounts, pairs)
        same = np.array(
            [
                owner[a] == person[r]
                for a, r in zip(pairs["account_id"].to_pylist(), pairs["rec_id"].to_pylist(), strict=True)
            ]
        )[order]
        identity = identify_alone(candidates, search, shipped_parameters())
        prior = prior_of(identity.bits - identity.parts["prior"], same)
        found[search.value] = {"prior": prior, "hits": len(same), "subject": round(float(same.mean()), 4)}
    return found


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    sys.stdout.write(orjson.dumps(main(*sys.argv[1:]), option=orjson.OPT_INDENT_2).decode() + "\n")
