"""Labelled pairs from a folder, as what is fitted to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from skiptrace.errors import BadInput
from skiptrace.evaluation.fitting import Labelled
from skiptrace.evaluation.reading import KEYS, read_named
from skiptrace.evaluation.refitting import KINDS, Used, carrying
from skiptrace.matching.tables_in import RECORD_COLUMNS, SUBJECT_COLUMNS, candidates_of
from skiptrace.model import OutcomeKind

RIGHT = frozenset((OutcomeKind.RIGHT_PARTY, OutcomeKind.DELIVERED))
WRONG = frozenset((OutcomeKind.WRONG_PARTY, OutcomeKind.DISCONNECTED, OutcomeKind.RETURNED_MAIL))


def read_labelled(folder: Path | str) -> Labelled:
    """Read accounts, candidates and truth (CSV or Parquet), the columns of ``skiptrace match`` and of ``evaluate``.

    Raises BadInput when a file or column is missing, or a candidate has no label.
    """
    folder = Path(folder)
    subjects = read_named(folder, "accounts", (*SUBJECT_COLUMNS, "as_of"))
    records = read_named(folder, "candidates", RECORD_COLUMNS)
    truth = read_named(folder, "truth", (*KEYS, "y_same", "y_addr", "y_phone"))
    numbered = records.select(list(KEYS)).append_column("row", pa.array(np.arange(len(records))))
    labels = numbered.join(truth, list(KEYS), join_type="left outer").sort_by("row")
    if labels["y_same"].null_count:
        raise BadInput("truth", f"{labels['y_same'].null_count} candidates have no label")
    candidates, order = candidates_of(subjects, records)
    same, address, phone = (labels[name].to_numpy().astype(bool)[order] for name in ("y_same", "y_addr", "y_phone"))
    return Labelled(candidates, same, address, phone, order)


def read_used(folder: Path | str) -> Used:
    """Read accounts and candidates as ``read_labelled`` does, and outcomes: account_id, rec_id, contact and outcome.

    ``rec_id`` is a record that carried the contact, ``contact`` is ``address`` or ``phone``, ``outcome`` one of the
    kinds that ``skiptrace outcome`` takes; no_answer says nothing and is left out. Mail that was delivered counts as
    right, because returned mail counts as wrong. Raises BadInput when a file, a column or a record is missing.
    """
    folder = Path(folder)
    subjects = read_named(folder, "accounts", (*SUBJECT_COLUMNS, "as_of"))
    records = read_named(folder, "candidates", RECORD_COLUMNS)
    outcomes = read_named(folder, "outcomes", (*KEYS, "contact", "outcome"))
    candidates, order = candidates_of(subjects, records)
    keys = zip(records["account_id"].to_pylist(), records["rec_id"].to_pylist(), strict=True)
    row = {key: at for at, key in enumerate(keys)}
    place = np.argsort(order)
    used = []
    for account, record, contact, outcome in zip(
        *(outcomes[name].to_pylist() for name in (*KEYS, "contact", "outcome")), strict=True
    ):
        kind = _kind(outcome)
        if contact not in KINDS:
            raise BadInput("outcomes", f"contact is {contact!r}, not address or phone")
        if (account, record) not in row:
            raise BadInput("outcomes", f"record {record} of account {account} is not among the candidates")
        if kind in RIGHT or kind in WRONG:
            person = candidates.rows[place[row[account, record]]]
            spans = candidates.people.phones.spans if contact == "phone" else candidates.people.addresses.spans
            used.append((spans.starts[person], contact == "phone", kind in RIGHT))
    table = np.array(used, np.int64).reshape(-1, 3)
    return carrying(Used(candidates, table[:, 0], table[:, 1].astype(bool), table[:, 2].astype(bool)))


def _kind(outcome: str) -> OutcomeKind:
    try:
        return OutcomeKind(outcome)
    except ValueError:
        raise BadInput("outcomes", f"{outcome!r} is none of {', '.join(OutcomeKind)}") from None
