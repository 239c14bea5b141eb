"""Refitting from outcomes: a source that lies is trusted less, and a handful of outcomes changes little."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from skiptrace.errors import BadInput
from skiptrace.evaluation.labelled import read_used
from skiptrace.evaluation.refitting import Used, crosswise, predicted, refit
from skiptrace.matching.weights import as_file, read_parameters, shipped_parameters

ACCOUNTS = 400
HONEST, LIAR = 0.9, 0.3
SHARED = {"last": "Okafor", "city": "Austin", "state": "TX", "zip": "78701"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half of the accounts have their newest address and phone from `honest`, half from `liar`."""
    random, folder = np.random.default_rng(3), tmp_path_factory.mktemp("outcomes")
    accounts, candidates, outcomes = [], [], []
    for n in range(ACCOUNTS):
        person = SHARED | {"first": "Ines", "dob": f"{1940 + n % 50}-0{1 + n % 9}-1{n % 9}", "ssn4": f"{1000 + n}"}
        accounts.append(
            person | {"account_id": n, "as_of": 2026, "account_year": 2019, "house": "1", "street": "Elm St"}
        )
        source, truthful = ("honest", HONEST) if n % 2 else ("liar", LIAR)
        candidates.append(
            person | {"account_id": n, "rec_id": n, "house": f"{n + 20}", "street": "Alder Ct", "provider": source,
                      "phone": f"51255501{n % 90:02}", "phone_type": "mobile", "phone_last_seen": 2025,
                      "first_seen": 2022, "last_seen": 2025}
        )  # fmt: skip
        for contact, wrong in (("address", "returned_mail"), ("phone", "disconnected")):
            right = "delivered" if contact == "address" else "right_party"
            what = right if random.random() < truthful else wrong
            outcomes.append({"account_id": n, "rec_id": n, "contact": contact, "outcome": what})
    outcomes.append({"account_id": 0, "rec_id": 0, "contact": "phone", "outcome": "no_answer"})
    pq.write_table(pa.Table.from_pylist(accounts), folder / "accounts.parquet")
    pq.write_table(pa.Table.from_pylist(candidates), folder / "candidates.parquet")
    pacsv.write_csv(pa.Table.from_pylist(outcomes), folder / "outcomes.csv")
    return folder


@pytest.fixture(scope="module")
def used(folder: Path) -> Used:
    return read_used(folder)


def by_liar(used: Used) -> np.ndarray:
    return (used.child - ACCOUNTS) % 2 == 0  # the subjects come first in the tables, then a record of each account


@pytest.mark.parametrize("is_phone", [False, True])
def test_a_source_that_lies_is_trusted_less(used: Used, is_phone: bool) -> None:
    before = shipped_parameters()
    after = refit(before, used, "test")
    kind = used.is_phone == is_phone
    lied, told = used.some(kind & by_liar(used)), used.some(kind & ~by_liar(used))

    assert predicted(after, lied).mean() < predicted(before, lied).mean() - 0.1
    assert predicted(after, told).mean() > predicted(after, lied).mean() + 0.2


def test_others_are_foretold_better_by_what_was_learnt(used: Used) -> None:
    before, after = crosswise(shipped_parameters(), used)

    for kind in ("address", "phone"):
        assert after[kind].log_loss < before[kind].log_loss


def test_twenty_outcomes_cannot_swing_a_source(used: Used) -> None:
    few = np.zeros(len(used), bool)
    few[np.flatnonzero(used.is_phone & by_liar(used))[:20]] = True
    wrong = used.some(few)
    wrong = Used(wrong.candidates, wrong.child, wrong.is_phone, np.zeros(20, bool))
    before = shipped_parameters()

    change = predicted(refit(before, wrong, "test"), wrong) - predicted(before, wrong)

    assert change.mean() < 0.0
    assert np.abs(change).max() < 0.1


def test_without_outcomes_nothing_but_the_version_changes(used: Used) -> None:
    nothing = used.some(np.zeros(len(used), bool))
    before = shipped_parameters()

    assert as_file(refit(before, nothing, before.version), {}) == as_file(before, {})


def test_outcomes_that_come_as_foretold_change_little(used: Used) -> None:
    before = shipped_parameters()
    p = predicted(before, used)
    foretold = Used(used.candidates, used.child, used.is_phone, np.random.default_rng(1).random(len(p)) < p)

    assert np.abs(predicted(refit(before, foretold, "test"), used) - p).mean() < 0.04


def test_a_refitted_file_can_be_read_back_and_the_old_one_still_holds(used: Used) -> None:
    before = shipped_parameters()
    after = refit(before, used, "2026-11 outcomes")
    again = read_parameters(as_file(after, {"refitted_from": before.version}))

    assert again.version == "2026-11 outcomes"
    assert predicted(again, used) == pytest.approx(predicted(after, used), abs=0.02)
    assert predicted(shipped_parameters(), used) == pytest.approx(predicted(before, used))


def test_an_outcome_of_an_unknown_record_is_an_error(folder: Path, tmp_path: Path) -> None:
    for name in ("accounts.parquet", "candidates.parquet"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    row = {"account_id": [0], "rec_id": [9_999], "contact": ["phone"], "outcome": ["right_party"]}
    pacsv.write_csv(pa.table(row), tmp_path / "outcomes.csv")
    with pytest.raises(BadInput, match="record 9999 of account 0 is not among the candidates"):
        read_used(tmp_path)
