"""Labelled pairs from a folder, as what is fitted to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from skiptrace.errors import BadInput
from skiptrace.evaluation.fitting import Labelled
from skiptrace.evaluation.scorecard import read_table
from skiptrace.matching.tables_in import RECORD_COLUMNS, SUBJECT_COLUMNS, candidates_of

_KEYS = ["account_id", "rec_id"]


def read_labelled(folder: Path | str) -> Labelled:
    """Read accounts, candidates and truth (CSV or Parquet), the columns of ``skiptrace match`` and of ``evaluate``.

    Raises BadInput when a file or column is missing, or a candidate has no label.
    """
    folder = Path(folder)
    subjects = read_table(folder, "accounts", (*SUBJECT_COLUMNS, "as_of"))
    records = read_table(folder, "candidates", RECORD_COLUMNS)
    truth = read_table(folder, "truth", (*_KEYS, "y_same", "y_addr", "y_phone"))
    numbered = records.select(_KEYS).append_column("row", pa.array(np.arange(len(records))))
    labels = numbered.join(truth, _KEYS, join_type="left outer").sort_by("row")
    if labels["y_same"].null_count:
        raise BadInput("truth", f"{labels['y_same'].null_count} candidates have no label")
    candidates, order = candidates_of(subjects, records)
    same, address, phone = (labels[name].to_numpy().astype(bool)[order] for name in ("y_same", "y_addr", "y_phone"))
    return Labelled(candidates, same, address, phone, order)
