"""Precision, recall and calibration of probabilities against what is true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
BINS = 15


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % bootstrap interval; the bounds equal it when none was drawn."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Cases with about the same probability: the mean that was claimed, the share that was right, how many."""

    claimed: float
    right: float
    count: int


def precision_recall(right: Flags, p: Floats) -> tuple[Floats, Floats, Floats]:
    """(precision, recall, threshold) at every distinct probability, highest first."""
    order = np.argsort(-p, kind="stable")
    hits, ranked = np.cumsum(right[order]), p[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), len(p) - 1) if len(p) else np.zeros(0, int)
    return hits[last] / (last + 1), hits[last] / max(int(right.sum()), 1), ranked[last]


def recall_at(right: Flags, p: Floats, precision: float) -> float:
    """The highest recall whose precision is at least ``precision``; 0 when there is none."""
    precisions, recalls, _ = precision_recall(right, p)
    enough = precisions >= precision
    return float(recalls[enough].max()) if enough.any() else 0.0


def bootstrap(right: Flags, p: Floats, group: NDArray[np.int64], precision: float, draws: int = 200) -> Interval:
    """``recall_at`` with an interval from drawing whole accounts with replacement, the same draws every time."""
    value = recall_at(right, p, precision)
    groups = np.unique(group, return_inverse=True)[1]
    count = int(groups.max(initial=-1)) + 1
    if count < 2:
        return Interval(value, value, value)
    order = np.argsort(-p, kind="stable")
    right, groups, p = right[order], groups[order], p[order]
    last = np.append(np.diff(p) != 0, True)
    random, values = np.random.default_rng(7), []
    for _ in range(draws):
        weight = np.bincount(random.integers(0, count, count), minlength=count)[groups]
        hits, seen = np.cumsum(weight * right), np.cumsum(weight)
        enough = last & (seen > 0) & (hits >= precision * seen)
        values.append(hits[enough].max() / max(hits[-1], 1) if enough.any() else 0.0)
    low, high = np.percentile(values, [2.5, 97.5])
    return Interval(value, float(low), float(high))


def reliability(right: Flags, p: Floats, bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """Bins of equal mass, lowest probability first."""
    parts = np.array_split(np.argsort(p, kind="stable"), bins)
    return tuple(
        ReliabilityBin(float(p[part].mean()), float(right[part].mean()), len(part)) for part in parts if len(part)
    )


def calibration_error(right: Flags, p: Floats, bins: int = BINS) -> float:
    """Expected calibration error (ECE) over bins of equal mass."""
    return float(sum(bin_.count / len(p) * abs(bin_.right - bin_.claimed) for bin_ in reliability(right, p, bins)))
