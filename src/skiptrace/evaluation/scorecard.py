"""Scores against known truth: one scorecard, as values that print as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from skiptrace.errors import BadInput
from skiptrace.evaluation.curves import (
    Flags,
    Floats,
    Interval,
    ReliabilityBin,
    bootstrap,
    calibration_error,
    precision_recall,
    recall_at,
    reliability,
)
from skiptrace.evaluation.reading import KEYS, read_file, read_named
from skiptrace.matching.known_words import surname_count

_BANDS = (
    (0, "surname of fewer than 1,000"),
    (1_000, "1,000 to 20,000"),
    (20_000, "20,000 to 200,000"),
    (200_000, "more"),
)


@dataclass(frozen=True, slots=True)
class Matching:
    """How well records are told apart. ``claimed`` is what has a probability of 0.99 and more."""

    pairs: int
    same: int
    recall_at_99: Interval
    recall_at_995: float
    precision_of_claimed: float
    recall_of_claimed: float
    brier: float
    calibration_error: float
    distinct: float
    reliability: tuple[ReliabilityBin, ...]
    curve: tuple[tuple[float, float], ...]
    """Recall and precision, thinned to 200 points."""


@dataclass(frozen=True, slots=True)
class TopContact:
    """The best address or phone of each account: how often it is the current one, how far the probability holds.

    ``present`` is the share of accounts of which any record carries a current one; ``answered`` the share of accounts
    that can be answered rightly at 95 % precision.
    """

    accounts: int
    right: float
    present: float
    answered: float
    calibration_error: float
    reliability: tuple[ReliabilityBin, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Error rates at probability 0.5 within one part of the pairs (a source, a band of surnames)."""

    name: str
    pairs: int
    same: int
    missed: float
    wrong: float
    calibration_error: float


@dataclass(frozen=True, slots=True)
class Scorecard:
    matching: Matching
    address: TopContact | None
    phone: TopContact | None
    by_source: tuple[Part, ...]
    by_surname: tuple[Part, ...]

    def as_json(self) -> bytes:
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2)


def evaluate(truth: Path | str, scores: Path | str) -> Scorecard:
    """Score probabilities against a folder of truth.

    ``truth`` holds accounts, candidates and truth, CSV or Parquet each: account_id and last of the accounts;
    account_id, rec_id and provider of the candidates; account_id, rec_id, y_same and optionally y_addr and y_phone.
    ``scores`` is what ``skiptrace match`` writes. Raises BadInput when a file or column is missing, or a pair has no
    score.
    """
    folder = Path(truth)
    pairs = _joined(folder, Path(scores))
    accounts = read_named(folder, "accounts", ("account_id", "last"))
    same, p = _flags(pairs["y_same"]), pairs["p_same"].to_numpy()
    account = pc.index_in(pairs["account_id"], accounts["account_id"].combine_chunks()).to_numpy()
    bands = _bands(accounts, account)
    sources = pairs["provider"].to_pylist() if "provider" in pairs.column_names else [""] * len(pairs)
    return Scorecard(
        _matching(same, p, account),
        _top(pairs, account, len(accounts), "address", "y_addr"),
        _top(pairs, account, len(accounts), "phone", "y_phone"),
        tuple(_part(name, same, p, np.array([s == name for s in sources])) for name in sorted(set(sources))),
        tuple(_part(name, same, p, bands == n) for n, (_, name) in enumerate(_BANDS)),
    )


def _matching(same: Flags, p: Floats, account: np.ndarray) -> Matching:
    claimed = p >= 0.99
    precisions, recalls, _ = precision_recall(same, p)
    thin = np.unique(np.linspace(0, len(recalls) - 1, 200).astype(int))
    return Matching(
        pairs=len(p),
        same=int(same.sum()),
        recall_at_99=bootstrap(same, p, account, 0.99),
        recall_at_995=recall_at(same, p, 0.995),
        precision_of_claimed=float(same[claimed].mean()) if claimed.any() else float("nan"),
        recall_of_claimed=float(same[claimed].sum() / max(same.sum(), 1)),
        brier=float(np.mean((p - same) ** 2)),
        calibration_error=calibration_error(same, p),
        distinct=len(np.unique(p)) / len(p),
        reliability=reliability(same, p),
        curve=tuple(zip(recalls[thin].tolist(), precisions[thin].tolist(), strict=True)),
    )


def _top(pairs: pa.Table, account: np.ndarray, accounts: int, kind: str, truth: str) -> TopContact | None:
    score = f"p_{kind}"
    if score not in pairs.column_names or truth not in pairs.column_names:
        return None
    p, right = pairs[score].to_numpy(), _flags(pairs[truth])
    carries = p > 0
    order = np.lexsort((np.arange(len(p)), -p, account))
    order = order[carries[order]]
    first = order[np.append(True, np.diff(account[order]) != 0)] if len(order) else order
    hit, q, present = np.zeros(accounts, bool), np.zeros(accounts), np.zeros(accounts, bool)
    hit[account[first]], q[account[first]] = right[first], p[first]
    present[account[carries & right]] = True
    return TopContact(
        accounts,
        float(hit.mean()),
        float(present.mean()),
        recall_at(hit, q, 0.95) * float(hit.mean()),
        calibration_error(hit, q),
        reliability(hit, q),
    )


def _part(name: str, same: Flags, p: Floats, rows: Flags) -> Part:
    same, p = same[rows], p[rows]
    if not len(p):
        return Part(name, 0, 0, float("nan"), float("nan"), float("nan"))
    said = p >= 0.5
    missed = float((~said[same]).mean()) if same.any() else float("nan")
    wrong = float((~same[said]).mean()) if said.any() else float("nan")
    return Part(name, len(p), int(same.sum()), missed, wrong, calibration_error(same, p))


def _bands(accounts: pa.Table, account: np.ndarray) -> np.ndarray:
    """Band of the bearers of each pair's surname in the US census."""
    bearers = np.array([surname_count((name or "").upper()) for name in accounts["last"].to_pylist()])
    band = np.searchsorted([floor for floor, _ in _BANDS], bearers, side="right") - 1
    return np.asarray(band[account])


def _joined(folder: Path, scores: Path) -> pa.Table:
    truth = read_named(folder, "truth", (*KEYS, "y_same"))
    scored = read_file(scores, (*KEYS, "p_same"))
    scored = scored.select([name for name in (*KEYS, "p_same", "p_address", "p_phone") if name in scored.column_names])
    candidates = read_named(folder, "candidates", KEYS)
    candidates = candidates.select([name for name in (*KEYS, "provider") if name in candidates.column_names])
    pairs = truth.join(scored, list(KEYS), join_type="left outer").join(candidates, list(KEYS), join_type="left outer")
    missing = pairs["p_same"].null_count
    if missing:
        raise BadInput(scores.name, f"{missing} pairs of the truth have no p_same")
    return pairs.sort_by([(key, "ascending") for key in KEYS])


def _flags(column: pa.ChunkedArray) -> Flags:
    values: Flags = column.to_numpy().astype(bool)
    return values


def from_json(content: bytes) -> dict[str, Any]:
    """A scorecard as ``as_json`` wrote it, as plain values."""
    result: dict[str, Any] = orjson.loads(content)
    return result
